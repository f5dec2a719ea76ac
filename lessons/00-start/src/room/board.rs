//! The board, for the projector, and what the instructor does there with the people in the room.

use std::net::IpAddr;

use rocket::response::Redirect;
use rocket::{Config, Route, State, get, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::Clock;

use super::address::to_join;
use super::door::PAGE;
use super::live::Live;
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
    let last = class.last_asked().cloned();
    drop(class);
    let (join, problem) = (to_join(&runs.network, config.port), questions.as_ref().err());
    let questions = questions.as_deref().unwrap_or_default();
    // The list stands at the one after that.
    let next = questions.iter().position(|it| Some(it) == last.as_ref()).map_or(0, |at| at + 1);
    let context = context! { people, asked, count, door_is_closed, questions, next, join, problem };
    Live::new(Template::render("00-start/room", context))
}

/// The others are led to where they belong.
#[get("/room", rank = 2)]
fn board_for_guests(_guest: Guest<'_>) -> Redirect {
    Redirect::to(PAGE)
}

#[post("/room/door/<what>")]
fn door(_instructor: Instructor, room: &State<Room>, what: &str) -> Redirect {
    change(room, |class| class.people.door_is_closed = what == "close")
}

/// Shows this address of the machine as the one to join at.
#[post("/room/address/<address>")]
fn show_address(
    _instructor: Instructor,
    room: &State<Room>,
    runs: &State<Runs>,
    address: IpAddr,
) -> Redirect {
    runs.network.choose(address);
    change(room, |_| ())
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

/// Changes the class, tells all pages of it, and leads back to the board.
pub(super) fn change(room: &Room, change: impl FnOnce(&mut Class)) -> Redirect {
    change(&mut room.class());
    room.changed_for_all();
    Redirect::to(uri!(board))
}

pub(super) fn routes() -> Vec<Route> {
    routes![board, board_for_guests, door, show_address, remove, remove_all]
}
