//! What may happen only so often a minute: counted in the database, where every server sees it.

use rocket::http::Status;
use shared::Visitor;
use shared::database::Refusal;
use sqlx::AnyPool;

/// So many failed attempts at a password for one account, and as many from one address.
const FAILURES: i64 = 10;
/// So many new accounts from one address, which may be a whole school's.
const REGISTRATIONS: i64 = 100;
const MINUTE: i64 = 60;

/// Counts an attempt before anybody looks at the password, and returns its id. It is written first
/// and counted then: of a thousand at once no more than ten see ten or less.
pub(crate) async fn begin(db: &AnyPool, name: &str, visitor: &Visitor) -> Result<String, Refusal> {
    sweep(db, visitor).await?;
    let id = shared::random_id();
    for who in [format!("account {name}"), format!("address {}", visitor.address)] {
        count(db, &id, &who, FAILURES, visitor).await?;
    }
    Ok(id)
}

/// Counts a new account.
pub(crate) async fn registration(db: &AnyPool, visitor: &Visitor) -> Result<(), Refusal> {
    sweep(db, visitor).await?;
    let who = format!("registrations {}", visitor.address);
    count(db, &shared::random_id(), &who, REGISTRATIONS, visitor).await
}

async fn count(
    db: &AnyPool,
    id: &str,
    who: &str,
    most: i64,
    visitor: &Visitor,
) -> Result<(), Refusal> {
    let now = visitor.now().cast_signed();
    let insert = sqlx::query("INSERT INTO attempts (id, who, at) VALUES ($1, $2, $3)");
    insert.bind(id).bind(who).bind(now).execute(db).await?;
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM attempts WHERE who = $1 AND at > $2");
    let count: i64 = count.bind(who).bind(now - MINUTE).fetch_one(db).await?;
    if count > most {
        forget(db, id).await?;
        return Err(Status::TooManyRequests.into());
    }
    Ok(())
}

/// What is over goes; but another server's clock may be a little behind, and still count it.
async fn sweep(db: &AnyPool, visitor: &Visitor) -> Result<(), sqlx::Error> {
    let delete = sqlx::query("DELETE FROM attempts WHERE at <= $1");
    delete.bind(visitor.now().cast_signed() - 2 * MINUTE).execute(db).await?;
    Ok(())
}

/// Whoever had the right password has not failed, and whoever was refused has not tried.
pub(crate) async fn forget(db: &AnyPool, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM attempts WHERE id = $1").bind(id).execute(db).await?;
    Ok(())
}
