//! The last exchanges of each browser.

use std::collections::VecDeque;

use parking_lot::Mutex;

use super::view::Exchange;
use crate::session::SessionId;

/// How many browsers are remembered; the one that has been here longest makes room.
const BROWSERS: usize = 200;
/// How many exchanges and tokens of each.
const EACH: usize = 10;

/// What each browser has asked lately, and what it was answered.
#[derive(Default)]
pub(super) struct History(Mutex<VecDeque<(SessionId, Known)>>);

#[derive(Default)]
struct Known {
    exchanges: VecDeque<Exchange>,
    /// The good tokens that it had, the latest first.
    tokens: VecDeque<String>,
}

impl History {
    /// Adds a browser's latest exchange, and the good token that it has now.
    pub(super) fn add(&self, browser: SessionId, exchange: Exchange, token: Option<String>) {
        let mut all = self.0.lock();
        if !all.iter().any(|(id, _)| *id == browser) {
            if all.len() == BROWSERS {
                all.pop_front();
            }
            all.push_back((browser, Known::default()));
        }
        if let Some((_, known)) = all.iter_mut().find(|(id, _)| *id == browser) {
            known.exchanges.push_front(exchange);
            known.exchanges.truncate(EACH);
            if let Some(token) = token {
                known.tokens.retain(|it| *it != token);
                known.tokens.push_front(token);
                known.tokens.truncate(EACH);
            }
        }
    }

    /// A browser's exchanges, the latest first.
    pub(super) fn of(&self, browser: SessionId) -> Vec<Exchange> {
        self.look(browser, |known| known.exchanges.iter().cloned().collect())
    }

    /// The last good token that the browser had and that is not the one it has.
    pub(super) fn lost_token(
        &self,
        browser: Option<SessionId>,
        now: Option<&str>,
    ) -> Option<String> {
        let lost = |known: &Known| known.tokens.iter().find(|it| Some(it.as_str()) != now).cloned();
        browser.and_then(|browser| self.look(browser, lost))
    }

    fn look<T: Default>(&self, browser: SessionId, look: impl FnOnce(&Known) -> T) -> T {
        let all = self.0.lock();
        all.iter().find(|(id, _)| *id == browser).map(|(_, known)| look(known)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(path: &str) -> Exchange {
        let mut exchange = Exchange::default();
        path.clone_into(&mut exchange.path);
        exchange
    }

    #[test]
    fn the_last_ten_of_each_browser_are_kept_apart() {
        let history = History::default();
        let (one, other) = (SessionId::random(), SessionId::random());
        for n in 0..12 {
            history.add(one, exchange(&n.to_string()), None);
        }
        history.add(other, exchange("else"), None);
        let paths = |id| history.of(id).into_iter().map(|it| it.path).collect::<Vec<_>>();
        assert_eq!(paths(one), (2..12).rev().map(|n| n.to_string()).collect::<Vec<_>>());
        assert_eq!(paths(other), ["else"]);
        assert_eq!(paths(SessionId::random()), [""; 0]);
    }

    #[test]
    fn the_token_that_was_lost_is_the_last_good_one_before() {
        let (history, browser) = (History::default(), SessionId::random());
        for token in ["one", "two"] {
            history.add(browser, Exchange::default(), Some(token.to_owned()));
        }
        let lost = |now| history.lost_token(Some(browser), now);
        assert_eq!(lost(None).as_deref(), Some("two"));
        assert_eq!(lost(Some("changed")).as_deref(), Some("two"));
        assert_eq!(lost(Some("two")).as_deref(), Some("one"));
        assert_eq!(history.lost_token(None, None), None);
    }

    #[test]
    fn a_crowd_cannot_fill_the_memory() {
        let history = History::default();
        let first = SessionId::random();
        history.add(first, Exchange::default(), None);
        for _ in 0..BROWSERS {
            history.add(SessionId::random(), Exchange::default(), None);
        }
        assert_eq!(history.0.lock().len(), BROWSERS);
        assert!(history.of(first).is_empty());
    }
}
