//! What a visitor tries out with the X-ray's buttons, what they expect of it, and what comes of it.

use rocket::FromFormField;
use serde::Serialize;

/// What is tried out. Before it is done for the first time, the visitor is asked what they expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Idea {
    Change,
    Forget,
    Restore,
    /// To bring a cookie back whose session was ended, as by a log-out, is another matter.
    RestoreEnded,
    Age,
}

impl Idea {
    fn deed(self) -> &'static str {
        match self {
            Self::Change => "You changed the cookie",
            Self::Forget => "You made your browser forget the cookie",
            Self::Restore | Self::RestoreEnded => "You brought a cookie back",
            Self::Age => "You let time pass",
        }
    }
}

/// What the visitor expects the server to make of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromFormField, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Expected {
    Known,
    Stranger,
    Skip,
}

/// The last experiment.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Experiment {
    idea: Idea,
    /// What was done: `You changed the cookie`.
    deed: &'static str,
    expected: Option<Expected>,
    outcome: Option<Outcome>,
    /// Whether it came as expected.
    is_right: Option<bool>,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
struct Outcome {
    /// Whether the server knew the visitor.
    is_known: bool,
    /// The request that has decided it: `GET / 200`.
    exchange: String,
}

impl Experiment {
    pub(super) fn new(idea: Idea, expected: Option<Expected>) -> Self {
        let expected = expected.filter(|it| *it != Expected::Skip);
        Self { idea, deed: idea.deed(), expected, outcome: None, is_right: None }
    }

    pub(super) fn is_decided(&self) -> bool {
        self.outcome.is_some()
    }

    /// The first request in which a handler asks who this is decides it.
    pub(super) fn decide(&mut self, is_known: bool, exchange: String) {
        self.is_right = self.expected.map(|it| (it == Expected::Known) == is_known);
        self.outcome = Some(Outcome { is_known, exchange });
    }
}
