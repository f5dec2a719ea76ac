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
use rocket::{Either, FromForm, catch, catchers, get, launch, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::form::{Contextual, Form, Name};
use shared::session::{Session, StoreError};

#[cfg(test)]
mod tests;

/// A visitor who is logged in: a handler with this argument runs only for them.
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

/// Try waiting five minutes on your page, then reload it: you land here.
#[get("/login")]
fn login_form(session: &Session) -> Either<Redirect, Template> {
    if session.contains("user") {
        Either::Left(Redirect::to(uri!(user)))
    } else {
        Either::Right(login_page(session, None))
    }
}

#[post("/login", data = "<form>")]
fn login(
    session: &Session,
    form: Form<Contextual<'_, LoginForm<'_>>>,
) -> Result<Redirect, (Status, Template)> {
    let Some(LoginForm { username }) = &form.value else {
        return Err((form.context.status(), login_page(session, Some(&form.context))));
    };
    session.renew();
    session.set_permanent(true);
    session.insert("user", username);
    Ok(Redirect::to(uri!(user)))
}

#[get("/user")]
fn user(user: User, session: &Session) -> Template {
    let (expiry, expires) = (session.expiry(), session.expires());
    Template::render("06-login/user", context! { name: user.name, expiry, expires })
}

/// What each page for users answers to other visitors: log in.
#[catch(401)]
fn not_logged_in() -> Redirect {
    Redirect::to(uri!(login_form))
}

/// Try visiting `/logout`: it asks first. Only the button logs out.
#[get("/logout")]
fn logout_form() -> Template {
    Template::render("06-login/logout", context! {})
}

#[post("/logout")]
fn logout(session: &Session) -> Redirect {
    session.clear();
    Redirect::to(uri!(login_form))
}

fn login_page(session: &Session, form: Option<&Context<'_>>) -> Template {
    let expired = session.has_expired();
    Template::render("06-login/login", context! { expired, expires: session.expires(), form })
}

#[launch]
fn rocket() -> _ {
    shared::lesson("06-login")
        .mount("/", routes![index, login_form, login, user, logout_form, logout])
        .register("/", catchers![not_logged_in])
}
