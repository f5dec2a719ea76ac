//! What the X-ray shows of a request and its session.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rocket::http::HeaderMap;
use rocket::{Request, Response};
use serde::Serialize;
use serde_json::Value;

use super::fairing::good_token;
use super::history::{Known, cookie_name};
use super::set_cookie::SetCookie;
use super::story::changes;
use super::{hands_on, travelled, two};
use crate::config::settings::StoreKind;
use crate::http::access_log::without_secrets;
use crate::id::without_ids;
use crate::session::{COOKIE_LIMIT, Effect, Record, Sessions, cookie};

/// How many bytes of headers an exchange shows.
const HEADERS_LIMIT: usize = 16 * 1024;

/// All that the panel and `/_session` show.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line of the panel")]
pub(super) struct View {
    store: StoreKind,
    is_on_the_server: bool,
    explanation: &'static str,
    cookie: String,
    /// Whether the page asked for its session at all.
    asked: bool,
    sent: Option<Sent>,
    /// The lesson's and the X-ray's cookies that came more than once.
    doubled: Vec<Doubled>,
    stored: Option<Record>,
    set: Option<SetCookie>,
    seconds_left: Option<u64>,
    /// Whether a later request can still move its end.
    slides: bool,
    changes: Vec<String>,
    exchanges: Vec<Exchange>,
    /// Whether this visitor may use the buttons, and whether there is a cookie to bring back.
    hands_on: bool,
    has_lost: bool,
    /// Whether this is one of two visitors on one screen.
    is_in_frame: bool,
}

/// The session's cookie as the browser sent it.
#[derive(Serialize)]
struct Sent {
    value: String,
    bytes: usize,
    limit: usize,
    /// What anybody can say of the value who has no key.
    meaning: &'static str,
    /// What anybody can read in it.
    readable: Option<Value>,
    /// Whether the server took it for a session.
    accepted: Option<bool>,
}

/// Cookies of one name, of which none is trusted.
#[derive(Serialize)]
struct Doubled {
    name: String,
    values: Vec<String>,
}

impl Doubled {
    fn of(req: &Request<'_>, name: String) -> Option<Self> {
        let values = cookie::values(req, &name);
        (values.len() > 1).then_some(Self { name, values })
    }
}

/// A request and its response.
#[derive(Clone, Default, Serialize)]
pub(super) struct Exchange {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) changes: Vec<String>,
    pub(super) request_headers: Vec<(String, String)>,
    pub(super) response_headers: Vec<(String, String)>,
}

impl View {
    pub(super) fn of(req: &Request<'_>, sessions: &Sessions, known: Known) -> Self {
        let effect = Effect::of(req);
        let after = effect.and_then(|effect| effect.after.as_deref());
        let store = sessions.settings.store;
        let sent = cookie::value(req, &sessions.cookie_name).map(|value| Sent {
            bytes: sessions.cookie_name.len() + value.len(),
            limit: COOKIE_LIMIT,
            meaning: meaning(store),
            readable: (store == StoreKind::Signed).then(|| readable(&value)).flatten(),
            accepted: effect.map(|effect| effect.before.is_some()),
            value,
        });
        let now = good_token(req, sessions);
        let line = effect.and_then(|effect| effect.cookie.as_ref()).map(ToString::to_string);
        Self {
            store,
            is_on_the_server: store.is_on_the_server(),
            explanation: store.explanation(),
            cookie: sessions.cookie_name.clone(),
            asked: effect.is_some_and(|effect| effect.asked),
            sent,
            doubled: [sessions.cookie_name.clone(), cookie_name(sessions)]
                .into_iter()
                .filter_map(|name| Doubled::of(req, name))
                .collect(),
            stored: after.cloned(),
            set: line.as_deref().map(SetCookie::explain),
            slides: after.is_some_and(|record| {
                let end =
                    record.created.saturating_add(sessions.settings.absolute_lifetime.as_secs());
                let is_refreshed = sessions.settings.refresh_each_request;
                record.permanent && is_refreshed && record.expires < end
            }),
            seconds_left: effect
                .zip(after)
                .map(|(effect, record)| record.expires.saturating_sub(effect.now)),
            changes: changes(req).to_vec(),
            hands_on: hands_on::is_allowed(req),
            has_lost: known.lost_token(now.as_deref()).is_some(),
            exchanges: known.exchanges.into(),
            is_in_frame: two::is_in_frame(req),
        }
    }

    /// What travelled since the last click, as SVG.
    pub(super) fn picture(&self) -> String {
        travelled::picture(&self.exchanges, &self.cookie, self.store, self.stored.as_ref()).svg()
    }
}

fn meaning(store: StoreKind) -> &'static str {
    match store {
        StoreKind::Private => "Encrypted: without the server's key nobody can read or change it.",
        StoreKind::Signed => "Signed: anybody can read it, and nobody can change it unnoticed.",
        StoreKind::Memory | StoreKind::Sqlite | StoreKind::Redis => {
            "An id: random letters by which the server finds the session. There is nothing in them."
        }
    }
}

/// The payload of a signed cookie, which needs no key to be read.
fn readable(token: &str) -> Option<Value> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
    serde_json::from_slice(&payload).ok()
}

impl Exchange {
    pub(super) fn of(req: &Request<'_>, res: &Response<'_>) -> Self {
        let path = without_secrets(req.uri().path().as_str());
        let is_end = Self::is_an_end(req);
        // What a session held is gone with it.
        let is_shown = |line: &&String| !is_end || !line.starts_with(['-', '~']);
        let mut request_headers = pairs(req.headers(), |name, value| shown(req, name, value));
        request_headers.retain(|(name, _)| !(is_end && name.eq_ignore_ascii_case("cookie")));
        Self {
            method: req.method().to_string(),
            path: format!("{path:.1000}"),
            status: res.status().code,
            location: res
                .headers()
                .get_one("Location")
                .map(|to| format!("{:.1000}", less_query(to))),
            changes: changes(req).iter().filter(is_shown).cloned().collect(),
            request_headers,
            response_headers: pairs(res.headers(), answered),
        }
    }

    /// Whether the request has ended a session, as a log-out does.
    pub(super) fn is_an_end(req: &Request<'_>) -> bool {
        Effect::of(req).is_some_and(|effect| effect.cleared && effect.before.is_some())
    }
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

/// The names and values of the first headers, up to a limit: what is shown is kept in memory.
fn pairs(headers: &HeaderMap<'_>, show: impl Fn(&str, &str) -> String) -> Vec<(String, String)> {
    let mut bytes = 0;
    let fits = |(name, value): &(String, String)| {
        bytes += name.len() + value.len();
        bytes <= HEADERS_LIMIT
    };
    let all = headers.iter().map(|it| (it.name.to_string(), show(it.name.as_str(), &it.value)));
    all.take_while(fits).collect()
}
