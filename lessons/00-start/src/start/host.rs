//! The page answers to its own name only: a page of another site cannot lead its own name to this
//! machine and then read or press what stands here (DNS rebinding).

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};

/// A request for this machine, by a name that only this machine has.
pub(super) struct OwnHost;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for OwnHost {
    type Error = ();

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let port = req.rocket().config().port;
        let is_own = req.host().is_some_and(|host| {
            let is_name = host.domain() == "127.0.0.1" || host.domain() == "localhost";
            is_name && host.port().unwrap_or(80) == port
        });
        if is_own {
            Outcome::Success(Self)
        } else {
            Outcome::Error((Status::MisdirectedRequest, ()))
        }
    }
}
