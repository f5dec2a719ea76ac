//! Why a request is refused (400), for the page that says so.

use rocket::Request;

struct Reason(Option<&'static str>);

/// Remembers the reason; the first of a request counts.
pub(crate) fn refuse(req: &Request<'_>, reason: &'static str) {
    req.local_cache(|| Reason(Some(reason)));
}

/// The reason, if there is one.
pub(crate) fn reason(req: &Request<'_>) -> Option<&'static str> {
    req.local_cache(|| Reason(None)).0
}
