//! The cookie: how the header `Cookie` is read, and what goes into `Set-Cookie`.
//!
//! The header is read as the browser means it. Rocket's jar reads names more loosely than browsers do.
//! It decodes them: then `%5F%5FHost-…`, which any site of the domain may set, would pass for
//! `__Host-…`, which only this one may. And it trims every Unicode space, where browsers trim space
//! and tab only (RFC 6265bis, 5.6): then the name could begin with another space.

use std::collections::VecDeque;

use parking_lot::Mutex;
use rocket::http::{Cookie, SameSite};
use rocket::tokio::task;
use rocket::{Request, time};

use super::{Record, Sessions};
use crate::clock::Timestamp;
use crate::header;

/// The tasks of requests whose cookies Rocket has dropped; the oldest makes room.
static DROPPED: Mutex<VecDeque<task::Id>> = Mutex::new(VecDeque::new());
const DROPPED_LIMIT: usize = 1000;

/// Remembers that the request of this task came with cookies that Rocket 0.5.2 has dropped.
///
/// For one byte that is no UTF-8, in whatever cookie, it drops the whole header, and nothing of that
/// can be read: it tells its log, and no request. But it reads headers in the task that answers.
pub(crate) fn note_dropped() {
    if let Some(id) = task::try_id() {
        let mut dropped = DROPPED.lock();
        dropped.truncate(DROPPED_LIMIT - 1);
        dropped.push_front(id);
    }
}

/// Whether the browser sent cookies that cannot be read, with the request of this task.
pub(crate) fn is_dropped() -> bool {
    task::try_id().is_some_and(|id| DROPPED.lock().contains(&id))
}

/// The values of all cookies of this name, as the browser wrote them.
pub(crate) fn values(req: &Request<'_>, name: &str) -> Vec<String> {
    let mut lines = header::values(req.headers(), "Cookie").peekable();
    if lines.peek().is_none() {
        // A local client has the cookies, but not the header.
        let cookie = req.cookies().get(name);
        return cookie.map(|cookie| cookie.value().to_owned()).into_iter().collect();
    }
    let mut values = vec![];
    for line in lines {
        let named = pairs(&line).filter(|(it, _)| *it == name);
        values.extend(named.map(|(_, value)| value.to_owned()));
    }
    values
}

/// The value of the cookie of this name, if there is exactly one. Of two, something else than this
/// server has set one, and nothing tells which: then neither is trusted.
pub(crate) fn value(req: &Request<'_>, name: &str) -> Option<String> {
    let mut values = values(req, name);
    if values.len() == 1 { values.pop() } else { None }
}

/// The names and values in one line of the header.
pub(crate) fn pairs(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = line.split(';').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (trim(name), trim(value)))
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// The seconds for which the browser shall keep the cookie; until it closes if there are none.
pub(super) fn max_age(record: &Record, now: Timestamp) -> Option<u64> {
    record.permanent.then_some(record.expires.saturating_sub(now))
}

/// A cookie for this server only, which leaves when the browser closes.
pub(crate) fn browser_cookie(sessions: &Sessions, name: String, value: String) -> Cookie<'static> {
    let cookie = Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax);
    let cookie = if sessions.settings.secure { cookie.secure(true) } else { cookie };
    cookie.build()
}

/// The session's cookie, which the browser keeps for `max_age` seconds, or until it closes.
pub(crate) fn cookie(sessions: &Sessions, token: String, max_age: Option<u64>) -> Cookie<'static> {
    let mut cookie = browser_cookie(sessions, sessions.cookie_name.clone(), token);
    if let Some(seconds) = max_age {
        cookie.set_max_age(time::Duration::seconds(seconds.try_into().unwrap_or(i64::MAX)));
    }
    cookie
}

/// A cookie that makes the browser drop the session's: all attributes must be the same.
pub(crate) fn removal(sessions: &Sessions) -> Cookie<'static> {
    let mut cookie = cookie(sessions, String::new(), None);
    cookie.make_removal();
    cookie
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_space_and_tab_are_trimmed() {
        let read = pairs("a=1; b = 2\t;\tc=3=4").collect::<Vec<_>>();
        assert_eq!(read, [("a", "1"), ("b", "2"), ("c", "3=4")]);
        let blanks = ('\u{80}'..=char::MAX).filter(|c| c.is_whitespace());
        for blank in blanks.chain(['\u{b}', '\u{c}', '\u{feff}', '\u{200b}']) {
            for line in
                [" a=1", "a =1", "a= 1", "a=1 "].map(|it| it.replace(' ', &blank.to_string()))
            {
                assert_eq!(pairs(&line).next(), line.split_once('='));
            }
        }
    }

    #[test]
    fn what_has_no_name_is_no_cookie() {
        assert_eq!(pairs("a; ;; =; =b").collect::<Vec<_>>(), [("", ""), ("", "b")]);
    }
}
