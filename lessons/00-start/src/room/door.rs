//! The door of the room: how a learner comes in, and goes.

use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{FromForm, Route, post, routes};
use rocket_dyn_templates::{Template, context};
use shared::form::{Contextual, Form, Name};
use shared::{Clock, Session};

use super::code::new_code;
use super::live::Live;
use super::member::{act, enter};
use super::{Class, Guest};

/// Where the page of a learner is.
pub(super) const PAGE: &str = "/join";

#[derive(FromForm)]
struct Joining<'r> {
    name: Name<'r>,
    /// Made for this page: who presses twice joins once.
    new: &'r str,
    /// The code of a name that is in the room already.
    code: &'r str,
}

/// What a learner sees who is not in the room.
pub(super) fn door(session: &Session, name: &str, problem: &str) -> Live {
    let (messages, new) = (session.flashes(), new_code());
    Live::new(Template::render("00-start/join", context! { messages, name, problem, new }))
}

/// Try a name that is there already: the page says so.
#[post("/join", data = "<form>")]
fn join(
    guest: Guest<'_>,
    session: &Session,
    clock: &Clock,
    form: Form<Contextual<'_, Joining<'_>>>,
) -> Result<Redirect, (Status, Live)> {
    let Some(Joining { name, new, code }) = &form.value else {
        let typed = form.context.field_value("name").unwrap_or_default();
        let problem = form.context.field_errors("name").map(ToString::to_string).next();
        let problem = problem
            .unwrap_or_else(|| "A field is missing. Please load this page again.".to_owned());
        return Err((Status::UnprocessableEntity, door(session, typed, &problem)));
    };
    let name = name.as_str();
    let code = if code.trim().is_empty() { new } else { code.trim() };
    let entered = enter(&guest, session, name, code, clock);
    entered.map_err(|problem| (Status::Conflict, door(session, name, problem)))?;
    Ok(Redirect::to(PAGE))
}

#[post("/join/leave")]
fn leave(guest: Guest<'_>, session: &Session) -> Redirect {
    act(&guest, session, Class::remove);
    session.clear();
    Redirect::to(PAGE)
}

pub(super) fn routes() -> Vec<Route> {
    routes![join, leave]
}
