//! The tokens of a browser's session: those that were good, what became of each, and those that the
//! X-ray's button has changed.

use std::collections::VecDeque;

use rocket::Request;
use serde::Serialize;

use super::story::utc;
use crate::clock::Timestamp;
use crate::session::{Effect, Sessions, cookie};

/// How many of them are kept.
const MOST: usize = 10;

#[derive(Clone, Default)]
pub(super) struct Tokens {
    /// The good ones, the latest first.
    good: VecDeque<Token>,
    /// Those that the button has made, and when.
    changed: VecDeque<(String, Timestamp)>,
    /// How many there were.
    count: usize,
}

#[derive(Clone)]
struct Token {
    number: usize,
    value: String,
    /// When its session was to be over.
    expires: Timestamp,
    /// What happened next, after which the browser had another one or none.
    next: Option<Next>,
    end: Option<End>,
}

/// What happened to a token: `POST /add_stock`, and the first change that it made.
#[derive(Clone)]
pub(super) struct Next {
    pub(super) what: String,
    pub(super) change: Option<String>,
}

/// What has made an id worth nothing.
#[derive(Clone)]
pub(super) struct End {
    /// `POST /logout`
    pub(super) by: String,
    pub(super) at: Timestamp,
    /// Whether the session goes on under another id.
    pub(super) has_new_id: bool,
}

/// A token that can be brought back.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Lost {
    pub(super) number: usize,
    /// `before POST /add_stock: + stocks[0] …`
    pub(super) label: String,
}

impl Tokens {
    /// Notes that the browser has this good token now.
    ///
    /// If nothing was changed but the session's end, it takes the place of the one before.
    pub(super) fn have(&mut self, value: String, expires: Timestamp, next: Option<Next>) {
        let known = self.good.iter().position(|it| it.value == value);
        let at = match (known, next) {
            (Some(at), next) => {
                if at != 0 {
                    self.lose(next);
                }
                Some(at)
            }
            (None, None) if !self.good.is_empty() => Some(0),
            (None, next) => {
                self.lose(next);
                None
            }
        };
        let old = at.and_then(|at| self.good.remove(at));
        let (number, end) = old.map_or((self.count, None), |old| (old.number, old.end));
        self.count += usize::from(at.is_none());
        self.good.push_front(Token { number, value, expires, next: None, end });
        self.good.truncate(MOST);
    }

    /// Notes what has made the browser lose the latest one.
    pub(super) fn lose(&mut self, next: Option<Next>) {
        if let Some(latest) = self.good.front_mut() {
            latest.next = latest.next.take().or(next);
        }
    }

    /// Notes that a token has been worth nothing since.
    pub(super) fn end(&mut self, value: &str, end: End) {
        if let Some(token) = self.good.iter_mut().find(|it| it.value == value) {
            token.end = Some(end);
        }
    }

    /// Forgets what was changed: what a session held is gone with it.
    pub(super) fn forget_changes(&mut self) {
        let all = self.good.iter_mut().filter_map(|it| it.next.as_mut());
        all.for_each(|next| next.change = None);
    }

    /// Notes that the button has made this token of a good one.
    pub(super) fn change(&mut self, value: String, at: Timestamp) {
        self.changed.push_front((value, at));
        self.changed.truncate(MOST);
    }

    /// Whether it was a good one.
    pub(super) fn contains(&self, value: &str) -> bool {
        self.good.iter().any(|it| it.value == value)
    }

