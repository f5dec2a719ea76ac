//! A question to the class, which votes twice: before it has discussed the question, and after.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::question::Question;

/// Where a question is. It goes on in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    First,
    Discussion,
    Second,
    Answer,
}

/// A question, and the votes of both rounds by the numbers of the people.
pub(super) struct Poll {
    /// Which one it is of this class, from 1.
    pub(super) number: usize,
    pub(super) question: Question,
    pub(super) phase: Phase,
    votes: [BTreeMap<u64, usize>; 2],
}

impl Poll {
    pub(super) fn new(number: usize, question: Question) -> Self {
        Self { number, question, phase: Phase::First, votes: Default::default() }
    }

    /// The round in which votes are given now: 0 or 1.
    pub(super) fn round(&self) -> Option<usize> {
        match self.phase {
            Phase::First => Some(0),
            Phase::Second => Some(1),
            Phase::Discussion | Phase::Answer => None,
        }
    }

    /// Takes a vote of this round, or another one of the same person, and says whether it counts: the
    /// page may be an older one.
    pub(super) fn vote(&mut self, person: u64, round: usize, choice: usize) -> bool {
        let is_choice = choice < self.question.choices.len();
        let round = self.round().filter(|now| *now == round && is_choice);
        round.map(|round| self.votes[round].insert(person, choice)).is_some()
    }

    pub(super) fn vote_of(&self, person: u64, round: usize) -> Option<usize> {
        self.votes.get(round)?.get(&person).copied()
    }

    /// How many have voted for each choice.
    pub(super) fn counts(&self, round: usize) -> Vec<usize> {
        let votes = &self.votes[round];
        let count = |choice| votes.values().filter(|voted| **voted == choice).count();
        (0..self.question.choices.len()).map(count).collect()
    }

    pub(super) fn forget(&mut self, person: u64) {
        for votes in &mut self.votes {
            votes.remove(&person);
        }
    }

    /// Goes to the next phase.
    pub(super) fn go_on(&mut self) {
        self.phase = match self.phase {
            Phase::First => Phase::Discussion,
            Phase::Discussion => Phase::Second,
            Phase::Second | Phase::Answer => Phase::Answer,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll() -> Poll {
        let choices = vec!["a".to_owned(), "b".to_owned()];
        let (lesson, text, answer) = ("02-name-form".to_owned(), String::new(), String::new());
        Poll::new(1, Question { lesson, number: 1, text, choices, right: 1, answer })
    }

    #[test]
    fn a_person_has_one_vote_in_each_round() {
        let mut poll = poll();
        assert!(poll.vote(1, 0, 0) && poll.vote(1, 0, 1) && poll.vote(2, 0, 1));
        assert!(!poll.vote(2, 0, 2) && !poll.vote(2, 1, 0));
        assert_eq!(poll.counts(0), [0, 2]);
        poll.go_on();
        assert!(!poll.vote(1, 0, 0), "they discuss it");
        poll.go_on();
        assert!(poll.vote(1, 1, 0) && !poll.vote(2, 0, 0), "the first round is over");
        assert_eq!((poll.counts(0), poll.counts(1)), (vec![0, 2], vec![1, 0]));
        poll.go_on();
        assert!(!poll.vote(2, 1, 0), "the answer is there");
        poll.forget(1);
        assert_eq!((poll.counts(0), poll.counts(1)), (vec![0, 1], vec![0, 0]));
    }
}
