//! The pages, and how a mistake brings back one with a form.

pub(crate) mod auth;
mod emails;
pub(crate) mod profile;
mod stocks;

use std::time::Duration;

use rocket::Route;
use rocket::form::{Context, Error};
use rocket_dyn_templates::{Template, context};
use shared::database::Refusal;
use shared::{Timestamp, in_words};

pub(crate) fn routes() -> Vec<Route> {
    [auth::routes(), profile::routes(), emails::routes(), stocks::routes()].concat()
}

/// A page with a form. The user's name, if there is one, is for password managers.
fn page(name: &str, user: &str, form: Option<&Context<'_>>) -> Template {
    Template::render(format!("08-database/{name}"), context! { user, form })
}

/// The form again, with what was typed and what is wrong.
fn again(name: &str, user: &str, form: &Context<'_>) -> Refusal {
    (form.status(), page(name, user, Some(form))).into()
}

/// The form again, because of something that only the database could know.
fn wrong<'v>(
    (name, user): (&str, &str),
    (field, why): (&'v str, &'v str),
    mut form: Context<'v>,
) -> Refusal {
    form.push_error(Error::validation(why).with_name(field));
    again(name, user, &form)
}

/// How long ago a moment was, in words.
fn ago(moment: i64, now: Timestamp) -> String {
    match now.saturating_sub(moment.cast_unsigned()) {
        0 => "just now".to_owned(),
        seconds => format!("{} ago", in_words(Duration::from_secs(seconds))),
    }
}
