//! How often a visitor may try to log in.

use std::collections::HashSet;
use std::time::Duration;

use parking_lot::Mutex;
use rocket::http::Status;
use shared::{Timestamp, Visitor};

/// So many failed attempts a minute from one address.
const FAILURES: usize = 10;
/// From so many addresses a minute one may fail: there is one password to guess.
const ADDRESSES: usize = 10;
const MINUTE: Duration = Duration::from_mins(1);

/// From where and when the attempts of the last minute were made that did not succeed.
#[derive(Default)]
pub(crate) struct Attempts(Mutex<Vec<(String, Timestamp)>>);

impl Attempts {
    /// Counts an attempt before its password is checked, so that a thousand at once are not a
    /// thousand guesses. If it is one too many, the password is not checked.
    pub(crate) fn begin(&self, visitor: &Visitor) -> Result<Timestamp, Status> {
        let (mut attempts, now) = (self.0.lock(), visitor.now());
        attempts.retain(|(_, at)| at + MINUTE.as_secs() > now);
        let from_here = attempts.iter().filter(|(from, _)| *from == visitor.address).count();
        let addresses: HashSet<_> = attempts.iter().map(|(from, _)| from).collect();
        if from_here >= FAILURES || from_here == 0 && addresses.len() >= ADDRESSES {
            return Err(Status::TooManyRequests);
        }
        attempts.push((visitor.address.clone(), now));
        Ok(now)
    }

    /// A login is not a failure: the attempt of that moment is no longer counted.
    pub(crate) fn forget(&self, visitor: &Visitor, moment: Timestamp) {
        let mut attempts = self.0.lock();
        let is_it = |(from, at): &(String, _)| *from == visitor.address && *at == moment;
        if let Some(found) = attempts.iter().position(is_it) {
            attempts.remove(found);
        }
    }
}
