//! # Lesson 06: log in, log out, time out
//!
//! - **Teaches:** a login is a session that says who you are; it ends by log-out, or by time.
//! - **New:** a request guard of our own, a permanent session, `session.renew()`.
//! - **Run it:** `cargo run -p lesson-06`, then open <http://127.0.0.1:8006>.
//! - **Read on:** `docs/06-login.md`

use rocket::form::Context;
use rocket::http::Status;
use rocket::outcome::try_outcome;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::Redirect;
use rocket::{FromForm, get, launch, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::form::{Contextual, Form, Name};
use shared::session::{Session, StoreError};

#[cfg(test)]
mod tests;

/// A visitor who is logged in: a handler with this argument runs for nobody else.
struct User {
    name: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for User {
    type Error = &'r StoreError;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let session = try_outcome!(req.guard::<&Session>().await);
        match session.get("user") {
            Some(name) => Outcome::Success(Self { name }),
            None => Outcome::Forward(Status::Unauthorized),
        }
    }
}

/// A name is enough here; a real login asks for a password too.
#[derive(FromForm)]
struct LoginForm<'v> {
    username: Name<'v>,
}

#[get("/")]
fn index() -> Redirect {
    Redirect::to(uri!(user))
}

#[get("/login", rank = 1)]
fn already_logged_in(_user: User) -> Redirect {
    Redirect::to(uri!(user))
}

/// Try waiting five minutes on your page: you land here, and are told why.
#[get("/login?<ended>", rank = 2)]
fn login_form(session: &Session, ended: Option<bool>) -> Template {
    login_page(session, ended == Some(true), None)
}

#[post("/login", data = "<form>")]
fn login(
    session: &Session,
    form: Form<Contextual<'_, LoginForm<'_>>>,
) -> Result<Redirect, (Status, Template)> {
    let Some(LoginForm { username }) = &form.value else {
        let page = login_page(session, false, Some(&form.context));
        return Err((form.context.status(), page));
    };
    session.renew();
    session.set_permanent(true);
    session.insert("user", username);
    Ok(Redirect::to(uri!(user)))
}

#[get("/user")]
fn user(user: User, session: &Session) -> Template {
    let (name, ending) = (user.name, session.ending());
    let then = uri!(login_form(Some(true)));
    Template::render("06-login/user", context! { name, ending, then })
}

#[get("/user", rank = 2)]
fn user_unknown() -> Redirect {
    Redirect::to(uri!(login_form(_)))
}

/// Try visiting `/logout`: it asks first. Only the button logs out.
#[get("/logout")]
fn logout_form() -> Template {
    Template::render("06-login/logout", context! {})
}

#[post("/logout")]
fn logout(session: &Session) -> Redirect {
    session.clear();
    Redirect::to(uri!(login_form(_)))
}

fn login_page(session: &Session, ended: bool, form: Option<&Context<'_>>) -> Template {
    let ended = ended || session.has_ended();
    let lifetime = shared::in_words(session.lifetime());
    Template::render("06-login/login", context! { ended, lifetime, form })
}

#[launch]
fn rocket() -> _ {
    shared::lesson("06-login")
        .mount("/", routes![index, already_logged_in, login_form, login])
        .mount("/", routes![user, user_unknown, logout_form, logout])
}
