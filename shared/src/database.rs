//! A database for lessons, SQLite or PostgreSQL, through Rocket's own `rocket_db_pools`.

use std::fmt;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rocket::fairing::{AdHoc, Fairing};
use rocket::figment::{self, Figment};
use rocket::http::Status;
use rocket::request::Request;
use rocket::response::{self, Responder};
use rocket::tokio::time::timeout;
use rocket_db_pools::{Config, Database};
use rocket_dyn_templates::Template;
use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, SqlSafeStr};

use crate::config::settings::{beside_its_file, explain, program};
use crate::config::sqlite_file;
use crate::session::StoreError;

/// The setting that says where the lessons' database is.
const URL: &str = "databases.main.url";
const CONNECT_TIMEOUT: &str = "databases.main.connect_timeout";

/// Connections to the database that the setting `databases.main.url` names: a file with `sqlite:`, and
/// with the feature `postgres` a server with `postgres:`.
///
/// ```
/// use rocket::{State, get};
/// use rocket_db_pools::Database;
/// use shared::database::{Pool, Refusal};
/// use sqlx::AnyPool;
///
/// #[derive(Database)]
/// #[database("main")]
/// struct Db(Pool);
///
/// #[get("/")]
/// async fn index(db: &State<Db>) -> Result<String, Refusal> {
///     Ok(count(db).await?.to_string())
/// }
///
/// async fn count(db: &AnyPool) -> Result<i64, sqlx::Error> {
///     sqlx::query_scalar("SELECT COUNT(*) FROM stocks").fetch_one(db).await
/// }
/// ```
pub struct Pool(AnyPool);

impl Deref for Pool {
    type Target = AnyPool;

    fn deref(&self) -> &AnyPool {
        &self.0
    }
}

#[rocket::async_trait]
impl rocket_db_pools::Pool for Pool {
    type Connection = PoolConnection<Any>;
    type Error = PoolError;

    async fn init(figment: &Figment) -> Result<Self, Self::Error> {
        let config: Config = figment.extract()?;
        let url = beside_its_file(figment, "url", config.url);
        let seconds = config.connect_timeout;
        let pool = AnyPoolOptions::new()
            .max_connections(config.max_connections.try_into().unwrap_or(u32::MAX))
            .min_connections(config.min_connections.unwrap_or_default())
            .acquire_timeout(Duration::from_secs(seconds))
            .idle_timeout(config.idle_timeout.map(Duration::from_secs))
            .after_connect(move |connection, _| Box::pin(settle(connection, seconds)))
            .after_release(|connection, _| Box::pin(is_as_it_was(connection)));
        sqlx::any::install_default_drivers();
        let opened = open(&url, pool, Duration::from_secs(seconds)).await;
        let pool = opened.map_err(|error| PoolError::because(&url, &error))?;
        if url.starts_with("sqlite:") {
            sqlite_file::keep_log_short(pool.clone());
        }
        Ok(Self(pool))
    }

    async fn get(&self) -> Result<Self::Connection, Self::Error> {
        Ok(self.0.acquire().await?)
    }

    /// Does nothing: when the server stops, requests that are under way still need the database. The
    /// connections end with the program.
    async fn close(&self) {}
}

/// Connects to a server, or makes a SQLite file and its folder if they are missing.
async fn open(url: &str, pool: AnyPoolOptions, patience: Duration) -> Result<AnyPool, sqlx::Error> {
    let mut url = url.to_owned();
    if url.starts_with("sqlite:") {
        sqlite_file::at(&url)?;
        url.push_str(if url.contains('?') { "&mode=rwc" } else { "?mode=rwc" });
    }
    // A pool would try until its time is up, and then not say why.
    let first = timeout(patience, AnyConnection::connect(&url)).await;
    first.map_err(|_| sqlx::Error::PoolTimedOut)??.close().await?;
    pool.connect(&url).await
}

