//! A database for lessons, SQLite or PostgreSQL, through Rocket's own `rocket_db_pools`.

use std::fmt;
use std::ops::Deref;
use std::path::Path;
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
use sqlx::error::DatabaseError;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, SqlSafeStr};

use crate::config::settings::{
    data_folder, describe, explain, in_braces, program, sqlite_url, whole_address,
};
use crate::config::sqlite_file::{self, Opened};
use crate::session::StoreError;

/// The setting that says where the lessons' database is.
pub(crate) const URL: &str = "databases.main.url";
pub(crate) const CONNECT_TIMEOUT: &str = "databases.main.connect_timeout";
/// How long the launch waits for a file: no other machine has to answer, but a disk may be slow.
const SLOW_DISK: Duration = Duration::from_secs(10);

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
pub struct Pool {
    connections: AnyPool,
    /// The file, if the database is one.
    file: Option<Opened>,
}

impl Deref for Pool {
    type Target = AnyPool;

    fn deref(&self) -> &AnyPool {
        &self.connections
    }
}

/// Reads a struct from a row of the database: each field from the column of its name. It is what sqlx's
/// own `#[derive(FromRow)]` does, for which one would have to build sqlx twice.
///
/// ```
/// use shared::database::from_row;
/// use sqlx::AnyPool;
///
/// struct Login {
///     id: String,
///     seen_at: i64,
/// }
///
/// from_row!(Login: id, seen_at);
///
/// async fn all(db: &AnyPool) -> Result<Vec<Login>, sqlx::Error> {
///     sqlx::query_as("SELECT id, seen_at FROM logins").fetch_all(db).await
/// }
/// ```
#[macro_export]
macro_rules! from_row {
    ($row:ident: $($field:ident),+) => {
        impl sqlx::FromRow<'_, sqlx::any::AnyRow> for $row {
            fn from_row(row: &sqlx::any::AnyRow) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: sqlx::Row::try_get(row, stringify!($field))?),+ })
            }
        }
    };
}

pub use from_row;

#[rocket::async_trait]
impl rocket_db_pools::Pool for Pool {
    type Connection = PoolConnection<Any>;
    type Error = PoolError;

    async fn init(figment: &Figment) -> Result<Self, Self::Error> {
        let config: Config = figment.extract()?;
        let from = figment.find_metadata("url");
        let place = from.map_or_else(String::new, |data| describe(data, URL));
        let url = whole_address(&config.url, from)
            .map_err(|problem| PoolError(format!("{URL}{place}: {problem}")))?;
        let seconds = config.connect_timeout;
        let pool = AnyPoolOptions::new()
            .max_connections(config.max_connections.try_into().unwrap_or(u32::MAX))
            .min_connections(config.min_connections.unwrap_or_default())
            .acquire_timeout(Duration::from_secs(seconds))
            .idle_timeout(config.idle_timeout.map(Duration::from_secs));
        sqlx::any::install_default_drivers();
        let opened = open(&url, pool, seconds).await;
        let pool = opened.map_err(|error| PoolError::because(&url, &place, &error))?;
        if pool.file.is_some() {
            sqlite_file::keep_log_short(pool.connections.clone());
        }
        Ok(pool)
    }

    async fn get(&self) -> Result<Self::Connection, Self::Error> {
        Ok(self.connections.acquire().await?)
    }

    /// Does nothing: when the server stops, requests that are under way still need the database. The
    /// connections end with the program.
    async fn close(&self) {}
}

/// Connects to a server, or makes a SQLite file and its folder if they are missing.
async fn open(url: &str, pool: AnyPoolOptions, seconds: u64) -> Result<Pool, sqlx::Error> {
    let (mut url, mut path) = (url.to_owned(), None);
    if url.starts_with("sqlite:") {
        path = Some(sqlite_file::at(&url)?.get_filename().to_owned());
        url.push(if url.contains('?') { '&' } else { '?' });
    }
    let create = if path.is_some() { "mode=rwc" } else { "" };
    // A pool would try until its time is up, and then not say why.
    let first = async {
        let mut first = AnyConnection::connect(&format!("{url}{create}")).await?;
        settle(&mut first, seconds).await?;
        first.close().await
    };
    let patience = if path.is_some() { SLOW_DISK } else { Duration::from_secs(seconds) };
    timeout(patience, first).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
    let file = path.as_deref().map(Opened::new).transpose()?;
    let (new, used) = (file.clone(), file.clone());
    let pool = pool
        .after_connect(move |connection, _| {
            let is_there = new.as_ref().is_none_or(Opened::is_there);
            Box::pin(async move {
                if !is_there {
                    return Err(sqlx::Error::PoolClosed);
                }
                settle(connection, seconds).await
            })
        })
        .before_acquire(move |_, _| {
            let is_there = used.as_ref().is_none_or(Opened::is_there);
            Box::pin(async move { Ok(is_there) })
        })
        .after_release(|connection, _| Box::pin(is_as_it_was(connection)));
    // From here on nothing makes a file in the place of one that was deleted.
    let exists = if path.is_some() { "mode=rw" } else { "" };
    let connections = pool.connect(&format!("{url}{exists}")).await?;
    Ok(Pool { connections, file })
}

