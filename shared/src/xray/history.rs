//! The last exchanges of each browser.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use parking_lot::Mutex;
use rocket::Request;
use rocket::http::Cookie;

use super::view::Exchange;
use crate::id::SessionId;
use crate::session::household::household;
use crate::session::{Sessions, cookie};

/// How many browsers are remembered. Of those at the address that has the most of them, the one that has
/// been away longest makes room: who sends no cookies is a new browser each time.
const BROWSERS: usize = 200;
/// How many exchanges and tokens of each.
const EACH: usize = 10;

/// A browser, by a cookie that the X-ray has given it and by where it is.
///
/// The cookie is a credential, and any page of this host may plant one, for cookies ignore ports. So
/// an id is good for one exchange: the answer brings the next, and the history moves along. What is
/// done with a planted id is seen under the next one, which only the browser has that did it.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Browser {
    id: SessionId,
    address: Option<IpAddr>,
}

impl Browser {
    pub(super) fn new(req: &Request<'_>) -> Self {
        Self::with(SessionId::random(), req)
    }

    /// As the request says: whether it is known here, [`History`] knows.
    pub(super) fn of(req: &Request<'_>, sessions: &Sessions) -> Option<Self> {
        let id = SessionId::parse(&cookie::value(req, &cookie_name(sessions))?)?;
        Some(Self::with(id, req))
    }

    /// Behind a proxy the address is the client's, by the setting `ip_header`.
    fn with(id: SessionId, req: &Request<'_>) -> Self {
        Self { id, address: req.client_ip().map(household) }
    }

    /// The cookie by which it will be known, until it closes.
    pub(super) fn cookie(self, sessions: &Sessions) -> Cookie<'static> {
        cookie::browser_cookie(sessions, cookie_name(sessions), self.id.token())
    }
}

/// The name of the X-ray's own cookie.
pub(super) fn cookie_name(sessions: &Sessions) -> String {
    format!("{}-xray", sessions.cookie_name)
}

/// What each browser has asked lately, and what it was answered.
#[derive(Default)]
pub(super) struct History(Mutex<VecDeque<(Browser, Known)>>);

/// What is known of one browser.
#[derive(Clone, Default)]
pub(super) struct Known {
    /// The latest first.
    pub(super) exchanges: VecDeque<Exchange>,
    /// The good tokens that it had, the latest first.
    tokens: VecDeque<String>,
    /// Whether the tokens are of a session that was ended, as by a log-out.
    ended: bool,
}

impl Known {
    /// Adds the latest exchange, and the good token that the browser has now.
    pub(super) fn add(&mut self, exchange: Exchange, token: Option<String>) {
        self.exchanges.push_front(exchange);
        self.exchanges.truncate(EACH);
        if let Some(token) = token {
            if self.ended && !self.tokens.contains(&token) {
                self.tokens.clear();
            }
            self.ended = false;
            self.tokens.retain(|it| *it != token);
            self.tokens.push_front(token);
            self.tokens.truncate(EACH);
        }
    }

    /// Forgets what was seen before a log-out. The old token is left, to be tried, until the next
    /// session begins.
    pub(super) fn end(&mut self) {
        self.exchanges.clear();
        self.ended = true;
    }

    /// The last good token that the browser had and that is not the one it has.
    pub(super) fn lost_token(&self, now: Option<&str>) -> Option<&str> {
        self.tokens.iter().map(String::as_str).find(|it| Some(*it) != now)
    }
}

impl History {
    /// What is known of a browser. An id from elsewhere is not adopted.
    pub(super) fn of(&self, browser: Option<Browser>) -> Option<Known> {
        let all = self.0.lock();
        all.iter().find(|(it, _)| Some(*it) == browser).map(|(_, known)| known.clone())
    }

    /// The same, and its id is worth nothing from now on.
    pub(super) fn take(&self, browser: Option<Browser>) -> Option<Known> {
        let mut all = self.0.lock();
        let at = all.iter().position(|(it, _)| Some(*it) == browser)?;
        all.remove(at).map(|(_, known)| known)
    }

    /// Keeps what is known of a browser under its next id.
    pub(super) fn keep(&self, browser: Browser, known: Known) {
        let mut all = self.0.lock();
        if all.len() == BROWSERS
            && let Some(at) = first_to_go(&all)
        {
            all.remove(at);
        }
        all.push_back((browser, known));
    }

