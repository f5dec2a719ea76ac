//! Where sessions are kept: one trait, and a module for each place.

mod cookie;
mod memory;
mod private;
#[cfg(feature = "redis")]
mod redis;
mod signed;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::fmt;
use std::sync::Arc;

use ::cookie::Key;
use rocket::http::Status;

use self::cookie::CookieStore;
use self::memory::MemoryStore;
use super::NoRecord;
use super::record::Record;
use crate::clock::Clock;
use crate::config::settings::{SessionSettings, StoreKind};
#[cfg(feature = "sqlite")]
use crate::config::sqlite_file;
use crate::id::SessionId;

/// A place to keep sessions.
///
/// The visitor's cookie holds a token. For the stores on the server that is an id under which the
/// record lies there; for the two cookie stores the token is the record itself, sealed.
///
/// A store of one's own takes the place of the configured one if it is managed by Rocket:
///
/// ```
/// use std::sync::Arc;
/// use rocket::async_trait;
/// use shared::session::{Record, Store, StoreError};
///
/// /// Forgets everything at once.
/// struct Sieve;
///
/// #[async_trait]
/// impl Store for Sieve {
///     async fn load(&self, _token: &str) -> Result<Option<Record>, StoreError> {
///         Ok(None)
///     }
///     async fn create(&self, _record: Record) -> Result<String, StoreError> {
///         Ok("gone".to_owned())
///     }
///     async fn replace(
///         &self, _token: &str, _seen: &Record, _next: Record, _renew: bool,
///     ) -> Result<Option<String>, StoreError> {
///         Ok(None)
///     }
///     async fn remove(&self, _token: &str) -> Result<(), StoreError> {
///         Ok(())
///     }
/// }
///
/// let store: Arc<dyn Store> = Arc::new(Sieve);
/// let rocket = rocket::build().manage(store).attach(shared::SessionFairing);
/// ```
///
/// # Errors
///
/// All methods return [`StoreError::Unreachable`] if the store does not answer, and those that write
/// return [`StoreError::TooLarge`] if the record does not fit.
#[rocket::async_trait]
pub trait Store: Send + Sync {
    /// Finds the record behind a token as a browser sent it, `None` if there is none. It may be one
    /// whose time is up: the caller looks at that.
    async fn load(&self, token: &str) -> Result<Option<Record>, StoreError>;

    /// Keeps a new record and returns its token.
    async fn create(&self, record: Record) -> Result<String, StoreError>;

    /// Compares and swaps: puts `next` in the place of `seen` and returns the token, a new one if
    /// `renew` is set: then the old one is dead. Returns `None`, and changes nothing, if the store
    /// holds something else than `seen` by now or nothing at all; the caller then loads it and tries
    /// again.
    async fn replace(
        &self,
        token: &str,
        seen: &Record,
        next: Record,
        renew: bool,
    ) -> Result<Option<String>, StoreError>;

    /// Forgets the record behind a token. A cookie store cannot: the browser may have kept a copy.
    /// If a new session takes its place, that was created before.
    async fn remove(&self, token: &str) -> Result<(), StoreError>;

    /// Why there is no record behind a token. Only the X-ray asks.
    fn why_not(&self, _token: &str) -> NoRecord {
        NoRecord::NoSuchId
    }
}

/// Why a session could not be loaded or saved.
///
/// ```
/// use rocket::http::Status;
/// use shared::session::StoreError;
///
/// let error = StoreError::TooLarge { bytes: 5000, limit: 4096 };
/// assert_eq!(error.status(), Status::PayloadTooLarge);
/// assert_eq!(error.to_string(), "the session takes 5000 bytes of at most 4096");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The session has grown past what this store takes (413).
    TooLarge {
        /// What the session takes, in bytes.
        bytes: usize,
        /// What it may take, in bytes.
        limit: usize,
    },
    /// A value cannot be stored: a mistake in the handler (500).
    Unstorable(String),
    /// The store does not answer (503).
    Unreachable(String),
    /// The browser sent more than one cookie of this name (400). Something else than this server has
    /// set all but one, and nothing tells which: none is trusted, and a new one would not be either.
    SeveralCookies(String),
    /// The browser sent a cookie with bytes that are not UTF-8 (400). Rocket 0.5.2 then drops all that
    /// came with it: this session's cookie may be among them.
    UnreadableCookies,
}

