//! The time, which a test can set.

mod words;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};

pub use self::words::in_words;

/// Seconds since 1970-01-01 00:00:00 UTC.
pub type Timestamp = u64;

/// Tells sessions what time it is: the system's time, or a time that a test sets and moves.
///
/// It is a request guard too: a handler takes `&Clock` as it takes `&Session`.
///
/// Put one into Rocket's managed state and the sessions of that Rocket live by it:
///
/// ```
/// use std::time::Duration;
/// use shared::Clock;
///
/// let clock = Clock::manual(1_000_000);
/// let rocket = rocket::build().manage(clock.clone());
/// clock.advance(Duration::from_secs(300));
/// assert_eq!(clock.now(), 1_000_300);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Clock {
    manual: Option<Arc<AtomicU64>>,
}

impl Clock {
    /// A clock that stands still at `start`, in seconds since 1970, until [`advance`](Self::advance)
    /// moves it. Its clones are the same clock.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self { manual: Some(Arc::new(AtomicU64::new(start))) }
    }

    /// The time in seconds since 1970.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.manual {
            Some(seconds) => seconds.load(Ordering::SeqCst),
            None => SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs()),
        }
    }

    /// Moves a manual clock forward by the whole seconds of `time`; the system's clock goes by itself.
    pub fn advance(&self, time: Duration) {
        if let Some(seconds) = &self.manual {
            seconds.fetch_add(time.as_secs(), Ordering::SeqCst);
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r Clock {
    type Error = ();

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        match req.rocket().state() {
            Some(clock) => Outcome::Success(clock),
            None => Outcome::Error((Status::InternalServerError, ())),
        }
    }
}
