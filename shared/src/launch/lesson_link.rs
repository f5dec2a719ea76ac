//! The way from one lesson to the next: if that one runs, there; if not, to a page that says how to start it.

use std::net::IpAddr;
use std::time::Duration;

use rocket::http::Status;
use rocket::response::Redirect;
use rocket::tokio::net::TcpStream;
use rocket::tokio::time::timeout;
use rocket::{Config, Route, State, get, routes};
use rocket_dyn_templates::{Template, context};

use super::catalogue::{Catalogue, Lesson};
use crate::http::host::{HostName, addresses_of_this_machine, own_address};

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
    let address = (visited_address(&host, config), lesson.port);
    if let Ok(Ok(_)) = timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
        return Some(Ok(Redirect::to(format!("http://{}:{}/", host.0, lesson.port))));
    }
    let page = context! { command: command(lesson, address.0), wanted: lesson };
    Some(Err((Status::NotFound, Template::render("not_running", page))))
}

/// The address of this machine by which the visitor came: the other lesson may listen at one and not at
/// the other. The visitor's word for it is taken only if it is an address of this machine.
fn visited_address(host: &HostName, config: &Config) -> IpAddr {
    let named = host.0.trim_matches(['[', ']']).parse().ok();
    let own = named.filter(|address| addresses_of_this_machine().contains(address));
    own.unwrap_or_else(|| own_address(config))
}

/// What starts the lesson so that it can be visited there.
fn command(lesson: &Lesson, address: IpAddr) -> String {
    let everywhere = if address.is_loopback() { "" } else { "ROCKET_ADDRESS=0.0.0.0 " };
    format!("{everywhere}{}", lesson.command())
}

pub(crate) fn routes() -> Vec<Route> {
    routes![lesson_link]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_is_looked_for_where_the_visitor_came_and_on_no_other_machine() {
        let config = Config { address: [0, 0, 0, 0].into(), ..Config::debug_default() };
        let visited = |host: &str| visited_address(&HostName(host.to_owned()), &config).to_string();
        for own in addresses_of_this_machine() {
            let host = if own.is_ipv6() { format!("[{own}]") } else { own.to_string() };
            assert_eq!(visited(&host), own.to_string());
        }
        for foreign in ["198.51.100.7", "example.com", "localhost", ""] {
            assert_eq!(visited(foreign), "127.0.0.1", "{foreign}");
        }
    }
}
