//! The door of the room: how a learner comes in, and goes.

use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{FromForm, Route, post, routes};
use rocket_dyn_templates::{Template, context};
use shared::form::{Contextual, Form, Name};
use shared::{Clock, Session};

use super::code::new_code;
use super::live::Live;
use super::people::Person;
use super::{Class, Guest};

/// Where the page of a learner is.
pub(super) const PAGE: &str = "/join";

/// Under this key the session of a learner has their number.
const KEY: &str = "person";

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

/// The learner whose session this is, if they are in the room.
pub(super) fn member<'c>(class: &'c Class, session: &Session) -> Option<(u64, &'c Person)> {
    let number = session.get(KEY)?;
    Some((number, class.people.get(number)?))
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

/// Lets a learner in, who is then known by the session; or gives another name to one who is in.
pub(super) fn enter(
    guest: &Guest<'_>,
    session: &Session,
    name: &str,
    code: &str,
    clock: &Clock,
) -> Result<(), &'static str> {
    let mut class = guest.0.class();
    if let Some((number, _)) = member(&class, session) {
        class.people.rename(number, name)?;
    } else {
        let number = class.people.join(name, &code.to_uppercase(), clock.now())?;
        session.renew();
        session.insert(KEY, number);
    }
    drop(class);
    guest.0.changed();
    Ok(())
}

/// Changes the class on behalf of the learner whose session this is, and says whether they are in it.
pub(super) fn act(guest: &Guest<'_>, session: &Session, act: impl FnOnce(&mut Class, u64)) -> bool {
    let mut class = guest.0.class();
    let number = member(&class, session).map(|(number, _)| number);
    if let Some(number) = number {
        act(&mut class, number);
    }
    drop(class);
    if number.is_some() {
        guest.0.changed();
    }
    number.is_some()
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
