//! How a watched lesson is. The worker says it, and the proxy and the open pages hear it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use rocket::tokio::sync::watch::{Receiver, Sender};

use crate::build::Stopper;

/// How soon it is noticed that a lesson has ended by itself.
pub(super) const LOOK: Duration = Duration::from_millis(200);

/// How a lesson is, and since which change: a page that shows an older one loads itself again.
#[derive(Clone, Debug)]
pub struct State {
    /// It grows, also from one run of this program to the next.
    pub version: u64,
    /// How it is now.
    pub now: Now,
}

/// How a lesson is.
#[derive(Clone, Debug, PartialEq)]
pub enum Now {
    /// It is being built or started.
    Building,
    /// It runs, here.
    Running(String),
    /// It cannot be built, or has ended: why, and what to do.
    Broken {
        /// The compiler's words, or the lesson's last ones.
        words: String,
        /// What to do about the usual errors.
        advice: String,
    },
}

pub(super) struct Stage {
    state: Sender<State>,
    /// The build that is under way, and whether there shall be no more.
    build: Mutex<(Option<Stopper>, bool)>,
}

impl Stage {
    pub(super) fn new() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let version = u64::try_from(since.as_millis()).unwrap_or_default();
        let state = Sender::new(State { version, now: Now::Building });
        Self { state, build: Mutex::default() }
    }

    pub(super) fn state(&self) -> State {
        self.state.borrow().clone()
    }

    pub(super) fn hear(&self) -> Receiver<State> {
        self.state.subscribe()
    }

    /// It is like this now. While it is built, the pages stay as they are.
    pub(super) fn is(&self, now: Now) {
        self.state.send_modify(|state| {
            state.version += u64::from(now != Now::Building);
            state.now = now;
        });
    }

    /// It is as it was before a build that changed nothing.
    pub(super) fn is_again(&self, now: Now) {
        self.state.send_modify(|state| state.now = now);
    }

    /// A page has changed, and nothing else.
    pub(super) fn reload(&self) {
        self.state.send_modify(|state| state.version += 1);
    }

    /// A build is under way, or none. Says whether it may go on.
    pub(super) fn builds(&self, stopper: Option<Stopper>) -> bool {
        let (build, has_ended) = &mut *self.build.lock();
        *build = stopper;
        !*has_ended
    }

    /// Ends the build that is under way.
    pub(super) fn end(&self) {
        let (build, has_ended) = &mut *self.build.lock();
        *has_ended = true;
        if let Some(stopper) = build.take() {
            stopper.stop();
        }
    }
}
