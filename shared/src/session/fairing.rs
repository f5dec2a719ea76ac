//! The fairings that give a Rocket its sessions and save them after each response.

use std::io::Cursor;
use std::sync::Arc;

use rocket::fairing::{self, Fairing, Info, Kind};
use rocket::http::{ContentType, Status};
use rocket::{Build, Request, Response, Rocket};

use super::Session;
use super::guard::{Cached, in_time};
use super::store::{self, Store, StoreError};
use crate::clock::Clock;
use crate::config::secret::settings_and_secrets;
use crate::config::settings::SessionSettings;

/// All sessions of a server: in managed state while it runs.
pub(crate) struct Sessions {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) settings: Arc<SessionSettings>,
    pub(super) clock: Clock,
    pub(crate) cookie_name: String,
    /// Whether the key that seals cookies was made for this run.
    pub(crate) throw_away_key: bool,
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
        Ok(Self { store, cookie_name, settings: Arc::new(settings), clock, throw_away_key })
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
        let (name, kind) = ("Save the session", Kind::Response);
        Info { name, kind }
    }

    async fn on_response<'r>(&self, req: &'r Request<'_>, res: &mut Response<'r>) {
        let Some(loaded) = Cached::of(req) else {
            return;
        };
        vary_by_cookie(res);
        let saved = match loaded {
            Ok(_) if res.status().class().is_server_error() => return,
            Ok(session) => save(session, req, res).await,
            Err(error) => Err(error.clone()),
        };
        if let Err(error) = saved {
            let status = error.status();
            if status.class().is_server_error() {
                log::error!("{error}");
            }
            Refused::refuse(req, res, status);
        }
    }
}

async fn save(
    session: &Session,
    req: &Request<'_>,
    res: &mut Response<'_>,
) -> Result<(), StoreError> {
    let Some(sessions) = req.rocket().state::<Sessions>() else {
        return Ok(());
    };
    let is_personal = session.is_personal();
    let outcome = in_time(session.save(sessions)).await?;
    if is_personal || outcome.cookie.is_some() {
        res.set_raw_header("Cache-Control", "no-store");
    }
    // By now the jar's own cookies are in the response: an added one would be lost.
    if let Some(cookie) = &outcome.cookie {
        res.adjoin_header(cookie);
    }
    outcome.keep(req);
    Ok(())
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
