//! What the board and a learner's page show of the class.

use std::collections::BTreeMap;

use serde::Serialize;
use shared::Timestamp;

use super::Class;
use super::people::Person;
use super::poll::{Phase, Poll};
use crate::progress::Progress;
use crate::workspace::number;

/// A learner on the board.
#[derive(Serialize)]
pub(super) struct Tile {
    number: u64,
    name: String,
    lessons: Vec<Done>,
    /// For how many minutes help has been wanted.
    stuck: Option<u64>,
}

/// What is done of a lesson's exercises.
#[derive(Serialize)]
pub(super) struct Done {
    lesson: String,
    /// The names of those that are done.
    exercises: Vec<String>,
}

/// A question, as a page shows it.
#[derive(Serialize)]
pub(super) struct Asked {
    /// Which poll it is, and which round: a vote says both.
    poll: usize,
    round: Option<usize>,
    lesson: String,
    number: usize,
    text: String,
    phase: Phase,
    choices: Vec<Choice>,
    /// How many votes there are in this round, or were in the one before.
    voted: usize,
    /// The votes of the first round, for those who want to see them before the discussion.
    first: Vec<usize>,
    /// When it is there.
    answer: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Choice {
    text: String,
    /// When the answer is there: how many voted for it in each round, and whether it is right.
    votes: Option<[usize; 2]>,
    is_right: bool,
    /// Whether it is the vote of the learner whose page it is.
    is_mine: bool,
}

impl Class {
    /// All, those who are stuck before the others, the longest first.
    pub(super) fn tiles(&self, now: Timestamp) -> Vec<Tile> {
        let mut people: Vec<_> = self.people.all().collect();
        people.sort_by_key(|(number, it)| (it.stuck.unwrap_or(Timestamp::MAX), *number));
        people.into_iter().map(|(number, person)| tile(number, person, now)).collect()
    }

    /// The question, for the board or for a learner.
    pub(super) fn asked(&self, learner: Option<u64>) -> Option<Asked> {
        self.poll.as_ref().map(|poll| asked(poll, learner))
    }
}

fn tile(number: u64, person: &Person, now: Timestamp) -> Tile {
    let lessons = done(&person.progress);
    let stuck = person.stuck.map(|since| now.saturating_sub(since) / 60);
    Tile { number, name: person.name.clone(), lessons, stuck }
}

/// What is done, by lesson.
pub(super) fn done(progress: &Progress) -> Vec<Done> {
    let mut lessons = BTreeMap::<_, Vec<_>>::new();
    for (key, _) in progress.iter().filter(|(_, is_done)| **is_done) {
        if let Some((lesson, exercise)) = key.split_once('/') {
            lessons.entry(lesson).or_default().push(exercise.to_owned());
        }
    }
    lessons
        .into_iter()
        .map(|(lesson, exercises)| Done { lesson: number(lesson).to_owned(), exercises })
        .collect()
}

fn asked(poll: &Poll, learner: Option<u64>) -> Asked {
    let (question, is_over) = (&poll.question, poll.phase == Phase::Answer);
    let [first, second] = [poll.counts(0), poll.counts(1)];
    let mine = learner.zip(poll.round()).and_then(|(person, round)| poll.vote_of(person, round));
    let choices = question.choices.iter().enumerate().map(|(at, text)| Choice {
        text: text.clone(),
        votes: is_over.then(|| [first[at], second[at]]),
        is_right: is_over && at == question.right,
        is_mine: mine == Some(at),
    });
    let votes =
        if matches!(poll.phase, Phase::First | Phase::Discussion) { &first } else { &second };
    Asked {
        poll: poll.number,
        round: poll.round(),
        lesson: number(&question.lesson).to_owned(),
        number: question.number,
        text: question.text.clone(),
        phase: poll.phase,
        choices: choices.collect(),
        voted: votes.iter().sum(),
        first: if poll.phase == Phase::Discussion { first } else { vec![] },
        answer: is_over.then(|| question.answer.clone()),
    }
}
