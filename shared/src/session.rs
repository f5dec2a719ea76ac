//! The session: what this server remembers of one visitor from request to request.

mod change;
mod ending;
mod fairing;
mod flash;
mod guard;
mod id;
mod record;
mod save;
pub(crate) mod store;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::change::Change;
pub use self::ending::Ending;
pub use self::fairing::SessionFairing;
pub(crate) use self::fairing::Sessions;
pub(crate) use self::guard::{in_time, token};
pub(crate) use self::id::SessionId;
pub use self::record::Record;
pub(crate) use self::save::{Outcome, browser_cookie, cookie, removal};
pub(crate) use self::store::COOKIE_LIMIT;
pub use self::store::{Store, StoreError};
use crate::clock::Timestamp;
use crate::settings::SessionSettings;

/// What is remembered of the visitor who sent this request: a dictionary, and a request guard.
///
/// It is loaded once per request, and only when a handler asks for it; it is saved once, after the
/// handler. Any value that serde knows can go in.
///
/// ```
/// use rocket::{get, post};
/// use shared::Session;
///
/// #[post("/setName/<name>")]
/// fn set_name(session: &Session, name: &str) {
///     session.insert("name", name);
/// }
///
/// #[get("/")]
/// fn index(session: &Session) -> Option<String> {
///     session.get("name")
/// }
/// ```
///
/// It means what it means in Flask (<https://flask.palletsprojects.com/en/stable/quickstart/#sessions>):
/// it begins when something is put into it, and ends when it is cleared, when the last key is
/// removed, or when its time is up.
pub struct Session {
    state: Mutex<State>,
    settings: Arc<SessionSettings>,
    now: Timestamp,
    /// From where the request came.
    address: Option<IpAddr>,
}

/// The session as this request sees it, and what the request did to it.
#[derive(Default)]
struct State {
    /// The token that the browser sent, be it good or not.
    sent: Option<String>,
    /// The record behind it, if it is good.
    loaded: Option<Arc<Record>>,
    /// The record as this request sees it.
    record: Arc<Record>,
    /// What to do again on the store's record, which another request may have changed meanwhile.
    changes: Vec<Change>,
    /// Whether what was loaded is over.
    cleared: bool,
    /// Whether the token shall be a new one.
    renewed: bool,
    /// A value that could not be stored.
    fault: Option<StoreError>,
}

