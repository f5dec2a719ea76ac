//! Register, confirm the address, log in, log out.

use rocket::form::{Context, Contextual, Error, Form};
use rocket::response::Redirect;
use rocket::{FromForm, Route, State, get, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::database::Refusal;
use shared::form::{Email, Name, NewPassword, Password};
use shared::{Mailbox, Session, Visitor, password};

use crate::database::Db;
use crate::user::{User, remember};
use crate::{account, accounts, logins};

#[derive(FromForm)]
pub(crate) struct RegisterForm<'v> {
    pub(crate) username: Name<'v>,
    pub(crate) email: Email<'v>,
    password: NewPassword<'v>,
}

#[derive(FromForm)]
struct LoginForm<'v> {
    username: Name<'v>,
    password: Password<'v>,
}

#[get("/register")]
pub(crate) fn register_form() -> Template {
    page("register", &Context::default())
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
        return Err(refused("register", &context));
    };
    let hash = password::hash(form.password.as_str()).await;
    let Some(account) = accounts::create(db, &form, &hash, &visitor).await? else {
        return Err(wrong("register", "username", "That name is taken.", context));
    };
    let link = uri!(confirm_form(account.confirmation));
    mailbox.send(form.email.as_str(), "Confirm your address", link);
    remember(session, account.login);
    Ok(Redirect::to(uri!(account::page)))
}

/// The link in the mail. It asks first: programs that look into mails follow links too.
#[get("/confirm/<code>")]
fn confirm_form(code: &str) -> Template {
    Template::render("08-database/confirm", context! { code })
}

#[post("/confirm/<code>")]
async fn confirm(db: &State<Db>, code: &str) -> Result<Template, Refusal> {
    let done = accounts::confirm(db, code).await?;
    Ok(Template::render("08-database/confirm", context! { done }))
}

#[get("/login")]
fn already_logged_in(_user: User) -> Redirect {
    Redirect::to(uri!(account::page))
}

#[get("/login", rank = 2)]
pub(crate) fn form() -> Template {
    page("login", &Context::default())
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
        return Err(refused("login", &context));
    };
    let Some(account) = accounts::check(db, username.as_str(), password, &visitor).await? else {
        return Err(wrong("login", "password", "Name or password is wrong.", context));
    };
    logins::sweep(db, session.lifetime(), visitor.at).await?;
    remember(session, logins::begin(&mut *db.acquire().await?, &account, &visitor).await?);
    Ok(Redirect::to(uri!(account::page)))
}

#[post("/logout")]
async fn logout(db: &State<Db>, session: &Session, user: User) -> Result<Redirect, Refusal> {
    logins::end(db, &user.id, &user.login).await?;
    session.clear();
    Ok(Redirect::to(uri!(form)))
}

fn page(name: &str, form: &Context<'_>) -> Template {
    Template::render(format!("08-database/{name}"), context! { form })
}

fn refused(name: &str, form: &Context<'_>) -> Refusal {
    (form.status(), page(name, form)).into()
}

fn wrong<'v>(page: &str, field: &'v str, why: &'v str, mut form: Context<'v>) -> Refusal {
    form.push_error(Error::validation(why).with_name(field));
    refused(page, &form)
}

pub(crate) fn routes() -> Vec<Route> {
    let outside = routes![register_form, register, confirm_form, confirm];
    [outside, routes![already_logged_in, form, login, logout]].concat()
}