    /// Forgets a browser's tokens: time has passed for all of them.
    pub(super) fn forget_tokens(&self, browser: Option<Browser>) {
        let mut all = self.0.lock();
        if let Some((_, known)) = all.iter_mut().find(|(it, _)| Some(*it) == browser) {
            known.tokens.clear();
        }
    }
}

/// The one that has been away longest, of those at the address that has the most.
fn first_to_go(all: &VecDeque<(Browser, Known)>) -> Option<usize> {
    let mut counts = HashMap::new();
    for (browser, _) in all {
        *counts.entry(browser.address).or_insert(0) += 1;
    }
    let (most, _) = counts.into_iter().max_by_key(|&(_, count)| count)?;
    all.iter().position(|(browser, _)| browser.address == most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browser() -> Browser {
        Browser { id: SessionId::random(), address: None }
    }

    fn exchange(path: &str) -> Exchange {
        let mut exchange = Exchange::default();
        path.clone_into(&mut exchange.path);
        exchange
    }

    fn with(tokens: &[&str]) -> Known {
        let mut known = Known::default();
        for token in tokens {
            known.add(exchange(token), Some((*token).to_owned()));
        }
        known
    }

    fn paths(known: &Known) -> Vec<&str> {
        known.exchanges.iter().map(|it| it.path.as_str()).collect()
    }

    #[test]
    fn the_last_ten_of_each_browser_are_kept_apart() {
        let history = History::default();
        let (one, other) = (browser(), browser());
        let numbers: Vec<_> = (0..12).map(|n| n.to_string()).collect();
        history.keep(one, with(&numbers.iter().map(String::as_str).collect::<Vec<_>>()));
        history.keep(other, with(&["else"]));
        let known = history.of(Some(one)).unwrap_or_default();
        assert_eq!(paths(&known), ["11", "10", "9", "8", "7", "6", "5", "4", "3", "2"]);
        assert_eq!(paths(&history.of(Some(other)).unwrap_or_default()), ["else"]);
        assert!(history.of(Some(browser())).is_none());
    }

    #[test]
    fn the_token_that_was_lost_is_the_last_good_one_before() {
        let known = with(&["one", "two"]);
        assert_eq!(known.lost_token(None), Some("two"));
        assert_eq!(known.lost_token(Some("changed")), Some("two"));
        assert_eq!(known.lost_token(Some("two")), Some("one"));
    }

    #[test]
    fn of_a_session_that_was_ended_only_the_token_is_left_until_the_next_begins() {
        let mut known = with(&["old"]);
        known.end();
        known.add(exchange("/logout"), None);
        assert_eq!((paths(&known), known.lost_token(None)), (vec!["/logout"], Some("old")));
        known.add(exchange("/login"), Some("new".to_owned()));
        assert_eq!(known.lost_token(Some("new")), None);
    }

    #[test]
    fn an_id_that_was_taken_elsewhere_shows_nothing() {
        let (history, here) = (History::default(), browser());
        history.keep(here, with(&["mine"]));
        let there = Browser { address: Some([192, 0, 2, 1].into()), ..here };
        assert!(history.of(Some(there)).is_none() && history.take(Some(there)).is_none());
        assert!(history.of(Some(here)).is_some());
    }

    #[test]
    fn an_id_is_good_for_one_exchange() {
        let (history, planted) = (History::default(), browser());
        history.keep(planted, with(&["mine"]));
        assert!(history.take(Some(planted)).is_some());
        assert!(history.of(Some(planted)).is_none() && history.take(Some(planted)).is_none());
    }

    #[test]
    fn a_flood_from_one_address_drops_only_its_own() {
        let (history, here) = (History::default(), browser());
        history.keep(here, with(&["mine"]));
        for _ in 0..2 * BROWSERS {
            let there = Browser { address: Some([192, 0, 2, 1].into()), ..browser() };
            history.keep(there, Known::default());
        }
        assert_eq!(history.0.lock().len(), BROWSERS);
        assert!(history.of(Some(here)).is_some());
    }

    #[test]
    fn a_crowd_cannot_fill_the_memory() {
        let history = History::default();
        let first = browser();
        history.keep(first, Known::default());
        for _ in 0..BROWSERS {
            history.keep(browser(), Known::default());
        }
        assert_eq!(history.0.lock().len(), BROWSERS);
        assert!(history.of(Some(first)).is_none());
    }
}
