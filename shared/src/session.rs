//! The session: what this server remembers of one visitor from request to request.

mod change;
pub(crate) mod cookie;
mod expiry;
mod fairing;
mod flash;
pub(crate) mod household;
mod lifecycle;
mod record;
mod save;
pub(crate) mod store;
mod turns;
mod verdict;

use std::net::IpAddr;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::change::{Call, Change};
pub use self::expiry::Expiry;
pub use self::fairing::SessionFairing;
pub(crate) use self::fairing::Sessions;
pub(crate) use self::lifecycle::{Refused, in_time, is_file};
pub use self::record::Record;
pub(crate) use self::save::{Effect, KeepEffects};
pub(crate) use self::store::COOKIE_LIMIT;
pub use self::store::{Store, StoreError};
pub use self::verdict::NoRecord;
pub(crate) use self::verdict::Verdict;
use crate::clock::Timestamp;
use crate::config::settings::SessionSettings;

/// What is remembered of the visitor who sent this request: a dictionary, and a request guard.
///
/// It is loaded once per request, and only when a handler asks for it; it is saved after the handler,
/// or when the handler says so ([`save`](Self::save)). Any value that serde knows can go in.
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
    sessions: Sessions,
    now: Timestamp,
    /// What came of its cookie.
    verdict: Verdict,
    /// From where the request came.
    address: Option<IpAddr>,
}

/// The session as this request sees it, and what the request did to it.
struct State {
    /// The token that the browser sent, be it good or not, or the one that a save has given since.
    token: Option<String>,
    /// The record behind it, if it is good.
    loaded: Option<Arc<Record>>,
    /// The record as this request sees it.
    record: Arc<Record>,
    /// What is still to be saved.
    unsaved: Unsaved,
    /// A value that could not be stored, or a save that failed: then the request fails.
    fault: Option<StoreError>,
    /// What it did to the session, once that is saved.
    effect: Option<Effect>,
}

/// What a request did to its session since it was loaded or last saved.
#[derive(Default)]
struct Unsaved {
    /// What to do again on the store's record, which another request may have changed meanwhile.
    calls: Vec<Call>,
    /// Where what was loaded was ended, if it was.
    cleared: Option<&'static Location<'static>>,
    /// Where a new token was asked for, if it was.
    renewed: Option<&'static Location<'static>>,
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
    #[track_caller]
    pub fn insert(&self, key: &str, value: impl Serialize) {
        self.change_if_storable(Change::insert(key, value));
    }

    /// Stores a value under `key` if there is none, as Python's `setdefault` does. On the stores that keep
    /// sessions on the server, of several requests at once the first to be saved decides: after
    /// [`save`](Self::save), [`get`](Self::get) tells what it was.
    ///
    /// ```
    /// # use shared::Session;
    /// # async fn handler(session: &Session) -> Option<String> {
    /// session.set_default("email", "ferris@example.com");
    /// session.save().await.ok()?;
    /// session.get("email")
    /// # }
    /// ```
    #[track_caller]
    pub fn set_default(&self, key: &str, value: impl Serialize) {
        self.change_if_storable(Change::default(key, value));
    }

