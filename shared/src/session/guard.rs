//! `&Session` as a request guard.

use rocket::http::{Cookie, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{Ignite, Rocket, Sentinel};

use super::{Session, Sessions, StoreError};

/// The session of a request, if a guard has asked for it.
#[derive(Default)]
pub(super) struct Cached(Option<Result<Session, StoreError>>);

impl Cached {
    pub(super) fn of<'r>(req: &'r Request<'_>) -> Option<&'r Result<Session, StoreError>> {
        req.local_cache(Self::default).0.as_ref()
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r Session {
    type Error = &'r StoreError;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let load = async {
            let sessions = Sessions::of(req.rocket());
            let cookie = req.cookies().get(&sessions.cookie_name);
            Cached(Some(Session::load(sessions, cookie.map(Cookie::value)).await))
        };
        match &req.local_cache_async(load).await.0 {
            Some(Ok(session)) => Outcome::Success(session),
            Some(Err(error)) => Outcome::Error((Status::ServiceUnavailable, error)),
            None => Outcome::Forward(Status::InternalServerError),
        }
    }
}

/// Stops the launch of a Rocket whose handlers want a session that nobody provides.
impl Sentinel for &Session {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        let missing = rocket.state::<Sessions>().is_none();
        if missing {
            log::error!(
                "a handler asks for `&Session`: attach `SessionFairing`, or begin with `shared::lesson`"
            );
        }
        missing
    }
}
