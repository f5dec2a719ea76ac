//! What the X-ray shows of a request and its session.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rocket::Request;
use serde::Serialize;
use serde_json::Value;

use super::browser::cookie_name;
use super::exchange::Exchange;
use super::experiment::Experiment;
use super::history::Known;
use super::offer::Offer;
use super::set_cookie::SetCookie;
use super::story::{Change, Line, changes};
use super::tokens::{Lost, good_token};
use super::verdict::Told;
use super::{hands_on, travelled, two};
use crate::config::settings::StoreKind;
use crate::session::{COOKIE_LIMIT, Effect, Record, Sessions, cookie};

/// All that `/_session` shows, and the panel too.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line of the panel")]
pub(super) struct View {
    /// Whether the server knows the visitor, and why.
    #[serde(flatten)]
    told: Told,
    /// The word by which the terminal tells this visitor from others.
    who: String,
    /// Where the lesson keeps its session, if it has one.
    store: Option<StoreKind>,
    is_on_the_server: bool,
    explanation: Option<&'static str>,
    cookie: String,
    /// Whether the page asked for its session at all.
    asked: bool,
    sent: Option<Sent>,
    /// The lesson's and the X-ray's cookies that came more than once.
    doubled: Vec<Doubled>,
    stored: Option<Record>,
    /// The latest line that set the session's cookie since the last click, and whose answer it was in.
    set: Option<SetCookie>,
    set_by: Option<String>,
    seconds_left: Option<u64>,
    /// Whether a later request can still move its end.
    slides: bool,
    /// What this answer has changed.
    changes: Vec<Change>,
    /// What has changed since the last click, over all redirects.
    changed: Vec<Changed>,
    experiment: Option<Experiment>,
    exchanges: Vec<Exchange>,
    /// Whether this visitor may use the buttons, and which cookies there are to bring back.
    hands_on: bool,
    lost: Vec<Lost>,
    /// Whether this is one of two visitors on one screen.
    is_in_frame: bool,
}

/// What the panel shows.
#[derive(Serialize)]
pub(super) struct Panel {
    #[serde(flatten)]
    view: View,
    /// What travelled since the last click, as SVG.
    picture: String,
    offers: Vec<Offer>,
}

/// A change, and whose it was.
#[derive(Serialize)]
struct Changed {
    text: String,
    /// `main.rs:43`
    line: Option<String>,
    /// The address of that line.
    link: Option<String>,
    /// `POST /setName 303 → /`
    by: String,
}

impl Changed {
    fn of(exchange: &Exchange) -> impl Iterator<Item = Self> {
        exchange.changes.iter().map(|Change { text, line }| {
            let by = exchange.title();
            let (place, link) = match line.clone() {
                Some(Line { place, link }) => (Some(place), link),
                None => (None, None),
            };
            Self { text: text.clone(), line: place, link, by }
        })
    }
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

impl Panel {
    pub(super) fn of(req: &Request<'_>, sessions: &Sessions, known: Known) -> Self {
        let has_cookie = cookie::value(req, &sessions.cookie_name).is_some();
        let lost = known.tokens.lost(good_token(req, sessions).as_deref());
        let is_useful = sessions.are_used() && (has_cookie || !lost.is_empty());
        let offers = if is_useful { Offer::all(&known, has_cookie, &lost) } else { vec![] };
        let kept = Effect::of(req).and_then(|effect| effect.after.as_deref());
        let (cookie, store) = (&sessions.cookie_name, sessions.settings.store);
        let picture = travelled::picture(&known.chain(), cookie, store, kept).svg();
        Self { view: View::of(req, sessions, known), picture, offers }
    }
}

impl View {
    pub(super) fn of(req: &Request<'_>, sessions: &Sessions, known: Known) -> Self {
        let effect = Effect::of(req);
        let after = effect.and_then(|effect| effect.after.as_deref());
        let store = sessions.settings.store;
        let used = sessions.are_used();
        let sent = cookie::value(req, &sessions.cookie_name).map(|value| Sent {
            bytes: sessions.cookie_name.len() + value.len(),
            limit: COOKIE_LIMIT,
            meaning: meaning(store),
            readable: (store == StoreKind::Signed).then(|| readable(&value)).flatten(),
            accepted: effect.map(|effect| effect.before.is_some()),
            value,
        });
        let now = good_token(req, sessions);
        let chain = known.chain();
        let here = effect.and_then(|effect| effect.cookie.as_ref()).map(ToString::to_string);
        let here = here.map(|line| (line, None));
        let latest = here.or_else(|| {
            let setter = chain.iter().rev().find(|it| it.set_cookie.is_some())?;
            Some((setter.set_cookie.clone()?, Some(setter.title())))
        });
        let (set_cookie, set_by) = latest.unzip();
        Self {
            told: Told::of(req, sessions, &known),
            store: used.then_some(store),
            is_on_the_server: used && store.is_on_the_server(),
            explanation: used.then(|| store.explanation()),
            cookie: sessions.cookie_name.clone(),
            asked: effect.is_some_and(|effect| effect.asked),
            sent,
            doubled: [sessions.cookie_name.clone(), cookie_name(sessions)]
                .into_iter()
                .filter_map(|name| Doubled::of(req, name))
                .collect(),
            stored: after.cloned(),
            set: set_cookie.as_deref().map(SetCookie::explain),
            set_by: set_by.flatten(),
            slides: after.is_some_and(|record| {
                let is_refreshed = sessions.settings.refresh_each_request;
                let end = record.absolute_end(&sessions.settings);
                record.permanent && is_refreshed && record.expires < end
            }),
            seconds_left: effect
                .zip(after)
                .map(|(effect, record)| record.expires.saturating_sub(effect.now)),
            changes: changes(req).to_vec(),
            changed: chain.iter().flat_map(|exchange| Changed::of(exchange)).collect(),
            experiment: known.experiment.clone(),
            hands_on: hands_on::is_allowed(req),
            lost: known.tokens.lost(now.as_deref()),
            who: known.who,
            exchanges: known.exchanges.into(),
            is_in_frame: two::is_in_frame(req),
        }
    }
}

fn meaning(store: StoreKind) -> &'static str {
    match store {
        StoreKind::Private => {
            "Encrypted: only the server's key can read it, and a changed letter is noticed."
        }
        StoreKind::Signed => "Signed: anybody can read it, and a changed letter is noticed.",
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