/// A connection comes back after its request. One on which a transaction is still open is closed:
/// SQLite ends it by itself when the disk is full, and sqlx would go on counting from a wrong number,
/// so that what comes next would never be committed.
async fn is_as_it_was(connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    // Until now the rollback of what was dropped is only queued.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// With a write-ahead log readers and a writer of SQLite do not wait for each other; another writer
/// waits for at most so many seconds. What is committed is on the disk, and what is deleted is not.
async fn settle(connection: &mut AnyConnection, seconds: u64) -> Result<(), sqlx::Error> {
    if connection.backend_name() == "SQLite" {
        let milliseconds = seconds.saturating_mul(1000);
        let wait = format!("PRAGMA busy_timeout = {milliseconds}");
        connection.execute(sqlx::AssertSqlSafe(wait)).await?;
        connection.execute("PRAGMA journal_mode = WAL").await?;
        connection.execute("PRAGMA synchronous = FULL").await?;
        connection.execute("PRAGMA secure_delete = ON").await?;
    }
    Ok(())
}

/// Makes what was deleted leave the files of SQLite at once, where it would otherwise leave the log
/// beside the database within a minute. PostgreSQL does it by itself, in its own time (`VACUUM`).
///
/// ```
/// # async fn handler(db: &sqlx::AnyPool) -> Result<(), sqlx::Error> {
/// sqlx::query("DELETE FROM accounts WHERE name = 'Ferris'").execute(db).await?;
/// shared::database::wipe(db).await;
/// # Ok(())
/// # }
/// ```
pub async fn wipe(db: &AnyPool) {
    // If another connection holds it up, it comes to it a little later.
    if let Ok(mut connection) = db.acquire().await
        && connection.backend_name() == "SQLite"
    {
        let _ = connection.execute(sqlite_file::EMPTY_LOG).await;
    }
}

/// Why there is no connection to the database, in words for whoever started the server.
#[derive(Debug)]
pub struct PoolError(String);

impl fmt::Display for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PoolError {}

impl From<figment::Error> for PoolError {
    fn from(errors: figment::Error) -> Self {
        Self(explain("databases.main", errors))
    }
}

impl From<sqlx::Error> for PoolError {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

impl PoolError {
    /// Names a file, but not a server: there may be a password in its address.
    fn because(url: &str, error: &sqlx::Error) -> Self {
        let text = error.to_string();
        if text.contains("postgres") && !cfg!(feature = "postgres") {
            return Self(format!(
                "{URL}: PostgreSQL is not built in. With it:\n  cargo run -p {} --features shared/postgres",
                program()
            ));
        }
        let place = if url.starts_with("sqlite:") { format!(" ({url})") } else { String::new() };
        Self(format!(
            "{URL}: there is no database to be used{place}: {text}.\nExpected is an address such as \
             \"sqlite:folder/file.db\" or \"postgres://user:password@localhost/database\""
        ))
    }
}

/// Brings the tables of the database `D` to their latest shape before the first request. Each of
/// `migrations` is SQL that runs once in the life of a database, in this order, and is never changed
/// afterwards: what comes later is a migration more.
///
/// If one fails, the launch stops and says which. Attach `Db::init()` before.
///
/// ```
/// # use rocket_db_pools::Database;
/// # use shared::database::Pool;
/// # #[derive(Database)]
/// # #[database("main")]
/// # struct Db(Pool);
/// const MIGRATIONS: [&str; 1] = ["CREATE TABLE stocks (symbol TEXT NOT NULL)"];
///
/// let rocket = rocket::build()
///     .attach(Db::init())
///     .attach(shared::database::migrations::<Db>(&MIGRATIONS));
/// ```
#[must_use]
pub fn migrations<D: Database<Pool = Pool>>(migrations: &'static [&'static str]) -> impl Fairing {
    AdHoc::try_on_ignite("Migrations", move |rocket| async move {
        let Some(pool) = rocket.state::<D>().map(|db| db.0.clone()) else {
            // `Db::init()` has said why, or the handlers that want it will.
            return Ok(rocket);
        };
        match run(&pool, migrations).await {
            Ok(()) => Ok(rocket),
            Err(problem) => {
                log::error!("{URL}: the tables of this database cannot be used: {problem}");
                Err(rocket)
            }
        }
    })
}

async fn run(pool: &AnyPool, migrations: &[&'static str]) -> Result<(), MigrateError> {
    let numbered = (1..).zip(migrations).map(|(version, sql)| {
        Migration::new(version, "".into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(numbered.collect()).run(pool).await
}

/// Why a handler that works with a database has not done what was asked. With `?` it comes from an
/// [`sqlx::Error`], a [`StoreError`], a [`Status`], and a status with a page.
///
/// ```
/// use rocket::http::Status;
/// use shared::database::Refusal;
///
/// fn first(rows: &[String]) -> Result<&String, Refusal> {
///     Ok(rows.first().ok_or(Status::NotFound)?)
/// }
/// ```
#[derive(Debug)]
pub enum Refusal {
    /// The visitor's mistake: the form again.
    Page(Status, Template),
    /// Another reason, with the page of its status.
    Status(Status),
    /// The database's fault: 503 if it does not answer, otherwise 500.
    Database(sqlx::Error),
}

impl Refusal {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::Page(status, _) | Self::Status(status) => *status,
            Self::Database(error) if is_passing(error) => Status::ServiceUnavailable,
            Self::Database(_) => Status::InternalServerError,
        }
    }
}

/// Whether the next try may succeed: the database does not answer, is busy, full or about to stop.
fn is_passing(error: &sqlx::Error) -> bool {
    use sqlx::Error::{Database, Io, PoolClosed, PoolTimedOut};
    match error {
        Io(_) | PoolClosed | PoolTimedOut => true,
        Database(error) => error.code().is_some_and(|code| {
            // SQLite's BUSY, LOCKED, READONLY, IOERR and FULL; PostgreSQL's lack of resources, and
            // an operator at work.
            ["5", "6", "8", "10", "13"].contains(&&*code)
                || code.len() == 5 && (code.starts_with("53") || code.starts_with("57"))
        }),
        _ => false,
    }
}

impl From<(Status, Template)> for Refusal {
    fn from((status, page): (Status, Template)) -> Self {
        Self::Page(status, page)
    }
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        log::error!("{error}");
        Self::Status(error.status())
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        log::error!("the database: {error}");
        Self::Database(error)
    }
}

impl<'r> Responder<'r, 'static> for Refusal {
    fn respond_to(self, req: &'r Request<'_>) -> response::Result<'static> {
        match self {
            Self::Page(status, page) => (status, page).respond_to(req),
            other => Err(other.status()),
        }
    }
}

