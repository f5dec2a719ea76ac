//! `cargo lesson 03`: a lesson that is built and started again when one of its files is saved, behind
//! a proxy on its own port, which is always there.

mod asked;
mod events;
mod files;
mod greeting;
mod page;
mod proxy;
mod stage;
mod worker;

use std::env;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use rocket::Shutdown;
use rocket::tokio::task;

use self::files::{Change, Watcher};
use self::stage::Stage;
pub use self::stage::{Now, State};
use self::worker::Worker;
use crate::ports;
use crate::workspace::Lesson;

/// A lesson that is watched. It runs until it is stopped.
pub struct Watched {
    stage: Arc<Stage>,
    tell: Sender<Change>,
    worker: Option<JoinHandle<()>>,
    proxy: Option<task::JoinHandle<()>>,
    shutdown: Shutdown,
    /// Tells of files while it is there.
    _watcher: Watcher,
}

impl Watched {
    /// Begins to build a lesson, and to answer on this port.
    pub async fn start(root: &Path, lesson: &Lesson, port: u16) -> Result<Self, String> {
        if let Some(run) = &lesson.run {
            let number = lesson.number();
            return Err(format!("Lesson {number} is more than one program: `{run}` brings it up."));
        }
        ports::check(port).map_err(|error| taken(lesson, port, &error.to_string()))?;
        let stage = Arc::new(Stage::new());
        let (tell, changes) = mpsc::channel();
        let watcher = files::watch(root, lesson, tell.clone())?;
        let rocket = proxy::rocket(root, lesson, port, stage.clone()).ignite().await;
        let rocket = rocket.map_err(|error| format!("{}", error.kind()))?;
        let shutdown = rocket.shutdown();
        let proxy = task::spawn(async {
            if let Err(error) = rocket.launch().await {
                crate::terminal::say(&format!("{}", error.kind()));
            }
        });
        let worker = Worker {
            root: root.to_owned(),
            lesson: lesson.clone(),
            address: format!("http://127.0.0.1:{port}"),
            stage: stage.clone(),
            changes,
            key: worker::key(),
            server: None,
            has_greeted: false,
        };
        let worker = Some(thread::spawn(|| worker.run()));
        let proxy = Some(proxy);
        Ok(Self { stage, tell, worker, proxy, shutdown, _watcher: watcher })
    }

    /// How it is.
    #[must_use]
    pub fn state(&self) -> State {
        self.stage.state()
    }

    /// Waits until Ctrl+C, or whatever else ends programs.
    pub async fn ended(&mut self) {
        if let Some(proxy) = self.proxy.take() {
            let _ = proxy.await;
        }
    }

    /// Ends the lesson and all that belongs to it.
    pub async fn stop(mut self) {
        self.shutdown.clone().notify();
        self.stage.end();
        let _ = self.tell.send(Change::End);
        self.ended().await;
        if let Some(worker) = self.worker.take() {
            let _ = task::spawn_blocking(|| worker.join()).await;
        }
    }
}

/// Watches a lesson until Ctrl+C.
pub fn watch(root: &Path, lesson: &Lesson) -> Result<bool, String> {
    let port = env::var("ROCKET_PORT").ok().and_then(|port| port.parse().ok());
    let port = port.unwrap_or(lesson.port);
    rocket::execute(async {
        let mut watched = Watched::start(root, lesson, port).await?;
        watched.ended().await;
        watched.stop().await;
        Ok(true)
    })
}

fn taken(lesson: &Lesson, port: u16, why: &str) -> String {
    let (package, number, other) = (lesson.package(), lesson.number(), port ^ 1024);
    format!(
        "Port {port} cannot be used ({why}). If `cargo run -p {package}` or `cargo lesson {number}` \
         runs in another terminal, stop that. Or take another port: the variable ROCKET_PORT={other} \
         does that."
    )
}
