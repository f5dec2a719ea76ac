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
use shared::form::{Contextual, Form, is_visible};

#[cfg(test)]
mod tests;

#[derive(FromForm)]
struct NameForm<'r> {
    #[field(validate = with(is_name, "Please type a name of 1 to 100 characters."))]
    name: &'r str,
}

/// The browser checks this too, but a request need not come from a browser.
fn is_name(typed: &&str) -> bool {
    let length = typed.trim().chars().count();
    (1..=100).contains(&length) && is_visible(typed)
}

/// Try visiting `/` after each click, and look at the browser's cookies.
#[get("/")]
fn index(session: &Session) -> Template {
    page(session, None)
}

/// Try a name of spaces only: the form comes back and says what is wrong.
#[post("/setName", data = "<form>")]
fn set_name(
    session: &Session,
    form: Form<Contextual<'_, NameForm<'_>>>,
) -> Result<Redirect, (Status, Template)> {
    match &form.value {
        Some(valid) => {
            session.insert("name", valid.name.trim());
            Ok(Redirect::to(uri!(index)))
        }
        None => Err((form.context.status(), page(session, Some(&form.context)))),
    }
}

/// Try sending this link to a friend: their name is gone. From lesson 04 on, what changes data is a POST.
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
