//! # Lesson 04: sign up, and leave again
//!
//! - **Teaches:** what belongs to all visitors (the list) and what to one (the session);
//!   what changes data is a POST.
//! - **New:** managed `State`, `session.take()`, a form that hides once it is done with.
//! - **Run it:** `cargo run -p lesson-04`, then open <http://127.0.0.1:8004>.
//! - **Read on:** `docs/04-unregister.md`

use std::collections::BTreeSet;

use parking_lot::Mutex;
use rocket::form::Context;
use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{FromForm, State, get, launch, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::Session;
use shared::form::{Contextual, Email, Form};

#[cfg(test)]
mod tests;

/// The addresses of all visitors. In memory, so gone when the server stops; as many as come; and
/// typing one is enough to remove it: fit for a class, not for the world.
type EmailList = Mutex<BTreeSet<String>>;

#[derive(FromForm)]
struct SignupForm<'v> {
    email: Email<'v>,
}

/// Try visiting `/` in two browsers: both see the list, each has its own form or button.
#[get("/")]
fn index(session: &Session, emails: &State<EmailList>) -> Template {
    page(session, emails, None)
}

#[post("/signup", data = "<form>")]
async fn signup(
    session: &Session,
    emails: &State<EmailList>,
    form: Form<Contextual<'_, SignupForm<'_>>>,
) -> Result<Redirect, (Status, Template)> {
    let Some(SignupForm { email }) = &form.value else {
        return Err((form.context.status(), page(session, emails, Some(&form.context))));
    };
    if !session.contains("email") {
        session.set_default("email", email);
        // Of several forms sent at once the session keeps one address, and the list gets that one.
        if session.save().await.is_ok() {
            emails.lock().extend(session.get::<String>("email"));
        }
    }
    Ok(Redirect::to(uri!(index)))
}

/// Try visiting `/unregister` by its address: a link can't do this, only the button can.
#[post("/unregister")]
fn unregister(session: &Session, emails: &State<EmailList>) -> Template {
    let email: Option<String> = session.take("email");
    let removed = match &email {
        Some(email) => emails.lock().remove(email),
        None => false,
    };
    Template::render("04-unregister/goodbye", context! { email, removed })
}

fn page(session: &Session, emails: &EmailList, form: Option<&Context<'_>>) -> Template {
    let email: Option<String> = session.get("email");
    let emails = &*emails.lock();
    Template::render("04-unregister/index", context! { email, emails, form })
}

#[launch]
fn rocket() -> _ {
    shared::lesson("04-unregister")
        .manage(EmailList::default())
        .mount("/", routes![index, signup, unregister])
}
