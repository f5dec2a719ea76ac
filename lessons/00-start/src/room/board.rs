//! The board, for the projector, and what the instructor does there.

use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{FromForm, Route, State, get, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::form::Form;
use shared::{Clock, Session};

use super::live::Live;
use super::poll::{Phase, Poll};
use super::{Addresses, Class, Instructor, Room};
use crate::question::{self, Question};
use crate::runs::Runs;
use crate::terminal::say;

/// The board, as it is now.
#[get("/room")]
fn board(
    _instructor: Instructor,
    room: &State<Room>,
    addresses: &State<Addresses>,
    runs: &State<Runs>,
    clock: &Clock,
    session: &Session,
) -> Result<Live, Status> {
    let questions = questions(runs)?;
    let class = room.class();
    let (people, asked) = (class.tiles(clock.now()), class.asked(None));
    let (count, door_is_closed) = (class.people.count(), class.people.door_is_closed);
    drop(class);
    let (join, messages) = (addresses.to_join(), session.flashes());
    let context = context! { people, asked, count, door_is_closed, questions, join, messages };
    Ok(Live::new(Template::render("00-start/room", context)))
}

/// Those of all docs. If one cannot be read, the terminal says why.
fn questions(runs: &Runs) -> Result<Vec<Question>, Status> {
    question::all(&runs.root).map_err(|problem| {
        say(&problem);
        Status::InternalServerError
    })
}

#[derive(FromForm)]
struct Which<'r> {
    /// `02-name-form/1`
    question: &'r str,
}

/// Asks a question of a doc. The one before it is kept for the spreadsheet.
#[post("/room/ask", data = "<which>")]
fn ask(
    _instructor: Instructor,
    room: &State<Room>,
    runs: &State<Runs>,
    which: Form<Which<'_>>,
) -> Result<Redirect, Status> {
    let mut all = questions(runs)?.into_iter();
    let found = all.find(|it| format!("{}/{}", it.lesson, it.number) == which.question);
    let next = Poll::new(found.ok_or(Status::NotFound)?);
    Ok(change(room, |class| class.ask(Some(next))))
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

/// Takes somebody out, with all votes.
#[post("/room/remove/<number>")]
fn remove(_instructor: Instructor, room: &State<Room>, number: u64) -> Redirect {
    change(room, |class| class.remove(number))
}

fn change(room: &Room, change: impl FnOnce(&mut Class)) -> Redirect {
    change(&mut room.class());
    room.changed_for_all();
    Redirect::to(uri!(board))
}

impl Class {
    fn ask(&mut self, next: Option<Poll>) {
        self.asked.extend(self.poll.take());
        self.poll = next;
    }

    pub(super) fn remove(&mut self, number: u64) {
        self.people.remove(number);
        self.asked.iter_mut().chain(&mut self.poll).for_each(|poll| poll.forget(number));
    }
}

pub(super) fn routes() -> Vec<Route> {
    routes![board, ask, go_on, end, door, remove]
}
