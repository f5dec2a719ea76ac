//! How often somebody may try to log in.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use rocket::http::Status;
use shared::{Timestamp, Visitor};

/// So many failed attempts a minute from one address.
const FAILURES: usize = 10;
/// From so many addresses a minute one may fail: there is one password to guess.
const ADDRESSES: usize = 10;
const MINUTE: Duration = Duration::from_mins(1);

/// When the attempts of the last minute were made that did not succeed, by address: ten from one
/// machine lock nobody out who is elsewhere.
#[derive(Default)]
pub(crate) struct Attempts(Mutex<HashMap<String, Vec<Timestamp>>>);

impl Attempts {
    /// Counts an attempt before anybody looks at the password, so that a thousand at once are not
    /// a thousand guesses. If it is one too many, nobody looks at it.
    pub(crate) fn begin(&self, visitor: &Visitor) -> Result<Timestamp, Status> {
        let (mut all, now) = (self.0.lock(), visitor.now());
        all.retain(|_, attempts| {
            attempts.retain(|at| at + MINUTE.as_secs() > now);
            !attempts.is_empty()
        });
        let is_new = !all.contains_key(&visitor.address);
        if is_new && all.len() >= ADDRESSES {
            return Err(Status::TooManyRequests);
        }
        let from_here = all.entry(visitor.address.clone()).or_default();
        if from_here.len() >= FAILURES {
            return Err(Status::TooManyRequests);
        }
        from_here.push(now);
        Ok(now)
    }

    /// Whoever logs in has not failed: the attempt of that moment is no longer counted.
    pub(crate) fn forget(&self, visitor: &Visitor, moment: Timestamp) {
        if let Some(attempts) = self.0.lock().get_mut(&visitor.address)
            && let Some(found) = attempts.iter().position(|at| *at == moment)
        {
            attempts.remove(found);
        }
    }
}
