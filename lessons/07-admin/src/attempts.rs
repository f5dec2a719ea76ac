//! How often somebody may try to log in.

use std::time::Duration;

use parking_lot::Mutex;
use rocket::http::Status;
use shared::{Clock, Timestamp};

/// So many failed attempts a minute, whoever makes them: there is one password to guess.
const MOST: usize = 10;
const MINUTE: Duration = Duration::from_mins(1);

/// When the attempts of the last minute were made that did not succeed.
#[derive(Default)]
pub(crate) struct Attempts(Mutex<Vec<Timestamp>>);

impl Attempts {
    /// Counts an attempt before anybody looks at the password, so that a thousand at once are not
    /// a thousand guesses. If it is one too many, nobody looks at it.
    pub(crate) fn begin(&self, clock: &Clock) -> Result<Timestamp, Status> {
        let (mut attempts, now) = (self.0.lock(), clock.now());
        attempts.retain(|at| at + MINUTE.as_secs() > now);
        if attempts.len() >= MOST {
            return Err(Status::TooManyRequests);
        }
        attempts.push(now);
        Ok(now)
    }

    /// Whoever logs in has not failed: the attempt of that moment is no longer counted.
    pub(crate) fn forget(&self, moment: Timestamp) {
        let mut attempts = self.0.lock();
        if let Some(found) = attempts.iter().position(|at| *at == moment) {
            attempts.remove(found);
        }
    }
}
