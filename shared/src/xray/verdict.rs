//! Whether the server knows a visitor, and why, in a sentence.

use std::time::Duration;

use rocket::Request;
use serde::Serialize;

use super::history::Known;
use super::story::utc;
use crate::clock::in_words;
use crate::session::{Effect, NoRecord, Sessions, Verdict, cookie};

/// What the server made of a visitor.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Told {
    /// The sentence.
    pub(super) verdict: String,
    /// The same in a word, for programs.
    pub(super) reason: &'static str,
    /// What the X-ray has seen besides, and the server alone cannot know.
    pub(super) seen: Option<String>,
}

impl Told {
    pub(super) fn of(req: &Request<'_>, sessions: &Sessions, known: &Known) -> Self {
        let (reason, verdict) = tell(req, sessions);
        let token = cookie::value(req, &sessions.cookie_name);
        let seen = token.and_then(|token| known.seen(&token, reason, sessions.clock.now()));
        Self { verdict, reason, seen }
    }
}

fn tell(req: &Request<'_>, sessions: &Sessions) -> (&'static str, String) {
    let (name, settings) = (&sessions.cookie_name, &sessions.settings);
    let is_on_the_server = settings.store.is_on_the_server();
    let unknown = |reason, why: String| (reason, format!("The server does not know you: {why}"));
    match Verdict::of(req) {
        _ if !sessions.are_used() => {
            let text = "This lesson has no session: from one request to the next the server \
                remembers nothing of you.";
            ("no-session", text.to_owned())
        }
        None => {
            let text =
                "This page did not ask for the session: the server did not look who you are.";
            ("not-asked", text.to_owned())
        }
        Some(Verdict::Known) => {
            let is_over = Effect::of(req).is_some_and(|effect| effect.after.is_none());
            let text = match (is_over, is_on_the_server) {
                (true, _) => "The server knew you, and this answer ended your session.",
                (_, true) => "The server knows you: it has a session under the id in your cookie.",
                (_, false) => "The server knows you: the seal of your cookie fits.",
            };
            ("known", text.to_owned())
        }
        Some(Verdict::NoCookie) => {
            unknown("no-cookie", format!("your browser sent no cookie {name}."))
        }
        Some(Verdict::SeveralCookies) => {
            let count = cookie::values(req, name).len();
            let why =
                format!("your browser sent {count} cookies named {name}, and it trusts none.");
            unknown("several-cookies", why)
        }
        Some(Verdict::UnreadableCookies) => {
            let why = "your browser sent a cookie with bytes that are not UTF-8, and with it all \
                others are lost.";
            unknown("unreadable-cookies", why.to_owned())
        }
        Some(Verdict::Unreachable) => {
            let text = "The server cannot tell whether it knows you: its store does not answer.";
            ("store-unreachable", text.to_owned())
        }
        Some(Verdict::Expired { at, by_absolute_limit }) => {
            let ago = in_words(Duration::from_secs(sessions.clock.now().saturating_sub(at)));
            let (reason, limit, span) = if by_absolute_limit {
                ("expired-absolutely", "absolute limit", settings.absolute_lifetime)
            } else {
                ("expired", "lifetime", settings.lifetime)
            };
            let (at, span) = (utc(at), in_words(span));
            let why = format!(
                "your session has been over since {at}, {ago} ago. Its {limit} of {span} was up."
            );
            unknown(reason, why)
        }
        Some(Verdict::NoRecord) => {
            let token = cookie::value(req, name).unwrap_or_default();
            let (reason, why) = no_record(sessions.store.why_not(&token), is_on_the_server);
            unknown(reason, why.to_owned())
        }
    }
}

fn no_record(why: NoRecord, is_on_the_server: bool) -> (&'static str, &'static str) {
    match why {
        NoRecord::NotAToken if is_on_the_server => {
            ("not-a-token", "what your browser sent has not the form of an id.")
        }
        NoRecord::NotAToken => {
            ("not-a-token", "what your browser sent has not the form of a sealed cookie.")
        }
        NoRecord::BrokenSeal => (
            "broken-seal",
            "the seal of your cookie does not fit. It was changed, or it is of another key or another \
             lesson: the server cannot tell which.",
        ),
        NoRecord::NoSuchId => (
            "no-such-id",
            "it has no session under the id in your cookie. That session has ended, or there never \
             was one: the server cannot tell which.",
        ),
    }
}

#[cfg(test)]
mod tests;
