//! What the instructor does on the board with a question.

use rocket::response::Redirect;
use rocket::{FromForm, Route, State, post, routes};
use shared::form::Form;

use super::board::change;
use super::poll::Phase;
use super::{Instructor, Room};
use crate::question;
use crate::runs::Runs;

#[derive(FromForm)]
struct Which<'r> {
    /// `02-name-form/1`
    question: &'r str,
}

/// Asks a question of a doc, unless it is asked now. The one before it is kept for the spreadsheet.
#[post("/room/ask", data = "<which>")]
fn ask(
    _instructor: Instructor,
    room: &State<Room>,
    runs: &State<Runs>,
    which: Form<Which<'_>>,
) -> Option<Redirect> {
    let mut all = question::all(&runs.root).ok()?.into_iter();
    let next = all.find(|it| format!("{}/{}", it.lesson, it.number) == which.question)?;
    Some(change(room, |class| {
        let is_asked = class.poll.as_ref().is_some_and(|now| now.question == next);
        if !is_asked {
            class.ask(Some(next));
        }
    }))
}

/// Lets the class discuss, then vote again, then shows the answer. The page says from where: pressed
/// twice, it goes on once.
#[post("/room/go-on/<from>")]
fn go_on(_instructor: Instructor, room: &State<Room>, from: usize) -> Redirect {
    change(room, |class| {
        let phases = [Phase::First, Phase::Discussion, Phase::Second];
        let poll = class.poll.as_mut().filter(|poll| phases.get(from) == Some(&poll.phase));
        if let Some(poll) = poll {
            poll.go_on();
        }
    })
}

#[post("/room/end")]
fn end(_instructor: Instructor, room: &State<Room>) -> Redirect {
    change(room, |class| class.ask(None))
}

pub(super) fn routes() -> Vec<Route> {
    routes![ask, go_on, end]
}
