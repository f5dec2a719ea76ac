//! Names for new things, and the part of an address that is one.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

#[cfg(feature = "database")]
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use regex::{Captures, Regex};
use rocket::http::impl_from_uri_param_identity;
use rocket::http::uri::fmt::{Formatter, FromUriParam, Path, UriDisplay};
use rocket::request::FromParam;
#[cfg(feature = "database")]
use sha2::{Digest, Sha256};

use super::SessionId;

/// A name for something new that cannot be guessed: 128 random bits, as 22 letters, digits, `-` and `_`.
///
/// ```
/// assert_eq!(shared::random_id().len(), 22);
/// assert_ne!(shared::random_id(), shared::random_id());
/// ```
#[must_use]
pub fn random_id() -> String {
    SessionId::random().token()
}

/// The SHA-256 of a text, as 43 letters, digits, `-` and `_`: what a database keeps in the place of
/// something that opens a door. Who reads it there cannot find the [`random_id`] behind it.
///
/// ```
/// assert_eq!(shared::digest("AbC").len(), 43);
/// assert_ne!(shared::digest("AbC"), shared::digest("abc"));
/// ```
#[cfg(feature = "database")]
#[must_use]
pub fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

/// A text for a log, in which every [`random_id`] is replaced by `…`, also one that is written in
/// percent-encoding or has something behind it: what an address holds may open something.
pub(crate) fn without_ids(text: &str) -> Cow<'_, str> {
    static IDS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("(?:[A-Za-z0-9_-]|%[0-9A-Fa-f]{2}){22,}").expect("this is a regular expression")
    });
    // A long name in small letters is no id: of a hundred million ids one looks like that.
    let is_name =
        |text: &str| text.bytes().all(|it| it.is_ascii_lowercase() || b"_-".contains(&it));
    IDS.replace_all(text, |found: &Captures<'_>| {
        let found = &found[0];
        if is_name(found) { found.to_owned() } else { "…".to_owned() }
    })
}

/// A part of a path that has the form of a [`random_id`]; with any other the address is not found.
///
/// ```
/// use rocket::{get, uri};
/// use shared::Id;
///
/// #[get("/stocks/<id>")]
/// fn stock(id: Id<'_>) -> String {
///     id.as_str().to_owned()
/// }
///
/// let id = shared::random_id();
/// assert_eq!(uri!(stock(&*id)).to_string(), format!("/stocks/{id}"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Id<'r>(&'r str);

impl<'r> Id<'r> {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &'r str {
        self.0
    }
}

impl<'r> FromParam<'r> for Id<'r> {
    type Error = &'r str;

    fn from_param(param: &'r str) -> Result<Self, Self::Error> {
        SessionId::parse(param).map(|_| Self(param)).ok_or(param)
    }
}

impl UriDisplay<Path> for Id<'_> {
    fn fmt(&self, f: &mut Formatter<'_, Path>) -> fmt::Result {
        UriDisplay::fmt(self.0, f)
    }
}

impl<'a> FromUriParam<Path, &'a str> for Id<'_> {
    type Target = &'a str;

    fn from_uri_param(id: &'a str) -> &'a str {
        id
    }
}

impl_from_uri_param_identity!([Path] ('a) Id<'a>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_log_has_an_id_in_it() {
        let id = random_id();
        for (begin, end) in
            [("/confirm/", ""), ("POST /logins/", "/end: 303"), ("", "."), ("", "x9")]
        {
            let shown = without_ids(&format!("{begin}{id}{end}")).into_owned();
            assert!(!shown.contains(&id) && shown.starts_with(begin), "{shown}");
        }
        let encoded = format!("/confirm/{}%{:02x}{}", &id[..9], id.as_bytes()[9], &id[10..]);
        assert_eq!(without_ids(&encoded), "/confirm/…");
        for plain in [
            "/blog_posts/17",
            "/docs/pictures/growth-sessions.svg",
            "/a_route_with_a_name_that_is_long",
        ] {
            assert_eq!(without_ids(plain), plain);
        }
    }
}
