//! What belongs to an account: its page, its logins, its password, its end.

use rocket::form::{Context, Contextual, Error, Form};
use rocket::response::Redirect;
use rocket::{FromForm, Route, State, get, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::database::Refusal;
use shared::form::{NewPassword, Password};
use shared::{Session, Visitor, in_words, password};

use crate::database::Db;
use crate::user::User;
use crate::{accounts, logins};

/// Try logging in with a second browser, and end that login here.
#[get("/user")]
pub(crate) async fn page(
    db: &State<Db>,
    session: &Session,
    user: User,
    visitor: Visitor,
) -> Result<Template, Refusal> {
    let logins = logins::of(db, &user, session.lifetime(), visitor.at).await?;
    let (messages, lifetime) = (session.flashes(), in_words(session.lifetime()));
    let User { name, email, is_confirmed, .. } = user;
    let page = context! { name, email, is_confirmed, logins, lifetime, messages };
    Ok(Template::render("08-database/user", page))
}

#[post("/logins/<id>/end")]
async fn end_login(db: &State<Db>, user: User, id: &str) -> Result<Redirect, Refusal> {
    logins::end(db, &user.id, id).await?;
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
    form_page("password", &user, &Context::default())
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
        return Err((context.status(), form_page("password", &user, &context)).into());
    };
    if accounts::check(db, &user.name, current, &visitor).await?.is_none() {
        return Err(wrong("password", "current", &user, context));
    }
    let hash = password::hash(password.as_str()).await;
    accounts::change_password(db, &user, &hash).await?;
    session.renew();
    session.flash("Your password is changed, and all other logins are ended.");
    Ok(Redirect::to(uri!(page)))
}

#[derive(FromForm)]
struct DeleteForm<'v> {
    password: Password<'v>,
}

#[get("/delete")]
fn delete_form(user: User) -> Template {
    form_page("delete", &user, &Context::default())
}

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
        return Err((context.status(), form_page("delete", &user, &context)).into());
    };
    if accounts::check(db, &user.name, password, &visitor).await?.is_none() {
        return Err(wrong("delete", "password", &user, context));
    }
    accounts::delete(db, &user.id).await?;
    session.clear();
    Ok(Redirect::to(uri!(crate::login::register_form)))
}

/// The name is there for password managers.
fn form_page(page: &str, user: &User, form: &Context<'_>) -> Template {
    Template::render(format!("08-database/{page}"), context! { name: &user.name, form })
}

fn wrong<'v>(page: &str, field: &'v str, user: &User, mut form: Context<'v>) -> Refusal {
    form.push_error(Error::validation("That is not your password.").with_name(field));
    (form.status(), form_page(page, user, &form)).into()
}

pub(crate) fn routes() -> Vec<Route> {
    let logins = routes![page, end_login, end_other_logins];
    [logins, routes![password_form, change_password, delete_form, delete]].concat()
}
