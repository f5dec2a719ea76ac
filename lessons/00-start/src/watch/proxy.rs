//! The server on the lesson's own port: it passes on what is asked, waits while the lesson is built,
//! and says why if it cannot be. To the lesson's pages it adds a script that loads them again.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rocket::config::{Config, Ident, LogLevel, Shutdown};
use rocket::data::ByteUnit;
use rocket::figment::Figment;
use rocket::http::{Method, Status};
use rocket::response::Response;
use rocket::route::{Handler, Outcome};
use rocket::shield::Shield;
use rocket::tokio::{task, time};
use rocket::{Build, Data, Request, Rocket, Route, Shutdown as End};

use super::asked::Asked;
use super::events;
use super::page;
use super::stage::{Now, Stage};
use crate::terminal::say;
use crate::workspace::Lesson;

/// The largest form. It waits in memory while the lesson is built.
const LARGEST: ByteUnit = ByteUnit::Kibibyte(64);

/// How long a visitor waits for a build; then a page says that it is under way.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a form waits, which would be lost otherwise.
const PATIENCE_OF_FORMS: Duration = Duration::from_mins(2);

/// The server of a lesson.
pub(super) fn rocket(
    root: &Path,
    lesson: &Lesson,
    (address, port): (IpAddr, u16),
    stage: Arc<Stage>,
) -> Rocket<Build> {
    // Pages that are open hold a connection, which nothing has to wait for.
    let shutdown = Shutdown { grace: 0, mercy: 0, ..Shutdown::default() };
    let config = Config {
        address,
        port,
        shutdown,
        ident: Ident::none(),
        log_level: LogLevel::Off,
        ..Config::debug_default()
    };
    let handler = Proxy { stage: stage.clone(), root: root.to_owned(), lesson: lesson.clone() };
    let methods = [Method::Get, Method::Head, Method::Post, Method::Put, Method::Delete];
    let methods = methods.into_iter().chain([Method::Patch, Method::Options]);
    let all: Vec<_> =
        methods.map(|method| Route::ranked(20, method, "/<path..>", handler.clone())).collect();
    let root = root.to_owned();
    rocket::custom(Figment::from(config))
        .attach(Shield::new())
        .manage(stage)
        .manage(root)
        .mount("/", all)
        .mount("/_watch", events::routes())
}

/// Begins to answer. Gives what ends it, and its end.
pub(super) async fn launch(proxy: Rocket<Build>) -> Result<(End, task::JoinHandle<()>), String> {
    let proxy = proxy.ignite().await.map_err(|error| format!("{}", error.kind()))?;
    let shutdown = proxy.shutdown();
    let proxy = task::spawn(async {
        if let Err(error) = proxy.launch().await {
            say(&format!("{}", error.kind()));
        }
    });
    Ok((shutdown, proxy))
}

#[derive(Clone)]
struct Proxy {
    stage: Arc<Stage>,
    root: PathBuf,
    lesson: Lesson,
}

#[rocket::async_trait]
impl Handler for Proxy {
    async fn handle<'r>(&self, req: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        match self.answer(req, data).await {
            Ok(response) => Outcome::Success(response),
            Err(status) => Outcome::Error(status),
        }
    }
}

impl Proxy {
    async fn answer<'r>(&self, req: &Request<'_>, data: Data<'_>) -> Result<Response<'r>, Status> {
        let body = data.open(LARGEST).into_bytes().await.map_err(|_| Status::BadRequest)?;
        if !body.is_complete() {
            return Err(Status::PayloadTooLarge);
        }
        let asked = Asked::of(req, body.into_inner());
        let mut state = self.stage.hear();
        let patience = if asked.only_reads() { PATIENCE } else { PATIENCE_OF_FORMS };
        let is_known = state.wait_for(|state| state.now != Now::Building);
        let _ = time::timeout(patience, is_known).await;
        for _ in 0..2 {
            let state = self.stage.state();
            let Now::Running(authority) = &state.now else { break };
            let (asked, authority) = (asked.clone(), authority.clone());
            let sent = task::spawn_blocking(move || asked.send(&authority, state.version)).await;
            if let Ok(Ok(response)) = sent {
                return Ok(response);
            }
            // It has just ended, and soon it is known why; or another one has taken its place.
            time::sleep(2 * super::stage::LOOK).await;
        }
        Ok(page::of(&self.root, &self.lesson, &self.stage.state()))
    }
}
