//! Builds a watched lesson and starts it, again and again, one after the other.

use std::mem;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use super::files::Change;
use super::greeting;
use super::reach::Front;
use super::stage::{LOOK, Now, Stage};
use super::turn::turn;
use crate::advice;
use crate::build::{Build, Program};
use crate::server::Server;
use crate::terminal::say;
use crate::workspace::Lesson;

pub(super) struct Worker {
    pub(super) root: PathBuf,
    pub(super) lesson: Lesson,
    pub(super) front: Front,
    pub(super) stage: Arc<Stage>,
    pub(super) changes: Receiver<Change>,
    pub(super) server: Option<Server>,
    pub(super) has_greeted: bool,
}

impl Worker {
    /// Works until it is told to end.
    pub(super) fn run(mut self) {
        let mut change = Change::Settings;
        while change != Change::End {
            match change {
                Change::Page => self.stage.reload(),
                _ => self.build(change),
            }
            change = self.next();
        }
    }

    /// Waits for a change. What came while something was built is one change more, not several.
    fn next(&mut self) -> Change {
        loop {
            match self.changes.recv_timeout(LOOK) {
                Ok(change) => return self.changes.try_iter().fold(change, Change::max),
                Err(RecvTimeoutError::Disconnected) => return Change::End,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(words) = self.server.as_mut().and_then(Server::last_words) {
                self.broken(&words);
            }
        }
    }

    fn build(&mut self, change: Change) {
        let (begin, before) = (Instant::now(), self.stage.state().now);
        self.stage.is(Now::Building);
        if cfg!(windows) {
            // There a program that runs cannot be replaced.
            self.server = None;
        }
        let Some(turn) = turn(&self.stage) else { return };
        let built = Build::begin(&self.root, &self.lesson.package()).and_then(|build| {
            let may_go_on = self.stage.builds(Some(build.stopper()));
            if may_go_on { build.wait() } else { Err(String::new()) }
        });
        drop(turn);
        if !self.stage.builds(None) {
            return;
        }
        match built {
            Ok(program)
                if program.is_fresh && change == Change::Source && self.server.is_some() =>
            {
                self.stage.is_again(before);
            }
            Ok(program) => self.start(&program, begin),
            Err(words) => self.broken(&words),
        }
    }

    fn start(&mut self, program: &Program, begin: Instant) {
        let mut command = Command::new(&program.path);
        command.envs(self.front.settings());
        if self.front.own_port.is_some() {
            // It takes the ports of the one before.
            self.server = None;
        }
        match Server::start(&mut command, say) {
            Ok(server) => {
                self.stage.is(Now::Running(server.authority().to_owned()));
                program.warnings.iter().for_each(|warning| say(warning));
                let again = mem::replace(&mut self.has_greeted, true).then(|| begin.elapsed());
                greeting::say_that_it_runs(&self.lesson, &server, &self.front, again);
                self.server = Some(server);
            }
            Err(words) => self.broken(&words),
        }
    }

    fn broken(&mut self, words: &str) {
        self.server = None;
        let advice = advice::on(words);
        say(&format!("{words}\n{advice}"));
        self.stage.is(Now::Broken { words: words.to_owned(), advice });
    }
}
