//! What the open pages of a watched lesson ask for: the script, and its events.

use std::path::PathBuf;
use std::sync::Arc;

use rocket::fs::NamedFile;
use rocket::http::ContentType;
use rocket::response::stream::{Event, EventStream};
use rocket::tokio::select;
use rocket::{Route, Shutdown, State, get, routes};

use super::stage::Stage;

/// Tells an open page which version is there now.
#[get("/events")]
fn events(stage: &State<Arc<Stage>>, mut end: Shutdown) -> EventStream![] {
    let mut news = stage.hear();
    EventStream! {
        loop {
            let version = news.borrow_and_update().version;
            yield Event::data(version.to_string());
            select! {
                changed = news.changed() => if changed.is_err() { break },
                () = &mut end => break,
            }
        }
    }
}

#[get("/reload.js")]
fn script() -> (ContentType, &'static str) {
    (ContentType::JavaScript, include_str!("reload.js"))
}

/// The lesson may be no more: its style sheet is still there.
#[get("/style.css")]
async fn style(root: &State<PathBuf>) -> Option<NamedFile> {
    NamedFile::open(root.join("shared/static/style.css")).await.ok()
}

pub(super) fn routes() -> Vec<Route> {
    routes![events, script, style]
}
