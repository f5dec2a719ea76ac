//! What may happen only so often: counted in the database, where every server sees it.

use rocket::http::Status;
use shared::Visitor;
use shared::database::Refusal;
use sqlx::{AnyConnection, AnyPool};

/// So many failed attempts a minute at the password of one account from one address.
const FAILURES: i64 = 10;
/// From so many addresses a minute one may fail at the password of one account.
const ADDRESSES: i64 = 10;
/// So many failed attempts a minute from one address, which may be a whole school's.
const FAILURES_FROM_ADDRESS: i64 = 100;
/// So many new accounts a minute from one address.
const REGISTRATIONS: i64 = 100;
/// So many mails an hour to one address.
const MAILS: i64 = 5;
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// Counts an attempt before anybody looks at the password, and returns its id. It is written first
/// and counted then: of a thousand at once no more than ten see ten or less.
///
/// Where an account has logged in before, only its own failures there count: nobody locks it out from
/// elsewhere, nor with other names from the same school.
pub(crate) async fn begin(db: &AnyPool, name: &str, visitor: &Visitor) -> Result<String, Refusal> {
    let id = write(db, ("login", name), MINUTE, visitor).await?;
    let counts = sqlx::query_as(COUNTS).bind(shared::digest(name)).bind(&visitor.address);
    let counts = counts.bind(visitor.now().cast_signed()).bind(name).fetch_one(db).await?;
    let (failures, addresses, from_here, is_known): (i64, i64, i64, i64) = counts;
    let too_many_strangers = addresses > ADDRESSES || from_here > FAILURES_FROM_ADDRESS;
    if failures > FAILURES || is_known == 0 && too_many_strangers {
        forget(db, &id).await?;
        return Err(Status::TooManyRequests.into());
    }
    Ok(id)
}

const COUNTS: &str = "SELECT
    (SELECT COUNT(*) FROM attempts
        WHERE what = 'login' AND who = $1 AND address = $2 AND until > $3),
    (SELECT COUNT(DISTINCT address) FROM attempts
        WHERE what = 'login' AND who = $1 AND until > $3),
    (SELECT COUNT(*) FROM attempts WHERE what = 'login' AND address = $2 AND until > $3),
    (SELECT COUNT(*) FROM known_addresses JOIN accounts ON accounts.id = account_id
        WHERE name_key = $4 AND address = $2)";

/// Remembers from where an account logs in: the last ten addresses.
pub(crate) async fn know(
    db: &mut AnyConnection,
    account: &str,
    visitor: &Visitor,
) -> Result<(), sqlx::Error> {
    let insert = sqlx::query(KNOW).bind(account).bind(&visitor.address);
    insert.bind(visitor.now().cast_signed()).execute(&mut *db).await?;
    sqlx::query(FORGET_OLDEST).bind(account).execute(db).await?;
    Ok(())
}

const KNOW: &str = "INSERT INTO known_addresses VALUES ($1, $2, $3)
    ON CONFLICT (account_id, address) DO UPDATE SET seen_at = $3";

const FORGET_OLDEST: &str = "DELETE FROM known_addresses WHERE account_id = $1 AND address NOT IN
    (SELECT address FROM known_addresses WHERE account_id = $1 ORDER BY seen_at DESC LIMIT 10)";

/// Counts a new account.
pub(crate) async fn registration(db: &AnyPool, visitor: &Visitor) -> Result<(), Refusal> {
    let from = ("registration", visitor.address.as_str());
    if fits(db, from, (REGISTRATIONS, MINUTE), visitor).await? {
        return Ok(());
    }
    Err(Status::TooManyRequests.into())
}

/// Counts a mail. If there were too many to this address, it is not to be sent, and nobody is told:
/// the answer would say that somebody else has that address.
pub(crate) async fn mail(db: &AnyPool, to: &str, visitor: &Visitor) -> Result<bool, sqlx::Error> {
    fits(db, ("mail", &to.to_lowercase()), (MAILS, HOUR), visitor).await
}

async fn fits(
    db: &AnyPool,
    (what, who): (&str, &str),
    (most, seconds): (i64, i64),
    visitor: &Visitor,
) -> Result<bool, sqlx::Error> {
    let id = write(db, (what, who), seconds, visitor).await?;
    let count = "SELECT COUNT(*) FROM attempts WHERE what = $1 AND who = $2 AND until > $3";
    let count = sqlx::query_scalar(count).bind(what).bind(shared::digest(who));
    let count: i64 = count.bind(visitor.now().cast_signed()).fetch_one(db).await?;
    if count > most {
        forget(db, &id).await?;
    }
    Ok(count <= most)
}

async fn write(
    db: &AnyPool,
    (what, who): (&str, &str),
    seconds: i64,
    visitor: &Visitor,
) -> Result<String, sqlx::Error> {
    let (id, now) = (shared::random_id(), visitor.now().cast_signed());
    // What is over goes; but another server's clock may be a little behind, and still count it.
    sqlx::query("DELETE FROM attempts WHERE until <= $1").bind(now - MINUTE).execute(db).await?;
    let insert = sqlx::query("INSERT INTO attempts VALUES ($1, $2, $3, $4, $5)");
    let insert = insert.bind(&id).bind(what).bind(shared::digest(who)).bind(&visitor.address);
    insert.bind(now + seconds).execute(db).await?;
    Ok(id)
}

/// Whoever had the right password has not failed, and whoever was refused has not tried.
pub(crate) async fn forget(db: &AnyPool, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM attempts WHERE id = $1").bind(id).execute(db).await?;
    Ok(())
}
