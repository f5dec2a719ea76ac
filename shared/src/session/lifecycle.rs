//! The way of a session through a request: it is loaded for the handler that asks for it, handed over,
//! and saved with the response.

use std::future::Future;
use std::io::Cursor;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::futures::FutureExt;
use rocket::http::{ContentType, Method, Status};
use rocket::request::{self, FromRequest};
use rocket::tokio::time::timeout;
use rocket::{Data, Ignite, Request, Response, Rocket, Sentinel};

use super::{
    Effect, KeepEffects, Record, Session, Sessions, State, StoreError, Unsaved, Verdict, cookie,
};
use crate::clock::Timestamp;

/// How long a request waits for the store.
const STORE_TIMEOUT: Duration = Duration::from_secs(1);

/// The session of a request, if a guard has asked for it.
#[derive(Default)]
pub(super) struct Loaded(Option<Result<Session, StoreError>>);

impl Loaded {
    pub(super) fn of<'r>(req: &'r Request<'_>) -> Option<&'r Result<Session, StoreError>> {
        req.local_cache(Self::default).0.as_ref()
    }

    async fn load(req: &Request<'_>) -> Self {
        let Some(sessions) = req.rocket().state::<Sessions>() else {
            return Self(None);
        };
        if cookie::is_dropped() {
            return Self(Some(Err(StoreError::UnreadableCookies)));
        }
        let name = &sessions.cookie_name;
        let mut tokens = cookie::values(req, name);
        Self(Some(match tokens.len() {
            0 | 1 => in_time(Session::load(sessions, tokens.pop(), req.client_ip())).await,
            _ => Err(StoreError::SeveralCookies(name.clone())),
        }))
    }
}

/// Gives up on a store that does not answer: no request waits for it longer than a second.
pub(crate) fn in_time<T>(
    work: impl Future<Output = Result<T, StoreError>>,
) -> impl Future<Output = Result<T, StoreError>> {
    let late = |_| Err(StoreError::Unreachable(format!("no answer within {STORE_TIMEOUT:?}")));
    timeout(STORE_TIMEOUT, work).map(move |answer| answer.unwrap_or_else(late))
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r Session {
    type Error = &'r StoreError;

    async fn from_request(req: &'r Request<'_>) -> request::Outcome<Self, Self::Error> {
        match &req.local_cache_async(Loaded::load(req)).await.0 {
            Some(Ok(session)) => request::Outcome::Success(session),
            Some(Err(error)) => request::Outcome::Error((error.status(), error)),
            None => {
                say_what_is_missing();
                request::Outcome::Forward(Status::InternalServerError)
            }
        }
    }
}

/// Stops the launch of a Rocket whose handlers want a session where none is provided. It does not see
/// guards that ask for one themselves: those find out at the first request.
impl Sentinel for &Session {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        let Some(sessions) = rocket.state::<Sessions>() else {
            say_what_is_missing();
            return true;
        };
        sessions.note_use();
        false
    }
}

fn say_what_is_missing() {
    log::error!(
        "a handler asks for `&Session`: attach `SessionFairing`, or begin with `shared::lesson`"
    );
}

impl Session {
    /// Finds the session behind the cookie's value. Whatever is wrong with a token, the visitor is
    /// then a new one; only a store that cannot be reached is an error.
    pub(super) async fn load(
        sessions: &Sessions,
        token: Option<String>,
        address: Option<IpAddr>,
    ) -> Result<Self, StoreError> {
        let now = sessions.clock.now();
        let (found, verdict) = match &token {
            Some(token) => {
                let found = sessions.store.load(token).await?;
                let verdict = Verdict::on(found.as_ref(), &sessions.settings, now);
                (found, verdict)
            }
            None => (None, Verdict::NoCookie),
        };
        let loaded = found.filter(|_| verdict == Verdict::Known).map(Arc::new);
        let record = loaded.clone().unwrap_or_else(|| Arc::new(Record::new(now)));
        let unsaved = Unsaved::default();
        let state = State { token, loaded, record, unsaved, fault: None, effect: None };
        Ok(Self { state: Mutex::new(state), sessions: sessions.clone(), now, verdict, address })
    }
}

