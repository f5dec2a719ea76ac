//! What belongs to an account: its page, its logins, its password, its end.

use rocket::response::Redirect;
use rocket::{FromForm, Route, State, get, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::database::Refusal;
use shared::form::{Contextual, Form, NewPassword, Password};
use shared::{Id, Session, Visitor};

use super::{again, ago, auth, wrong};
use crate::db::logins::{self, Login};
use crate::db::passwords::{self, Change};
use crate::db::{Db, accounts};
use crate::user::{User, remember};

/// Try logging in with a second browser, and end that login here.
#[get("/user")]
pub(crate) async fn page(
    db: &State<Db>,
    session: &Session,
    user: User,
    visitor: Visitor,
) -> Result<Template, Refusal> {
    let now = visitor.now();
    let logins = logins::of(db, &user.id, session.lifetime(), now).await?;
    let logins = logins.iter().map(|Login { id, browser, address, began_at, seen_at }| {
        let (began, seen) = (ago(*began_at, now), ago(*seen_at, now));
        context! { id, browser, address, began, seen, is_this_one: *id == user.login }
    });
    let logins: Vec<_> = logins.collect();
    let (messages, ends) = (session.flashes(), session.expires());
    let User { name, email, is_confirmed, .. } = &user;
    let page = context! { name, email, is_confirmed, logins, ends, messages };
    Ok(Template::render("08-database/user", page))
}

#[post("/logins/<id>/end")]
async fn end_login(db: &State<Db>, user: User, id: Id<'_>) -> Result<Redirect, Refusal> {
    logins::end(db, &user.id, id.as_str()).await?;
    Ok(Redirect::to(uri!(page)))
}

#[post("/logins/end_others")]
async fn end_other_logins(db: &State<Db>, user: User) -> Result<Redirect, Refusal> {
    logins::end_others(&mut *db.acquire().await?, &user.id, &user.login).await?;
    Ok(Redirect::to(uri!(page)))
}

#[derive(FromForm)]
struct PasswordForm<'v> {
    current: Password<'v>,
    password: NewPassword<'v>,
}

#[get("/password")]
fn password_form(user: User) -> Template {
    super::page("password", &user.name, None)
}

/// Try it while a second browser is logged in.
#[post("/password", data = "<form>")]
async fn change_password(
    db: &State<Db>,
    session: &Session,
    user: User,
    visitor: Visitor,
    form: Form<Contextual<'_, PasswordForm<'_>>>,
) -> Result<Redirect, Refusal> {
    let Contextual { value, context } = form.into_inner();
    let Some(PasswordForm { current, password }) = value else {
        return Err(again("password", &user.name, &context));
    };
    let (old, new) = (current.as_str(), password.as_str());
    let change = Change { name: &user.name, login: &user.login, old, new };
    let Some(login) = passwords::change(db, change, &visitor).await? else {
        let answer = ("current", "That is not your password.");
        return Err(wrong(("password", &user.name), answer, context));
    };
    remember(session, login).await?;
    session.flash("Your password is changed, and all other logins are ended.");
    Ok(Redirect::to(uri!(page)))
}

#[derive(FromForm)]
struct DeleteForm<'v> {
    password: Password<'v>,
}

#[get("/delete")]
fn delete_form(user: User) -> Template {
    super::page("delete", &user.name, None)
}

/// The session ends first: if the account then stays, all that is lost is this login.
#[post("/delete", data = "<form>")]
async fn delete(
    db: &State<Db>,
    session: &Session,
    user: User,
    visitor: Visitor,
    form: Form<Contextual<'_, DeleteForm<'_>>>,
) -> Result<Redirect, Refusal> {
    let Contextual { value, context } = form.into_inner();
    let Some(DeleteForm { password }) = value else {
        return Err(again("delete", &user.name, &context));
    };
    if passwords::check(db, &user.name, password.as_str(), &visitor).await?.is_none() {
        let answer = ("password", "That is not your password.");
        return Err(wrong(("delete", &user.name), answer, context));
    }
    session.clear();
    session.save().await?;
    accounts::delete(db, &user.id, &user.login).await?;
    Ok(Redirect::to(uri!(auth::register_form)))
}

pub(crate) fn routes() -> Vec<Route> {
    let logins = routes![page, end_login, end_other_logins];
    [logins, routes![password_form, change_password, delete_form, delete]].concat()
}
