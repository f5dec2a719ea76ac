//! Reading headers.

use std::borrow::Cow;

use rocket::http::HeaderMap;

/// The values of a header. To look at the few headers that there are costs less than what Rocket's own
/// `get` does: it hashes the name, letter by letter.
pub(crate) fn values<'h>(
    headers: &'h HeaderMap<'_>,
    name: &'static str,
) -> impl Iterator<Item = Cow<'h, str>> {
    headers.iter().filter(move |header| header.name() == name).map(|header| header.value)
}
