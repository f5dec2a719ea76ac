//! A request and its response, as the X-ray remembers them.

use rocket::http::HeaderMap;
use rocket::{Request, Response};
use serde::Serialize;

use super::browser::cookie_name;
use super::story::{Change, changes};
use crate::http::access_log::without_secrets;
use crate::id::without_ids;
use crate::session::{Effect, Sessions, cookie};

/// How many bytes of headers an exchange shows.
const HEADERS_LIMIT: usize = 16 * 1024;

/// A request and its response.
#[derive(Clone, Default, Serialize)]
pub(super) struct Exchange {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) changes: Vec<Change>,
    /// The line that sets or removes the session's cookie.
    #[serde(skip)]
    pub(super) set_cookie: Option<String>,
    pub(super) request_headers: Vec<(String, String)>,
    pub(super) response_headers: Vec<(String, String)>,
}

impl Exchange {
    pub(super) fn of(req: &Request<'_>, res: &Response<'_>, sessions: &Sessions) -> Self {
        let path = without_secrets(req.uri().path().as_str());
        let is_end = Self::is_an_end(req);
        // What a session held is gone with it.
        let is_shown = |change: &&Change| !is_end || !change.text.starts_with(['-', '~']);
        let mut request_headers = pairs(req.headers(), |name, value| shown(req, name, value));
        request_headers.retain(|(name, _)| !(is_end && name.eq_ignore_ascii_case("cookie")));
        let name = format!("{}=", sessions.cookie_name);
        let mut set = res.headers().get("Set-Cookie");
        Self {
            method: req.method().to_string(),
            path: format!("{path:.1000}"),
            status: res.status().code,
            location: res
                .headers()
                .get_one("Location")
                .map(|to| format!("{:.1000}", less_query(to))),
            changes: changes(req).iter().filter(is_shown).cloned().collect(),
            set_cookie: set.find(|line| line.starts_with(&name)).map(str::to_owned),
            request_headers,
            response_headers: pairs(res.headers(), answered),
        }
    }

    /// `POST /setName`
    pub(super) fn request(&self) -> String {
        format!("{} {:.80}", self.method, self.path)
    }

    /// `POST /setName 303 → /`
    pub(super) fn title(&self) -> String {
        let to = self.location.as_ref().map(|to| to.split('#').next().unwrap_or_default());
        let to = to.map_or_else(String::new, |to| format!(" → {to:.80}"));
        format!("{} {}{to}", self.request(), self.status)
    }

    /// Whether the browser goes on by itself from this.
    pub(super) fn is_redirect(&self) -> bool {
        self.location.is_some() && (300..400).contains(&self.status)
    }

    /// Whether the browser went on to `next` from this.
    fn leads_to(&self, next: &Self) -> bool {
        self.is_redirect()
            && self.location.as_deref().is_some_and(|to| path(to) == path(&next.path))
    }

    /// Whether the request has ended a session, as a log-out does.
    pub(super) fn is_an_end(req: &Request<'_>) -> bool {
        Effect::of(req).is_some_and(|effect| effect.cleared.is_some() && effect.before.is_some())
    }
}

/// Of exchanges, the latest first: those since the last click, the first of them first. They are the latest
/// and those before it that led to it by a redirect.
pub(super) fn since_the_click<'e>(
    exchanges: impl IntoIterator<Item = &'e Exchange>,
) -> Vec<&'e Exchange> {
    let mut chain: Vec<&Exchange> = vec![];
    for exchange in exchanges {
        if chain.last().is_some_and(|next| !exchange.leads_to(next)) {
            break;
        }
        chain.push(exchange);
    }
    chain.reverse();
    chain
}

/// An address without its host, query and fragment.
fn path(address: &str) -> &str {
    let address = match address.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => address,
    };
    address.split(['?', '#']).next().unwrap_or_default()
}

/// The headers of requests that browsers write by themselves, and in which there is no secret. `Cookie`
/// and `Referer` are looked at one by one.
const HARMLESS: [&str; 24] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "dnt",
    "host",
    "if-modified-since",
    "if-none-match",
    "origin",
    "pragma",
    "priority",
    "purpose",
    "range",
    "save-data",
    "te",
    "transfer-encoding",
    "upgrade-insecure-requests",
    "user-agent",
    "via",
];
/// The same, of each all that begin so.
const FAMILIES: [&str; 3] = ["sec-ch-", "sec-fetch-", "sec-gpc"];

/// What the X-ray shows of a request's header: of `Cookie` the lesson's cookie and its own, of an
/// address no query, and of headers that programs make, such as `Authorization`, only the name.
fn shown(req: &Request<'_>, name: &str, value: &str) -> String {
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "cookie" => {
            let Some(sessions) = req.rocket().state::<Sessions>() else {
                return String::new();
            };
            let own = [sessions.cookie_name.clone(), cookie_name(sessions)];
            let is_own = |(name, _): &(&str, &str)| own.iter().any(|it| it == name);
            let pairs = cookie::pairs(value).filter(is_own);
            pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
        }
        "referer" => less_query(value),
        name if HARMLESS.contains(&name) || FAMILIES.iter().any(|it| name.starts_with(it)) => {
            value.to_owned()
        }
        _ => "(not shown)".to_owned(),
    }
}

/// What the X-ray shows of an answer's header: of an address no query.
fn answered(name: &str, value: &str) -> String {
    let is_address =
        ["location", "content-location", "refresh"].iter().any(|it| name.eq_ignore_ascii_case(it));
    if is_address { less_query(value) } else { value.to_owned() }
}

/// An address without its query and the ids in its path, in which there may be a secret.
fn less_query(address: &str) -> String {
    match address.split_once('?') {
        Some((path, _)) => format!("{}?…", without_ids(path)),
        None => without_ids(address).into_owned(),
    }
}

/// The headers that are about sessions stand first.
const FIRST: [&str; 4] = ["cookie", "set-cookie", "location", "origin"];

/// The names and values of the first headers, up to a limit: what is shown is kept in memory.
fn pairs(headers: &HeaderMap<'_>, show: impl Fn(&str, &str) -> String) -> Vec<(String, String)> {
    let mut bytes = 0;
    let fits = |(name, value): &(String, String)| {
        bytes += name.len() + value.len();
        bytes <= HEADERS_LIMIT
    };
    let all = headers.iter().map(|it| (it.name.to_string(), show(it.name.as_str(), &it.value)));
    let mut pairs: Vec<_> = all.take_while(fits).collect();
    pairs.sort_by_key(|(name, _)| {
        FIRST.iter().position(|it| name.eq_ignore_ascii_case(it)).unwrap_or(FIRST.len())
    });
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_leads_to_a_path_whatever_surrounds_it() {
        for to in ["/login", "/login?…", "/login#hands-on", "http://127.0.0.1:8006/login?…"] {
            assert_eq!(path(to), "/login", "{to}");
        }
        assert_eq!(path("http://127.0.0.1:8006"), "/");
    }
}
