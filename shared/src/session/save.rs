//! How what a request did to its session gets into the store.

use std::mem;
use std::panic::Location;
use std::sync::Arc;

use rocket::Request;
use rocket::http::Cookie;

use super::change::Call;
use super::cookie::{cookie, max_age, removal};
use super::household::household;
use super::lifecycle::{in_time, unexpired};
use super::{Record, Session, State, StoreError, Unsaved};
use crate::clock::Timestamp;
use crate::config::settings::SessionSettings;

/// How long an empty record is kept, in seconds. For a new request there is no session then, but
/// one that was under way when the last value went may still add another.
const GRACE: u64 = 60;

impl Session {
    /// Saves the session now, where else it is saved after the handler.
    ///
    /// A handler that changes something besides, such as a database, calls this before it commits: if
    /// the session cannot be saved, nothing has happened yet. What it puts in before must do no harm
    /// if the commit then fails; a message that says what was done comes after the commit.
    ///
    /// What changes after this is saved after the handler. If nothing does, the store is not asked
    /// again. A 5xx takes back only what was not saved by this. A session that another request has
    /// ended meanwhile stays ended, and that is no error.
    ///
    /// # Errors
    ///
    /// The store does not answer within a second, or the session is too large, or holds what cannot be
    /// stored. The request then fails with that, whatever the handler makes of it, unless it clears
    /// the session.
    ///
    /// ```
    /// use rocket::http::Status;
    /// use shared::Session;
    ///
    /// #[rocket::post("/order")]
    /// async fn order(session: &Session) -> Result<(), Status> {
    ///     session.remove("cart");
    ///     session.save().await?;
    ///     // Here the order goes out.
    ///     session.flash("Thank you!");
    ///     Ok(())
    /// }
    /// ```
    pub async fn save(&self) -> Result<(), StoreError> {
        // The request may have taken its time: what it saves lives from now on.
        let now = self.sessions.clock.now();
        let Some(work) = self.state.lock().work(&self.sessions.settings, now)? else {
            return Ok(());
        };
        // In a box, so that a request with nothing to save makes no room for it.
        let saved = in_time(Box::pin(self.carry_out(work, now))).await;
        if let Err(error) = &saved {
            self.state.lock().fault = Some(error.clone());
        }
        saved
    }

    async fn carry_out(&self, work: Work, now: Timestamp) -> Result<(), StoreError> {
        let (sessions, Work { todo, token, loaded, unsaved }) = (&self.sessions, work);
        let saved = match todo {
            Todo::Merge { token, seen, next } => {
                self.merge(&unsaved, next, &token, seen, now).await?
            }
            Todo::Begin(record) => self.begin(record, now).await?,
            Todo::End => Saved::Ended,
        };
        // Not before the new one is safe: if that fails, the visitor keeps what was there.
        if let (Some(_), Some(token), Some(_)) = (unsaved.cleared, token, loaded) {
            sessions.store.remove(&token).await?;
        }
        let mut state = self.state.lock();
        state.settle(saved, removal(sessions), now);
        if let Some(effect) = &mut state.effect {
            effect.cleared = unsaved.cleared.or(effect.cleared);
            effect.renewed = unsaved.renewed.or(effect.renewed);
            effect.calls.extend(unsaved.calls);
        }
        Ok(())
    }

    /// What came of it, if it was saved.
    pub(super) fn take_effect(&self) -> Option<Effect> {
        self.state.lock().effect.take()
    }
}

/// A save that has something to do, and what it has to know for that.
struct Work {
    todo: Todo,
    /// The token and the record of the session as it was before.
    token: Option<String>,
    loaded: Option<Arc<Record>>,
    unsaved: Unsaved,
}

/// What a save has to do.
enum Todo {
    /// Do the changes to a session that there is.
    Merge {
        token: String,
        seen: Arc<Record>,
        next: Arc<Record>,
    },
    Begin(Arc<Record>),
    End,
}

/// What came of it.
enum Saved {
    /// It is kept under this token, which comes with a cookie if the browser does not have it.
    Kept(String, Option<Cookie<'static>>, Arc<Record>),
    /// The request has ended it.
    Ended,
    /// Another request, or time, had ended it before.
    Over,
}

impl State {
    /// Takes out what is to be saved, if anything is.
    fn work(
        &mut self,
        settings: &SessionSettings,
        now: Timestamp,
    ) -> Result<Option<Work>, StoreError> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let Some(todo) = self.todo(settings) else {
            self.effect.get_or_insert(Effect::unchanged(self.loaded.clone(), now));
            return Ok(None);
        };
        let (token, loaded) = (self.token.clone(), self.loaded.clone());
        Ok(Some(Work { todo, token, loaded, unsaved: mem::take(&mut self.unsaved) }))
    }

    fn todo(&self, settings: &SessionSettings) -> Option<Todo> {
        let next = Arc::clone(&self.record);
        match (self.is_to_be_saved(settings), self.kept().cloned(), self.token.clone()) {
            (true, Some(seen), Some(token)) => Some(Todo::Merge { token, seen, next }),
            (true, ..) => Some(Todo::Begin(next)),
            (false, None, Some(_)) if self.unsaved.cleared.is_some() => Some(Todo::End),
            (false, ..) => None,
        }
    }

