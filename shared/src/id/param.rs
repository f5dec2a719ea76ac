//! Names for new things, and the part of an address that is one.

use std::fmt;

use rocket::http::impl_from_uri_param_identity;
use rocket::http::uri::fmt::{Formatter, FromUriParam, Path, UriDisplay};
use rocket::request::FromParam;

use super::SessionId;

/// A name for something new that nobody can guess: 128 random bits, as 22 letters, digits, `-` and `_`.
///
/// ```
/// assert_eq!(shared::random_id().len(), 22);
/// assert_ne!(shared::random_id(), shared::random_id());
/// ```
#[must_use]
pub fn random_id() -> String {
    SessionId::random().token()
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
