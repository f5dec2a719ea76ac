//! What `cargo lesson join` and the checks on a learner's machine send.

use rocket::form::Errors;
use rocket::http::Status;
use rocket::{FromForm, Route, State, post, routes};
use shared::form::{Form, Name};
use shared::{Clock, Session};

use super::Guest;
use super::member::{act, enter};
use crate::progress::Progress;

#[derive(FromForm)]
struct Joining<'r> {
    name: Result<Name<'r>, Errors<'r>>,
    code: &'r str,
}

/// Lets a learner's terminal in.
#[post("/join/tool", data = "<form>")]
fn join_by_tool(
    guest: Guest<'_>,
    session: &Session,
    clock: &Clock,
    form: Form<Joining<'_>>,
) -> Result<(), (Status, String)> {
    let name = form.name.as_ref().map_err(|errors| {
        let problem = errors.iter().next().map_or_else(String::new, ToString::to_string);
        (Status::UnprocessableEntity, problem)
    })?;
    let entered = enter(&guest, session, name.as_str(), form.code, clock);
    entered.map_err(|problem| (Status::Conflict, problem.to_owned()))
}

#[derive(FromForm)]
struct Told<'r> {
    progress: &'r str,
}

/// Takes what a learner's checks have said, of exercises that there are.
#[post("/join/progress", data = "<form>")]
fn progress_by_tool(
    guest: Guest<'_>,
    session: &Session,
    known: &State<Exercises>,
    form: Form<Told<'_>>,
) -> Result<(), (Status, &'static str)> {
    let told: Progress = serde_json::from_str(form.progress)
        .map_err(|_| (Status::UnprocessableEntity, "This is no progress."))?;
    let told = told.into_iter().filter(|(key, _)| known.0.contains(key));
    let is_there = act(&guest, session, |class, person| {
        if let Some(person) = class.people.get_mut(person) {
            person.progress.extend(told);
        }
    });
    is_there.then_some(()).ok_or((Status::Gone, "You are no longer in the room."))
}

/// The exercises that there are.
pub struct Exercises(pub Vec<String>);

pub(super) fn routes() -> Vec<Route> {
    routes![join_by_tool, progress_by_tool]
}
