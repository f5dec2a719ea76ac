//! A SQLite file: where it is, whether it is still there, what to do about one that cannot be used, and
//! how what was deleted leaves it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rocket::tokio::{self, time};
use sqlx::sqlite::{SqliteConnectOptions, SqliteError};
use sqlx::{Database, Executor, Pool};

/// Empties the write-ahead log beside the file, in which what was deleted stands until then.
pub(crate) const EMPTY_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// How often that is done.
const OFTEN: Duration = Duration::from_mins(1);

/// Reads the address of a SQLite file, and makes its folder if that is missing.
pub(crate) fn at(url: &str) -> Result<SqliteConnectOptions, sqlx::Error> {
    let options: SqliteConnectOptions = url.parse()?;
    if let Some(folder) = options.get_filename().parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(options)
}

/// The path in the address of a SQLite file.
pub(crate) fn path(url: &str) -> PathBuf {
    let options: Result<SqliteConnectOptions, _> = url.parse();
    options.map_or_else(|_| url.into(), |options| options.get_filename().to_owned())
}

/// A file that was opened. A program goes on with a file that was deleted, while the next one to open
/// that path gets a new file: each then misses what the other writes. So each use checks that the path
/// still leads to this file.
#[derive(Clone)]
pub(crate) struct Opened {
    path: PathBuf,
    /// Not all systems know when a file was made. Another mark that is the same on all of them would
    /// cost more: to open and close the file once more would take away SQLite's locks on it.
    made: Option<SystemTime>,
}

impl Opened {
    pub(crate) fn new(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), made: fs::metadata(path)?.created().ok() })
    }

    #[cfg(feature = "database")]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is still there, and no other in its place.
    pub(crate) fn is_there(&self) -> bool {
        Self::new(&self.path).is_ok_and(|now| now.made == self.made)
    }

    /// Says what is wrong if it is not there any more.
    pub(crate) fn problem(&self) -> Option<String> {
        (!self.is_there()).then(|| {
            format!(
                "the file {} was deleted or replaced while the lesson ran: restart the lesson, and it goes \
                 on with what is there then",
                self.path.display()
            )
        })
    }
}

/// SQLite's number for an error, without the details that it packs into the higher bits: those of
/// `SQLITE_BUSY_SNAPSHOT` are `SQLITE_BUSY` and more.
pub(crate) fn code(error: &sqlx::Error) -> Option<u32> {
    let error = error.as_database_error()?;
    error.try_downcast_ref::<SqliteError>()?;
    Some(error.code()?.parse::<u32>().ok()? & 0xff)
}

/// Empties the log now, and again and again as long as the server runs. If it is in use just then, the
/// next time will do.
pub(crate) fn keep_log_short<D: Database>(pool: Pool<D>)
where
    for<'p> &'p Pool<D>: Executor<'p, Database = D>,
{
    tokio::spawn(async move {
        let mut times = time::interval(OFTEN);
        loop {
            times.tick().await;
            let _ = pool.execute(EMPTY_LOG).await;
        }
    });
}

const BUSY: &str = "Another program is at work on it: stop that, or try again";

/// Says why a file cannot be used, and what to do about it.
pub(crate) fn refusal(file: &Path, error: &sqlx::Error) -> String {
    let advice = match code(error) {
        Some(3 | 8) => {
            "It can be read but not written: give this user the right to write it and its folder"
        }
        // sqlx tries again for a while if it is busy, and then says only that.
        None if matches!(error, sqlx::Error::PoolTimedOut) => BUSY,
        Some(5 | 6) => BUSY,
        Some(10 | 13) => "The disk is full, or it fails: make room on it",
        Some(11 | 26) => {
            "It is no SQLite database, or a damaged one: move it away, and the lesson makes a new one"
        }
        _ => "Look at what stands there, and whether this user may write it and its folder",
    };
    format!(
        "the file {} cannot be used: {error}.\n{advice}. Or choose another folder: \
         ROCKET_DATA_DIR=/path/to/folder",
        file.display()
    )
}

#[cfg(test)]
mod tests {
    use sqlx::ConnectOptions;

    use super::*;

    #[test]
    fn a_file_that_is_deleted_or_replaced_is_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let (path, aside) = (folder.path().join("x.db"), folder.path().join("aside.db"));
        fs::write(&path, "").unwrap();
        let opened = Opened::new(&path).unwrap();
        assert_eq!(opened.problem(), None);
        fs::rename(&path, &aside).unwrap();
        assert!(opened.problem().unwrap().contains("x.db"));
        fs::rename(&aside, &path).unwrap();
        assert_eq!(opened.problem(), None, "it is back");
    }

    #[rocket::async_test]
    async fn the_details_of_an_error_do_not_hide_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(folder.path().join("x.db"));
        let options = options.create_if_missing(true).busy_timeout(std::time::Duration::ZERO);
        let mut one = options.connect().await.unwrap();
        one.execute("PRAGMA journal_mode = WAL; CREATE TABLE t (x)").await.unwrap();
        let mut other = options.connect().await.unwrap();
        other.execute("BEGIN; SELECT * FROM t").await.unwrap();
        one.execute("INSERT INTO t VALUES (1)").await.unwrap();
        let error = other.execute("INSERT INTO t VALUES (2)").await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().unwrap(), "517");
        assert_eq!(code(&error), Some(5));
    }
}
