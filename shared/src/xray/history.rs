//! The last exchanges of each browser.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use parking_lot::Mutex;
use rocket::Request;
use rocket::http::Cookie;

use super::view::Exchange;
use crate::session::{SessionId, Sessions, browser_cookie, token};

/// How many browsers are remembered. Of those at the address that has the most of them, the one that has
/// been away longest makes room: who sends no cookies is a new browser each time.
const BROWSERS: usize = 200;
/// How many exchanges and tokens of each.
const EACH: usize = 10;

/// A browser, by a cookie that the X-ray has given it and by where it is: an id that somebody planted
/// in another machine's browser shows nothing of that.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Browser {
    id: SessionId,
    address: Option<IpAddr>,
}

impl Browser {
    pub(super) fn new(req: &Request<'_>) -> Self {
        Self::with(SessionId::random(), req)
    }

    fn with(id: SessionId, req: &Request<'_>) -> Self {
        Self { id, address: req.remote().map(|remote| remote.ip()) }
    }

    /// The cookie by which it will be known, until it closes.
    pub(super) fn cookie(self, sessions: &Sessions) -> Cookie<'static> {
        browser_cookie(sessions, cookie_name(sessions), self.id.token())
    }
}

fn cookie_name(sessions: &Sessions) -> String {
    format!("{}-xray", sessions.cookie_name)
}

/// What each browser has asked lately, and what it was answered.
#[derive(Default)]
pub(super) struct History(Mutex<VecDeque<(Browser, Known)>>);

#[derive(Default)]
struct Known {
    exchanges: VecDeque<Exchange>,
    /// The good tokens that it had, the latest first.
    tokens: VecDeque<String>,
}

impl History {
    /// The browser that sent this request, if it is known here. An id from elsewhere is not adopted.
    pub(super) fn browser(&self, req: &Request<'_>, sessions: &Sessions) -> Option<Browser> {
        let id = SessionId::parse(&token(req, &cookie_name(sessions))?)?;
        let browser = Browser::with(id, req);
        self.0.lock().iter().any(|(known, _)| *known == browser).then_some(browser)
    }

    /// Adds a browser's latest exchange, and the good token that it has now.
    pub(super) fn add(&self, browser: Browser, exchange: Exchange, token: Option<String>) {
        let mut all = self.0.lock();
        let at = all.iter().position(|(known, _)| *known == browser);
        let (_, mut known) =
            at.and_then(|at| all.remove(at)).unwrap_or((browser, Known::default()));
        known.exchanges.push_front(exchange);
        known.exchanges.truncate(EACH);
        if let Some(token) = token {
            known.tokens.retain(|it| *it != token);
            known.tokens.push_front(token);
            known.tokens.truncate(EACH);
        }
        if all.len() == BROWSERS
            && let Some(at) = first_to_go(&all)
        {
            all.remove(at);
        }
        all.push_back((browser, known));
    }

    /// Forgets a browser's tokens: time has passed for all of them.
    pub(super) fn forget_tokens(&self, browser: Browser) {
        let mut all = self.0.lock();
        if let Some((_, known)) = all.iter_mut().find(|(known, _)| *known == browser) {
            known.tokens.clear();
        }
    }

    /// A browser's exchanges, the latest first.
    pub(super) fn of(&self, browser: Browser) -> Vec<Exchange> {
        self.look(browser, |known| known.exchanges.iter().cloned().collect())
    }

    /// The last good token that the browser had and that is not the one it has.
    pub(super) fn lost_token(&self, browser: Browser, now: Option<&str>) -> Option<String> {
        let lost = |known: &Known| known.tokens.iter().find(|it| Some(it.as_str()) != now).cloned();
        self.look(browser, lost)
    }

    fn look<T: Default>(&self, browser: Browser, look: impl FnOnce(&Known) -> T) -> T {
        let all = self.0.lock();
        all.iter().find(|(id, _)| *id == browser).map(|(_, known)| look(known)).unwrap_or_default()
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

    #[test]
    fn the_last_ten_of_each_browser_are_kept_apart() {
        let history = History::default();
        let (one, other) = (browser(), browser());
        for n in 0..12 {
            history.add(one, exchange(&n.to_string()), None);
        }
        history.add(other, exchange("else"), None);
        let paths = |id| history.of(id).into_iter().map(|it| it.path).collect::<Vec<_>>();
        assert_eq!(paths(one), (2..12).rev().map(|n| n.to_string()).collect::<Vec<_>>());
        assert_eq!(paths(other), ["else"]);
        assert_eq!(paths(browser()), [""; 0]);
    }

    #[test]
    fn the_token_that_was_lost_is_the_last_good_one_before() {
        let (history, browser) = (History::default(), browser());
        for token in ["one", "two"] {
            history.add(browser, Exchange::default(), Some(token.to_owned()));
        }
        let lost = |now| history.lost_token(browser, now);
        assert_eq!(lost(None).as_deref(), Some("two"));
        assert_eq!(lost(Some("changed")).as_deref(), Some("two"));
        assert_eq!(lost(Some("two")).as_deref(), Some("one"));
    }

    #[test]
    fn an_id_that_was_taken_elsewhere_shows_nothing() {
        let (history, here) = (History::default(), browser());
        history.add(here, exchange("mine"), Some("token".to_owned()));
        let there = Browser { address: Some([192, 0, 2, 1].into()), ..here };
        assert!(history.of(there).is_empty());
        assert_eq!(history.lost_token(there, None), None);
    }

    #[test]
    fn a_flood_from_one_address_drops_only_its_own() {
        let (history, here) = (History::default(), browser());
        history.add(here, exchange("mine"), None);
        for _ in 0..2 * BROWSERS {
            let there = Browser { address: Some([192, 0, 2, 1].into()), ..browser() };
            history.add(there, Exchange::default(), None);
        }
        assert_eq!(history.0.lock().len(), BROWSERS);
        assert_eq!(history.of(here).len(), 1);
    }

    #[test]
    fn a_crowd_cannot_fill_the_memory() {
        let history = History::default();
        let first = browser();
        history.add(first, Exchange::default(), None);
        for _ in 0..BROWSERS {
            history.add(browser(), Exchange::default(), None);
        }
        assert_eq!(history.0.lock().len(), BROWSERS);
        assert!(history.of(first).is_empty());
    }
}
