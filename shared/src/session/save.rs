//! How a session is loaded before the handler and saved after it.

use std::mem;
use std::sync::Arc;

use parking_lot::Mutex;
use rocket::http::{Cookie, SameSite};
use rocket::time;

use super::{Record, Session, Sessions, State, StoreError};
use crate::clock::Timestamp;

/// How long an empty record is kept, in seconds. For a new request there is no session then, but
/// one that was under way when the last value went may still add another.
const GRACE: u64 = 60;

impl Session {
    /// Finds the session behind the cookie's value. Whatever is wrong with a token, the visitor is
    /// then a new one; only a store that cannot be reached is an error.
    pub(super) async fn load(sessions: &Sessions, token: Option<&str>) -> Result<Self, StoreError> {
        let now = sessions.clock.now();
        let mut state = State { cookie_sent: token.is_some(), ..State::default() };
        if let Some(token) = token
            && let Some(record) = alive(sessions, token, now).await?
            && !record.values.is_empty()
        {
            let record = Arc::new(record);
            state.record = Arc::clone(&record);
            state.loaded = Some((token.to_owned(), record));
        } else {
            state.record = Arc::new(Record::new(now));
        }
        Ok(Self { state: Mutex::new(state), settings: Arc::clone(&sessions.settings), now })
    }

    /// Saves what the request did, and returns the cookie to set if there is one.
    pub(super) async fn save(
        &self,
        sessions: &Sessions,
    ) -> Result<Option<Cookie<'static>>, StoreError> {
        let mut state = mem::take(&mut *self.state.lock());
        if let Some(fault) = state.fault {
            return Err(fault);
        }
        // The request may have taken its time: what it saves lives from now on.
        let now = sessions.clock.now();
        let to_be_saved = state.is_to_be_saved(&self.settings);
        let loaded = state.loaded.take();
        if let (true, Some((token, _))) = (state.cleared, &loaded) {
            sessions.store.remove(token).await?;
        }
        match loaded.filter(|_| !state.cleared) {
            Some(loaded) if to_be_saved => merge(sessions, state, loaded, now).await,
            None if to_be_saved => begin(sessions, state.record, now).await.map(Some),
            None if state.cleared && state.cookie_sent => Ok(Some(removal(sessions))),
            _ => Ok(None),
        }
    }
}

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
    record: Arc<Record>,
    now: Timestamp,
) -> Result<Cookie<'static>, StoreError> {
    let mut record = Arc::unwrap_or_clone(record);
    record.expires = record.extended(&sessions.settings, now);
    let max_age = record.permanent.then_some(record.expires.saturating_sub(now));
    let token = sessions.store.create(record).await?;
    Ok(cookie(sessions, token, max_age))
}

/// Does the changes on what the store holds by now, again and again as long as another request is
/// faster. A session that was ended meanwhile stays ended.
async fn merge(
    sessions: &Sessions,
    mut state: State,
    (sent, mut seen): (String, Arc<Record>),
    now: Timestamp,
) -> Result<Option<Cookie<'static>>, StoreError> {
    let mut next = Arc::unwrap_or_clone(mem::take(&mut state.record));
    let token = loop {
        next.expires = next.extended(&sessions.settings, now);
        if next.values.is_empty() {
            next.expires = next.expires.min(now + GRACE);
        }
        let is_as_it_was = state.changes.is_empty() && next.expires == seen.expires;
        if !is_as_it_was {
            let replace = sessions.store.replace(&sent, &seen, next.clone(), state.renewed);
            if let Some(token) = replace.await? {
                break token;
            }
        }
        match alive(sessions, &sent, now).await? {
            Some(_) if is_as_it_was => break sent.clone(),
            Some(current) => next = current,
            // Whoever logs in while the old session ends gets a new one, with nothing of the old.
            None if state.renewed => {
                let mut record = Record::new(now);
                apply(&state, &mut record)?;
                return begin(sessions, Arc::new(record), now).await.map(Some);
            }
            None => return Ok(None),
        }
        seen = Arc::new(next.clone());
        apply(&state, &mut next)?;
    };
    if next.values.is_empty() {
        return Ok(Some(removal(sessions)));
    }
    let is_in_the_browser = token == sent && !seen.values.is_empty();
    if is_in_the_browser && !next.permanent && !seen.permanent {
        return Ok(None);
    }
    let max_age = next.permanent.then_some(next.expires.saturating_sub(now));
    Ok(Some(cookie(sessions, token, max_age)))
}

fn apply(state: &State, record: &mut Record) -> Result<(), StoreError> {
    state.changes.iter().try_for_each(|change| change.apply(record))
}

/// The session's cookie. Without `max_age`, in seconds, it leaves when the browser closes.
fn cookie(sessions: &Sessions, token: String, max_age: Option<u64>) -> Cookie<'static> {
    let mut cookie = Cookie::build((sessions.cookie_name.clone(), token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax);
    if sessions.settings.secure {
        cookie = cookie.secure(true);
    }
    if let Some(seconds) = max_age {
        cookie = cookie.max_age(time::Duration::seconds(seconds.try_into().unwrap_or(i64::MAX)));
    }
    cookie.build()
}

/// A cookie that makes the browser drop the session's: all attributes must be the same.
fn removal(sessions: &Sessions) -> Cookie<'static> {
    let mut cookie = cookie(sessions, String::new(), None);
    cookie.make_removal();
    cookie
}
