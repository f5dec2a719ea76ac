//! The last exchanges of each browser.

use std::collections::VecDeque;

use parking_lot::Mutex;

use super::view::Exchange;
use crate::session::SessionId;

/// How many browsers are remembered; the one that has been here longest makes room.
const BROWSERS: usize = 200;
/// How many exchanges of each.
const EXCHANGES: usize = 10;

/// What each browser has asked lately, and what it was answered.
#[derive(Default)]
pub(super) struct History(Mutex<VecDeque<(SessionId, VecDeque<Exchange>)>>);

impl History {
    /// Adds a browser's latest exchange.
    pub(super) fn add(&self, browser: SessionId, exchange: Exchange) {
        let mut all = self.0.lock();
        if !all.iter().any(|(id, _)| *id == browser) {
            if all.len() == BROWSERS {
                all.pop_front();
            }
            all.push_back((browser, VecDeque::new()));
        }
        if let Some((_, exchanges)) = all.iter_mut().find(|(id, _)| *id == browser) {
            exchanges.push_front(exchange);
            exchanges.truncate(EXCHANGES);
        }
    }

    /// A browser's exchanges, the latest first.
    pub(super) fn of(&self, browser: SessionId) -> Vec<Exchange> {
        let all = self.0.lock();
        let found = all.iter().find(|(id, _)| *id == browser);
        found.map(|(_, exchanges)| exchanges.iter().cloned().collect()).unwrap_or_default()
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
            history.add(one, exchange(&n.to_string()));
        }
        history.add(other, exchange("else"));
        let paths = |id| history.of(id).into_iter().map(|it| it.path).collect::<Vec<_>>();
        assert_eq!(paths(one), (2..12).rev().map(|n| n.to_string()).collect::<Vec<_>>());
        assert_eq!(paths(other), ["else"]);
        assert_eq!(paths(SessionId::random()), [""; 0]);
    }

    #[test]
    fn a_crowd_cannot_fill_the_memory() {
        let history = History::default();
        let first = SessionId::random();
        history.add(first, Exchange::default());
        for _ in 0..BROWSERS {
            history.add(SessionId::random(), Exchange::default());
        }
        assert_eq!(history.0.lock().len(), BROWSERS);
        assert!(history.of(first).is_empty());
    }
}