    /// The good ones that the browser had and that are not the one it has, the latest first.
    fn all_lost<'t>(&'t self, now: Option<&str>) -> impl Iterator<Item = &'t Token> {
        self.good.iter().filter(move |it| Some(it.value.as_str()) != now)
    }

    pub(super) fn lost(&self, now: Option<&str>) -> Vec<Lost> {
        let label = |it: &Token| match &it.next {
            Some(Next { what, change: Some(change) }) => format!("before {what}: {change:.60}"),
            Some(Next { what, change: None }) => format!("before {what}"),
            None => "the last one".to_owned(),
        };
        self.all_lost(now).map(|it| Lost { number: it.number, label: label(it) }).collect()
    }

    /// The lost one of that number, or the latest.
    pub(super) fn find_lost(&self, number: Option<usize>, now: Option<&str>) -> Option<&str> {
        let mut lost = self.all_lost(now);
        let found = lost.find(|it| number.is_none_or(|number| it.number == number));
        found.map(|it| it.value.as_str())
    }

    /// What became of a token, as the X-ray has seen it.
    pub(super) fn fate(&self, value: &str, now: Timestamp) -> Option<String> {
        if let Some((_, at)) = self.changed.iter().find(|(it, _)| it == value) {
            return Some(format!("your button changed a letter of this cookie at {}", utc(*at)));
        }
        let token = self.good.iter().find(|it| it.value == value)?;
        Some(match &token.end {
            Some(End { by, at, has_new_id: true }) => format!(
                "{by} gave the session a new id at {}, and this one has been worth nothing since",
                utc(*at)
            ),
            Some(End { by, at, .. }) => format!("{by} ended this session at {}", utc(*at)),
            None if token.expires <= now => {
                format!("the time of this session was up at {}", utc(token.expires))
            }
            None => return None,
        })
    }
}

/// The token that the browser has after this answer, if there is a session behind it.
pub(super) fn good_token(req: &Request<'_>, sessions: &Sessions) -> Option<String> {
    let effect = Effect::of(req)?;
    effect.after.as_ref()?;
    let set = effect.cookie.as_ref().map(|cookie| cookie.value().to_owned());
    set.or_else(|| cookie::value(req, &sessions.cookie_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(what: &str) -> Next {
        Next { what: what.to_owned(), change: Some("+ a 1".to_owned()) }
    }

    fn with(tokens: &[&str]) -> Tokens {
        let mut all = Tokens::default();
        for token in tokens {
            all.have((*token).to_owned(), 100, Some(next(&format!("POST /{token}"))));
        }
        all
    }

    fn labels(tokens: &Tokens, now: Option<&str>) -> Vec<String> {
        tokens.lost(now).into_iter().map(|it| it.label).collect()
    }

    #[test]
    fn the_token_that_was_lost_is_the_last_good_one_before() {
        let tokens = with(&["one", "two"]);
        assert_eq!(tokens.find_lost(None, None), Some("two"));
        assert_eq!(tokens.find_lost(None, Some("changed")), Some("two"));
        assert_eq!(tokens.find_lost(None, Some("two")), Some("one"));
        assert_eq!(tokens.find_lost(Some(0), None), Some("one"));
    }

    #[test]
    fn each_is_named_by_what_happened_next() {
        let mut tokens = with(&["one", "two"]);
        assert_eq!(labels(&tokens, Some("two")), ["before POST /two: + a 1"]);
        tokens.lose(Some(Next { what: "you changed it".to_owned(), change: None }));
        let expected = ["before you changed it", "before POST /two: + a 1"];
        assert_eq!(labels(&tokens, Some("changed")), expected);
        tokens.forget_changes();
        assert_eq!(labels(&tokens, Some("two")), ["before POST /two"]);
    }

    #[test]
    fn the_last_ten_are_kept_and_a_visit_is_no_new_one() {
        let names: Vec<_> = (0..12).map(|n| n.to_string()).collect();
        let mut tokens = with(&names.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(tokens.lost(None).len(), MOST);
        for visit in 0..20 {
            tokens.have(format!("the same, sealed anew {visit}"), 100, None);
        }
        assert_eq!(labels(&tokens, Some("the same, sealed anew 19")).len(), MOST - 1);
        assert_eq!(tokens.find_lost(None, Some("the same, sealed anew 19")), Some("10"));
    }

    #[test]
    fn what_became_of_a_token_is_told() {
        let mut tokens = with(&["old", "id", "late"]);
        tokens.change("chAnged".to_owned(), 50_520);
        let end = |has_new_id| End { by: "POST /x".to_owned(), at: 60, has_new_id };
        tokens.end("old", end(false));
        tokens.end("id", end(true));
        for (token, at, told) in [
            ("chAnged", 99, Some("your button changed a letter of this cookie at 14:02 UTC")),
            ("old", 99, Some("POST /x ended this session at 00:01 UTC")),
            ("late", 100, Some("the time of this session was up at 00:01 UTC")),
            ("late", 99, None),
            ("other", 99, None),
        ] {
            assert_eq!(tokens.fate(token, at).as_deref(), told, "{token}");
        }
        assert!(tokens.fate("id", 99).is_some_and(|told| told.contains("a new id at 00:01 UTC")));
    }
}