impl StoreError {
    /// The status with which the request fails.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::TooLarge { .. } => Status::PayloadTooLarge,
            Self::Unstorable(_) => Status::InternalServerError,
            Self::Unreachable(_) => Status::ServiceUnavailable,
            Self::SeveralCookies(_) | Self::UnreadableCookies => Status::BadRequest,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes, limit } => {
                write!(f, "the session takes {bytes} bytes of at most {limit}")
            }
            Self::Unstorable(why) => write!(f, "a value cannot be stored: {why}"),
            Self::Unreachable(why) => write!(f, "the session store does not answer: {why}"),
            Self::UnreadableCookies => f.write_str("the browser sent a cookie that is not UTF-8"),
            Self::SeveralCookies(name) => {
                write!(f, "the browser sent several cookies named {name}")
            }
        }
    }
}

impl std::error::Error for StoreError {}

/// So that a handler that fails with a status can use `?`.
impl From<StoreError> for Status {
    fn from(error: StoreError) -> Self {
        error.status()
    }
}

/// What browsers keep of a cookie: name and value together, in bytes (RFC 6265bis, 5.7).
pub(crate) const COOKIE_LIMIT: usize = 4096;

/// How many sessions a store on the server keeps at most.
const SESSIONS: usize = 1_000_000;
/// What one of them may take at most, in bytes of JSON.
const SESSION_LIMIT: usize = 1024 * 1024;

/// The record as a store on the server keeps it.
fn to_json(record: &Record) -> Result<String, StoreError> {
    let json = record.to_json();
    let (bytes, limit) = (json.len(), SESSION_LIMIT);
    if bytes > limit {
        return Err(StoreError::TooLarge { bytes, limit });
    }
    Ok(json)
}

/// Why a store that finds sessions by an id has none behind a token.
fn why_no_id(token: &str) -> NoRecord {
    SessionId::parse(token).map_or(NoRecord::NotAToken, |_| NoRecord::NoSuchId)
}

/// Opens the store that the settings name, or says why it cannot. The cookie stores seal with the
/// first of `secrets` and open with any of them.
#[cfg_attr(
    not(any(feature = "redis", feature = "sqlite")),
    allow(clippy::unused_async, reason = "only these two have something to wait for")
)]
pub(crate) async fn open(
    settings: &SessionSettings,
    secrets: &[Vec<u8>],
    clock: Clock,
) -> Result<Arc<dyn Store>, String> {
    let name = settings.cookie_name();
    let derive = |secret: &Vec<u8>| derive_key(secret, settings.store, &name);
    let keys = secrets.iter().map(derive).collect();
    Ok(match settings.store {
        StoreKind::Private => {
            let (seal, open, is_sealed) = (private::seal, private::open, private::is_sealed);
            Arc::new(CookieStore { name, keys, seal, open, is_sealed })
        }
        StoreKind::Signed => {
            let (seal, open, is_sealed) = (signed::seal, signed::open, signed::is_sealed);
            Arc::new(CookieStore { name, keys, seal, open, is_sealed })
        }
        StoreKind::Memory => Arc::new(MemoryStore::new(clock)),
        #[cfg(feature = "sqlite")]
        StoreKind::Sqlite => {
            let opened = sqlite::SqliteStore::open(&settings.url, name, clock).await;
            Arc::new(opened.map_err(|error| cannot_open(&settings.url, &error))?)
        }
        #[cfg(feature = "redis")]
        StoreKind::Redis => {
            let opened = redis::RedisStore::open(&settings.url, name, clock).await;
            let store = opened.map_err(|error| redis::refusal(&error.to_string()))?;
            if let Err(StoreError::Unreachable(why)) = try_out(&store).await {
                return Err(redis::refusal(&why));
            }
            Arc::new(store)
        }
        // The settings have refused it.
        #[cfg(not(all(feature = "redis", feature = "sqlite")))]
        other => return Err(format!("the store {other} is not built in")),
    })
}

#[cfg(feature = "sqlite")]
fn cannot_open(url: &str, error: &sqlx::Error) -> String {
    let file = sqlite_file::path(url);
    format!("session.url: {}", sqlite_file::refusal(&file, error))
}

/// Does with a store what requests will do with it: what may not be done is known before the first of
/// them.
#[cfg(feature = "redis")]
async fn try_out(store: &impl Store) -> Result<(), StoreError> {
    let record = Record::default();
    let token = store.create(record.clone()).await?;
    store.load(&token).await?;
    let next = store.replace(&token, &record, record.clone(), true).await?;
    store.remove(&next.unwrap_or(token)).await
}

/// A key of its own for each store and cookie name: what one lesson sealed, no other one opens.
fn derive_key(secret: &[u8], store: StoreKind, cookie_name: &str) -> Key {
    let purpose = format!("{store} {cookie_name}");
    Key::derive_from(&[secret, purpose.as_bytes()].concat())
}
