//! The `sqlite` store: a file on the server, which is still there after a restart.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::query::Query;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, SqlitePool};

use super::{Record, SESSIONS, Store, StoreError, to_json};
use crate::clock::{Clock, Timestamp};
use crate::session::id::{Digest, SessionId};

/// How large the file may grow, in pages of 4096 bytes: to 1 GiB.
const PAGES: u32 = 1 << 18;
/// How many sessions are deleted at once: nobody waits for a long sweep.
const SWEEP: i64 = 16;
/// How many may read at once. Only one can write.
const READERS: u32 = 4;
/// How long one waits for another process that writes to the same file.
const PATIENCE: Duration = Duration::from_millis(500);

/// The index is the order in which sessions make room: those that were never renewed come first,
/// then those that end first.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS sessions (
        id       BLOB PRIMARY KEY,
        record   TEXT NOT NULL,
        revision INTEGER NOT NULL,
        renewed  INTEGER NOT NULL,
        expires  INTEGER NOT NULL
    );
    CREATE INDEX IF NOT EXISTS sessions_in_order ON sessions (renewed, expires);";

/// Keeps sessions as JSON in a table of bounded size. They are found by a digest of their id: who
/// reads the file has no id to send.
pub(super) struct SqliteStore {
    cookie_name: String,
    clock: Clock,
    capacity: u64,
    /// About how many sessions there are.
    kept: AtomicU64,
    readers: SqlitePool,
    writer: SqlitePool,
}

impl SqliteStore {
    pub(super) async fn open(url: &str, name: String, clock: Clock) -> Result<Self, sqlx::Error> {
        Self::with_limits(url, name, clock, SESSIONS as u64, PAGES).await
    }

    async fn with_limits(
        url: &str,
        cookie_name: String,
        clock: Clock,
        capacity: u64,
        pages: u32,
    ) -> Result<Self, sqlx::Error> {
        let options: SqliteConnectOptions = url.parse()?;
        if let Some(folder) = options.get_filename().parent() {
            std::fs::create_dir_all(folder)?;
        }
        // With a write-ahead log readers and the writer do not wait for each other, and what was
        // committed outlives the process, however that ends. Only a crash of the whole machine can
        // take the last moments of it: the price of writes that wait for no disk.
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .pragma("max_page_count", pages.to_string())
            .busy_timeout(PATIENCE);
        let pool = |connections| {
            SqlitePoolOptions::new().max_connections(connections).acquire_timeout(2 * PATIENCE)
        };
        let writer = pool(1).connect_with(options.clone()).await?;
        sqlx::raw_sql(SCHEMA).execute(&writer).await?;
        let readers = pool(READERS).connect_with(options).await?;
        let count = sqlx::query_scalar("SELECT COUNT(*) FROM sessions");
        let kept: u32 = count.fetch_one(&readers).await?;
        let kept = AtomicU64::new(kept.into());
        Ok(Self { cookie_name, clock, capacity, kept, readers, writer })
    }

    fn digest(&self, token: &str) -> Option<Digest> {
        SessionId::parse(token).map(|id| id.digest(&self.cookie_name))
    }

    /// Runs a statement that writes; if the file is full, some sessions make room for it.
    async fn write(&self, statement: impl Fn() -> Statement) -> Result<u64, StoreError> {
        let mut done = statement().execute(&self.writer).await;
        if done.as_ref().is_err_and(is_full) {
            self.delete(first_in_order()).await?;
            done = statement().execute(&self.writer).await;
        }
        Ok(done?.rows_affected())
    }

    async fn delete(&self, statement: Statement) -> Result<(), StoreError> {
        let deleted = statement.execute(&self.writer).await?.rows_affected();
        self.kept.fetch_sub(deleted, Ordering::Relaxed);
        Ok(())
    }
}

type Statement = Query<'static, Sqlite, SqliteArguments>;

fn over_by(now: Timestamp) -> Statement {
    let statement = sqlx::query(
        "DELETE FROM sessions WHERE id IN
            (SELECT id FROM sessions WHERE renewed IN (0, 1) AND expires <= $1 LIMIT $2)",
    );
    statement.bind(now.cast_signed()).bind(SWEEP)
}

fn first_in_order() -> Statement {
    let statement = sqlx::query(
        "DELETE FROM sessions WHERE id IN
            (SELECT id FROM sessions ORDER BY renewed, expires LIMIT $1)",
    );
    statement.bind(SWEEP)
}

/// Whether the file, or the disk, has no room for more (`SQLITE_FULL`).
fn is_full(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code == "13")
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unreachable(error.to_string())
    }
}

#[rocket::async_trait]
impl Store for SqliteStore {
    async fn load(&self, token: &str) -> Result<Option<Record>, StoreError> {
        let Some(digest) = self.digest(token) else {
            return Ok(None);
        };
        let found = sqlx::query_scalar("SELECT record FROM sessions WHERE id = $1");
        let json: Option<String> =
            found.bind(digest.to_vec()).fetch_optional(&self.readers).await?;
        Ok(json.and_then(|json| Record::from_json(json.as_bytes())))
    }

