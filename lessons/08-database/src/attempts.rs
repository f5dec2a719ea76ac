//! How often somebody may try a password: counted in the database, where every server sees it.

use rocket::http::Status;
use shared::Visitor;
use shared::database::Refusal;
use sqlx::AnyPool;

/// So many failed attempts a minute for one account, and as many from one address.
const MOST: i64 = 10;
const MINUTE: i64 = 60;

/// Counts an attempt before anybody looks at the password, and returns its id. It is written first
/// and counted then: of a thousand at once no more than ten see ten or less.
pub(crate) async fn begin(db: &AnyPool, name: &str, visitor: &Visitor) -> Result<String, Refusal> {
    let id = shared::random_id();
    let who = (format!("account {name}"), format!("address {}", visitor.address));
    let (now, insert) = (visitor.at.cast_signed(), "INSERT INTO attempts VALUES ($1, $2, $3)");
    for who in [&who.0, &who.1] {
        sqlx::query(insert).bind(&id).bind(who).bind(now).execute(db).await?;
    }
    if most(db, &who, now - MINUTE).await? > MOST {
        succeeded(db, &id).await?;
        return Err(Status::TooManyRequests.into());
    }
    Ok(id)
}

/// The attempts of the account or the address since then, whichever are more. The others go.
async fn most(db: &AnyPool, who: &(String, String), since: i64) -> Result<i64, sqlx::Error> {
    sqlx::query("DELETE FROM attempts WHERE at <= $1").bind(since).execute(db).await?;
    let count = "SELECT COUNT(*) FROM attempts WHERE who IN ($1, $2) GROUP BY who";
    let counts = sqlx::query_scalar(count).bind(&who.0).bind(&who.1).fetch_all(db).await?;
    Ok(counts.into_iter().max().unwrap_or(0))
}

/// Whoever had the right password has not failed: the attempt is no longer counted.
pub(crate) async fn succeeded(db: &AnyPool, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM attempts WHERE id = $1").bind(id).execute(db).await?;
    Ok(())
}
