//! `cargo lesson room`: the start page, opened to a class. It knows who is there, who is stuck, what
//! each has done, and what they answer. All of it is in memory and gone at the end.

mod address;
mod asking;
mod board;
mod class;
mod code;
mod door;
mod guards;
mod learner;
mod live;
mod member;
mod nickname;
mod people;
mod poll;
mod reset;
mod spreadsheet;
mod tool;

use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use rocket::tokio::sync::Semaphore;
use rocket::tokio::sync::watch::Sender;
use rocket::{Route, routes};

pub use self::address::greeting;
pub use self::code::new_code;
pub use self::guards::{Guest, Instructor};
use self::people::People;
use self::poll::Poll;
pub use self::reset::reset;
pub use self::tool::Exercises;
use crate::question::Question;

/// A class, as it is now.
#[derive(Default)]
pub(crate) struct Class {
    people: People,
    /// The question that is asked now.
    poll: Option<Poll>,
    /// Those before it.
    asked: Vec<Poll>,
}

impl Class {
    /// Asks a question in the place of the one before, or none.
    fn ask(&mut self, next: Option<Question>) {
        self.asked.extend(self.poll.take());
        self.poll = next.map(|question| Poll::new(self.asked.len() + 1, question));
    }

    /// The question that is asked now, or was asked last.
    fn last_asked(&self) -> Option<&Question> {
        self.poll.as_ref().or(self.asked.last()).map(|poll| &poll.question)
    }

    /// Takes a learner out, with all votes.
    fn remove(&mut self, number: u64) {
        self.people.remove(number);
        self.asked.iter_mut().chain(&mut self.poll).for_each(|poll| poll.forget(number));
    }
}

/// A class that is there, and what hears when it changes.
pub struct Room {
    class: Mutex<Class>,
    /// Each change, for the board.
    changes: Sender<u64>,
    /// Those that a learner's page shows too.
    news: Sender<u64>,
    /// For the pages that are told of them.
    places: Arc<Semaphore>,
    places_of_boards: Arc<Semaphore>,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            class: Mutex::default(),
            changes: Sender::new(0),
            news: Sender::new(0),
            places: Arc::new(Semaphore::new(600)),
            places_of_boards: Arc::new(Semaphore::new(10)),
        }
    }
}

impl Room {
    fn class(&self) -> MutexGuard<'_, Class> {
        self.class.lock()
    }

    /// Something has changed that the board shows.
    fn changed(&self) {
        self.changes.send_modify(|version| *version += 1);
    }

    /// Something has changed that each page shows.
    fn changed_for_all(&self) {
        self.news.send_modify(|version| *version += 1);
        self.changed();
    }
}

/// The pages of the room.
#[must_use]
pub fn routes() -> Vec<Route> {
    let pages = [board::routes(), asking::routes(), spreadsheet::routes(), door::routes()];
    let others = [learner::routes(), live::routes(), tool::routes(), routes![address::qr_code]];
    [pages, others].concat().concat()
}
