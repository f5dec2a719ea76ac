//! # Lesson 03: forgetting again
//!
//! - **Teaches:** how a session ends: its values go, and its cookie leaves the browser.
//! - **New:** `session.clear()`, and a GET that changes something, which is a mistake on purpose.
//! - **Run it:** `cargo run -p lesson-03`, then open <http://127.0.0.1:8003>.
//! - **Read on:** `docs/03-reset.md`

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

/// Try visiting `/` after each click, and look at the browser's cookies.
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

/// Try sending somebody this link: their name is gone. From lesson 04 on, what changes data is a POST.
#[get("/reset")]
fn reset(session: &Session) -> Redirect {
    session.clear();
    Redirect::to(uri!(index))
}

fn page(session: &Session, form: Option<&Context<'_>>) -> Template {
    let name: Option<String> = session.get("name");
    Template::render("03-reset/index", context! { name, form })
}

#[launch]
fn rocket() -> _ {
    shared::lesson("03-reset").mount("/", routes![index, set_name, reset])
}
