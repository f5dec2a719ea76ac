//! The fairings that give a Rocket its sessions and save them after each response.

use std::io::Cursor;
use std::ops::Deref;
use std::sync::Arc;

use rocket::fairing::{self, Fairing, Info, Kind};
use rocket::http::{ContentType, Method, Status};
use rocket::{Build, Data, Request, Response, Rocket};

use super::cookie_header;
use super::guard::{Cached, in_time};
use super::store::{self, Store, StoreError};
use super::turns::Turns;
use super::{Outcome, Session};
use crate::clock::Clock;
use crate::config::secret::settings_and_secrets;
use crate::config::settings::SessionSettings;

/// All sessions of a server: in managed state while it runs.
#[derive(Clone)]
pub(crate) struct Sessions(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) settings: SessionSettings,
    pub(super) clock: Clock,
    pub(super) turns: Turns,
    pub(crate) cookie_name: String,
    /// Whether the key that seals cookies was made for this run.
    pub(crate) throw_away_key: bool,
}

impl Deref for Sessions {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Sessions {
    /// Opens what the settings name, or says what is wrong with them or with the store.
    async fn open(rocket: &Rocket<Build>) -> Result<Self, String> {
        let (settings, secrets) = settings_and_secrets(rocket.figment())?;
        let clock = rocket.state::<Clock>().cloned().unwrap_or_default();
        let store = match rocket.state::<Arc<dyn Store>>() {
            Some(own_store) => own_store.clone(),
            None => store::open(&settings, &secrets.newest_first, clock.clone()).await?,
        };
        let (cookie_name, throw_away_key) = (settings.cookie_name(), secrets.throw_away);
        let turns = Turns::default();
        Ok(Self(Arc::new(Inner { store, settings, clock, turns, cookie_name, throw_away_key })))
    }
}

/// Gives a Rocket its sessions, by the settings under `session`.
///
/// Two things may stand in managed state before: a [`Clock`] by which sessions live (or else the
/// system's is put there), and an `Arc<dyn Store>` to keep them in instead of the one that the
/// settings name.
///
/// [`lesson`](crate::lesson()) has attached it already. By itself:
///
/// ```
/// use rocket::local::blocking::Client;
/// use shared::{Session, SessionFairing};
///
/// #[rocket::get("/")]
/// fn visits(session: &Session) -> String {
///     session.update("visits", |visits: &mut u32| *visits += 1);
///     session.get::<u32>("visits").unwrap_or_default().to_string()
/// }
///
/// let rocket = rocket::build().attach(SessionFairing).mount("/", rocket::routes![visits]);
/// let client = Client::tracked(rocket).unwrap();
/// assert_eq!(client.get("/").dispatch().into_string().unwrap(), "1");
/// assert_eq!(client.get("/").dispatch().into_string().unwrap(), "2");
/// ```
pub struct SessionFairing;

#[rocket::async_trait]
impl Fairing for SessionFairing {
    fn info(&self) -> Info {
        let (name, kind) = ("Sessions", Kind::Ignite);
        Info { name, kind }
    }

    async fn on_ignite(&self, rocket: Rocket<Build>) -> fairing::Result {
        let sessions = match Sessions::open(&rocket).await {
            Ok(sessions) => sessions,
            Err(problem) => {
                log::error!("{problem}");
                return Err(rocket);
            }
        };
        // What is attached here comes after the fairings of the application, which may still use
        // the session in their `on_response`.
        let rocket = match rocket.state::<Clock>() {
            Some(_) => rocket,
            None => rocket.manage(sessions.clock.clone()),
        };
        Ok(rocket.manage(sessions).attach(SaveSession))
    }
}

struct SaveSession;

#[rocket::async_trait]
impl Fairing for SaveSession {
    fn info(&self) -> Info {
        let (name, kind) = ("Save the session", Kind::Request | Kind::Response);
        Info { name, kind }
    }

    async fn on_request(&self, req: &mut Request<'_>, _: &mut Data<'_>) {
        IsHead::of(req);
    }

    async fn on_response<'r>(&self, req: &'r Request<'_>, res: &mut Response<'r>) {
        match Cached::of(req) {
            Some(Ok(session)) => {
                vary_by_cookie(res);
                if let Err(error) = save(session, req, res.status()).await {
                    fail(&error, req, res);
                }
                finish(session, true, req, res);
            }
            Some(Err(error)) => {
                vary_by_cookie(res);
                fail(error, req, res);
            }
            None => slide(req, res).await,
        }
    }
}

/// Saves what is not saved yet. Of a failed request nothing more is saved.
async fn save(session: &Session, req: &Request<'_>, status: Status) -> Result<(), StoreError> {
    if status.class().is_server_error() {
        return Ok(());
    }
    if !is_shown(req, status) {
        session.keep_messages();
    }
    let may_be_lost = session.is_left_with_messages();
    match session.save().await {
        Err(error) if may_be_lost => {
            log::error!("a message for the next page is lost: {error}");
            Ok(())
        }
        saved => saved,
    }
}

