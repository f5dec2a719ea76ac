//! The mail with the link that confirms an address, and the email list, which has confirmed addresses
//! only.

use rocket::response::Redirect;
use rocket::{Route, State, get, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::database::Refusal;
use shared::{Id, Mailbox, Session, Visitor};
use sqlx::AnyPool;

use super::profile;
use crate::db::{Db, accounts, attempts, emails};
use crate::user::User;

/// Sends the link with this code, unless there were many mails to that address. If the database cannot
/// say so, none is sent: the account is there all the same, and its page sends another.
pub(super) async fn send_link(
    db: &AnyPool,
    mailbox: &Mailbox<'_>,
    (email, code): (&str, &str),
    visitor: &Visitor,
) {
    if attempts::mail(db, email, visitor).await.unwrap_or(false) {
        mailbox.send(email, "Confirm your address", uri!(link(code)));
    }
}

/// The link in the mail. It asks first: programs that look into mails follow links too.
#[get("/confirm/<code>")]
fn link(code: Id<'_>) -> Template {
    Template::render("08-database/confirm", context! { code: code.as_str() })
}

#[post("/confirm/<code>")]
async fn confirm(db: &State<Db>, code: Id<'_>, visitor: Visitor) -> Result<Template, Refusal> {
    let done = accounts::confirm(db, code.as_str(), visitor.now()).await?;
    Ok(Template::render("08-database/confirm", context! { done }))
}

/// Try it six times within an hour: what you are told is always the same.
#[post("/confirm")]
async fn another_link(
    db: &State<Db>,
    session: &Session,
    user: User,
    mailbox: Mailbox<'_>,
    visitor: Visitor,
) -> Result<Redirect, Refusal> {
    // The limit comes first: where no mail goes out, the link in the last one stays good.
    if !user.is_confirmed
        && attempts::mail(db, &user.email, &visitor).await?
        && let Some(code) = accounts::another_code(db, &user.id, visitor.now()).await?
    {
        mailbox.send(&user.email, "Confirm your address", uri!(link(code.as_str())));
    }
    session.flash("If there were not too many mails to your address, another one is on its way.");
    Ok(Redirect::to(uri!(profile::page)))
}

#[get("/emails")]
async fn list(db: &State<Db>, session: &Session, user: User) -> Result<Template, Refusal> {
    let (emails, is_on_it) = (emails::all(db).await?, emails::contains(db, &user.id).await?);
    let (email, is_confirmed, messages) = (user.email, user.is_confirmed, session.flashes());
    let page = context! { email, emails, is_on_it, is_confirmed, messages };
    Ok(Template::render("08-database/emails", page))
}

/// Try it before you have opened the link in the mail: an address that is not yours cannot be put on the list.
#[post("/signup")]
async fn signup(db: &State<Db>, user: User) -> Result<Redirect, Refusal> {
    emails::add(db, &user.id).await?;
    Ok(Redirect::to(uri!(list)))
}

#[post("/unregister")]
async fn unregister(db: &State<Db>, session: &Session, user: User) -> Result<Redirect, Refusal> {
    if emails::remove(db, &user.id).await? {
        session.flash(format!("We have removed {} from the list!", user.email));
    } else {
        session.flash("That address isn't on our list");
    }
    Ok(Redirect::to(uri!(list)))
}

pub(crate) fn routes() -> Vec<Route> {
    routes![link, confirm, another_link, list, signup, unregister]
}
