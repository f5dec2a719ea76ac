//! Where a user is logged in, as the database has it.

use std::time::Duration;

use shared::database::from_row;
use shared::{Timestamp, Visitor};
use sqlx::{Any, AnyConnection, AnyPool, Transaction};

use super::addresses;

/// How often it is written down that a login is in use, in seconds.
const NOTED: i64 = 60;

/// A login as the database has it.
pub(crate) struct Login {
    pub(crate) id: String,
    pub(crate) browser: String,
    pub(crate) address: String,
    pub(crate) began_at: i64,
    pub(crate) seen_at: i64,
}

from_row!(Login: id, browser, address, began_at, seen_at);

/// A login with all that was written before it. It is committed when a session has its id.
pub(crate) struct Begun {
    pub(crate) id: String,
    pub(crate) all: Transaction<'static, Any>,
}

/// Writes down that this visitor is logged in.
pub(crate) async fn begin(
    mut all: Transaction<'static, Any>,
    account: &str,
    visitor: &Visitor,
) -> Result<Begun, sqlx::Error> {
    let id = shared::random_id();
    let insert = sqlx::query("INSERT INTO logins VALUES ($1, $2, $3, $4, $5, $5)");
    let insert = insert.bind(&id).bind(account).bind(&visitor.browser).bind(&visitor.address);
    insert.bind(visitor.now().cast_signed()).execute(&mut *all).await?;
    sqlx::query(END_OLDEST).bind(account).bind(&id).execute(&mut *all).await?;
    addresses::know(&mut all, account, visitor).await?;
    Ok(Begun { id, all })
}

/// An account has at most 50 logins: the one that was used longest ago ends first.
const END_OLDEST: &str = "DELETE FROM logins WHERE account_id = $1 AND id <> $2 AND id NOT IN
    (SELECT id FROM logins WHERE account_id = $1 AND id <> $2 ORDER BY seen_at DESC LIMIT 49)";

/// The logins of an account that may still be in use.
pub(crate) async fn of(
    db: &AnyPool,
    account: &str,
    lifetime: Duration,
    now: Timestamp,
) -> Result<Vec<Login>, sqlx::Error> {
    let select = sqlx::query_as(
        "SELECT id, browser, address, began_at, seen_at FROM logins
            WHERE account_id = $1 AND seen_at > $2 ORDER BY began_at DESC, id",
    );
    select.bind(account).bind(in_use_since(lifetime, now)).fetch_all(db).await
}

/// What was last seen before this has expired: it was not used for a session's lifetime.
fn in_use_since(lifetime: Duration, now: Timestamp) -> i64 {
    now.saturating_sub(lifetime.as_secs()).cast_signed() - NOTED
}

/// Writes down that a login is in use, unless that was done within the last minute.
pub(crate) async fn seen(
    db: &AnyPool,
    id: &str,
    last: i64,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    if now.cast_signed() - last < NOTED {
        return Ok(());
    }
    let update = sqlx::query("UPDATE logins SET seen_at = $1 WHERE id = $2");
    update.bind(now.cast_signed()).bind(id).execute(db).await?;
    Ok(())
}

/// Ends a login, if it is one of this account.
pub(crate) async fn end(db: &AnyPool, account: &str, id: &str) -> Result<(), sqlx::Error> {
    let delete = sqlx::query("DELETE FROM logins WHERE account_id = $1 AND id = $2");
    delete.bind(account).bind(id).execute(db).await?;
    Ok(())
}

/// Ends the login that a session held before it got another.
pub(crate) async fn forget(db: &mut AnyConnection, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM logins WHERE id = $1").bind(id).execute(db).await?;
    Ok(())
}

/// Ends all logins of an account but this one.
pub(crate) async fn end_others(
    db: &mut AnyConnection,
    account: &str,
    id: &str,
) -> Result<(), sqlx::Error> {
    let delete = sqlx::query("DELETE FROM logins WHERE account_id = $1 AND id <> $2");
    delete.bind(account).bind(id).execute(db).await?;
    Ok(())
}

/// Forgets the logins of all accounts that are no longer in use.
pub(crate) async fn sweep(
    db: &AnyPool,
    lifetime: Duration,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let delete = sqlx::query("DELETE FROM logins WHERE seen_at <= $1");
    delete.bind(in_use_since(lifetime, now)).execute(db).await?;
    Ok(())
}
