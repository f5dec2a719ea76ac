//! The fairing that gives a Rocket its sessions.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rocket::fairing::{self, Fairing, Info, Kind};
use rocket::{Build, Rocket};

use super::lifecycle::SaveSession;
use super::store::{self, Store};
use super::turns::Turns;
use crate::clock::Clock;
use crate::config::secret::settings_and_secrets;
use crate::config::settings::SessionSettings;

/// All sessions of a server: in managed state while it runs.
#[derive(Clone)]
pub(crate) struct Sessions(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) settings: SessionSettings,
    pub(crate) clock: Clock,
    pub(super) turns: Turns,
    pub(crate) cookie_name: String,
    /// Whether the key that seals cookies was made for this run.
    pub(crate) ephemeral_key: bool,
    /// Whether a handler may ask for a session.
    is_used: AtomicBool,
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
        let (cookie_name, ephemeral_key) = (settings.cookie_name(), secrets.ephemeral);
        let (turns, is_used) = (Turns::default(), AtomicBool::new(false));
        Ok(Self(Arc::new(Inner {
            store,
            settings,
            clock,
            turns,
            cookie_name,
            ephemeral_key,
            is_used,
        })))
    }

    /// Remembers that a handler names `&Session` among its arguments.
    pub(super) fn note_use(&self) {
        self.is_used.store(true, Ordering::Relaxed);
    }

    /// Whether any handler does.
    pub(crate) fn are_used(&self) -> bool {
        self.is_used.load(Ordering::Relaxed)
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
        Info { name: "Sessions", kind: Kind::Ignite }
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
