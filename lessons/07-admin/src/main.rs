//! # Lesson 07: an admin behind a password
//!
//! - **Teaches:** a page that only the admin may see, and what it takes to guard a password.
//! - **New:** the files `admin.rs` and `attempts.rs`; a password's hash instead of a password.
//! - **Run it:** `cargo run -p lesson-07`, then open <http://127.0.0.1:8007>. The terminal says the
//!   admin's password.
//! - **Read on:** `docs/07-admin.md`

mod admin;
mod attempts;

use std::collections::BTreeSet;

use parking_lot::Mutex;
use rocket::form::Context;
use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{FromForm, State, catchers, get, launch, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::Session;
use shared::form::{Contextual, Email, Form};
use shared::password::AdminPassword;

use self::attempts::Attempts;

#[cfg(test)]
mod tests;

/// The addresses of all visitors. In memory, so gone when the server stops: the next lesson keeps them.
type EmailList = Mutex<BTreeSet<String>>;

#[derive(FromForm)]
struct SignupForm<'v> {
    email: Email<'v>,
}

/// The list and what becomes of it are lesson 04's.
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

/// Try it after the admin has removed your address.
#[post("/unregister")]
fn unregister(session: &Session, emails: &State<EmailList>) -> Template {
    let email: Option<String> = session.take("email");
    let removed = match &email {
        Some(email) => emails.lock().remove(email),
        None => false,
    };
    Template::render("07-admin/goodbye", context! { email, removed })
}

fn page(session: &Session, emails: &EmailList, form: Option<&Context<'_>>) -> Template {
    let email: Option<String> = session.get("email");
    let emails = &*emails.lock();
    Template::render("07-admin/index", context! { email, emails, form })
}

#[launch]
fn rocket() -> _ {
    shared::lesson("07-admin")
        .attach(AdminPassword::fairing())
        .manage(EmailList::default())
        .manage(Attempts::default())
        .mount("/", routes![index, signup, unregister])
        .mount("/", admin::routes())
        .register("/", catchers![admin::not_an_admin])
}
