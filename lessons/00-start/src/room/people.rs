//! Who is in the room.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use rocket::tokio::sync::Semaphore;
use shared::Timestamp;

use super::nickname::{looks, short};
use crate::progress::Progress;

/// How many learners find room.
const PLACES: usize = 500;

/// How many pages of one learner are told of what is new. One that was left counts for some seconds.
const PAGES: usize = 20;

/// A learner.
pub(super) struct Person {
    pub(super) name: String,
    looks: [String; 2],
    /// Who gives it with the name is this learner, too: on another machine, or in the terminal.
    pub(super) code: String,
    pub(super) joined: Timestamp,
    /// Since when help is wanted.
    pub(super) stuck: Option<Timestamp>,
    /// What the checks on this learner's machine have said.
    pub(super) progress: Progress,
    /// The pages that may still be told.
    pub(super) pages: Arc<Semaphore>,
}

/// The people in the room, each with a number that does not come again.
#[derive(Default)]
pub(super) struct People {
    by_number: BTreeMap<u64, Person>,
    last: u64,
    pub(super) door_is_closed: bool,
}

impl People {
    /// Lets a learner in under a name, or says why not.
    pub(super) fn join(
        &mut self,
        name: &str,
        code: &str,
        now: Timestamp,
    ) -> Result<u64, &'static str> {
        if let Some((number, person)) = self.of_name(name) {
            let taken = "This name is taken, or looks like one that is. If it is yours, give its code; or else take another.";
            return if person.code == code { Ok(number) } else { Err(taken) };
        }
        if self.door_is_closed {
            return Err("The door is closed. Ask your instructor to open it.");
        }
        if self.by_number.len() >= PLACES {
            return Err("The room is full. Ask your instructor to make room.");
        }
        let (name, code) = (short(name)?.to_owned(), short(code)?.to_owned());
        let looks = looks(&name);
        let (stuck, progress, pages) = (None, Progress::new(), Arc::new(Semaphore::new(PAGES)));
        let person = Person { name, looks, code, joined: now, stuck, progress, pages };
        self.last += 1;
        self.by_number.insert(self.last, person);
        Ok(self.last)
    }

    /// Gives a learner another name, or says why not.
    pub(super) fn rename(&mut self, number: u64, name: &str) -> Result<(), &'static str> {
        if self.of_name(name).is_some_and(|(other, _)| other != number) {
            return Err(
                "This name is taken, or looks like one that is. Take another, or keep yours.",
            );
        }
        let name = short(name)?;
        if let Some(person) = self.by_number.get_mut(&number) {
            name.clone_into(&mut person.name);
            person.looks = looks(name);
        }
        Ok(())
    }

    fn of_name(&self, name: &str) -> Option<(u64, &Person)> {
        let [letters, skeleton] = looks(name);
        self.all().find(|(_, it)| it.looks[0] == letters || it.looks[1] == skeleton)
    }

    pub(super) fn get(&self, number: u64) -> Option<&Person> {
        self.by_number.get(&number)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Person> {
        self.by_number.get_mut(&number)
    }

    pub(super) fn remove(&mut self, number: u64) {
        self.by_number.remove(&number);
    }

    pub(super) fn remove_all(&mut self) {
        self.by_number.clear();
    }

    /// All, in the order in which they came.
    pub(super) fn all(&self) -> impl Iterator<Item = (u64, &Person)> {
        self.by_number.iter().map(|(number, person)| (*number, person))
    }

    pub(super) fn count(&self) -> usize {
        self.by_number.len()
    }
}