/// A connection comes back after its request. One on which a transaction is still open is closed:
/// SQLite ends it by itself when the disk is full, and sqlx would go on counting from a wrong number,
/// so that what comes next would never be committed.
async fn is_as_it_was(connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    // Until now the rollback of what was dropped is only queued.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

impl Pool {
    /// Why the database cannot be used, though there is a connection to it.
    fn unusable(&self, problem: &MigrateError) -> String {
        let what = "the tables of this database cannot be used";
        match (&self.file, problem) {
            (
                Some(file),
                MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _),
            ) if is_passing(error) => {
                format!("{URL}: {what}: {}", sqlite_file::refusal(file.path(), error))
            }
            _ => format!("{URL}: {what}: {problem}"),
        }
    }
}

/// With a write-ahead log readers and a writer of SQLite do not wait for each other; another writer
/// waits for at most so many seconds. What is committed is on the disk, and what is deleted is not. In
/// PostgreSQL no statement takes longer than that, be it because another one has locked a table.
async fn settle(connection: &mut AnyConnection, seconds: u64) -> Result<(), sqlx::Error> {
    // What PostgreSQL takes at most, 24 days.
    let milliseconds = seconds.saturating_mul(1000).min(i32::MAX.unsigned_abs().into());
    if connection.backend_name() == "SQLite" {
        let wait = format!("PRAGMA busy_timeout = {milliseconds}");
        connection.execute(sqlx::AssertSqlSafe(wait)).await?;
        connection.execute("PRAGMA journal_mode = WAL").await?;
        connection.execute("PRAGMA synchronous = FULL").await?;
        connection.execute("PRAGMA secure_delete = ON").await?;
    } else {
        let limit = format!("SET statement_timeout = {milliseconds}");
        connection.execute(sqlx::AssertSqlSafe(limit)).await?;
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

/// Why there is no connection to the database, in words for the terminal.
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
    fn because(url: &str, place: &str, error: &sqlx::Error) -> Self {
        let text = error.to_string();
        if text.contains("postgres") && !cfg!(feature = "postgres") {
            return Self(format!(
                "{URL}: PostgreSQL is not built in. With it:\n  cargo run -p {} --features shared/postgres",
                program()
            ));
        }
        if url.starts_with("sqlite:") {
            return Self(format!(
                "{URL}{place}: {}",
                sqlite_file::refusal(&sqlite_file::path(url), error)
            ));
        }
        Self(format!(
            "{URL}{place}: there is no database to be used: {text}.\nExpected is an address such as \
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
        let Some(pool) = rocket.state::<D>() else {
            // `Db::init()` has said why, or the handlers that want it will.
            return Ok(rocket);
        };
        match run(pool, migrations).await {
            Ok(()) => Ok(rocket.attach(say_what_is_gone::<D>())),
            Err(problem) => {
                log::error!("{}", pool.unusable(&problem));
                Err(rocket)
            }
        }
    })
}

/// A migration may take its time: it gets a connection without the limits of requests. At the end it
/// tries to write, which a database may refuse whose tables are all there.
async fn run(pool: &AnyPool, migrations: &[&'static str]) -> Result<(), MigrateError> {
    let numbered = (1..).zip(migrations).map(|(version, sql)| {
        Migration::new(version, "".into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let own = AnyPoolOptions::new().max_connections(1);
    let own = own.connect_with((*pool.connect_options()).clone()).await?;
    Migrator::with_migrations(numbered.collect()).run(&own).await?;
    own.execute("UPDATE _sqlx_migrations SET version = version").await?;
    own.close().await;
    Ok(())
}

/// Says in the terminal why requests fail if the file is gone: SQLite cannot open it, and knows no more.
fn say_what_is_gone<D: Database<Pool = Pool>>() -> impl Fairing {
    AdHoc::on_response("Database file", |req, res| {
        Box::pin(async move {
            if res.status() == Status::ServiceUnavailable
                && let Some(file) = req.rocket().state::<D>().and_then(|db| db.file.as_ref())
                && let Some(problem) = file.problem()
            {
                log::error!("{URL}: {problem}");
            }
        })
    })
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
    /// The database's: 503 if it does not answer, 401 if the account to which a row was to belong has
    /// been deleted meanwhile, otherwise 500.
    Database(sqlx::Error),
}

impl Refusal {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::Page(status, _) | Self::Status(status) => *status,
            Self::Database(error) if is_passing(error) => Status::ServiceUnavailable,
            Self::Database(error) if is_orphan(error) => Status::Unauthorized,
            Self::Database(_) => Status::InternalServerError,
        }
    }
}

/// Whether the next try may succeed: the database does not answer, is busy, full or about to stop.
fn is_passing(error: &sqlx::Error) -> bool {
    use sqlx::Error::{Database, Io, PoolClosed, PoolTimedOut, WorkerCrashed};
    if let Some(code) = sqlite_file::code(error) {
        // PERM, BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN and PROTOCOL.
        return [3, 5, 6, 7, 8, 9, 10, 13, 14, 15].contains(&code);
    }
    match error {
        Io(_) | PoolClosed | PoolTimedOut | WorkerCrashed => true,
        // PostgreSQL: the connection is lost; a transaction that another one forced to end; a server
        // that may only be read; a lack of resources; a lock; an operator at work; the system.
        Database(error) => error.code().is_some_and(|code| {
            ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class))
                || ["25006", "55P03"].contains(&&*code)
        }),
        _ => false,
    }
}

/// Whether a row was to belong to one that another request has deleted meanwhile.
fn is_orphan(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(DatabaseError::is_foreign_key_violation)
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
        Self::Status(error.status())
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        if !is_orphan(&error) {
            log::error!("the database: {error}");
        }
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
pub(crate) fn with_a_file_of_its_own(settings: Figment) -> Result<Figment, String> {
    let folder = data_folder(&settings)?;
    in_braces(&settings, "databases", "{main={url=\"sqlite:folder/file.db\"}}")?;
    in_braces(&settings, "databases.main", "{url=\"sqlite:folder/file.db\"}")?;
    Ok(settings.join((URL, file_in(&folder))))
}

/// The address of the database in a folder of data.
pub(crate) fn file_in(folder: &Path) -> String {
    sqlite_url(&folder.join("lesson.db"))
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

    #[rocket::async_test]
    async fn a_file_that_is_deleted_or_replaced_is_an_outage() {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(folder.path()).await;
        let write = async || {
            let done = pool.execute("CREATE TABLE IF NOT EXISTS one (x TEXT)").await;
            done.map_err(|error| Refusal::from(error).status())
        };
        assert!(write().await.is_ok());
        let file = folder.path().join("lesson.db");
        std::fs::remove_file(&file).unwrap();
        for _ in 0..2 {
            assert_eq!(write().await.err(), Some(Status::ServiceUnavailable));
            assert!(!file.exists(), "nothing makes another one");
        }
        AnyConnection::connect(&format!("{}?mode=rwc", file_in(folder.path()))).await.unwrap();
        assert_eq!(write().await.err(), Some(Status::ServiceUnavailable));
        let problem = pool.file.as_ref().unwrap().problem().unwrap();
        assert!(problem.contains("lesson.db") && problem.contains("restart"), "{problem}");
    }

    #[rocket::async_test]
    async fn what_passes_is_503_and_what_belongs_to_an_account_that_is_gone_401() {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(folder.path()).await;
        pool.execute("CREATE TABLE a (id TEXT PRIMARY KEY); CREATE TABLE b (a TEXT REFERENCES a)")
            .await
            .unwrap();
        let mut other = AnyConnection::connect(&file_in(folder.path())).await.unwrap();
        let status = |error| Refusal::from(error).status().code;
        let mut reader = pool.begin().await.unwrap();
        reader.execute("SELECT * FROM a").await.unwrap();
        other.execute("INSERT INTO a VALUES ('x')").await.unwrap();
        let snapshot = reader.execute("INSERT INTO a VALUES ('y')").await.unwrap_err();
        assert_eq!(snapshot.as_database_error().unwrap().code().unwrap(), "517");
        assert_eq!(status(snapshot), 503);
        drop(reader);
        let orphan = pool.execute("INSERT INTO b VALUES ('gone')").await.unwrap_err();
        assert_eq!(status(orphan), 401);
        let twice = pool.execute("INSERT INTO a VALUES ('x')").await.unwrap_err();
        assert_eq!(status(twice), 500);
    }
}
