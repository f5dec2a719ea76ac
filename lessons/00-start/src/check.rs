//! Whether an exercise is done: its block is run against the lesson, and if that fails, the blocks of
//! its known mistakes. Each run has a fresh server, fresh data, a free port and empty cookie jars.

mod command;
mod story;

use std::path::Path;

use crate::console::{self, Start, Step, Terminal};
use crate::exercise::{Block, Exercise, Mistake};
use crate::server::{self, Hear, Server};
use crate::workspace;

pub use self::command::check;

/// What a check has found.
#[derive(Debug)]
pub struct Verdict<'e> {
    /// The commands that were run, up to the first that did not answer as it should.
    pub steps: Vec<Step>,
    /// The known mistake that was made, if one was.
    pub mistake: Option<&'e Mistake>,
}

impl Verdict<'_> {
    /// Whether the exercise is done.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.steps.iter().all(|step| step.is_right)
    }
}

/// Judges an exercise by how the program of its lesson behaves.
pub fn judge<'e>(exercise: &'e Exercise, program: &Path) -> Result<Verdict<'e>, String> {
    let package = format!("lesson-{}", workspace::number(&exercise.lesson));
    let steps = attempt(&exercise.check, &package, program)?;
    let mut verdict = Verdict { steps, mistake: None };
    if !verdict.is_passed() {
        for mistake in &exercise.mistakes {
            if attempt(&mistake.check, &package, program)?.iter().all(|step| step.is_right) {
                verdict.mistake = Some(mistake);
                break;
            }
        }
    }
    Ok(verdict)
}

/// Runs a block against a program of a lesson, as if nothing had ever run before.
pub fn attempt(block: &Block, package: &str, program: &Path) -> Result<Vec<Step>, String> {
    let data =
        tempfile::tempdir().map_err(|error| format!("There is no place for data: {error}"))?;
    let mut terminal = Terminal::new(package, starter(package, program, data.path()));
    Ok(console::run(&mut terminal, &block.text))
}

/// What starts this program of a lesson, with its data in this folder, and no other lesson.
#[must_use]
pub fn starter(package: &str, program: &Path, data: &Path) -> Start {
    let (own, program, data) = (package.to_owned(), program.to_owned(), data.to_owned());
    Box::new(move |package, settings| {
        if package != own {
            return Err(format!("an exercise runs its own lesson, {own}"));
        }
        start(package, &program, &data, settings)
    })
}

fn start(
    package: &str,
    program: &Path,
    data: &Path,
    settings: &[(String, String)],
) -> Result<Server, String> {
    let mut command = server::command(program);
    command.env("ROCKET_DATA_DIR", data);
    match package {
        // What a busy machine takes is no outage.
        "lesson-08" | "lesson-09" => {
            command.env("ROCKET_DATABASES", "{main={connect_timeout=10}}");
        }
        _ => {}
    }
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    let quiet: Hear = |_| {};
    Server::start(&mut command, quiet)
}
