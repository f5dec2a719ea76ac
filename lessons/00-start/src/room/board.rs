//! The board, for the projector, and what the instructor does there.

use rocket::response::Redirect;
use rocket::{Config, FromForm, Route, State, get, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::Clock;
use shared::form::Form;

use super::address::to_join;
use super::door::PAGE;
use super::live::Live;
use super::poll::Phase;
use super::{Class, Guest, Instructor, Room};
use crate::question;
use crate::runs::Runs;

/// The board, as it is now. If the questions of a doc cannot be read, it says why.
#[get("/room")]
fn board(
    _instructor: Instructor,
    room: &State<Room>,
    config: &Config,
    runs: &State<Runs>,
    clock: &Clock,
) -> Live {
    let questions = question::all(&runs.root);
    let class = room.class();
    let (people, asked) = (class.tiles(clock.now()), class.asked(None));
    let (count, door_is_closed) = (class.people.count(), class.people.door_is_closed);
    drop(class);
    let (join, problem) = (to_join(config.port), questions.as_ref().err());
    let questions = questions.as_deref().unwrap_or_default();
    let context = context! { people, asked, count, door_is_closed, questions, join, problem };
    Live::new(Template::render("00-start/room", context))
}

/// The others are led to where they belong.
#[get("/room", rank = 2)]
fn board_for_guests(_guest: Guest<'_>) -> Redirect {
    Redirect::to(PAGE)
}

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

#[post("/room/door/<what>")]
fn door(_instructor: Instructor, room: &State<Room>, what: &str) -> Redirect {
    change(room, |class| class.people.door_is_closed = what == "close")
}

/// Takes all out, with their votes: a new class comes.
#[post("/room/remove")]
fn remove_all(_instructor: Instructor, room: &State<Room>) -> Redirect {
    change(room, |class| {
        class.people.remove_all();
        (class.poll, class.asked) = (None, vec![]);
    })
}

/// Takes a learner out, with all votes.
#[post("/room/remove/<number>")]
fn remove(_instructor: Instructor, room: &State<Room>, number: u64) -> Redirect {
    change(room, |class| class.remove(number))
}

fn change(room: &Room, change: impl FnOnce(&mut Class)) -> Redirect {
    change(&mut room.class());
    room.changed_for_all();
    Redirect::to(uri!(board))
}

pub(super) fn routes() -> Vec<Route> {
    routes![board, board_for_guests, ask, go_on, end, door, remove, remove_all]
}
