//! `cargo lesson room`: the start page, opened to a class. It knows who is there, who is stuck, what
//! each has done, and what they answer. All of it is in memory and gone at the end.

mod address;
mod board;
mod class;
mod door;
mod guards;
mod learner;
mod live;
mod people;
mod poll;
mod reset;
mod spreadsheet;
mod tool;

use parking_lot::{Mutex, MutexGuard};
use rocket::tokio::sync::watch::{Receiver, Sender};
use rocket::{Route, routes};

pub use self::address::{Addresses, greeting, likeliest};
pub use self::guards::{Guest, Instructor};
use self::people::People;
use self::poll::Poll;
pub use self::reset::reset;
pub use self::tool::Exercises;

/// A class, as it is now.
#[derive(Default)]
pub(crate) struct Class {
    people: People,
    /// The question that is asked now.
    poll: Option<Poll>,
    /// Those before it.
    asked: Vec<Poll>,
}

/// A class that is there, and what hears when it changes.
pub struct Room {
    class: Mutex<Class>,
    /// Each change, for the board.
    changes: Sender<u64>,
    /// Those that a learner's page shows too.
    news: Sender<u64>,
}

impl Room {
    /// A room with nobody in it.
    #[must_use]
    pub fn new() -> Self {
        Self { class: Mutex::default(), changes: Sender::new(0), news: Sender::new(0) }
    }

    fn class(&self) -> MutexGuard<'_, Class> {
        self.class.lock()
    }

    /// Something has changed that the board shows.
    fn changed(&self) {
        self.changes.send_modify(|version| *version += 1);
    }

    /// Something has changed that each page shows.
    pub(crate) fn changed_for_all(&self) {
        self.news.send_modify(|version| *version += 1);
        self.changed();
    }

    fn hear_changes(&self) -> Receiver<u64> {
        self.changes.subscribe()
    }

    fn hear_news(&self) -> Receiver<u64> {
        self.news.subscribe()
    }
}

impl Default for Room {
    fn default() -> Self {
        Self::new()
    }
}

/// The pages of the room.
#[must_use]
pub fn routes() -> Vec<Route> {
    let pages = [board::routes(), spreadsheet::routes(), door::routes(), learner::routes()];
    [pages.concat(), live::routes(), tool::routes(), routes![address::qr_code]].concat()
}
