//! What the log said while a request was handled: Rocket 0.5.2 tells the log why, and its catchers only
//! the status.

use std::collections::VecDeque;
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};

use log::{Level, Record};
use parking_lot::Mutex;
use rocket::tokio::task::{self, Id};

use crate::id::without_ids;
use crate::launch::harmless::harmless;

/// How many lines are kept of all requests together, and how much of each.
const LINES: usize = 200;
const LENGTH: usize = 1000;

/// A line of the log.
pub(crate) struct Said {
    pub(super) text: String,
    /// The file and the line of a panic, as the compiler writes them.
    pub(super) place: Option<(String, u32)>,
}

static IS_LISTENING: AtomicBool = AtomicBool::new(false);

/// Rocket handles each request in a task of its own.
static HEARD: Mutex<VecDeque<(Id, Said)>> = Mutex::new(VecDeque::new());

/// From now on what is said is kept until its request is answered.
pub(super) fn listen() {
    IS_LISTENING.store(true, Ordering::Relaxed);
}

fn keep(text: impl FnOnce() -> String, place: Option<(String, u32)>) {
    if !IS_LISTENING.load(Ordering::Relaxed) {
        return;
    }
    let Some(request) = task::try_id() else { return };
    let text = harmless(&without_ids(&text()));
    let mut heard = HEARD.lock();
    heard.push_back((request, Said { text: format!("{text:.LENGTH$}"), place }));
    if heard.len() > LINES {
        heard.pop_front();
    }
}

/// Hears why something failed or did not match. That there is no such page is known anyway.
pub(crate) fn note_record(record: &Record<'_>) {
    let is_reason = record.level() <= Level::Warn && !record.target().starts_with("rocket::server");
    if is_reason {
        keep(|| record.args().to_string(), None);
    }
}

/// Hears where a handler panicked.
pub(crate) fn note_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map(|it| (it.file().to_owned(), it.line()));
    keep(|| info.payload_as_str().unwrap_or("a panic without words").to_owned(), place);
}

/// What was said since the request that is handled here began.
pub(super) fn take() -> Vec<Said> {
    let Some(request) = task::try_id() else { return vec![] };
    let mut heard = HEARD.lock();
    let (own, others) = heard.drain(..).partition::<Vec<_>, _>(|(id, _)| *id == request);
    heard.extend(others);
    own.into_iter().map(|(_, said)| said).collect()
}
