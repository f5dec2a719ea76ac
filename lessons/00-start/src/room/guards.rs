//! Who may do what. The instructor is who sits at this machine; guests are the others in the network.
//!
//! Pages are found by a name of this machine only: a page of another site cannot lead its own name here
//! and then read or press what stands here (DNS rebinding).

use std::net::IpAddr;

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use shared::addresses_of_this_machine;

use super::Room;
use crate::runs::Runs;

/// A request from this machine, to a name that only this machine has for itself.
pub struct Instructor;

/// A request to a name of this machine, while the room is open.
pub struct Guest<'r>(pub(super) &'r Room);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Instructor {
    type Error = ();

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        // The address of the connection itself: what a header says of it, a visitor may have written.
        let is_near = req.remote().is_some_and(|remote| remote.ip().to_canonical().is_loopback());
        if is_near && has_name(req, is_local) {
            return Outcome::Success(Self);
        }
        match Guest::from_request(req).await {
            Outcome::Success(_) => Outcome::Forward(Status::Forbidden),
            _ => Outcome::Error((Status::MisdirectedRequest, ())),
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Guest<'r> {
    type Error = ();

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let is_open = req.rocket().state().is_some_and(|runs: &Runs| runs.is_open);
        let Some(room) = req.rocket().state().filter(|_| is_open) else {
            return Outcome::Forward(Status::NotFound);
        };
        if has_name(req, |name| is_local(name) || is_of_this_machine(name)) {
            Outcome::Success(Self(room))
        } else {
            Outcome::Error((Status::MisdirectedRequest, ()))
        }
    }
}

/// Whether the request names a host like this one, with the port of this program.
fn has_name(req: &Request<'_>, is_own: impl Fn(&str) -> bool) -> bool {
    let port = req.rocket().config().port;
    req.host().is_some_and(|host| {
        host.port().unwrap_or(80) == port && is_own(host.domain().as_str().trim_matches(['[', ']']))
    })
}

fn is_local(name: &str) -> bool {
    name == "127.0.0.1" || name == "localhost"
}

fn is_of_this_machine(name: &str) -> bool {
    let address = name.parse::<IpAddr>();
    address.is_ok_and(|address| addresses_of_this_machine().contains(&address))
}
