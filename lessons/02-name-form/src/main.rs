//! # Lesson 02: a form that is remembered
//!
//! - **Teaches:** a form, POST, and a session that holds a name from one request to the next.
//! - **New:** `FromForm`, `&Session`, redirect after POST.
//! - **Run it:** `cargo run -p lesson-02`, then open <http://127.0.0.1:8002>.
//! - **Read on:** `docs/02-name-form.md`

use rocket::form::Context;
use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{FromForm, get, launch, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::Session;
use shared::form::{Contextual, Form, Name};

#[cfg(test)]
mod tests;

#[derive(FromForm)]
struct NameForm<'v> {
    name: Name<'v>,
}

/// Try visiting `/` in two browsers: each has a name of its own.
#[get("/")]
fn index(session: &Session) -> Template {
    page(session, None)
}

/// Try a name of blanks only: the form comes back and says what is wrong.
#[post("/setName", data = "<form>")]
fn set_name(
    session: &Session,
    form: Form<Contextual<'_, NameForm<'_>>>,
) -> Result<Redirect, (Status, Template)> {
    let Some(NameForm { name }) = &form.value else {
        return Err((form.context.status(), page(session, Some(&form.context))));
    };
    session.insert("name", name);
    Ok(Redirect::to(uri!(index)))
}

fn page(session: &Session, form: Option<&Context<'_>>) -> Template {
    let name: Option<String> = session.get("name");
    Template::render("02-name-form/index", context! { name, form })
}

#[launch]
fn rocket() -> _ {
    shared::lesson("02-name-form").mount("/", routes![index, set_name])
}
