//! `&Session` as a request guard.

use std::future::Future;
use std::time::Duration;

use rocket::http::{Cookie, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::tokio::time::timeout;
use rocket::{Ignite, Rocket, Sentinel};

use super::{Session, Sessions, StoreError};

/// How long a request waits for the store.
const STORE_TIMEOUT: Duration = Duration::from_secs(1);

/// The session of a request, if a guard has asked for it.
#[derive(Default)]
pub(super) struct Cached(Option<Result<Session, StoreError>>);

impl Cached {
    pub(super) fn of<'r>(req: &'r Request<'_>) -> Option<&'r Result<Session, StoreError>> {
        req.local_cache(Self::default).0.as_ref()
    }

    async fn load(req: &Request<'_>) -> Self {
        let Some(sessions) = req.rocket().state::<Sessions>() else {
            return Self(None);
        };
        let token = token(req, &sessions.cookie_name);
        Self(Some(in_time(Session::load(sessions, token, req.client_ip())).await))
    }
}

/// Gives up on a store that does not answer: nobody shall wait for it longer than a second.
pub(crate) async fn in_time<T>(
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let late = |_| Err(StoreError::Unreachable(format!("no answer within {STORE_TIMEOUT:?}")));
    timeout(STORE_TIMEOUT, work).await.unwrap_or_else(late)
}

/// The value of the session's cookie as the browser wrote it.
///
/// Rocket's jar would do, if it did not decode names too: then `%5F%5FHost-…`, which any site of the
/// domain may set, would pass for `__Host-…`, which only this one may. A name that comes twice says
/// that somebody else has set one of them: then neither is trusted.
pub(crate) fn token(req: &Request<'_>, name: &str) -> Option<String> {
    let mut lines = req.headers().get("Cookie").peekable();
    if lines.peek().is_none() {
        // A local client has the cookies, but not the header.
        return req.cookies().get(name).map(|cookie| cookie.value().to_owned());
    }
    let sent = lines.flat_map(Cookie::split_parse).flatten().filter(|cookie| cookie.name() == name);
    let values: Vec<_> = sent.map(|cookie| cookie.value().to_owned()).collect();
    match values.as_slice() {
        [] => None,
        [value] => Some(value.clone()),
        _ => Some(String::new()),
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r Session {
    type Error = &'r StoreError;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        match &req.local_cache_async(Cached::load(req)).await.0 {
            Some(Ok(session)) => Outcome::Success(session),
            Some(Err(error)) => Outcome::Error((error.status(), error)),
            None => {
                say_what_is_missing();
                Outcome::Forward(Status::InternalServerError)
            }
        }
    }
}

/// Stops the launch of a Rocket whose handlers want a session that nobody provides. It does not see
/// guards that ask for one themselves: those find out at the first request.
impl Sentinel for &Session {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        let missing = rocket.state::<Sessions>().is_none();
        if missing {
            say_what_is_missing();
        }
        missing
    }
}

fn say_what_is_missing() {
    log::error!(
        "a handler asks for `&Session`: attach `SessionFairing`, or begin with `shared::lesson`"
    );
}
