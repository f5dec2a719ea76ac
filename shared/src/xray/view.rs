//! What the X-ray shows of a request and its session.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rocket::http::{Header, HeaderMap};
use rocket::{Request, Response};
use serde::Serialize;
use serde_json::Value;

use super::fairing::good_token;
use super::history::{Browser, History};
use super::set_cookie::SetCookie;
use super::story::changes;
use super::{hands_on, two};
use crate::access_log::without_secrets;
use crate::session::{COOKIE_LIMIT, Outcome, Record, Sessions, token};
use crate::settings::StoreKind;

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
    stored: Option<Record>,
    set: Option<SetCookie>,
    seconds_left: Option<u64>,
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

/// A request and its response.
#[derive(Clone, Default, Serialize)]
pub(super) struct Exchange {
    pub(super) method: String,
    pub(super) path: String,
    status: u16,
    location: Option<String>,
    changes: Vec<String>,
    request_headers: Vec<(String, String)>,
    response_headers: Vec<(String, String)>,
}

impl View {
    pub(super) fn of(
        req: &Request<'_>,
        sessions: &Sessions,
        history: &History,
        browser: Browser,
    ) -> Self {
        let outcome = Outcome::of(req);
        let after = outcome.and_then(|outcome| outcome.after.as_deref());
        let store = sessions.settings.store;
        let sent = token(req, &sessions.cookie_name).map(|value| Sent {
            bytes: sessions.cookie_name.len() + value.len(),
            limit: COOKIE_LIMIT,
            meaning: meaning(store),
            readable: (store == StoreKind::Signed).then(|| readable(&value)).flatten(),
            accepted: outcome.map(|outcome| outcome.before.is_some()),
            value,
        });
        let now = good_token(req, sessions);
        let line = outcome.and_then(|outcome| outcome.cookie.as_ref()).map(ToString::to_string);
        Self {
            store,
            is_on_the_server: store.is_on_the_server(),
            explanation: store.explanation(),
            cookie: sessions.cookie_name.clone(),
            asked: outcome.is_some(),
            sent,
            stored: after.cloned(),
            set: line.as_deref().map(SetCookie::explain),
            seconds_left: outcome
                .zip(after)
                .map(|(outcome, record)| record.expires.saturating_sub(outcome.now)),
            changes: changes(req).to_vec(),
            exchanges: history.of(browser),
            hands_on: hands_on::is_allowed(req),
            has_lost: history.lost_token(browser, now.as_deref()).is_some(),
            is_in_frame: two::is_in_frame(req),
        }
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
        let path = without_secrets(req.uri().path().as_str()).to_string();
        Self {
            method: req.method().to_string(),
            path: format!("{path:.1000}"),
            status: res.status().code,
            location: res.headers().get_one("Location").map(|to| format!("{to:.1000}")),
            changes: changes(req).to_vec(),
            request_headers: pairs(req.headers()),
            response_headers: pairs(res.headers()),
        }
    }
}

/// The names and values of the first headers, up to a limit: what is shown is kept in memory.
fn pairs(headers: &HeaderMap<'_>) -> Vec<(String, String)> {
    let mut bytes = 0;
    let fits = |header: &Header<'_>| {
        bytes += header.name.as_str().len() + header.value.len();
        bytes <= HEADERS_LIMIT
    };
    let kept = headers.iter().take_while(fits);
    kept.map(|header| (header.name.to_string(), header.value.to_string())).collect()
}
