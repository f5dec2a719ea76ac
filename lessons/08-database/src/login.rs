//! Register, log in, log out.

use rocket::response::Redirect;
use rocket::{FromForm, Route, State, get, post, routes, uri};
use rocket_dyn_templates::Template;
use shared::database::Refusal;
use shared::form::{Contextual, Email, Form, Name, NewPassword, Password};
use shared::{Mailbox, Session, Visitor};

use crate::database::Db;
use crate::pages::{again, page, wrong};
use crate::user::{User, remember};
use crate::{account, accounts, confirm, logins, passwords};

#[derive(FromForm)]
pub(crate) struct RegisterForm<'v> {
    pub(crate) username: Name<'v>,
    pub(crate) email: Email<'v>,
    pub(crate) password: NewPassword<'v>,
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
    let Some(form) = value else {
        return Err(again("register", "", &context));
    };
    let Some(account) = accounts::create(db, &form, &visitor).await? else {
        let taken = ("username", "That name is taken.");
        return Err(wrong(("register", ""), taken, context));
    };
    remember(session, account.login).await?;
    let mail = (form.email.as_str(), account.confirmation.as_str());
    confirm::send(db, &mailbox, mail, &visitor).await;
    Ok(Redirect::to(uri!(account::page)))
}

#[get("/login")]
fn already_logged_in(_user: User) -> Redirect {
    Redirect::to(uri!(account::page))
}

#[get("/login", rank = 2)]
pub(crate) fn form() -> Template {
    page("login", "", None)
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
    let Some(login) = passwords::log_in(db, username.as_str(), password, &visitor).await? else {
        let answer = ("password", "Name or password is wrong.");
        return Err(wrong(("login", ""), answer, context));
    };
    remember(session, login).await?;
    Ok(Redirect::to(uri!(account::page)))
}

/// Without its login the session is worth nothing, even if it cannot be cleared any more.
#[post("/logout")]
async fn logout(db: &State<Db>, session: &Session, user: User) -> Result<Redirect, Refusal> {
    logins::end(db, &user.id, &user.login).await?;
    session.clear();
    Ok(Redirect::to(uri!(form)))
}

pub(crate) fn routes() -> Vec<Route> {
    routes![register_form, register, already_logged_in, form, login, logout]
}