    /// Removes `key` and its value. Removing a key that is not there writes nothing.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) {
    /// session.remove("name");
    /// # }
    /// ```
    #[track_caller]
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
    #[track_caller]
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
    #[track_caller]
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
    #[track_caller]
    pub fn clear(&self) {
        let mut state = self.state.lock();
        state.record = Arc::new(Record::new(self.now));
        state.fault = None;
        state.unsaved = Unsaved { cleared: Some(Location::caller()), ..Unsaved::default() };
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

    /// Keeps a message for the page that the visitor sees next, as after a redirect.
    ///
    /// At most 10 messages wait, in 1000 bytes together: the oldest make room, and a longer one is
    /// cut. If all that a request leaves in its session are messages, and they cannot be saved, its
    /// answer stands without them: a message tells what was done, and does not undo it.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) {
    /// session.flash("AAPL was added.");
    /// # }
    /// ```
    #[track_caller]
    pub fn flash(&self, message: impl Into<String>) {
        self.change(Change::Flash(flash::cut(message.into())));
    }

    /// Takes the messages out, the oldest first, to show them. They stay if the response is none that
    /// is shown: to a HEAD request, to a browser that loads a page in advance, a redirect.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) -> String {
    /// session.flashes().join(" ")
    /// # }
    /// ```
    #[track_caller]
    pub fn flashes(&self) -> Vec<String> {
        let messages: Vec<String> = self.get(flash::KEY).unwrap_or_default();
        if !messages.is_empty() {
            self.change(Change::Shown(messages.clone()));
        }
        messages
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
    #[track_caller]
    pub fn renew(&self) {
        self.change(Change::Renew(self.now));
        self.state.lock().unsaved.renewed = Some(Location::caller());
    }

    /// Makes the session outlive the closing of the browser, or not. It is Flask's `session.permanent`.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn log_in(session: &Session) {
    /// session.set_permanent(true);
    /// # }
    /// ```
    #[track_caller]
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
    /// session.expiry().map(|expiry| expiry.seconds_left)
    /// # }
    /// ```
    #[must_use]
    pub fn expiry(&self) -> Option<Expiry> {
        let state = self.state.lock();
        let settings = &self.sessions.settings;
        if state.is_to_be_saved(settings) {
            let expires = state.record.extended(settings, self.now);
            return Some(Expiry::new(self.now, expires));
        }
        state.kept().map(|record| Expiry::new(self.now, record.expires))
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
        self.sessions.settings.lifetime
    }

    /// When a permanent session ends by itself, in words, by the settings.
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) -> String {
    /// // A session ends 5 minutes after your last click, or 12 hours after it began.
    /// format!("A session ends {}.", session.expires())
    /// # }
    /// ```
    #[must_use]
    pub fn expires(&self) -> String {
        self.sessions.settings.expiry_in_words()
    }

    /// Whether the browser sent a cookie to which there is no session (any more).
    ///
    /// ```
    /// # use shared::Session;
    /// # fn handler(session: &Session) -> &'static str {
    /// if session.has_expired() { "Please log in again." } else { "Please log in." }
    /// # }
    /// ```
    #[must_use]
    pub fn has_expired(&self) -> bool {
        !matches!(self.verdict, Verdict::Known | Verdict::NoCookie)
    }

    #[track_caller]
    fn change_if_storable(&self, change: Result<Change, StoreError>) {
        match change {
            Ok(change) => self.change(change),
            Err(fault) => self.state.lock().fault = Some(fault),
        }
    }

    #[track_caller]
    fn change(&self, change: Change) {
        let state = &mut *self.state.lock();
        match change.apply(Arc::make_mut(&mut state.record)) {
            Ok(()) => state.unsaved.calls.push(Call { change, at: Location::caller() }),
            Err(fault) => state.fault = Some(fault),
        }
    }

    /// Whether it is permanent and does not have its full lifetime.
    fn has_time_to_gain(&self) -> bool {
        let state = self.state.lock();
        let end = state.record.extended(&self.sessions.settings, self.now);
        state.record.permanent && state.record.expires < end
    }

    /// Why the session cannot be saved, if it cannot.
    fn fault(&self) -> Option<StoreError> {
        self.state.lock().fault.clone()
    }

    /// Whether there are messages on the page.
    fn shows_messages(&self) -> bool {
        let state = self.state.lock();
        state.unsaved.calls.iter().any(|call| matches!(call.change, Change::Shown(_)))
    }

    /// Lets the messages wait that were on a page which is not shown.
    fn keep_messages(&self) {
        let state = &mut *self.state.lock();
        state.unsaved.calls.retain(|call| !matches!(call.change, Change::Shown(_)));
        let kept = state.kept().cloned();
        state.see(kept.unwrap_or_else(|| Arc::new(Record::new(self.now))));
    }

    /// Whether all that is to be saved are messages for the next page.
    fn is_left_with_messages(&self) -> bool {
        let state = self.state.lock();
        let Unsaved { calls, cleared, .. } = &state.unsaved;
        let are_messages = calls.iter().all(|call| matches!(call.change, Change::Flash(_)));
        are_messages && !calls.is_empty() && cleared.is_none() && state.fault.is_none()
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
        self.loaded.as_ref().filter(|_| self.unsaved.cleared.is_none())
    }

    /// A session that was not touched is not saved, unless its lifetime slides, which it does once per
    /// request. A new one is saved only with a value in it: visits alone do not fill the store.
    fn is_to_be_saved(&self, settings: &SessionSettings) -> bool {
        if self.kept().is_none() {
            return !self.record.values.is_empty();
        }
        let slides = self.record.permanent && settings.refresh_each_request;
        !self.unsaved.calls.is_empty() || slides && self.effect.is_none()
    }

    /// Sees the session as this record, with what is not saved yet.
    fn see(&mut self, mut record: Arc<Record>) {
        if !self.unsaved.calls.is_empty()
            && let Err(fault) = self.unsaved.apply(Arc::make_mut(&mut record))
        {
            self.fault = Some(fault);
        }
        self.record = record;
    }
}

impl Unsaved {
    fn apply(&self, record: &mut Record) -> Result<(), StoreError> {
        self.calls.iter().try_for_each(|call| call.change.apply(record))
    }
}
