//! `cargo lesson 03`: a lesson that is built and started again when one of its files is saved, behind
//! a proxy on its own port, which is always there.

mod asked;
mod command;
mod events;
mod files;
mod greeting;
mod page;
mod proxy;
mod reach;
mod stage;
mod turn;
mod worker;

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use rocket::Shutdown;
use rocket::tokio::sync::watch::Receiver;
use rocket::tokio::{signal, task};

pub use self::command::watch;
use self::files::{Change, Watcher};
use self::reach::Front;
pub use self::reach::Reach;
use self::stage::Stage;
pub use self::stage::{Now, State};
use self::worker::Worker;
use crate::lock::{self, Lock};
use crate::ports;
use crate::workspace::Lesson;

/// A lesson that is watched. It runs until it is stopped.
pub struct Watched {
    stage: Arc<Stage>,
    tell: Sender<Change>,
    worker: Option<JoinHandle<()>>,
    /// What answers in the place of the lesson, and how it is ended.
    proxy: Option<(Shutdown, task::JoinHandle<()>)>,
    /// Tells of files while it is there.
    _watcher: Watcher,
    _lock: Lock,
}

impl Watched {
    /// Begins to build a lesson, and to answer on this port. A lesson of several servers, which has
    /// several ports, answers itself.
    pub async fn start(
        root: &Path,
        lesson: &Lesson,
        port: u16,
        reach: Reach,
    ) -> Result<Self, String> {
        ports::are_free_for(lesson, reach.listens_at(), port)?;
        let lock = lock::hold(root)?;
        let stage = Arc::new(Stage::new());
        let (tell, changes) = mpsc::channel();
        let watcher = files::watch(root, lesson, tell.clone())?;
        let front = Front::new(reach, lesson, port);
        let proxy = if front.own_port.is_none() {
            let rocket = proxy::rocket(root, lesson, (reach.listens_at(), port), stage.clone());
            Some(proxy::launch(rocket).await?)
        } else {
            None
        };
        let worker = Worker {
            root: root.to_owned(),
            lesson: lesson.clone(),
            front,
            stage: stage.clone(),
            changes,
            server: None,
            has_greeted: false,
        };
        let worker = Some(thread::spawn(|| worker.run()));
        Ok(Self { stage, tell, worker, proxy, _watcher: watcher, _lock: lock })
    }

    /// How it is.
    #[must_use]
    pub fn state(&self) -> State {
        self.stage.state()
    }

    /// Hears when that changes.
    #[must_use]
    pub fn hear(&self) -> Receiver<State> {
        self.stage.hear()
    }

    /// Waits until Ctrl+C, or whatever else ends programs.
    pub async fn ended(&mut self) {
        if let Some((_, proxy)) = self.proxy.take() {
            let _ = proxy.await;
        } else {
            let _ = signal::ctrl_c().await;
        }
    }

    /// Ends the lesson and all that belongs to it.
    pub async fn stop(mut self) {
        if let Some((shutdown, proxy)) = self.proxy.take() {
            shutdown.notify();
            let _ = proxy.await;
        }
        self.stage.end();
        let _ = self.tell.send(Change::End);
        if let Some(worker) = self.worker.take() {
            let _ = task::spawn_blocking(|| worker.join()).await;
        }
    }
}
