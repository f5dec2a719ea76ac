//! Why the server knows a visitor, or does not.

use rocket::Request;

use super::lifecycle::Loaded;
use super::{Record, StoreError};
use crate::clock::Timestamp;
use crate::config::settings::SessionSettings;

/// Why a store has no record behind a token, as far as it can tell.
///
/// ```
/// use shared::session::NoRecord;
///
/// // What `Store::why_not` says if a store does not know better.
/// assert_eq!(NoRecord::default(), NoRecord::NoSuchId);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoRecord {
    /// No token of this store has this form.
    NotAToken,
    /// The seal does not fit: the token was changed, or sealed with another key or for another cookie.
    BrokenSeal,
    /// There is no session with this id: it has ended, or there never was one.
    #[default]
    NoSuchId,
}

/// What the server found when a handler asked for the session of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Known,
    NoCookie,
    /// There is a cookie, and no session behind it: the store may know [why](NoRecord).
    NoRecord,
    /// The session was over at that time.
    Expired {
        at: Timestamp,
        by_absolute_limit: bool,
    },
    SeveralCookies,
    UnreadableCookies,
    /// The store did not answer.
    Unreachable,
}

impl Verdict {
    /// Of this request, if a handler has asked.
    pub(crate) fn of(req: &Request<'_>) -> Option<Self> {
        Some(match Loaded::of(req)? {
            Ok(session) => session.verdict,
            Err(StoreError::SeveralCookies(_)) => Self::SeveralCookies,
            Err(StoreError::UnreadableCookies) => Self::UnreadableCookies,
            Err(_) => Self::Unreachable,
        })
    }

    /// Of the record that the store has found behind a token.
    pub(super) fn on(record: Option<&Record>, settings: &SessionSettings, now: Timestamp) -> Self {
        match record {
            Some(record) if record.has_expired(now) => Self::Expired {
                at: record.expires,
                by_absolute_limit: record.expires >= record.absolute_end(settings),
            },
            Some(record) if !record.values.is_empty() => Self::Known,
            _ => Self::NoRecord,
        }
    }
}