/// Finds the record behind a token, if it has not expired.
pub(super) async fn unexpired(
    sessions: &Sessions,
    token: &str,
    now: Timestamp,
) -> Result<Option<Record>, StoreError> {
    Ok(sessions.store.load(token).await?.filter(|record| !record.has_expired(now)))
}

/// Saves sessions with their responses.
pub(super) struct SaveSession;

#[rocket::async_trait]
impl Fairing for SaveSession {
    fn info(&self) -> Info {
        Info { name: "Save the session", kind: Kind::Request | Kind::Response }
    }

    async fn on_request(&self, req: &mut Request<'_>, _: &mut Data<'_>) {
        if req.method() == Method::Head {
            req.local_cache(|| IsHead(true));
        }
    }

    async fn on_response<'r>(&self, req: &'r Request<'_>, res: &mut Response<'r>) {
        match Loaded::of(req) {
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
            // In a box, so that a request with a session makes no room for it.
            None => Box::pin(slide(req, res)).await,
        }
    }
}

/// Saves what is not saved yet. Of a failed request nothing more is saved.
async fn save(session: &Session, req: &Request<'_>, status: Status) -> Result<(), StoreError> {
    if status.class().is_server_error() {
        // The handler may have made a status of it: then this is the only place that says why.
        if let Some(fault) = session.fault() {
            log::error!("{fault}");
        }
        return Ok(());
    }
    if session.shows_messages() && !is_shown(req, status) {
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
        || sets_cookie(res, &sessions.cookie_name)
        || res.status().class().is_server_error()
        || !sessions.settings.refresh_each_request
    {
        return;
    }
    let Some(token) = cookie::value(req, &sessions.cookie_name) else {
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

/// Whether this is the same for all visitors: a file, or what says so itself.
fn is_public(req: &Request<'_>, res: &Response<'_>) -> bool {
    is_file(req) || res.headers().get("Cache-Control").any(|it| it.contains("public"))
}

/// Whether the response sets a cookie of this name already, as the X-ray's buttons do.
fn sets_cookie(res: &Response<'_>, name: &str) -> bool {
    let mut set = res.headers().get("Set-Cookie").filter_map(|line| line.split_once('='));
    set.any(|(it, _)| it == name)
}

/// Whether Rocket's `FileServer` responds to this request.
pub(crate) fn is_file(req: &Request<'_>) -> bool {
    let route = req.route().and_then(|route| route.name.as_deref());
    route.is_some_and(|name| name.starts_with("FileServer"))
}

fn fail(error: &StoreError, req: &Request<'_>, res: &mut Response<'_>) {
    let status = error.status();
    if status.class().is_server_error() {
        log::error!("{error}");
    }
    Refused::refuse(req, res, status);
}

/// Sets the cookie, if a save has given one, and leaves what the request did where others want to see it.
fn finish(session: &Session, asked: bool, req: &Request<'_>, res: &mut Response<'_>) {
    let is_personal = session.is_personal();
    let effect = session.take_effect();
    let cookie = effect.as_ref().and_then(|effect| effect.cookie.as_ref());
    if is_personal || cookie.is_some() {
        res.set_raw_header("Cache-Control", "no-store");
    }
    // By now the jar's own cookies are in the response: an added one would be lost.
    if let Some(cookie) = cookie {
        res.adjoin_header(cookie);
    }
    if let Some(effect) = effect
        && req.rocket().state::<KeepEffects>().is_some()
    {
        Effect { asked, ..effect }.keep(req);
    }
}

/// Left in a request that came as HEAD: Rocket makes a GET of it if no route wants it as it is.
struct IsHead(bool);

/// Whether a person sees the response, as far as the server can know.
fn is_shown(req: &Request<'_>, status: Status) -> bool {
    let is_in_advance = ["Sec-Purpose", "Purpose", "X-Moz"]
        .into_iter()
        .flat_map(|name| req.headers().get(name))
        .any(|purpose| purpose.contains("prefetch"));
    let has_page = !status.class().is_redirection() && ![204, 205].contains(&status.code);
    has_page && !is_in_advance && !req.local_cache(|| IsHead(false)).0
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
