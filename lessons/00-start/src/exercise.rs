//! An exercise: a file below `lessons/…/exercises`, read as it stands there.

mod course;
mod parse;
mod parts;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use self::course::{all, find, linked, next, of_lesson};
use crate::workspace;

/// A fenced block of a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Block {
    /// What is written behind its first fence.
    pub language: String,
    /// What stands between its fences.
    pub text: String,
    /// The line of that fence, from 1.
    pub line: usize,
}

/// A hint, in a fold of its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hint {
    /// What the fold says while it is shut.
    pub summary: String,
    /// The hint, in Markdown.
    pub text: String,
}

/// A wrong way that people take.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mistake {
    /// What went wrong, in a sentence.
    pub sentence: String,
    /// More about it, in Markdown.
    pub text: String,
    /// It passes only if this mistake was made.
    pub check: Block,
    /// It makes the mistake.
    pub diff: Block,
}

/// An exercise of a lesson.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exercise {
    /// `02-name-form`
    pub lesson: String,
    /// `count-the-names`
    pub name: String,
    /// Where it stands, from the root of the workspace.
    pub path: String,
    /// The heading of the file.
    pub title: String,
    /// What is to be done, in Markdown.
    pub task: String,
    /// From a nudge to all but the code.
    pub hints: Vec<Hint>,
    /// It passes only if the exercise is done.
    pub check: Block,
    /// The wrong ways that are known, the first that fits is the one.
    pub mistakes: Vec<Mistake>,
    /// A solution: its diff.
    pub solution: Block,
    /// The whole part with the solution, in Markdown.
    pub explained: String,
}

impl Exercise {
    /// `02-name-form/count-the-names`, by which its progress is kept.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.lesson, self.name)
    }

    /// `02 count-the-names`, by which commands take it.
    #[must_use]
    pub fn arguments(&self) -> String {
        format!("{} {}", workspace::number(&self.lesson), self.name)
    }
}
