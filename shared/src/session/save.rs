//! How a session is loaded before the handler and saved after it.

use std::mem;
use std::sync::Arc;

use parking_lot::Mutex;
use rocket::http::{Cookie, SameSite};
use rocket::time;

use super::{Record, Session, Sessions, State, StoreError};

/// Why a session was not saved.
pub(super) enum SaveError {
    /// The store refused it or cannot be reached.
    Store(StoreError),
    /// A value of it cannot be stored.
    Fault(String),
}

impl From<StoreError> for SaveError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Session {
    /// Finds the session behind the cookie's value. Whatever is wrong with a token, the visitor is
    /// then a new one; only a store that cannot be reached is an error.
    pub(super) async fn load(sessions: &Sessions, token: Option<&str>) -> Result<Self, StoreError> {
        let now = sessions.clock.now();
        let absolute = sessions.settings.absolute_lifetime.as_secs();
        let lives =
            |record: &Record| now < record.expires && now < record.created.saturating_add(absolute);
        let mut state =
            State { cookie_sent: token.is_some(), record: Record::begun(now), ..State::default() };
        if let Some(token) = token
            && let Some(record) = sessions.store.load(token).await?.filter(lives)
        {
            state.record = record.clone();
            state.loaded = Some((token.to_owned(), record));
        }
        Ok(Self { state: Mutex::new(state), settings: Arc::clone(&sessions.settings), now })
    }

    /// Saves what the request did, and returns the cookie to set if there is one.
    pub(super) async fn save(
        &self,
        sessions: &Sessions,
    ) -> Result<Option<Cookie<'static>>, SaveError> {
        let state = mem::take(&mut *self.state.lock());
        if let Some(fault) = state.fault {
            return Err(SaveError::Fault(fault));
        }
        let saved = if !state.is_to_be_saved(&self.settings) {
            None
        } else if state.kept().is_some() {
            self.merge(&state, sessions).await?
        } else {
            Some(self.begin(&state, sessions).await?)
        };
        if state.cleared {
            if let Some((token, _)) = &state.loaded {
                sessions.store.remove(token).await?;
            }
            if state.cookie_sent && saved.is_none() {
                return Ok(Some(removal(sessions)));
            }
        }
        Ok(saved)
    }

    async fn begin(
        &self,
        state: &State,
        sessions: &Sessions,
    ) -> Result<Cookie<'static>, StoreError> {
        let mut record = state.record.clone();
        record.extend(&self.settings, self.now);
        let (permanent, left) = (record.permanent, record.expires - self.now);
        let token = sessions.store.create(record).await?;
        Ok(cookie(sessions, token, permanent.then_some(left)))
    }

    /// Puts the changes upon what the store holds by now, as often as another request was faster.
    /// A session that was ended meanwhile stays ended.
    async fn merge(
        &self,
        state: &State,
        sessions: &Sessions,
    ) -> Result<Option<Cookie<'static>>, SaveError> {
        let Some((sent, seen)) = state.kept() else {
            return Ok(None);
        };
        let (mut seen, mut next) = (seen.clone(), state.record.clone());
        let token = loop {
            next.extend(&self.settings, self.now);
            if state.changes.is_empty() && next.expires == seen.expires {
                break sent.clone();
            }
            let replaced = sessions.store.replace(sent, &seen, next.clone(), state.renewed);
            if let Some(token) = replaced.await? {
                break token;
            }
            let Some(current) = sessions.store.load(sent).await? else {
                return Ok(None);
            };
            seen = current;
            next = seen.clone();
            for change in &state.changes {
                change.apply(&mut next).map_err(SaveError::Fault)?;
            }
        };
        if token == *sent && !next.permanent && !seen.permanent {
            return Ok(None);
        }
        let left = next.expires - self.now;
        Ok(Some(cookie(sessions, token, next.permanent.then_some(left))))
    }
}

/// The session's cookie. Without `max_age`, in seconds, it leaves when the browser closes.
fn cookie(sessions: &Sessions, token: String, max_age: Option<u64>) -> Cookie<'static> {
    let mut cookie = Cookie::build((sessions.settings.cookie_name(), token))
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
