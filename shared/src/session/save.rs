//! How a session is loaded before the handler and saved after it.

use std::mem;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use rocket::http::{Cookie, SameSite};
use rocket::{Request, time};

use super::{Record, Session, Sessions, State, StoreError};
use crate::clock::Timestamp;
use crate::household::household;

/// How long an empty record is kept, in seconds. For a new request there is no session then, but
/// one that was under way when the last value went may still add another.
const GRACE: u64 = 60;

impl Session {
    /// Finds the session behind the cookie's value. Whatever is wrong with a token, the visitor is
    /// then a new one; only a store that cannot be reached is an error.
    pub(super) async fn load(
        sessions: &Sessions,
        sent: Option<String>,
        address: Option<IpAddr>,
    ) -> Result<Self, StoreError> {
        let now = sessions.clock.now();
        let found = match &sent {
            Some(token) => alive(sessions, token, now).await?,
            None => None,
        };
        let loaded = found.filter(|record| !record.values.is_empty()).map(Arc::new);
        let record = loaded.clone().unwrap_or_else(|| Arc::new(Record::new(now)));
        let state = State { sent, loaded, record, ..State::default() };
        Ok(Self {
            state: Mutex::new(state),
            settings: Arc::clone(&sessions.settings),
            now,
            address,
        })
    }

    /// Saves what the request did, once.
    pub(super) async fn save(&self, sessions: &Sessions) -> Result<Outcome, StoreError> {
        let state = mem::take(&mut *self.state.lock());
        if let Some(fault) = state.fault {
            return Err(fault);
        }
        // The request may have taken its time: what it saves lives from now on.
        let now = sessions.clock.now();
        let (sent, before) = (state.sent.clone(), state.loaded.clone());
        let (cleared, renewed) = (state.cleared, state.renewed);
        let kept = state.kept().cloned();
        let from = self.address.map(household);
        let (cookie, after) = match (state.is_to_be_saved(&self.settings), kept, &sent) {
            (true, Some(seen), Some(token)) => {
                merge(sessions, state, token, seen, (now, from)).await?
            }
            (true, ..) => begin(sessions, state.record, (now, from)).await?,
            (false, None, Some(_)) if state.cleared => (Some(removal(sessions)), None),
            (false, kept, _) => (None, kept),
        };
        // Not before the new one is safe: if that fails, the visitor keeps what was there.
        if let (true, Some(_), Some(token)) = (cleared, &before, &sent) {
            sessions.store.remove(token).await?;
        }
        Ok(Outcome { before, cookie, after, renewed, now })
    }
}

/// What came of a session in one request.
pub(crate) struct Outcome {
    /// The record that was there.
    pub(crate) before: Option<Arc<Record>>,
    /// The cookie to set.
    pub(crate) cookie: Option<Cookie<'static>>,
    /// The record that is kept now.
    pub(crate) after: Option<Arc<Record>>,
    /// Whether it was to get a new token.
    pub(crate) renewed: bool,
    /// When it was saved.
    pub(crate) now: Timestamp,
}

impl Outcome {
    /// What came of the session of this request, if it had one and its response is finished.
    pub(crate) fn of<'r>(req: &'r Request<'_>) -> Option<&'r Self> {
        req.local_cache(|| Cached(None)).0.as_ref()
    }

    pub(super) fn keep(self, req: &Request<'_>) {
        req.local_cache(|| Cached(Some(self)));
    }
}

struct Cached(Option<Outcome>);

/// The cookie to set, and the record that is kept.
type Saved = (Option<Cookie<'static>>, Option<Arc<Record>>);

/// Finds the record behind a token, if it is not over.
async fn alive(
    sessions: &Sessions,
    token: &str,
    now: Timestamp,
) -> Result<Option<Record>, StoreError> {
    Ok(sessions.store.load(token).await?.filter(|record| record.is_alive(now)))
}

/// Saves a new session.
async fn begin(
    sessions: &Sessions,
    mut record: Arc<Record>,
    (now, from): (Timestamp, Option<IpAddr>),
) -> Result<Saved, StoreError> {
    let new = Arc::make_mut(&mut record);
    new.begun_at = from;
    new.expires = new.extended(&sessions.settings, now);
    let token = sessions.store.create(new.clone()).await?;
    Ok((Some(cookie(sessions, token, max_age(&record, now))), Some(record)))
}

/// Does the changes on what the store holds by now, again and again as long as another request is
/// faster. A session that has ended meanwhile, be it by time, stays ended.
async fn merge(
    sessions: &Sessions,
    mut state: State,
    sent: &str,
    mut seen: Arc<Record>,
    (now, from): (Timestamp, Option<IpAddr>),
) -> Result<Saved, StoreError> {
    let mut next = Arc::unwrap_or_clone(mem::take(&mut state.record));
    let token = loop {
        next.expires = next.extended(&sessions.settings, now);
        if next.values.is_empty() {
            next.expires = next.expires.min(now + GRACE);
        }
        let is_as_it_was = state.changes.is_empty() && next.expires == seen.expires;
        if !is_as_it_was && seen.is_alive(now) {
            let replace = sessions.store.replace(sent, &seen, next.clone(), state.renewed);
            if let Some(token) = replace.await? {
                break token;
            }
        }
        match alive(sessions, sent, now).await? {
            Some(_) if is_as_it_was => break sent.to_owned(),
            Some(current) => next = current,
            // Whoever logs in while the old session ends gets a new one, with nothing of the old.
            None if state.renewed => {
                let mut record = Record { permanent: next.permanent, ..Record::new(now) };
                apply(&state, &mut record)?;
                return begin(sessions, Arc::new(record), (now, from)).await;
            }
            None => return Ok((None, None)),
        }
        seen = Arc::new(next.clone());
        apply(&state, &mut next)?;
    };
    if next.values.is_empty() {
        return Ok((Some(removal(sessions)), None));
    }
    let is_in_the_browser = token == sent && !seen.values.is_empty();
    let is_to_stay_so = is_in_the_browser && !next.permanent && !seen.permanent;
    let cookie = (!is_to_stay_so).then(|| cookie(sessions, token, max_age(&next, now)));
    Ok((cookie, Some(Arc::new(next))))
}

fn apply(state: &State, record: &mut Record) -> Result<(), StoreError> {
    state.changes.iter().try_for_each(|change| change.apply(record))
}

/// The seconds for which the browser shall keep the cookie; until it closes if there are none.
fn max_age(record: &Record, now: Timestamp) -> Option<u64> {
    record.permanent.then_some(record.expires.saturating_sub(now))
}

/// A cookie for this server only, which leaves when the browser closes.
pub(crate) fn browser_cookie(sessions: &Sessions, name: String, value: String) -> Cookie<'static> {
    let cookie = Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax);
    let cookie = if sessions.settings.secure { cookie.secure(true) } else { cookie };
    cookie.build()
}

/// The session's cookie, which the browser keeps for `max_age` seconds, or until it closes.
pub(crate) fn cookie(sessions: &Sessions, token: String, max_age: Option<u64>) -> Cookie<'static> {
    let mut cookie = browser_cookie(sessions, sessions.cookie_name.clone(), token);
    if let Some(seconds) = max_age {
        cookie.set_max_age(time::Duration::seconds(seconds.try_into().unwrap_or(i64::MAX)));
    }
    cookie
}

/// A cookie that makes the browser drop the session's: all attributes must be the same.
pub(crate) fn removal(sessions: &Sessions) -> Cookie<'static> {
    let mut cookie = cookie(sessions, String::new(), None);
    cookie.make_removal();
    cookie
}
