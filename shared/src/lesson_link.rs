//! The way from one lesson to the next: if that one runs, there; if not, to a page that says how to start it.

use std::time::Duration;

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::response::Redirect;
use rocket::tokio::net::TcpStream;
use rocket::tokio::time::timeout;
use rocket::{Config, Request, Route, State, get, routes};
use rocket_dyn_templates::{Template, context};

use crate::banner::own_address;
use crate::catalogue::Catalogue;

/// How long a running lesson may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(300);

/// The name by which the browser reached this server, without the port: cookies go by it.
struct HostName(String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for HostName {
    type Error = std::convert::Infallible;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let name = req.host().map(|host| host.domain().to_string()).filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| "127.0.0.1".to_owned());
        Outcome::Success(Self(name))
    }
}

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
    let page = context! { package: lesson.package(), wanted: lesson };
    Some(Err((Status::NotFound, Template::render("not_running", page))))
}

pub(crate) fn routes() -> Vec<Route> {
    routes![lesson_link]
}
