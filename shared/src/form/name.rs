//! A person's name.

use rocket::form::{self, FromFormField, ValueField};
use serde::Serialize;

/// How many characters a name may have.
const LONGEST: usize = 100;

/// A name of 1 to 100 characters, none of them a control character. Blanks around it are dropped.
///
/// ```
/// use rocket::form::{FromFormField, ValueField};
/// use shared::form::Name;
///
/// let typed = |text| Name::from_value(ValueField::from_value(text));
/// assert_eq!(typed("  Ferris ").unwrap().as_str(), "Ferris");
/// assert!(typed("   ").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Name<'v>(&'v str);

impl<'v> Name<'v> {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &'v str {
        self.0
    }
}

impl<'v> FromFormField<'v> for Name<'v> {
    fn from_value(field: ValueField<'v>) -> form::Result<'v, Self> {
        if field.value.contains(char::is_control) {
            return Err(
                form::Error::validation("A name is one line of ordinary characters.").into()
            );
        }
        let name = field.value.trim();
        if name.is_empty() {
            return Err(form::Error::validation("Please type a name.").into());
        }
        if name.chars().count() > LONGEST {
            return Err(form::Error::validation(format!(
                "A name has {LONGEST} characters at most."
            ))
            .into());
        }
        Ok(Self(name))
    }
}
