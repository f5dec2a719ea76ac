//! One mistake, as a page tells it.

use serde::Serialize;

/// What is wrong, where, and what to do. Names of code stand between backticks.
#[derive(Serialize)]
pub(super) struct Mistake {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) place: Option<Place>,
    pub(super) facts: Vec<Fact>,
    pub(super) mend: String,
}

/// Something to compare, as a short list.
#[derive(Serialize)]
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) items: Vec<String>,
}

/// A line of a file, and those around it.
#[derive(Clone, Serialize)]
pub(super) struct Place {
    /// From the root of the workspace, if it is in there.
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) lines: Vec<Line>,
}

#[derive(Clone, Serialize)]
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) text: String,
    pub(super) is_it: bool,
}

impl Place {
    /// `lessons/02-name-form/src/main.rs:43`
    pub(super) fn short(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

/// Names between backticks.
pub(super) fn quoted<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    names.into_iter().map(|name| format!("`{name}`")).collect()
}
