//! Who is in the room.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use shared::Timestamp;

use crate::progress::Progress;

/// How many learners find room.
const PLACES: usize = 500;

/// How long a name may be: it stands on the board.
const LONGEST: usize = 40;

/// How a learner has come in; one may have come in both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// A browser, on a phone or a laptop.
    Browser,
    /// `cargo lesson join`.
    Tool,
}

/// A learner.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) address: String,
    ways: Vec<Way>,
    pub(super) joined: Timestamp,
    /// Since when help is wanted.
    pub(super) stuck: Option<Timestamp>,
    /// What the checks on this learner's machine have said.
    pub(super) progress: Progress,
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
        address: &str,
        way: Way,
        now: Timestamp,
    ) -> Result<u64, &'static str> {
        if name.chars().count() > LONGEST {
            return Err("A name in the room has 40 characters at most.");
        }
        let wanted = name.to_lowercase();
        let of_this_name =
            self.by_number.iter_mut().find(|(_, it)| it.name.to_lowercase() == wanted);
        if let Some((number, person)) = of_this_name {
            // The laptop's browser and its terminal are one learner.
            if person.address == address && !person.ways.contains(&way) {
                person.ways.push(way);
                return Ok(*number);
            }
            return Err("This name is taken. Take another, such as yours with a letter more.");
        }
        if self.door_is_closed {
            return Err("The door is closed. Ask your instructor to open it.");
        }
        if self.by_number.len() >= PLACES {
            return Err("The room is full. Ask your instructor to make room.");
        }
        self.last += 1;
        let (name, address) = (name.to_owned(), address.to_owned());
        let (ways, progress) = (vec![way], Progress::new());
        let person = Person { name, address, ways, joined: now, stuck: None, progress };
        self.by_number.insert(self.last, person);
        Ok(self.last)
    }

    pub(super) fn get(&self, number: u64) -> Option<&Person> {
        self.by_number.get(&number)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Person> {
        self.by_number.get_mut(&number)
    }

    pub(super) fn remove(&mut self, number: u64) -> Option<Person> {
        self.by_number.remove(&number)
    }

    /// All, in the order in which they came.
    pub(super) fn all(&self) -> impl Iterator<Item = (u64, &Person)> {
        self.by_number.iter().map(|(number, person)| (*number, person))
    }

    pub(super) fn count(&self) -> usize {
        self.by_number.len()
    }
}
