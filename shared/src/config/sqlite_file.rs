//! Where a SQLite file is to be, and how what was deleted leaves it.

use std::time::Duration;

use rocket::tokio::{self, time};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Database, Executor, Pool};

/// Empties the write-ahead log beside the file, in which what was deleted stands until then.
pub(crate) const EMPTY_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// How often that is done.
const OFTEN: Duration = Duration::from_mins(1);

/// Reads the address of a SQLite file, and makes its folder if that is missing.
pub(crate) fn at(url: &str) -> Result<SqliteConnectOptions, sqlx::Error> {
    let options: SqliteConnectOptions = url.parse()?;
    if let Some(folder) = options.get_filename().parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(options)
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
