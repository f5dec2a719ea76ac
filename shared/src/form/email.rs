//! An email address.

use std::sync::LazyLock;

use regex::Regex;
use rocket::form::{self, FromFormField, ValueField};
use serde::Serialize;

/// How many characters an address may have (RFC 5321, 4.5.3.1.3, less the angle brackets).
const LONGEST: usize = 254;

/// What browsers accept in `<input type="email">`
/// (<https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address>).
static VALID: LazyLock<Regex> = LazyLock::new(|| {
    let label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
    let pattern = format!(r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{label}(?:\.{label})*$");
    Regex::new(&pattern).expect("the pattern of the HTML standard is well formed")
});

/// An email address that a browser would accept too, of 254 characters at most. Spaces around it are dropped.
///
/// ```
/// use rocket::form::{FromFormField, ValueField};
/// use shared::form::Email;
///
/// let typed = |text| Email::from_value(ValueField::from_value(text));
/// assert_eq!(typed(" ferris@example.com ").unwrap().as_str(), "ferris@example.com");
/// assert!(typed("ferris").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Email<'v>(&'v str);

impl<'v> Email<'v> {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &'v str {
        self.0
    }
}

impl<'v> FromFormField<'v> for Email<'v> {
    fn from_value(field: ValueField<'v>) -> form::Result<'v, Self> {
        let email = field.value.trim();
        if email.is_empty() {
            return Err(form::Error::validation("Please type an email address.").into());
        }
        if email.len() > LONGEST {
            return Err(form::Error::validation(format!(
                "An address has {LONGEST} characters at most."
            ))
            .into());
        }
        if !VALID.is_match(email) {
            return Err(form::Error::validation("An address looks like name@example.com.").into());
        }
        Ok(Self(email))
    }
}
