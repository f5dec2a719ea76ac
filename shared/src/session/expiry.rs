//! When a session ends, for a page to show.

use rocket::time::OffsetDateTime;
use serde::Serialize;

use crate::clock::Timestamp;

/// The end of a session, as seen from a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expiry {
    /// The seconds that are left.
    pub seconds_left: u64,
    /// The time of day in UTC, `14:05:09`.
    pub at: String,
}

impl Expiry {
    pub(super) fn new(now: Timestamp, expires: Timestamp) -> Self {
        let end = i64::try_from(expires)
            .ok()
            .and_then(|end| OffsetDateTime::from_unix_timestamp(end).ok());
        Self {
            seconds_left: expires.saturating_sub(now),
            at: end.map_or_else(String::new, |end| {
                format!("{:02}:{:02}:{:02}", end.hour(), end.minute(), end.second())
            }),
        }
    }
}
