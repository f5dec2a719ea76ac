//! The way from one lesson to the next: if that one runs, there; if not, to a page that says how to start it.

use std::time::Duration;

use rocket::http::Status;
use rocket::response::Redirect;
use rocket::tokio::net::TcpStream;
use rocket::tokio::time::timeout;
use rocket::{Config, Route, State, get, routes};
use rocket_dyn_templates::{Template, context};

use super::catalogue::Catalogue;
use crate::http::host::{HostName, own_address};

/// How long a running lesson may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(300);

#[get("/_lesson/<folder>")]
async fn lesson_link(
    folder: &str,
    lessons: &State<Catalogue>,
    host: HostName,
    config: &Config,
) -> Option<Result<Redirect, (Status, Template)>> {
    let lesson = lessons.find(folder)?;
    let address = (own_address(config), lesson.port);
    if let Ok(Ok(_)) = timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
        return Some(Ok(Redirect::to(format!("http://{}:{}/", host.0, lesson.port))));
    }
    let page = context! { command: lesson.command(), wanted: lesson };
    Some(Err((Status::NotFound, Template::render("not_running", page))))
}

pub(crate) fn routes() -> Vec<Route> {
    routes![lesson_link]
}
