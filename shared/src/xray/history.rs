//! The last exchanges of each browser.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::browser::Browser;
use super::exchange::{Exchange, since_the_click};
use super::experiment::{Expected, Experiment, Idea};
use super::story::{Change, utc};
use super::tokens::{End, Next, Tokens};
use super::who;
use crate::clock::{Timestamp, in_words};

/// How many browsers are remembered. Of those at the address that has the most of them, the one that has
/// been away longest makes room: who sends no cookies is a new browser each time.
const BROWSERS: usize = 200;
/// How many exchanges of each.
const EACH: usize = 10;

/// What each browser has asked lately, and what it was answered.
#[derive(Default)]
pub(super) struct History {
    browsers: Mutex<VecDeque<(Browser, Known)>>,
    /// How many browsers there were.
    count: AtomicUsize,
}

/// What is known of one browser.
#[derive(Clone, Default)]
pub(super) struct Known {
    /// The word by which the terminal tells it from others.
    pub(super) who: String,
    /// The latest first.
    pub(super) exchanges: VecDeque<Exchange>,
    pub(super) tokens: Tokens,
    /// Whether the tokens are of a session that was ended, as by a log-out.
    pub(super) is_ended: bool,
    pub(super) experiment: Option<Experiment>,
    /// The ideas of which the visitor was asked what they expect.
    tried: Vec<Idea>,
    /// How much time the button has let pass in this session, and when.
    aged: Option<(u64, Timestamp)>,
}

/// What an exchange was to the session.
#[derive(Default)]
pub(super) struct Moment {
    /// The token that came, if there was a session behind it, and when that was to be over.
    pub(super) before: Option<(String, Timestamp)>,
    /// The good token that the browser has now, and when its session is over.
    pub(super) after: Option<(String, Timestamp)>,
    /// Whether the server gave the session another id.
    pub(super) has_new_id: bool,
    /// Whether the server knew the visitor, if a handler has asked.
    pub(super) is_known: Option<bool>,
    pub(super) now: Timestamp,
}

impl Known {
    /// Adds the latest exchange, and what it was to the session.
    pub(super) fn add(&mut self, exchange: Exchange, moment: Moment) {
        let was_redirect = self.exchanges.front().is_some_and(Exchange::is_redirect);
        if !was_redirect && self.experiment.as_ref().is_some_and(Experiment::is_decided) {
            self.experiment = None;
        }
        if let (Some(experiment), Some(is_known)) = (&mut self.experiment, moment.is_known)
            && !experiment.is_decided()
        {
            experiment.decide(is_known, exchange.title());
        }
        self.follow(&exchange, moment);
        self.exchanges.push_front(exchange);
        self.exchanges.truncate(EACH);
    }

    /// Keeps the tokens in step with what the browser has.
    fn follow(&mut self, exchange: &Exchange, moment: Moment) {
        // With a message that was shown, or a later end, the session is still the same.
        let is_real = |change: &&Change| {
            !change.text.contains(" _flashes") && !change.text.starts_with("cookie ")
        };
        let change = exchange.changes.iter().find(is_real).map(|change| change.text.clone());
        let next = change.map(|change| Next { what: exchange.request(), change: Some(change) });
        if moment.before.is_none() && moment.after.is_some() {
            self.aged = None;
        }
        let (sent, is_over) = (moment.before, moment.after.is_none());
        if let Some((token, expires)) = sent {
            self.tokens.have(token.clone(), expires, None);
            if is_over || moment.has_new_id {
                let (by, has_new_id) = (exchange.request(), moment.has_new_id);
                self.tokens.end(&token, End { by, at: moment.now, has_new_id });
            }
            if is_over {
                self.tokens.lose(Some(Next { what: exchange.request(), change: None }));
            }
        }
        if let Some((token, expires)) = moment.after {
            if self.is_ended && !self.tokens.contains(&token) {
                self.tokens = Tokens::default();
            }
            self.is_ended = false;
            self.tokens.have(token, expires, next);
        }
    }

    /// Forgets what was seen before a log-out. The old tokens are left, to be tried, until the next
    /// session begins.
    pub(super) fn end(&mut self) {
        self.exchanges.clear();
        self.tokens.forget_changes();
        self.experiment = None;
        self.is_ended = true;
    }

    /// The exchanges since the last click, the first of them first.
    pub(super) fn chain(&self) -> Vec<&Exchange> {
        since_the_click(&self.exchanges)
    }

    /// Begins an experiment.
    pub(super) fn begin(&mut self, idea: Idea, expected: Option<Expected>) {
        self.experiment = Some(Experiment::new(idea, expected));
        if !self.tried.contains(&idea) {
            self.tried.push(idea);
        }
    }

    /// Whether the visitor is still to be asked what they expect.
    pub(super) fn is_new(&self, idea: Idea) -> bool {
        !self.tried.contains(&idea)
    }

    /// What the button that brings a cookie back tries out.
    pub(super) fn restore(&self) -> Idea {
        if self.is_ended { Idea::RestoreEnded } else { Idea::Restore }
    }

    /// Time has passed, for all tokens.
    pub(super) fn age(&mut self, seconds: u64, now: Timestamp) {
        let before = self.aged.map_or(0, |(seconds, _)| seconds);
        self.aged = Some((before.saturating_add(seconds), now));
        self.tokens = Tokens::default();
    }

