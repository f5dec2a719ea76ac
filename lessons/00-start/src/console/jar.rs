//! A jar of cookies: which are kept, and which are sent to a path.

use std::cmp::Reverse;
use std::collections::HashMap;

use cookie::Cookie;
use cookie::time::{Duration, OffsetDateTime};
use ureq::http::HeaderMap;

use super::request::Request;

/// The only host of this terminal.
const HOST: &str = "127.0.0.1";

/// The cookies of the lesson, in the order in which they came.
#[derive(Clone, Default)]
pub(super) struct Jar {
    cookies: Vec<Cookie<'static>>,
}

impl Jar {
    /// The cookies with which a line begins; `None` if it keeps none, not even on its way.
    pub(super) fn of(request: &Request, jars: &HashMap<String, Self>) -> Option<Self> {
        let names: Vec<_> = request.send.iter().filter(|send| !send.contains('=')).collect();
        let known = names.iter().filter_map(|name| jars.get(*name));
        let cookies = known.flat_map(|jar| jar.cookies.iter().cloned()).collect();
        (request.keep.is_some() || !names.is_empty()).then_some(Self { cookies })
    }

    /// Takes what an answer for this path brings, or takes away.
    pub(super) fn keep_all(&mut self, headers: &HeaderMap, path: &str) {
        for line in headers.get_all("set-cookie") {
            self.keep(&String::from_utf8_lossy(line.as_bytes()), path);
        }
    }

    /// Takes what a line `Set-Cookie` of it brings or takes away.
    fn keep(&mut self, line: &str, path: &str) {
        let Ok(mut cookie) = Cookie::parse(line.to_owned()) else { return };
        if cookie.domain().is_some_and(|domain| domain != HOST) {
            return;
        }
        if cookie.path().is_none_or(|path| !path.starts_with('/')) {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            cookie.set_path(if folder.is_empty() { "/" } else { folder }.to_owned());
        }
        let is_over = match cookie.max_age() {
            Some(age) => age <= Duration::ZERO,
            None => cookie.expires_datetime().is_some_and(|end| end <= OffsetDateTime::now_utc()),
        };
        let is_same = |it: &Cookie<'_>| it.name() == cookie.name() && it.path() == cookie.path();
        match (self.cookies.iter().position(is_same), is_over) {
            (Some(at), true) => drop(self.cookies.remove(at)),
            (Some(at), false) => self.cookies[at] = cookie,
            (None, true) => {}
            (None, false) => self.cookies.push(cookie),
        }
    }

    /// What is sent to this path: `a=1`, `b=2`. The more exact path comes first, then the longer name.
    pub(super) fn sent_to(&self, path: &str) -> Vec<String> {
        let is_for = |cookie: &&Cookie<'_>| {
            let of = cookie.path().unwrap_or("/");
            let is_below =
                |rest: &str| of.ends_with('/') || rest.is_empty() || rest.starts_with('/');
            path.strip_prefix(of).is_some_and(is_below)
        };
        let mut sent: Vec<_> = self.cookies.iter().filter(is_for).collect();
        sent.sort_by_key(|it| Reverse((it.path().map_or(0, str::len), it.name().len())));
        sent.iter().map(|it| format!("{}={}", it.name(), it.value())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_goes_where_its_path_says_until_it_is_over() {
        let mut jar = Jar::default();
        for line in [
            "a=1; Path=/",
            "b=2; Path=/admin",
            "c=3",
            "d=4; Domain=evil.example",
            "a=5; Path=/; Max-Age=300",
            "e=6; Path=/; Max-Age=0",
            "f=7; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        ] {
            jar.keep(line, "/stocks/17");
        }
        assert_eq!(jar.sent_to("/"), ["a=5"]);
        assert_eq!(jar.sent_to("/admin/emails"), ["b=2", "a=5"]);
        assert_eq!(jar.sent_to("/administrator"), ["a=5"]);
        assert_eq!(jar.sent_to("/stocks"), ["c=3", "a=5"]);
        jar.keep("a=; Path=/; Max-Age=0", "/");
        assert!(jar.sent_to("/").is_empty());
    }
}
