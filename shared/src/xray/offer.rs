//! The buttons of the panel: what may be tried out now.

use serde::Serialize;

use super::experiment::Idea;
use super::history::Known;
use super::tokens::Lost;

/// A button of the panel.
#[derive(Serialize)]
pub(super) struct Offer {
    /// `/_session/change`
    action: &'static str,
    name: &'static str,
    /// What it does, and not what comes of it.
    about: &'static str,
    is_possible: bool,
    /// Whether the visitor is still to be asked what they expect.
    is_new: bool,
    /// What there is to choose from, under this name.
    choose: &'static str,
    choices: Vec<(String, String)>,
}

/// How much time the button lets pass, in seconds.
const AGES: [(u64, &str); 3] = [(60, "a minute"), (3600, "an hour"), (86_400, "a day")];

impl Offer {
    pub(super) fn all(known: &Known, has_cookie: bool, lost: &[Lost]) -> Vec<Self> {
        let offer = |idea, action, name, about| Self {
            action,
            name,
            about,
            is_possible: has_cookie,
            is_new: known.is_new(idea),
            choose: "",
            choices: vec![],
        };
        let tokens = lost.iter().map(|it| (it.number.to_string(), it.label.clone())).collect();
        let ages = AGES.map(|(seconds, words)| (seconds.to_string(), words.to_owned())).into();
        vec![
            offer(
                Idea::Change,
                "change",
                "Change the cookie",
                "Puts another letter near the end of its value.",
            ),
            offer(
                Idea::Forget,
                "forget",
                "Forget the cookie",
                "Takes it out of your browser, as if you had deleted it there.",
            ),
            Self {
                is_possible: !lost.is_empty(),
                choose: "which",
                choices: tokens,
                ..offer(
                    known.restore(),
                    "restore",
                    "Bring the old cookie back",
                    "Gives your browser a cookie again that it had before.",
                )
            },
            Self {
                choose: "seconds",
                choices: ages,
                ..offer(
                    Idea::Age,
                    "age",
                    "Let time pass",
                    "Makes your session older, as if you had been away.",
                )
            },
        ]
    }
}