    async fn create(&self, record: Record) -> Result<String, StoreError> {
        self.delete(over_by(self.clock.now())).await?;
        if self.kept.load(Ordering::Relaxed) >= self.capacity {
            self.delete(first_in_order()).await?;
        }
        let id = SessionId::random();
        let (digest, json) = (id.digest(&self.cookie_name), to_json(&record)?);
        let insert = || {
            sqlx::query("INSERT INTO sessions VALUES ($1, $2, $3, $4, $5)")
                .bind(digest.to_vec())
                .bind(json.clone())
                .bind(record.revision.cast_signed())
                .bind(record.renewed)
                .bind(record.expires.cast_signed())
        };
        self.kept.fetch_add(self.write(insert).await?, Ordering::Relaxed);
        Ok(id.token())
    }

    async fn replace(
        &self,
        token: &str,
        seen: &Record,
        next: Record,
        renew: bool,
    ) -> Result<Option<String>, StoreError> {
        let Some(old) = self.digest(token) else {
            return Ok(None);
        };
        let new_id = renew.then(SessionId::random);
        let new = new_id.map_or(old, |id| id.digest(&self.cookie_name));
        let next = next.revised();
        let json = to_json(&next)?;
        let update = || {
            let statement = sqlx::query(
                "UPDATE sessions SET id = $1, record = $2, revision = $3, renewed = $4, expires = $5
                    WHERE id = $6 AND revision = $7",
            );
            statement
                .bind(new.to_vec())
                .bind(json.clone())
                .bind(next.revision.cast_signed())
                .bind(next.renewed)
                .bind(next.expires.cast_signed())
                .bind(old.to_vec())
                .bind(seen.revision.cast_signed())
        };
        let is_replaced = self.write(update).await? == 1;
        Ok(is_replaced.then(|| new_id.map_or_else(|| token.to_owned(), SessionId::token)))
    }

    async fn remove(&self, token: &str) -> Result<(), StoreError> {
        match self.digest(token) {
            Some(digest) => {
                let statement = sqlx::query("DELETE FROM sessions WHERE id = $1");
                self.delete(statement.bind(digest.to_vec())).await
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use rocket::tokio;

    use super::*;

    fn record(expires: Timestamp, renewed: bool, bytes: usize) -> Record {
        let values = [("text".to_owned(), "x".repeat(bytes).into())].into_iter().collect();
        Record { values, expires, renewed, ..Record::default() }
    }

    async fn open(folder: &tempfile::TempDir, clock: Clock, capacity: u64) -> SqliteStore {
        let url = format!("sqlite:{}", folder.path().join("folder/sessions.db").display());
        let store = SqliteStore::with_limits(&url, "test".to_owned(), clock, capacity, 100).await;
        store.unwrap()
    }

    async fn count(store: &SqliteStore) -> u32 {
        let count = sqlx::query_scalar("SELECT COUNT(*) FROM sessions");
        count.fetch_one(&store.readers).await.unwrap()
    }

    #[tokio::test]
    async fn a_full_table_drops_the_oldest_anonymous_sessions() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder, Clock::manual(0), 40).await;
        let user = store.create(record(1, true, 1)).await.unwrap();
        let first = store.create(record(2, false, 1)).await.unwrap();
        for expires in 3..100 {
            store.create(record(expires, false, 1)).await.unwrap();
            assert!(count(&store).await <= 40);
        }
        assert!(store.load(&user).await.unwrap().is_some());
        assert!(store.load(&first).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_full_file_makes_room() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder, Clock::manual(0), 1000).await;
        let user = store.create(record(1, true, 1)).await.unwrap();
        for expires in 2..200 {
            store.create(record(expires, false, 10_000)).await.unwrap();
        }
        assert!(store.load(&user).await.unwrap().is_some());
        assert!((16..40).contains(&count(&store).await), "{}", count(&store).await);
    }

    #[tokio::test]
    async fn what_has_ended_is_swept_when_others_come() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::manual(0);
        let store = open(&folder, clock.clone(), 1000).await;
        for n in 0..100 {
            store.create(record(100, n % 2 == 0, 1)).await.unwrap();
        }
        clock.advance(Duration::from_secs(100));
        store.create(record(200, false, 1)).await.unwrap();
        assert_eq!(count(&store).await, 100 - 16 + 1, "a few at a time");
        for _ in 0..7 {
            store.create(record(200, false, 1)).await.unwrap();
        }
        assert_eq!(count(&store).await, 8);
        assert_eq!(store.kept.load(Ordering::Relaxed), 8);
    }

    #[tokio::test]
    async fn the_file_holds_no_id() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder, Clock::manual(0), 1000).await;
        let token = store.create(record(1, false, 1)).await.unwrap();
        let ids: Vec<Vec<u8>> =
            sqlx::query_scalar("SELECT id FROM sessions").fetch_all(&store.readers).await.unwrap();
        assert_eq!(ids, [SessionId::parse(&token).unwrap().digest("test").to_vec()]);
    }

    #[tokio::test]
    async fn readers_do_not_wait_for_a_writer() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder, Clock::manual(0), 1000).await;
        let token = store.create(record(1, false, 1)).await.unwrap();
        let writing = store.writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
        assert!(store.load(&token).await.unwrap().is_some());
        drop(writing);
    }
}
