//! The mail with the link that confirms an address.

use rocket::response::Redirect;
use rocket::{Route, State, get, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::database::Refusal;
use shared::{Id, Mailbox, Session, Visitor};
use sqlx::AnyPool;

use crate::database::Db;
use crate::user::User;
use crate::{account, accounts, attempts};

/// Sends the link with this code, unless there were many mails to that address. If the database cannot
/// say so, none is sent: the account is there all the same, and its page sends another.
pub(crate) async fn send(
    db: &AnyPool,
    mailbox: &Mailbox<'_>,
    (email, code): (&str, &str),
    visitor: &Visitor,
) {
    if attempts::mail(db, email, visitor).await.unwrap_or(false) {
        mailbox.send(email, "Confirm your address", uri!(form(code)));
    }
}

/// The link in the mail. It asks first: programs that look into mails follow links too.
#[get("/confirm/<code>")]
fn form(code: Id<'_>) -> Template {
    Template::render("08-database/confirm", context! { code: code.as_str() })
}

#[post("/confirm/<code>")]
async fn confirm(db: &State<Db>, code: Id<'_>, visitor: Visitor) -> Result<Template, Refusal> {
    let done = accounts::confirm(db, code.as_str(), visitor.now()).await?;
    Ok(Template::render("08-database/confirm", context! { done }))
}

/// Try it six times within an hour: what you are told is always the same.
#[post("/confirm")]
async fn again(
    db: &State<Db>,
    session: &Session,
    user: User,
    mailbox: Mailbox<'_>,
    visitor: Visitor,
) -> Result<Redirect, Refusal> {
    // The limit comes first: where no mail goes out, the link in the last one stays good.
    if !user.is_confirmed
        && attempts::mail(db, &user.email, &visitor).await?
        && let Some(code) = accounts::another_code(db, &user, visitor.now()).await?
    {
        mailbox.send(&user.email, "Confirm your address", uri!(form(code.as_str())));
    }
    session.flash("If there were not too many mails to your address, another one is on its way.");
    Ok(Redirect::to(uri!(account::page)))
}

pub(crate) fn routes() -> Vec<Route> {
    routes![form, confirm, again]
}
