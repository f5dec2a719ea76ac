//! Register, log in, log out.

use rocket::response::Redirect;
use rocket::{Either, FromForm, Route, State, catch, get, post, routes, uri};
use rocket_dyn_templates::Template;
use shared::database::Refusal;
use shared::form::{Contextual, Email, Form, Name, NewPassword, Password};
use shared::{Mailbox, Session, Visitor};

use super::{again, emails, page, profile, wrong};
use crate::db::accounts::{self, NewAccount};
use crate::db::{Db, logins, passwords};
use crate::user::{User, remember};

#[derive(FromForm)]
struct RegisterForm<'v> {
    username: Name<'v>,
    email: Email<'v>,
    password: NewPassword<'v>,
}

#[derive(FromForm)]
struct LoginForm<'v> {
    username: Name<'v>,
    password: Password<'v>,
}

#[get("/register")]
pub(crate) fn register_form() -> Template {
    page("register", "", None)
}

#[post("/register", data = "<form>")]
async fn register(
    db: &State<Db>,
    session: &Session,
    visitor: Visitor,
    mailbox: Mailbox<'_>,
    form: Form<Contextual<'_, RegisterForm<'_>>>,
) -> Result<Redirect, Refusal> {
    let Contextual { value, context } = form.into_inner();
    let Some(RegisterForm { username, email, password }) = value else {
        return Err(again("register", "", &context));
    };
    let (name, email, password) = (username.as_str(), email.as_str(), password.as_str());
    let new = NewAccount { name, email, password };
    let Some(account) = accounts::create(db, new, &visitor).await? else {
        let taken = ("username", "That name is taken.");
        return Err(wrong(("register", ""), taken, context));
    };
    remember(session, account.login).await?;
    emails::send_link(db, &mailbox, (email, &account.confirmation), &visitor).await;
    Ok(Redirect::to(uri!(profile::page)))
}

#[get("/login")]
async fn login_form(
    db: &State<Db>,
    session: &Session,
    visitor: Visitor,
) -> Result<Either<Redirect, Template>, Refusal> {
    match User::of(session, db, visitor.now()).await? {
        Some(_) => Ok(Either::Left(Redirect::to(uri!(profile::page)))),
        None => Ok(Either::Right(page("login", "", None))),
    }
}

/// What each page for users answers to other visitors: log in.
#[catch(401)]
pub(crate) fn not_logged_in() -> Redirect {
    Redirect::to(uri!(login_form))
}

/// Try a wrong password and an unknown name: the same answer, after the same time.
#[post("/login", data = "<form>")]
async fn login(
    db: &State<Db>,
    session: &Session,
    visitor: Visitor,
    form: Form<Contextual<'_, LoginForm<'_>>>,
) -> Result<Redirect, Refusal> {
    let Contextual { value, context } = form.into_inner();
    let Some(LoginForm { username, password }) = value else {
        return Err(again("login", "", &context));
    };
    logins::sweep(db, session.lifetime(), visitor.now()).await?;
    let Some(login) = passwords::log_in(db, username.as_str(), password.as_str(), &visitor).await?
    else {
        let answer = ("password", "Name or password is wrong.");
        return Err(wrong(("login", ""), answer, context));
    };
    remember(session, login).await?;
    Ok(Redirect::to(uri!(profile::page)))
}

/// Without its login the session is worth nothing, even if it cannot be cleared any more.
#[post("/logout")]
async fn logout(db: &State<Db>, session: &Session, user: User) -> Result<Redirect, Refusal> {
    logins::end(db, &user.id, &user.login).await?;
    session.clear();
    Ok(Redirect::to(uri!(login_form)))
}

pub(crate) fn routes() -> Vec<Route> {
    routes![register_form, register, login_form, login, logout]
}
