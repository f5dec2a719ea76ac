//! What may happen only so often: counted in the database, where every server sees it.

use rocket::http::Status;
use shared::Visitor;
use shared::database::{Refusal, from_row};
use sqlx::AnyPool;

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

/// Counts an attempt before its password is checked, and returns its id. The attempt is written first
/// and counted then: of a thousand at once no more than ten see ten or less.
///
/// At an address where an account has logged in before, only its own failures there count. So failures
/// elsewhere cannot lock it out, nor those with other names from the same school.
pub(crate) async fn begin(db: &AnyPool, name: &str, visitor: &Visitor) -> Result<String, Refusal> {
    let id = write(db, ("login", name), MINUTE, visitor).await?;
    let counts = sqlx::query_as(COUNTS).bind(shared::digest(name)).bind(&visitor.address);
    let counts = counts.bind(visitor.now().cast_signed()).bind(name).fetch_one(db).await?;
    let Counts { failures, addresses, from_here, known } = counts;
    let too_many_elsewhere = addresses > ADDRESSES || from_here > FAILURES_FROM_ADDRESS;
    if failures > FAILURES || known == 0 && too_many_elsewhere {
        forget(db, &id).await?;
        return Err(Status::TooManyRequests.into());
    }
    Ok(id)
}

/// The attempts of the last minute, and whether the account knows this address.
struct Counts {
    failures: i64,
    addresses: i64,
    from_here: i64,
    known: i64,
}

from_row!(Counts: failures, addresses, from_here, known);

const COUNTS: &str = "SELECT
    (SELECT COUNT(*) FROM attempts
        WHERE what = 'login' AND who = $1 AND address = $2 AND until > $3) AS failures,
    (SELECT COUNT(DISTINCT address) FROM attempts
        WHERE what = 'login' AND who = $1 AND until > $3) AS addresses,
    (SELECT COUNT(*) FROM attempts
        WHERE what = 'login' AND address = $2 AND until > $3) AS from_here,
    (SELECT COUNT(*) FROM known_addresses JOIN accounts ON accounts.id = account_id
        WHERE name_key = $4 AND address = $2) AS known";

/// Counts a new account.
pub(crate) async fn registration(db: &AnyPool, visitor: &Visitor) -> Result<(), Refusal> {
    let from = ("registration", visitor.address.as_str());
    if fits(db, from, (REGISTRATIONS, MINUTE), visitor).await? {
        return Ok(());
    }
    Err(Status::TooManyRequests.into())
}

/// Counts a mail. If there were too many to this address, it is not to be sent, and the page does not
/// say so: that would tell a visitor that another account has the address.
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
    // Old attempts are deleted; but another server's clock may be a little behind, and still count it.
    sqlx::query("DELETE FROM attempts WHERE until <= $1").bind(now - MINUTE).execute(db).await?;
    let insert = sqlx::query("INSERT INTO attempts VALUES ($1, $2, $3, $4, $5)");
    let insert = insert.bind(&id).bind(what).bind(shared::digest(who)).bind(&visitor.address);
    insert.bind(now + seconds).execute(db).await?;
    Ok(id)
}

/// Deletes an attempt that is not to count: the password was right, or the attempt was refused.
pub(crate) async fn forget(db: &AnyPool, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM attempts WHERE id = $1").bind(id).execute(db).await?;
    Ok(())
}
