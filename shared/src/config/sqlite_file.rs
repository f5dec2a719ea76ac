//! Where a SQLite file is to be.

use sqlx::sqlite::SqliteConnectOptions;

/// Reads the address of a SQLite file, and makes its folder if that is missing.
pub(crate) fn at(url: &str) -> Result<SqliteConnectOptions, sqlx::Error> {
    let options: SqliteConnectOptions = url.parse()?;
    if let Some(folder) = options.get_filename().parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(options)
}
