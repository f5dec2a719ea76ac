//! `&Session` as a request guard.

use std::future::Future;
use std::time::Duration;

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::tokio::time::timeout;
use rocket::{Ignite, Rocket, Sentinel};

use super::{Session, Sessions, StoreError, cookie_header};

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
        if cookie_header::is_dropped(req) {
            return Self(Some(Err(StoreError::UnreadableCookies)));
        }
        let name = &sessions.cookie_name;
        let mut tokens = cookie_header::values(req, name);
        Self(Some(match tokens.len() {
            0 | 1 => in_time(Session::load(sessions, tokens.pop(), req.client_ip())).await,
            _ => Err(StoreError::SeveralCookies(name.clone())),
        }))
    }
}

/// Gives up on a store that does not answer: nobody shall wait for it longer than a second.
pub(crate) async fn in_time<T>(
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let late = |_| Err(StoreError::Unreachable(format!("no answer within {STORE_TIMEOUT:?}")));
    timeout(STORE_TIMEOUT, work).await.unwrap_or_else(late)
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