/// A permanent session lives on with each request that brings its cookie, as in Flask, also if no
/// handler asks for it. If that fails, the answer stands: it knows nothing of the session. Nor does
/// one that is public, such as a style sheet: it is the same for all, and sets no cookie.
async fn slide(req: &Request<'_>, res: &mut Response<'_>) {
    let Some(sessions) = req.rocket().state::<Sessions>() else {
        return;
    };
    if is_public(req, res)
        || res.status().class().is_server_error()
        || !sessions.settings.refresh_each_request
    {
        return;
    }
    let Some(token) = cookie_header::value(req, &sessions.cookie_name) else {
        return;
    };
    let slid = match in_time(Session::load(sessions, Some(token), req.client_ip())).await {
        Ok(session) if session.has_time_to_gain() => session.save().await.map(|()| Some(session)),
        other => other.map(|_| None),
    };
    match slid {
        Ok(Some(session)) => {
            vary_by_cookie(res);
            finish(&session, false, req, res);
        }
        Ok(None) => {}
        Err(error) => log::error!("{error}"),
    }
}

/// Whether this is the same for all visitors: what says so itself, and files.
fn is_public(req: &Request<'_>, res: &Response<'_>) -> bool {
    let route = req.route().and_then(|route| route.name.as_deref()).unwrap_or_default();
    route.starts_with("FileServer")
        || res.headers().get("Cache-Control").any(|it| it.contains("public"))
}

fn fail(error: &StoreError, req: &Request<'_>, res: &mut Response<'_>) {
    let status = error.status();
    if status.class().is_server_error() {
        log::error!("{error}");
    }
    Refused::refuse(req, res, status);
}

/// Sets the cookie, if a save has given one, and tells what came of the session.
fn finish(session: &Session, asked: bool, req: &Request<'_>, res: &mut Response<'_>) {
    let is_personal = session.is_personal();
    let outcome = session.take_outcome();
    let cookie = outcome.as_ref().and_then(|outcome| outcome.cookie.as_ref());
    if is_personal || cookie.is_some() {
        res.set_raw_header("Cache-Control", "no-store");
    }
    // By now the jar's own cookies are in the response: an added one would be lost.
    if let Some(cookie) = cookie {
        res.adjoin_header(cookie);
    }
    if let Some(outcome) = outcome {
        Outcome { asked, ..outcome }.keep(req);
    }
}

/// Whether a request came as HEAD: Rocket makes a GET of it if no route wants it as it is.
struct IsHead(bool);

impl IsHead {
    fn of(req: &Request<'_>) -> bool {
        req.local_cache(|| Self(req.method() == Method::Head)).0
    }
}

/// Whether a person sees the response, as far as the server can know.
fn is_shown(req: &Request<'_>, status: Status) -> bool {
    let is_in_advance = ["Sec-Purpose", "Purpose", "X-Moz"]
        .into_iter()
        .flat_map(|name| req.headers().get(name))
        .any(|purpose| purpose.contains("prefetch"));
    let has_page = !status.class().is_redirection() && ![204, 205].contains(&status.code);
    has_page && !is_in_advance && !IsHead::of(req)
}

/// Left in the request whose response did not hold because of its session: that is a bare status now,
/// in plain text, of which others may make a page.
pub(crate) struct Refused(bool);

impl Refused {
    fn refuse(req: &Request<'_>, res: &mut Response<'_>, status: Status) {
        for header in ABOUT_THE_PAGE {
            res.remove_header(header);
        }
        let text = format!("{status}\n");
        res.set_status(status);
        res.set_header(ContentType::Plain);
        res.set_sized_body(text.len(), Cursor::new(text));
        res.set_raw_header("Cache-Control", "no-store");
        if status == Status::ServiceUnavailable {
            res.set_raw_header("Retry-After", "1");
        }
        req.local_cache(|| Self(true));
    }

    pub(crate) fn is(req: &Request<'_>) -> bool {
        req.local_cache(|| Self(false)).0
    }
}

/// What a header says about a page or its way.
const ABOUT_THE_PAGE: [&str; 6] =
    ["Content-Disposition", "Content-Encoding", "ETag", "Last-Modified", "Location", "Set-Cookie"];

/// Tells caches that this page depends on the cookie, whatever else it depends on
/// (CVE-2023-30861 is about a server that did not).
fn vary_by_cookie(res: &mut Response<'_>) {
    let standing = res.headers().get("Vary").collect::<Vec<_>>().join(", ");
    let covered = |name: &str| name == "*" || name.eq_ignore_ascii_case("cookie");
    if standing.is_empty() {
        res.set_raw_header("Vary", "Cookie");
    } else if !standing.split(',').map(str::trim).any(covered) {
        res.set_raw_header("Vary", standing + ", Cookie");
    }
}
