//! The `sqlite` store: a file on the server, which is still there after a restart.

use std::time::Duration;

use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Sqlite, SqliteConnection, SqlitePool};

use super::{NoRecord, Record, SESSIONS, Store, StoreError, to_json, why_no_id};
use crate::clock::{Clock, Timestamp};
use crate::config::sqlite_file::{self, Opened};
use crate::id::{Digest, SessionId};

/// How large the file may grow, in pages of 4096 bytes: to 1 GiB.
const PAGES: u32 = 1 << 18;
/// How many of them the largest session takes (1 MiB), and a few more.
const LARGEST: u32 = 300;
/// How many sessions are deleted at once: no request waits for a long sweep.
const SWEEP: i64 = 16;
/// How many may read at once. Only one can write.
const READERS: u32 = 4;
/// How long one waits for another process that writes to the same file.
const PATIENCE: Duration = Duration::from_millis(500);

const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS sessions (
        id       BLOB PRIMARY KEY,
        record   TEXT NOT NULL,
        revision INTEGER NOT NULL,
        renewed  INTEGER NOT NULL,
        expires  INTEGER NOT NULL
    );";

/// To count a million sessions takes its time: the table `kept` has their number, and `shares` has what
/// those take that began at one address, the renewed ones apart: 1 KiB each and what they hold.
const SCHEMA: &str = "
    CREATE INDEX IF NOT EXISTS sessions_in_order ON sessions (renewed, expires);
    CREATE TABLE IF NOT EXISTS kept AS SELECT COUNT(*) AS sessions FROM sessions;
    CREATE TRIGGER IF NOT EXISTS one_more AFTER INSERT ON sessions
        BEGIN UPDATE kept SET sessions = sessions + 1; END;
    CREATE TRIGGER IF NOT EXISTS one_less AFTER DELETE ON sessions
        BEGIN UPDATE kept SET sessions = sessions - 1; END;

    CREATE INDEX IF NOT EXISTS sessions_by_share ON sessions (renewed, begun_at, expires);
    CREATE TABLE IF NOT EXISTS shares AS
        SELECT renewed, begun_at, SUM(1024 + length(CAST(record AS BLOB))) AS bytes
            FROM sessions GROUP BY renewed, begun_at;
    CREATE UNIQUE INDEX IF NOT EXISTS one_share_each ON shares (renewed, begun_at);
    CREATE INDEX IF NOT EXISTS shares_in_order ON shares (renewed, bytes DESC);
    CREATE TRIGGER IF NOT EXISTS share_grows AFTER INSERT ON sessions BEGIN
        INSERT INTO shares VALUES (NEW.renewed, NEW.begun_at, 1024 + length(CAST(NEW.record AS BLOB)))
            ON CONFLICT (renewed, begun_at) DO UPDATE SET bytes = bytes + excluded.bytes;
    END;
    CREATE TRIGGER IF NOT EXISTS share_shrinks AFTER DELETE ON sessions BEGIN
        UPDATE shares SET bytes = bytes - 1024 - length(CAST(OLD.record AS BLOB))
            WHERE renewed = OLD.renewed AND begun_at = OLD.begun_at;
        DELETE FROM shares
            WHERE renewed = OLD.renewed AND begun_at = OLD.begun_at AND bytes <= 0;
    END;
    CREATE TRIGGER IF NOT EXISTS share_changes AFTER UPDATE OF renewed, record ON sessions
        WHEN OLD.renewed <> NEW.renewed OR length(CAST(OLD.record AS BLOB)) <> length(CAST(NEW.record AS BLOB)) BEGIN
        INSERT INTO shares VALUES (NEW.renewed, NEW.begun_at, 1024 + length(CAST(NEW.record AS BLOB)))
            ON CONFLICT (renewed, begun_at) DO UPDATE SET bytes = bytes + excluded.bytes;
        UPDATE shares SET bytes = bytes - 1024 - length(CAST(OLD.record AS BLOB))
            WHERE renewed = OLD.renewed AND begun_at = OLD.begun_at;
        DELETE FROM shares
            WHERE renewed = OLD.renewed AND begun_at = OLD.begun_at AND bytes <= 0;
    END;";