/// Settings in which the database is a file among the lesson's own, unless they say otherwise.
pub(crate) fn with_a_file_of_its_own(settings: Figment) -> Figment {
    let folder: PathBuf = settings.extract_inner("data_dir").unwrap_or_default();
    settings.join((URL, file_in(&folder)))
}

fn file_in(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("lesson.db").display())
}

/// Settings with an empty database of a test's own: a file in its folder, or on the server that the
/// settings name a schema.
pub(crate) fn for_a_test(settings: Figment, folder: &Path) -> Figment {
    let given: String = settings.extract_inner(URL).unwrap_or_default();
    let own = if given.starts_with("postgres") {
        rocket::async_test(with_a_schema(&given)).expect("the database answers")
    } else {
        file_in(folder)
    };
    // What a busy machine takes is no outage.
    settings.merge((URL, own)).merge((CONNECT_TIMEOUT, 10))
}

async fn with_a_schema(url: &str) -> Result<String, sqlx::Error> {
    sqlx::any::install_default_drivers();
    let schema = format!("test_{:032x}", rand::random::<u128>());
    let mut connection = AnyConnection::connect(url).await?;
    connection.execute(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).await?;
    connection.close().await?;
    let and = if url.contains('?') { '&' } else { '?' };
    Ok(format!("{url}{and}options[search_path]={schema}"))
}

#[cfg(test)]
mod tests {
    use rocket_db_pools::Pool as _;

    use super::*;

    async fn pool(folder: &Path) -> Pool {
        let settings = Figment::new().merge(("url", file_in(folder))).merge(("max_connections", 1));
        Pool::init(&settings.merge(("connect_timeout", 1))).await.unwrap()
    }

    /// As a full disk does, the trigger ends the transaction behind sqlx's back.
    const FULL: &str = "CREATE TABLE texts (text TEXT); CREATE TABLE full (yes BIGINT);
        INSERT INTO full VALUES (1); CREATE TRIGGER ends_it BEFORE INSERT ON texts
        WHEN (SELECT yes FROM full) BEGIN SELECT RAISE(ROLLBACK, 'full'); END";

    #[rocket::async_test]
    async fn what_is_written_after_a_full_disk_is_committed() {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(folder.path()).await;
        pool.execute(FULL).await.unwrap();
        let write = async || {
            let mut transaction = pool.begin().await?;
            transaction.execute("INSERT INTO texts VALUES ('x')").await?;
            transaction.commit().await
        };
        assert!(write().await.is_err());
        let mut other = AnyConnection::connect(&file_in(folder.path())).await.unwrap();
        other.execute("UPDATE full SET yes = 0").await.unwrap();
        let mut dropped = pool.begin().await.unwrap();
        dropped.execute("INSERT INTO texts VALUES ('never there')").await.unwrap();
        drop(dropped);
        for expected in 1..=3 {
            write().await.unwrap();
            let count = sqlx::query_scalar("SELECT COUNT(*) FROM texts");
            let seen: i64 = count.fetch_one(&mut other).await.unwrap();
            assert_eq!(seen, expected, "others see it: it is committed");
        }
    }

    #[rocket::async_test]
    async fn each_migration_runs_once_and_is_never_changed() {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(folder.path()).await;
        let first = "CREATE TABLE one (x TEXT)";
        run(&pool, &[first]).await.unwrap();
        run(&pool, &[first, "CREATE TABLE two (x TEXT)"]).await.unwrap();
        run(&pool, &[first, "CREATE TABLE two (x TEXT)"]).await.unwrap();
        let changed = run(&pool, &["CREATE TABLE three (x TEXT)", ""]).await.unwrap_err();
        assert!(matches!(changed, MigrateError::VersionMismatch(1)), "{changed}");
    }
}
