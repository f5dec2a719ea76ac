//! Which browser it is.

use std::net::IpAddr;

use rocket::Request;
use rocket::http::Cookie;

use crate::id::SessionId;
use crate::session::household::household;
use crate::session::{Sessions, cookie};

/// A browser, by a cookie that the X-ray has given it and by where it is.
///
/// The cookie is a credential, and any page of this host may plant one, for cookies ignore ports. So
/// an id is good for one exchange: the answer brings the next, and the history moves along. What is
/// done with a planted id is seen under the next one, which only the browser has that did it.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Browser {
    pub(super) id: SessionId,
    pub(super) address: Option<IpAddr>,
}

impl Browser {
    pub(super) fn new(req: &Request<'_>) -> Self {
        Self::with(SessionId::random(), req)
    }

    /// As the request says: whether it is known here, [`History`](super::history::History) knows.
    pub(super) fn of(req: &Request<'_>, sessions: &Sessions) -> Option<Self> {
        let id = SessionId::parse(&cookie::value(req, &cookie_name(sessions))?)?;
        Some(Self::with(id, req))
    }

    /// Behind a proxy the address is the client's, by the setting `ip_header`.
    fn with(id: SessionId, req: &Request<'_>) -> Self {
        Self { id, address: req.client_ip().map(household) }
    }

    /// The cookie by which it will be known, until it closes.
    pub(super) fn cookie(self, sessions: &Sessions) -> Cookie<'static> {
        cookie::browser_cookie(sessions, cookie_name(sessions), self.id.token())
    }
}

/// The name of the X-ray's own cookie.
pub(super) fn cookie_name(sessions: &Sessions) -> String {
    format!("{}-xray", sessions.cookie_name)
}