    /// Goes on from what was saved. What changed while that went on is still to be saved.
    fn settle(&mut self, saved: Saved, removal: Cookie<'static>, now: Timestamp) {
        let before = || Effect::unchanged(self.loaded.clone(), now);
        let mut effect = self.effect.take().unwrap_or_else(before);
        effect.now = now;
        (effect.cookie, effect.after) = match saved {
            Saved::Kept(token, cookie, record) => {
                self.token = Some(token);
                self.loaded = Some(Arc::clone(&record));
                (cookie.or(effect.cookie), Some(record))
            }
            Saved::Ended => {
                (self.token, self.loaded) = (None, None);
                (Some(removal), None)
            }
            // It stays under its token: what comes after this finds that over, too.
            Saved::Over => (None, None),
        };
        if self.unsaved.cleared.is_none() {
            let kept = self.loaded.clone();
            self.see(kept.unwrap_or_else(|| Arc::new(Record::new(now))));
        }
        self.effect = Some(effect);
    }
}

/// What a request did to its session.
pub(crate) struct Effect {
    /// Whether a handler has asked for it. If not, all that can have changed is its end.
    pub(crate) asked: bool,
    /// The record that was there.
    pub(crate) before: Option<Arc<Record>>,
    /// The cookie to set.
    pub(crate) cookie: Option<Cookie<'static>>,
    /// The record that is kept now.
    pub(crate) after: Option<Arc<Record>>,
    /// Where the request ended what was there, if it did.
    pub(crate) cleared: Option<&'static Location<'static>>,
    /// Where a new token was asked for, if it was.
    pub(crate) renewed: Option<&'static Location<'static>>,
    /// What was done to it, in order.
    pub(super) calls: Vec<Call>,
    /// When it was saved.
    pub(crate) now: Timestamp,
}

impl Effect {
    fn unchanged(before: Option<Arc<Record>>, now: Timestamp) -> Self {
        let after = before.clone();
        Self {
            asked: false,
            before,
            cookie: None,
            after,
            cleared: None,
            renewed: None,
            calls: vec![],
            now,
        }
    }

    /// The line of code that was the last to change the value of `key`.
    pub(crate) fn place(&self, key: &str) -> Option<&'static Location<'static>> {
        self.calls.iter().rev().find_map(|call| call.place(key)).or(self.cleared)
    }

    /// What came of the session of this request, if it had one, its response is finished, and there is
    /// [`KeepEffects`].
    pub(crate) fn of<'r>(req: &'r Request<'_>) -> Option<&'r Self> {
        req.local_cache(|| Left(None)).0.as_ref()
    }

    pub(super) fn keep(self, req: &Request<'_>) {
        req.local_cache(|| Left(Some(self)));
    }
}

struct Left(Option<Effect>);

/// In managed state where something reads the effects of requests: elsewhere none is kept.
pub(crate) struct KeepEffects;

impl Session {
    /// Saves a new session.
    async fn begin(&self, mut record: Arc<Record>, now: Timestamp) -> Result<Saved, StoreError> {
        let sessions = &self.sessions;
        let new = Arc::make_mut(&mut record);
        new.begun_at = self.address.map(household);
        new.expires = new.extended(&sessions.settings, now);
        let token = sessions.store.create(new.clone()).await?;
        let cookie = cookie(sessions, token.clone(), max_age(&record, now));
        Ok(Saved::Kept(token, Some(cookie), record))
    }

    /// Does the changes on what the store holds by now, again and again as long as another request is
    /// faster: after the first time they wait for their turn, so that not all come again each time. A
    /// session that has ended meanwhile, be it by time, stays ended.
    async fn merge(
        &self,
        unsaved: &Unsaved,
        next: Arc<Record>,
        sent: &str,
        mut seen: Arc<Record>,
        now: Timestamp,
    ) -> Result<Saved, StoreError> {
        let sessions = &self.sessions;
        let mut next = Arc::unwrap_or_clone(next);
        let mut turn = None;
        let token = loop {
            next.expires = next.extended(&sessions.settings, now);
            if next.values.is_empty() {
                next.expires = next.expires.min(now + GRACE);
            }
            let is_as_it_was = unsaved.calls.is_empty() && next.expires == seen.expires;
            if !is_as_it_was && !seen.has_expired(now) {
                let replace =
                    sessions.store.replace(sent, &seen, next.clone(), unsaved.renewed.is_some());
                if let Some(token) = replace.await? {
                    break token;
                }
                if turn.is_none() {
                    turn = Some(sessions.turns.wait(sent).await);
                }
            }
            match unexpired(sessions, sent, now).await? {
                Some(_) if is_as_it_was => break sent.to_owned(),
                Some(current) => next = current,
                // A login during which the old session ends gets a new one, with nothing of the old.
                None if unsaved.renewed.is_some() => {
                    let mut record = Record { permanent: next.permanent, ..Record::new(now) };
                    unsaved.apply(&mut record)?;
                    return self.begin(Arc::new(record), now).await;
                }
                None => return Ok(Saved::Over),
            }
            seen = Arc::new(next.clone());
            unsaved.apply(&mut next)?;
        };
        if next.values.is_empty() {
            return Ok(Saved::Ended);
        }
        let is_in_the_browser = token == sent && !seen.values.is_empty();
        let is_to_stay_so = is_in_the_browser && !next.permanent && !seen.permanent;
        let cookie = (!is_to_stay_so).then(|| cookie(sessions, token.clone(), max_age(&next, now)));
        Ok(Saved::Kept(token, cookie, Arc::new(next)))
    }
}