impl Session {
    /// Reads the value of `key`: `None` if there is none, or if it is not a `T`.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) {
    /// let name: Option<String> = session.get("name");
    /// # }
    /// ```
    #[must_use]
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let state = self.state.lock();
        T::deserialize(state.record.values.get(key)?).ok()
    }

    /// Stores a value under `key`, in the place of one that may be there.
    ///
    /// A value that JSON cannot hold, such as a map whose keys are not strings, fails the request
    /// with 500, and nothing of it is saved.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) {
    /// session.insert("name", "Ferris");
    /// # }
    /// ```
    pub fn insert(&self, key: &str, value: impl Serialize) {
        match Change::insert(key, value) {
            Ok(change) => self.change(change),
            Err(fault) => self.state.lock().fault = Some(fault),
        }
    }

    /// Removes `key` and its value. Removing a key that is not there writes nothing.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) {
    /// session.remove("name");
    /// # }
    /// ```
    pub fn remove(&self, key: &str) {
        if self.contains(key) {
            self.change(Change::Remove(key.to_owned()));
        }
    }

    /// Removes `key` and returns its value, as Flask's `pop` does. `None` if there is none, or if it
    /// is not a `T`: then it is removed all the same.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) {
    /// let email: Option<String> = session.take("email");
    /// # }
    /// ```
    pub fn take<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let value = self.get(key);
        self.remove(key);
        value
    }

    /// Whether there is a value under `key`.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) -> bool {
    /// session.contains("email")
    /// # }
    /// ```
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.state.lock().record.values.contains_key(key)
    }

    /// Changes the value of `key` in place, beginning with the default if there is none that is a `T`.
    ///
    /// On the stores that keep sessions on the server nothing gets lost, even if many requests of
    /// one visitor do this at once. For that, `change` may run more than once.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) {
    /// session.update("visits", |visits: &mut u32| *visits += 1);
    /// # }
    /// ```
    pub fn update<T>(&self, key: &str, change: impl Fn(&mut T) + Send + Sync + 'static)
    where
        T: Serialize + DeserializeOwned + Default,
    {
        self.change(Change::update(key, change));
    }

    /// Ends the session: nothing of it is left on the server, and its cookie leaves the browser.
    /// What is inserted after this begins a new one.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn log_out(session: &Session) {
    /// session.clear();
    /// # }
    /// ```
    pub fn clear(&self) {
        let mut state = self.state.lock();
        state.record = Arc::new(Record::new(self.now));
        state.changes.clear();
        state.fault = None;
        state.cleared = true;
    }

    /// The keys, in alphabetical order.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) -> String {
    /// session.keys().join(", ")
    /// # }
    /// ```
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.state.lock().record.values.keys().cloned().collect()
    }

    /// Whether there is no value in it.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) -> bool {
    /// session.is_empty()
    /// # }
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.state.lock().record.values.is_empty()
    }

    /// Gives the session a new id and kills the old one. Do this at each login and each change of
    /// rights: an id that somebody knew before is worth nothing then (ASVS 7.2.4). The absolute
    /// lifetime begins anew. A request that is under way with the old id meanwhile changes nothing.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn log_in(session: &Session, name: &str) {
    /// session.renew();
    /// session.insert("user", name);
    /// # }
    /// ```
    pub fn renew(&self) {
        self.change(Change::Renew(self.now));
        self.state.lock().renewed = true;
    }

    /// Makes the session outlive the closing of the browser, or not. It is Flask's `session.permanent`.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn log_in(session: &Session) {
    /// session.set_permanent(true);
    /// # }
    /// ```
    pub fn set_permanent(&self, permanent: bool) {
        if self.permanent() != permanent {
            self.change(Change::Permanent(permanent));
        }
    }

    /// Whether the session outlives the closing of the browser.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) -> bool {
    /// session.permanent()
    /// # }
    /// ```
    #[must_use]
    pub fn permanent(&self) -> bool {
        self.state.lock().record.permanent
    }

    /// When the session will end if this request is its last; `None` if there is none.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) -> Option<u64> {
    /// session.ending().map(|ending| ending.seconds_left)
    /// # }
    /// ```
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        let state = self.state.lock();
        if state.is_to_be_saved(&self.settings) {
            let expires = state.record.extended(&self.settings, self.now);
            return Some(Ending::new(self.now, expires));
        }
        state.kept().map(|record| Ending::new(self.now, record.expires))
    }

    /// How long a session lives, by the settings: after its last use if it is permanent, otherwise
    /// after its last change.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) -> String {
    /// shared::in_words(session.lifetime())
    /// # }
    /// ```
    #[must_use]
    pub fn lifetime(&self) -> Duration {
        self.settings.lifetime
    }

    /// Whether the browser sent a cookie to which there is no session (any more).
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) -> &'static str {
    /// if session.has_ended() { "Please log in again." } else { "Please log in." }
    /// # }
    /// ```
    #[must_use]
    pub fn has_ended(&self) -> bool {
        let state = self.state.lock();
        state.sent.is_some() && state.loaded.is_none()
    }

    fn change(&self, change: Change) {
        let state = &mut *self.state.lock();
        match change.apply(Arc::make_mut(&mut state.record)) {
            Ok(()) => state.changes.push(change),
            Err(fault) => state.fault = Some(fault),
        }
    }

    /// Whether the answer may show something of it: then no cache shall keep it.
    fn is_personal(&self) -> bool {
        let state = self.state.lock();
        state.loaded.is_some() || !state.record.values.is_empty()
    }
}

impl State {
    /// What was loaded, unless it was cleared.
    fn kept(&self) -> Option<&Arc<Record>> {
        self.loaded.as_ref().filter(|_| !self.cleared)
    }

    /// A session that was not touched is not saved, unless its lifetime slides. A new one is saved
    /// only with a value in it: nobody fills the store by just visiting.
    fn is_to_be_saved(&self, settings: &SessionSettings) -> bool {
        if self.kept().is_none() {
            return !self.record.values.is_empty();
        }
        !self.changes.is_empty() || self.record.permanent && settings.refresh_each_request
    }
}
