//! A password as it is typed. Neither type can be printed or shown again.

use rocket::form::{self, FromFormField, ValueField};

use crate::text::normalize;

/// How many characters a new password must have (ASVS 6.2.1), and how many any may have: ASVS 6.2.9
/// wants 64 at least to be allowed.
const SHORTEST: usize = 8;
const LONGEST: usize = 128;

/// How many characters are hashed, however they were typed.
fn length(password: &str) -> usize {
    normalize(password).chars().count()
}

/// A password for a login, of 1 to 128 characters of any kind. Nothing is dropped,
/// and it may be typed in any of Unicode's spellings: `shared::password` normalizes what it hashes.
///
/// ```
/// use rocket::form::{FromFormField, ValueField};
/// use shared::form::Password;
///
/// let typed = |text| Password::from_value(ValueField::from_value(text));
/// assert_eq!(typed(" open sesame ").ok().unwrap().as_str(), " open sesame ");
/// assert!(typed("").is_err());
/// ```
#[derive(Clone, Copy)]
pub struct Password<'v>(&'v str);

impl<'v> Password<'v> {
    /// The password as text.
    #[must_use]
    pub fn as_str(&self) -> &'v str {
        self.0
    }
}

impl<'v> FromFormField<'v> for Password<'v> {
    fn from_value(field: ValueField<'v>) -> form::Result<'v, Self> {
        match length(field.value) {
            0 => Err(form::Error::validation("Please type the password.").into()),
            1..=LONGEST => Ok(Self(field.value)),
            _ => Err(form::Error::validation("A password has 128 characters at most.").into()),
        }
    }
}

/// A new password, of 8 to 128 characters of any kind.
///
/// ```
/// use rocket::form::{FromFormField, ValueField};
/// use shared::form::NewPassword;
///
/// let typed = |text| NewPassword::from_value(ValueField::from_value(text));
/// assert_eq!(typed("open sesame").ok().unwrap().as_str(), "open sesame");
/// assert!(typed("sesame").is_err());
/// ```
#[derive(Clone, Copy)]
pub struct NewPassword<'v>(Password<'v>);

impl<'v> NewPassword<'v> {
    /// The password as text.
    #[must_use]
    pub fn as_str(&self) -> &'v str {
        self.0.as_str()
    }
}

impl<'v> FromFormField<'v> for NewPassword<'v> {
    fn from_value(field: ValueField<'v>) -> form::Result<'v, Self> {
        let password = Password::from_value(field)?;
        if length(password.as_str()) < SHORTEST {
            let short = "A new password has 8 characters at least.";
            return Err(form::Error::validation(short).into());
        }
        Ok(Self(password))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_as_long_as_what_is_hashed() {
        let is_new = |typed: &str| NewPassword::from_value(ValueField::from_value(typed)).is_ok();
        assert!(is_new(&"e\u{301}".repeat(128)));
        assert!(!is_new(&"e\u{301}".repeat(7)));
        assert!(!is_new(&"\u{958}".repeat(65)), "each is two characters");
        assert!(
            is_new("👩‍👩‍👧👩‍👩‍👧") && is_new("\u{200b}\u{202e}\u{378} 1234") && is_new("\0\u{7f}123456")
        );
    }
}
