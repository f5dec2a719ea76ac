//! The admin: who that is, how one becomes it, and what only it may do.

use rocket::form::{Context, Error};
use rocket::http::Status;
use rocket::outcome::try_outcome;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::Redirect;
use rocket::{Either, FromForm, Responder, Route, State, catch, get, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::Visitor;
use shared::form::{Email, Form, Password};
use shared::password::AdminPassword;
use shared::session::{Session, StoreError};

use crate::EmailList;
use crate::attempts::Attempts;

/// The visitor who has typed the password. Only this module can make one, and only from a session
/// that says so: a handler with this argument cannot forget to check.
pub(crate) struct Admin(());

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Admin {
    type Error = &'r StoreError;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let session = try_outcome!(req.guard::<&Session>().await);
        match session.get("admin") {
            Some(true) => Outcome::Success(Self(())),
            _ => Outcome::Forward(Status::Unauthorized),
        }
    }
}

/// What each page for the admin answers to other visitors: log in.
#[catch(401)]
pub(crate) fn not_an_admin() -> Redirect {
    Redirect::to(uri!(login_form))
}

#[derive(FromForm)]
struct LoginForm<'v> {
    password: Password<'v>,
}

/// Why a login failed: the form again, or a status of which a catcher makes the page (429, 503).
#[derive(Responder)]
enum LoginError {
    #[response(status = 422)]
    Wrong(Template),
    Refused(Status),
}

#[get("/login")]
fn login_form(session: &Session) -> Either<Redirect, Template> {
    let form = Context::default();
    match session.get("admin") {
        Some(true) => Either::Left(Redirect::to(uri!(admin_page))),
        _ => Either::Right(Template::render("07-admin/login", context! { form })),
    }
}

/// Try eleven wrong passwords within a minute. Whatever is wrong with one, the answer is the same.
#[post("/login", data = "<form>")]
async fn login(
    session: &Session,
    attempts: &State<Attempts>,
    visitor: Visitor,
    admin: &State<AdminPassword>,
    form: Option<Form<LoginForm<'_>>>,
) -> Result<Redirect, LoginError> {
    let attempt = attempts.begin(&visitor).map_err(LoginError::Refused)?;
    let typed = form.as_ref().map_or("", |form| form.password.as_str());
    if !admin.is(typed, &visitor.address).await.map_err(LoginError::Refused)? {
        let mut context = Context::default();
        context.push_error(Error::validation("That is not the password.").with_name("password"));
        let page = Template::render("07-admin/login", context! { form: context });
        return Err(LoginError::Wrong(page));
    }
    attempts.forget(&visitor, attempt);
    session.renew();
    session.insert("admin", true);
    Ok(Redirect::to(uri!(admin_page)))
}

#[get("/admin")]
fn admin_page(_admin: Admin, session: &Session, emails: &State<EmailList>) -> Template {
    let (messages, emails) = (session.flashes(), &*emails.lock());
    Template::render("07-admin/admin", context! { messages, emails })
}

#[derive(FromForm)]
struct RemoveForm<'v> {
    email: Email<'v>,
}

/// Try removing the address of a visitor in another browser, who then presses Unregister.
#[post("/admin/remove", data = "<form>")]
fn remove(
    _admin: Admin,
    session: &Session,
    emails: &State<EmailList>,
    form: Form<RemoveForm<'_>>,
) -> Redirect {
    let email = form.email.as_str();
    emails.lock().remove(email);
    session.flash(format!("{email} is no longer on the list."));
    Redirect::to(uri!(admin_page))
}

/// Ends the whole session: an address stays on the list, but this browser is a new visitor's.
#[post("/logout")]
fn logout(session: &Session) -> Redirect {
    session.clear();
    Redirect::to(uri!(crate::index))
}

pub(crate) fn routes() -> Vec<Route> {
    routes![login_form, login, admin_page, remove, logout]
}