/// Brings the file to its latest shape; one from before the shares does not say where sessions began.
async fn prepare(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut all = connection.begin_with("BEGIN IMMEDIATE").await?;
    let column = "SELECT COUNT(*) FROM pragma_table_info('sessions') WHERE name = 'begun_at'";
    sqlx::raw_sql(TABLE).execute(&mut *all).await?;
    if sqlx::query_scalar::<_, i64>(column).fetch_one(&mut *all).await? == 0 {
        let add = "ALTER TABLE sessions ADD COLUMN begun_at TEXT NOT NULL DEFAULT ''";
        sqlx::raw_sql(add).execute(&mut *all).await?;
    }
    sqlx::raw_sql(SCHEMA).execute(&mut *all).await?;
    all.commit().await
}

/// Keeps sessions as JSON in a table of bounded size. They are found by a digest of their id: who
/// reads the file has no id to send.
pub(super) struct SqliteStore {
    cookie_name: String,
    clock: Clock,
    capacity: i64,
    pages: u32,
    file: Opened,
    readers: SqlitePool,
    writer: SqlitePool,
}

impl SqliteStore {
    pub(super) async fn open(url: &str, name: String, clock: Clock) -> Result<Self, sqlx::Error> {
        let capacity = i64::try_from(SESSIONS).unwrap_or(i64::MAX);
        let store = Self::with_limits(url, name, clock, capacity, PAGES).await?;
        sqlite_file::keep_log_short(store.writer.clone());
        Ok(store)
    }

    async fn with_limits(
        url: &str,
        cookie_name: String,
        clock: Clock,
        capacity: i64,
        pages: u32,
    ) -> Result<Self, sqlx::Error> {
        // With a write-ahead log readers and the writer do not wait for each other, and what was
        // committed outlives the process, however that ends. Only a crash of the whole machine can
        // take the last moments of it: the price of writes that wait for no disk.
        let options = sqlite_file::at(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .pragma("max_page_count", pages.to_string())
            .pragma("secure_delete", "ON")
            .busy_timeout(PATIENCE);
        let pool = |connections| {
            SqlitePoolOptions::new().max_connections(connections).acquire_timeout(2 * PATIENCE)
        };
        // A pool would give up on a disk that is only slow, and would not say why.
        let mut first = options.clone().busy_timeout(2 * PATIENCE).connect().await?;
        prepare(&mut first).await?;
        // A file that may only be read has its tables too, and would be noticed by the first visitor.
        sqlx::query("UPDATE kept SET sessions = sessions").execute(&mut first).await?;
        first.close().await?;
        let file = Opened::new(options.get_filename())?;
        // From here on nothing makes a file in the place of one that was deleted.
        let options = options.create_if_missing(false);
        let writer = pool(1).connect_lazy_with(options.clone());
        let readers = pool(READERS).connect_lazy_with(options);
        Ok(Self { cookie_name, clock, capacity, pages, file, readers, writer })
    }

    fn digest(&self, token: &str) -> Option<Digest> {
        SessionId::parse(token).map(|id| id.digest(&self.cookie_name))
    }

    fn is_there(&self) -> Result<(), StoreError> {
        self.file.problem().map_or(Ok(()), |problem| Err(StoreError::Unreachable(problem)))
    }

    /// Whether the file is as large as it may be, or nearly. If it is not, and full nevertheless, then
    /// the disk is.
    async fn is_at_its_limit(&self) -> Result<bool, sqlx::Error> {
        let pages: u32 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&self.writer).await?;
        Ok(pages + LARGEST >= self.pages)
    }