    /// What the X-ray has seen of a token, beyond what the server made of it.
    pub(super) fn seen(&self, token: &str, reason: &str, now: Timestamp) -> Option<String> {
        let aged = self.aged.filter(|_| reason.starts_with("expired")).map(|(seconds, at)| {
            let time = in_words(Duration::from_secs(seconds));
            format!("your button let {time} pass at {}", utc(at))
        });
        aged.or_else(|| self.tokens.fate(token, now))
    }
}

impl History {
    /// A browser that was not here before.
    pub(super) fn welcome(&self) -> Known {
        Known { who: who::word(self.count.fetch_add(1, Ordering::Relaxed)), ..Known::default() }
    }

    /// What is known of a browser. An id from elsewhere is not adopted.
    pub(super) fn of(&self, browser: Option<Browser>) -> Option<Known> {
        let all = self.browsers.lock();
        all.iter().find(|(it, _)| Some(*it) == browser).map(|(_, known)| known.clone())
    }

    /// The same, and its id is worth nothing from now on.
    pub(super) fn take(&self, browser: Option<Browser>) -> Option<Known> {
        let mut all = self.browsers.lock();
        let at = all.iter().position(|(it, _)| Some(*it) == browser)?;
        all.remove(at).map(|(_, known)| known)
    }

    /// Keeps what is known of a browser under its next id.
    pub(super) fn keep(&self, browser: Browser, known: Known) {
        let mut all = self.browsers.lock();
        if all.len() == BROWSERS
            && let Some(at) = first_to_go(&all)
        {
            all.remove(at);
        }
        all.push_back((browser, known));
    }

    /// Changes what is known of a browser, if anything is.
    pub(super) fn change(&self, browser: Option<Browser>, change: impl FnOnce(&mut Known)) {
        let mut all = self.browsers.lock();
        if let Some((_, known)) = all.iter_mut().find(|(it, _)| Some(*it) == browser) {
            change(known);
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
    use crate::id::SessionId;

    fn browser() -> Browser {
        Browser { id: SessionId::random(), address: None }
    }

    fn exchange(path: &str) -> Exchange {
        let mut exchange = Exchange::default();
        path.clone_into(&mut exchange.path);
        exchange
    }

    /// What an exchange was to the session whose token the browser has then.
    fn has(token: &str) -> Moment {
        Moment { after: Some((token.to_owned(), 100)), ..Moment::default() }
    }

    fn with(tokens: &[&str]) -> Known {
        let mut known = Known::default();
        for token in tokens {
            let mut exchange = exchange(token);
            exchange.changes = vec![Change { text: format!("+ {token} 1"), line: None }];
            known.add(exchange, has(token));
        }
        known
    }

    fn lost<'k>(known: &'k Known, now: Option<&'k str>) -> Option<&'k str> {
        known.tokens.find_lost(None, now)
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
    fn of_a_session_that_was_ended_only_the_token_is_left_until_the_next_begins() {
        let mut known = with(&["old"]);
        known.end();
        known.add(exchange("/logout"), Moment::default());
        assert_eq!((paths(&known), lost(&known, None)), (vec!["/logout"], Some("old")));
        known.add(exchange("/login"), has("new"));
        assert_eq!(lost(&known, Some("new")), None);
    }

    #[test]
    fn a_click_and_what_it_led_to_are_one_chain() {
        let redirect = |path, to: &str| Exchange {
            status: 303,
            location: Some(to.to_owned()),
            ..exchange(path)
        };
        let mut known = with(&["before"]);
        for step in [redirect("/setName", "/on"), redirect("/on", "/page?…"), exchange("/page")] {
            known.add(step, Moment::default());
        }
        let chain: Vec<_> = known.chain().iter().map(|it| it.path.as_str()).collect();
        assert_eq!(chain, ["/setName", "/on", "/page"]);
        known.add(exchange("/next"), Moment::default());
        assert_eq!(known.chain().len(), 1);
    }

    #[test]
    fn an_experiment_is_decided_by_the_first_who_asks_and_shown_until_the_next_click() {
        let mut known = with(&["old"]);
        assert!(known.is_new(Idea::Forget));
        known.begin(Idea::Forget, Some(Expected::Known));
        let asks = |is_known| Moment { is_known: Some(is_known), ..Moment::default() };
        known.add(exchange("/asks nobody"), Moment::default());
        known.add(exchange("/"), asks(false));
        let told = serde_json::to_value(&known.experiment).unwrap();
        assert_eq!(
            (&told["is_right"], &told["outcome"]["is_known"]),
            (&false.into(), &false.into())
        );
        assert_eq!(told["outcome"]["exchange"], " / 0");
        known.add(exchange("/"), asks(true));
        assert!(known.experiment.is_none() && !known.is_new(Idea::Forget));
    }

    #[test]
    fn what_ended_a_session_is_remembered() {
        let mut known = with(&["id"]);
        // `/_session` has prolonged it meanwhile, and is no exchange of the lesson.
        let before = Some(("sealed anew".to_owned(), 100));
        known.end();
        known.add(exchange("/logout"), Moment { before, now: 60, ..Moment::default() });
        let seen = known.seen("sealed anew", "no-such-id", 99);
        assert_eq!(seen.as_deref(), Some(" /logout ended this session at 00:01 UTC"));
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
        assert_eq!(history.browsers.lock().len(), BROWSERS);
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
        assert_eq!(history.browsers.lock().len(), BROWSERS);
        assert!(history.of(Some(first)).is_none());
    }
}
