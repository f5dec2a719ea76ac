//! The way from one lesson to the next: if that one runs, there; if not, to a page that says how to start it.

use std::time::Duration;

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::response::Redirect;
use rocket::tokio::net::TcpStream;
use rocket::tokio::time::timeout;
use rocket::{Request, Route, get, routes};
use rocket_dyn_templates::{Template, context};

use crate::catalogue::{self, Lesson};

/// How long a running lesson may take to accept a connection.
const PATIENCE: Duration = Duration::from_millis(300);

/// The name by which the browser reached this server, without the port: cookies go by it.
struct HostName(String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for HostName {
    type Error = std::convert::Infallible;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let name =
            req.host().map_or_else(|| "127.0.0.1".to_owned(), |host| host.domain().to_string());
        Outcome::Success(Self(name))
    }
}

#[get("/_lesson/<folder>")]
async fn lesson_link(
    folder: &str,
    host: HostName,
    config: &rocket::Config,
) -> Result<Redirect, Option<(Status, Template)>> {
    let lesson = find(folder).ok_or(None)?;
    let address = (config.address, lesson.port);
    if let Ok(Ok(_)) = timeout(PATIENCE, TcpStream::connect(address)).await {
        return Ok(Redirect::to(format!("http://{}:{}/", host.0, lesson.port)));
    }
    let page = context! { package: lesson.package(), asleep: lesson };
    Err(Some((Status::NotFound, Template::render("asleep", page))))
}

fn find(folder: &str) -> Option<Lesson> {
    let lessons = catalogue::all(&catalogue::root().ok()?).ok()?;
    lessons.into_iter().find(|lesson| lesson.folder == folder)
}

pub(crate) fn routes() -> Vec<Route> {
    routes![lesson_link]
}
