//! Which fields a form had and which its handler wants, where the two differ: for the page that tells a
//! learner, in debug builds.

use std::any::type_name;
use std::cell::Cell;

use rocket::Request;
use rocket::form::error::ErrorKind;
use rocket::form::{Errors, FromForm, Options, ValueField};

/// How many names are kept, and how much of each: a visitor can send any.
const NAMES: usize = 12;
const LENGTH: usize = 60;

/// The fields of a form that was sent and of the struct that it should become.
#[derive(Debug, PartialEq)]
pub(crate) struct Mismatch {
    /// The name of the struct.
    pub(crate) form: String,
    pub(crate) sent: Vec<String>,
    /// The fields that the struct is known to have: all that it cannot do without, and of the others
    /// those that were sent.
    pub(crate) wanted: Vec<String>,
    /// Those that were not sent, of which the struct cannot do without.
    pub(crate) missing: Vec<String>,
    /// Those that were sent, of which the struct has none.
    pub(crate) unexpected: Vec<String>,
}

/// What is known of the form of a request.
struct Noted(Option<Mismatch>);

thread_local! {
    static IS_ASKING: Cell<bool> = const { Cell::new(false) };
}

/// Whether a form is asked for its fields: then a [`Contextual`](super::Contextual) hides no error.
pub(super) fn is_asking() -> bool {
    IS_ASKING.get()
}

impl Mismatch {
    /// Remembers where the fields that were sent are not those that a struct wants.
    pub(super) fn note<'r, T: FromForm<'r>>(
        req: &Request<'_>,
        sent: impl Iterator<Item = &'r str> + Clone,
    ) {
        let found = Self::between::<T>(sent);
        req.local_cache(|| Noted(found));
    }

    /// What is wrong with the form of this request.
    pub(crate) fn of<'r>(req: &'r Request<'_>) -> Option<&'r Self> {
        req.local_cache(|| Noted(None)).0.as_ref()
    }

    fn between<'r, T: FromForm<'r>>(sent: impl Iterator<Item = &'r str> + Clone) -> Option<Self> {
        let required =
            refused::<T>(Options::Lenient, [].into_iter(), |it| matches!(it, ErrorKind::Missing));
        let unexpected =
            refused::<T>(Options::Strict, sent.clone(), |it| matches!(it, ErrorKind::Unexpected));
        let mut names: Vec<_> = sent.filter(|name| *name != "_method").map(shortened).collect();
        names.dedup();
        let missing: Vec<_> =
            required.iter().filter(|name| !names.contains(name)).cloned().collect();
        let known = names.iter().filter(|name| !unexpected.contains(name));
        let known = known.filter(|name| !required.contains(name)).cloned();
        let mut wanted: Vec<_> = required.iter().cloned().chain(known).collect();
        let is_right = missing.is_empty() && unexpected.is_empty();
        names.truncate(NAMES);
        wanted.truncate(NAMES);
        let form = struct_name(type_name::<T>()).to_owned();
        (!is_right).then_some(Self { form, sent: names, wanted, missing, unexpected })
    }
}

/// The fields that a struct refuses for this reason. It is asked with empty values: only the names
/// count, and no value is read a second time.
fn refused<'r, T: FromForm<'r>>(
    options: Options,
    names: impl Iterator<Item = &'r str>,
    is_reason: fn(&ErrorKind<'_>) -> bool,
) -> Vec<String> {
    IS_ASKING.set(true);
    let mut form = T::init(options);
    for name in names {
        T::push_value(&mut form, ValueField::from((name, "")));
    }
    let errors = T::finalize(form).err().unwrap_or_else(Errors::new);
    IS_ASKING.set(false);
    let refused = errors.iter().filter(|error| is_reason(&error.kind));
    let mut names: Vec<_> =
        refused.filter_map(|error| Some(shortened(&error.name.as_ref()?.to_string()))).collect();
    names.truncate(NAMES);
    names
}

fn shortened(name: &str) -> String {
    format!("{name:.LENGTH$}")
}

/// The name of a type without its path, and without what is around it: `NameForm` of
/// `shared::form::Contextual<lesson_02::NameForm<'_>>`.
fn struct_name(full: &str) -> &str {
    let is_of_a_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
    let mut paths = full.split(|c| !is_of_a_path(c)).filter(|part| part.contains("::"));
    let innermost = paths.next_back().unwrap_or(full);
    innermost.rsplit("::").next().unwrap_or(innermost)
}

#[cfg(test)]
mod tests {
    use rocket::FromForm;

    use super::*;
    use crate::form::{Contextual, Name};

    #[derive(FromForm)]
    #[expect(dead_code, reason = "only their names are asked for")]
    struct Account<'v> {
        username: Name<'v>,
        #[field(name = "mail")]
        email: &'v str,
        agreed: bool,
        nickname: Option<&'v str>,
    }

    fn between(sent: &[&'static str]) -> Option<Mismatch> {
        let sent = sent.iter().copied();
        let contextual = Mismatch::between::<Contextual<'_, Account<'_>>>(sent.clone());
        assert_eq!(contextual, Mismatch::between::<Account<'_>>(sent));
        contextual
    }

    #[test]
    fn a_form_with_all_that_it_must_have_is_right() {
        assert_eq!(between(&["username", "mail"]), None);
        assert_eq!(between(&["mail", "username", "agreed", "nickname", "_method"]), None);
    }

    #[test]
    fn what_is_missing_and_what_is_too_much_are_named() {
        let found = between(&["usrename", "mail", "nickname"]).unwrap();
        assert_eq!(found.form, "Account");
        assert_eq!(found.sent, ["usrename", "mail", "nickname"]);
        assert_eq!(found.wanted, ["username", "mail", "nickname"]);
        assert_eq!(
            (found.missing, found.unexpected),
            (vec!["username".into()], vec!["usrename".into()])
        );
    }

    #[test]
    fn a_visitor_cannot_fill_the_page() {
        let long: &str = "x".repeat(1000).leak();
        let found = between(&[long; 100]).unwrap();
        assert_eq!((found.sent.len(), found.sent[0].len()), (1, 60));
    }

    #[test]
    fn the_name_of_a_struct_has_no_path() {
        for full in [
            "lesson_02::NameForm",
            "shared::form::contextual::Contextual<lesson_02::NameForm>",
            "shared::form::contextual::Contextual<'_, lesson_02::NameForm<'_>>",
        ] {
            assert_eq!(struct_name(full), "NameForm");
        }
    }
}
