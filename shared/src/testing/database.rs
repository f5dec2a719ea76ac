//! A database for each test.

use std::path::Path;

use rocket::figment::Figment;
use sqlx::{AnyConnection, Connection, Executor};

use crate::database::{CONNECT_TIMEOUT, URL, file_in};

/// Settings with an empty database of a test's own: a file in its folder, or on the server that the
/// settings name a schema.
pub(super) fn of_its_own(settings: Figment, folder: &Path) -> Figment {
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
