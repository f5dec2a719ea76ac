//! The pages with forms, and how a mistake brings one back.

use rocket::form::{Context, Error};
use rocket_dyn_templates::{Template, context};
use shared::database::Refusal;

/// A page with a form. The user's name, if there is one, is for password managers.
pub(crate) fn page(name: &str, user: &str, form: Option<&Context<'_>>) -> Template {
    Template::render(format!("08-database/{name}"), context! { user, form })
}

/// The form again, with what was typed and what is wrong.
pub(crate) fn again(name: &str, user: &str, form: &Context<'_>) -> Refusal {
    (form.status(), page(name, user, Some(form))).into()
}

/// The form again, because of something that only the database could know.
pub(crate) fn wrong<'v>(
    (name, user): (&str, &str),
    (field, why): (&'v str, &'v str),
    mut form: Context<'v>,
) -> Refusal {
    form.push_error(Error::validation(why).with_name(field));
    again(name, user, &form)
}
