//! How a server talks to what stops and starts it, as the setting `supervisor` says.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rocket::Shutdown;
use rocket::figment::Figment;
use rocket::tokio::sync::watch;
use rocket::tokio::task::spawn_blocking;
use rocket::tokio::time::timeout;

use super::{Order, Part, SUPERVISOR, text};
use crate::config::settings::data_folder;
use crate::terminal::{Stream, say};

/// The value of the setting for the program that has started this one.
pub(super) const PIPES: &str = "pipes";

/// What stands before an order, or the word that a server is ready, among the lines that it prints. In
/// no other line is it: what comes from visitors is printed without such characters.
pub(super) const MARK: char = '\u{1}';
pub(super) const READY: &str = "ready";

/// How long a page waits until its order is carried out.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub(super) enum Channel {
    /// There is nothing above this server.
    None,
    /// The program that has started this one: what this one prints goes there, and what it says comes
    /// from standard input, which ends with it.
    Pipes(Arc<watch::Sender<Vec<Part>>>),
    /// A program that is called for each order, and the file in which it lists the parts.
    Program { command: PathBuf, list: PathBuf },
}

impl Channel {
    pub(super) fn open(settings: &Figment) -> Self {
        match text(settings, SUPERVISOR).as_str() {
            "" => Self::None,
            PIPES => Self::Pipes(Arc::new(watch::Sender::new(vec![]))),
            command => {
                let list = data_folder(settings).unwrap_or_default().join("parts");
                Self::Program { command: command.into(), list }
            }
        }
    }

    /// Says that the server is ready on its port, and hears of the other parts from then on. When the program above
    /// is gone, however it ended, so is the other end of standard input, and the server ends too.
    pub(super) fn listen(&self, port: u16, shutdown: &Shutdown) {
        let Self::Pipes(parts) = self else {
            return;
        };
        say(Stream::Stdout, &format!("{MARK}{READY} {port}"));
        let (parts, shutdown) = (parts.clone(), shutdown.clone());
        thread::spawn(move || {
            for part in io::stdin().lines().map_while(Result::ok).filter_map(|it| Part::read(&it)) {
                parts.send_modify(|all| match all.iter_mut().find(|it| it.name == part.name) {
                    Some(known) => *known = part,
                    None => all.push(part),
                });
            }
            shutdown.notify();
        });
    }

    pub(super) async fn parts(&self) -> Vec<Part> {
        match self {
            Self::None => vec![],
            Self::Pipes(parts) => parts.borrow().clone(),
            Self::Program { list, .. } => {
                let list = list.clone();
                let read = spawn_blocking(|| fs::read_to_string(list)).await;
                let list = read.ok().and_then(Result::ok).unwrap_or_default();
                list.lines().filter_map(Part::read).collect()
            }
        }
    }

    /// Gives an order, and waits until it is carried out, or cannot be: the next list says which.
    pub(super) async fn give(&self, order: Order, name: &str) {
        match self {
            Self::None => {}
            Self::Pipes(parts) => {
                let mut parts = parts.subscribe();
                say(Stream::Stdout, &format!("{MARK}{} {name}", order.word()));
                let _ = timeout(PATIENCE, parts.changed()).await;
            }
            Self::Program { command, .. } => {
                let mut command = Command::new(command);
                command.arg(order.word()).arg(name).stdin(Stdio::null());
                let (order, name) = (order.word(), name.to_owned());
                let _ = spawn_blocking(move || match command.output() {
                    Ok(done) if done.status.success() => {}
                    Ok(done) => say(Stream::Stderr, &String::from_utf8_lossy(&done.stderr)),
                    Err(error) => say(Stream::Stderr, &format!("{order} {name}: {error}")),
                })
                .await;
            }
        }
    }
}