    /// Runs a statement that writes the session `own`, and returns how many rows it has changed. If
    /// the file is full, other sessions make room for it; if the disk is, deleting would not help.
    async fn write(
        &self,
        own: Digest,
        statement: impl Fn() -> Statement,
    ) -> Result<u64, StoreError> {
        loop {
            match statement().execute(&self.writer).await {
                Err(error) if is_full(&error) && self.is_at_its_limit().await? => {
                    let room = make_room(own, 0).execute(&self.writer).await?;
                    if room.rows_affected() == 0 {
                        return Err(error.into());
                    }
                }
                done => return Ok(done?.rows_affected()),
            }
        }
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

/// Makes room, if there are so many sessions, but not of `own`: sessions that were never renewed go
/// first, and of those the ones of the largest share, the nearest to their end first. Of `EXISTS` SQLite
/// would make a join, and an index of all sessions for it, each time.
fn make_room(own: Digest, if_there_are: i64) -> Statement {
    let statement = sqlx::query(
        "DELETE FROM sessions WHERE (SELECT sessions FROM kept) >= $1 AND id IN
            (SELECT id FROM sessions WHERE id <> $2 AND (renewed, begun_at) =
                (SELECT renewed, begun_at FROM shares WHERE
                    (SELECT id FROM sessions WHERE sessions.renewed = shares.renewed
                        AND sessions.begun_at = shares.begun_at AND id <> $2 LIMIT 1) IS NOT NULL
                    ORDER BY renewed, bytes DESC LIMIT 1)
                ORDER BY expires LIMIT $3)",
    );
    statement.bind(if_there_are).bind(own.to_vec()).bind(SWEEP)
}

fn read(json: String, revision: i64) -> Option<Record> {
    let record = Record::from_json(&json)?;
    Some(Record { revision: revision.cast_unsigned(), ..record })
}

/// Whether the file, or the disk, has no room for more (`SQLITE_FULL`).
fn is_full(error: &sqlx::Error) -> bool {
    sqlite_file::code(error) == Some(13)
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
        self.is_there()?;
        let found = sqlx::query_as("SELECT record, revision FROM sessions WHERE id = $1");
        let found = found.bind(digest.to_vec()).fetch_optional(&self.readers).await;
        match found {
            Ok(Some((json, revision))) => Ok(read(json, revision)),
            // What another program has written into the file is rejected.
            Ok(None) | Err(sqlx::Error::ColumnDecode { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn create(&self, record: Record) -> Result<String, StoreError> {
        let id = SessionId::random();
        let (digest, json) = (id.digest(&self.cookie_name), to_json(&record)?);
        self.is_there()?;
        over_by(self.clock.now()).execute(&self.writer).await?;
        make_room(digest, self.capacity).execute(&self.writer).await?;
        let insert = || {
            sqlx::query("INSERT INTO sessions VALUES ($1, $2, $3, $4, $5, $6)")
                .bind(digest.to_vec())
                .bind(json.clone())
                .bind(record.revision.cast_signed())
                .bind(record.renewed)
                .bind(record.expires.cast_signed())
                .bind(record.begun_at.map_or_else(String::new, |address| address.to_string()))
        };
        self.write(digest, insert).await?;
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
        self.is_there()?;
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
        let is_replaced = self.write(old, update).await? == 1;
        Ok(is_replaced.then(|| new_id.map_or_else(|| token.to_owned(), SessionId::token)))
    }

    async fn remove(&self, token: &str) -> Result<(), StoreError> {
        if let Some(digest) = self.digest(token) {
            self.is_there()?;
            let delete = sqlx::query("DELETE FROM sessions WHERE id = $1");
            delete.bind(digest.to_vec()).execute(&self.writer).await?;
        }
        Ok(())
    }

    fn why_not(&self, token: &str) -> NoRecord {
        why_no_id(token)
    }
}

#[cfg(test)]
mod tests {
    use rocket::tokio;

    use super::*;
    use crate::config::settings::sqlite_url;

    fn record(expires: Timestamp, renewed: bool, bytes: usize) -> Record {
        let values = [("text".to_owned(), "x".repeat(bytes).into())].into_iter().collect();
        Record { values, expires, renewed, ..Record::default() }
    }

    async fn open(folder: &tempfile::TempDir, clock: Clock, capacity: i64) -> SqliteStore {
        let url = sqlite_url(&folder.path().join("folder/sessions.db"));
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
    async fn a_flood_of_logins_drops_only_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder, Clock::manual(0), 100).await;
        let mut tokens = vec![];
        for n in 1..=20 {
            let begun_at = Some([192, 0, 2, n].into());
            let begun = Record { begun_at, ..record(10, false, 1) };
            let token = store.create(begun.clone()).await.unwrap();
            let next = record(10, true, 1);
            tokens.push(store.replace(&token, &begun, next, true).await.unwrap().unwrap());
        }
        for n in 0..1000 {
            let begun_at = Some([192, 0, 2, 200].into());
            store.create(Record { begun_at, ..record(1000 + n, n % 2 == 0, 1) }).await.unwrap();
        }
        for token in &tokens {
            assert!(store.load(token).await.unwrap().is_some());
        }
        assert!(count(&store).await <= 100);
        let counted = "SELECT SUM(1024 + length(CAST(record AS BLOB))) FROM sessions";
        let shares = "SELECT SUM(bytes) FROM shares";
        let sum =
            async |sql| sqlx::query_scalar::<_, i64>(sql).fetch_one(&store.readers).await.unwrap();
        assert_eq!(sum(counted).await, sum(shares).await);
    }

    #[tokio::test]
    async fn a_file_from_before_the_shares_keeps_its_sessions() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder, Clock::manual(0), 100).await;
        let token = store.create(record(1, false, 1)).await.unwrap();
        let before = "DROP TRIGGER share_grows; DROP TRIGGER share_shrinks;
            DROP TRIGGER share_changes; DROP TABLE shares; DROP INDEX sessions_by_share;
            ALTER TABLE sessions DROP COLUMN begun_at";
        sqlx::raw_sql(before).execute(&store.writer).await.unwrap();
        drop(store);
        let store = open(&folder, Clock::manual(0), 100).await;
        assert!(store.load(&token).await.unwrap().is_some());
        for expires in 2..200 {
            store.create(record(expires, true, 1)).await.unwrap();
        }
        assert!(store.load(&token).await.unwrap().is_none(), "the anonymous one made room");
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
    async fn a_large_session_gets_the_room_of_many_small_ones_and_keeps_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder, Clock::manual(0), 100_000).await;
        let small = record(1, false, 1);
        let token = store.create(small.clone()).await.unwrap();
        for _ in 0..900 {
            store.create(record(2, false, 100)).await.unwrap();
        }
        let large = record(1, false, 200_000);
        assert_eq!(store.replace(&token, &small, large, false).await.unwrap(), Some(token.clone()));
        assert!(store.load(&token).await.unwrap().is_some(), "it was the first in order");
        assert!(count(&store).await > 100, "no more made room than had to");
    }

    #[tokio::test]
    async fn a_full_disk_costs_no_session() {
        let folder = tempfile::tempdir().unwrap();
        let url = sqlite_url(&folder.path().join("sessions.db"));
        let store = SqliteStore::open(&url, "test".to_owned(), Clock::manual(0)).await.unwrap();
        for _ in 0..100 {
            store.create(record(1, false, 100)).await.unwrap();
        }
        // SQLite says the same of a limit that this store does not know of as of a disk.
        sqlx::raw_sql("PRAGMA max_page_count = 1").execute(&store.writer).await.unwrap();
        let large = store.create(record(1, false, 500_000)).await;
        assert!(matches!(large, Err(StoreError::Unreachable(_))), "{large:?}");
        assert_eq!(count(&store).await, 100);
    }

    #[tokio::test]
    async fn what_another_program_wrote_into_the_file_is_rejected() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder, Clock::manual(0), 1000).await;
        let token = store.create(record(1, false, 1)).await.unwrap();
        for foreign in ["'{}'", "'nonsense'", "x'ff00'", "17"] {
            let update = format!("UPDATE sessions SET record = {foreign}");
            sqlx::raw_sql(sqlx::AssertSqlSafe(update)).execute(&store.writer).await.unwrap();
            assert_eq!(store.load(&token).await.unwrap(), None, "{foreign}");
        }
    }

    #[tokio::test]
    async fn what_has_expired_is_swept_when_others_come() {
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
        let kept: u32 = sqlx::query_scalar("SELECT sessions FROM kept")
            .fetch_one(&store.readers)
            .await
            .unwrap();
        assert_eq!(kept, 8);
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
    async fn what_was_removed_or_replaced_is_not_in_the_files() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder, Clock::manual(0), 1000).await;
        let with = |text: &str| {
            let values = [("text".to_owned(), text.into())].into_iter().collect();
            Record { values, expires: 1, ..Record::default() }
        };
        let first = with("ferris");
        let mut tokens = vec![];
        for _ in 0..50 {
            tokens.push(store.create(first.clone()).await.unwrap());
        }
        for (n, token) in tokens.iter().enumerate() {
            if n % 2 == 0 {
                store.remove(token).await.unwrap();
            } else {
                store.replace(token, &first, with(""), false).await.unwrap();
            }
        }
        sqlx::raw_sql(sqlite_file::EMPTY_LOG).execute(&store.writer).await.unwrap();
        for file in std::fs::read_dir(folder.path().join("folder")).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(6).any(|bytes| bytes == b"ferris"));
        }
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
