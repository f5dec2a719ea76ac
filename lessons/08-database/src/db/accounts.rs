//! The accounts, as the database has them.

use rocket::http::Status;
use shared::database::{Refusal, from_row, wipe};
use shared::{Timestamp, Visitor, password};
use sqlx::AnyPool;

use super::attempts;
use super::logins::{self, Begun};

/// An account with a login of it.
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    /// What confirms the address, until it is confirmed.
    pub(crate) confirmation: Option<String>,
    /// When the login was last seen.
    pub(crate) seen_at: i64,
}

from_row!(Account: id, name, email, confirmation, seen_at);

/// The account of a login, if there is such a login.
pub(crate) async fn of_login(db: &AnyPool, login: &str) -> Result<Option<Account>, sqlx::Error> {
    sqlx::query_as(OF_LOGIN).bind(login).fetch_optional(db).await
}

const OF_LOGIN: &str = "SELECT accounts.id, name, email, confirmation, seen_at
    FROM logins JOIN accounts ON accounts.id = account_id WHERE logins.id = $1";

/// What an account is made of.
pub(crate) struct NewAccount<'v> {
    pub(crate) name: &'v str,
    pub(crate) email: &'v str,
    pub(crate) password: &'v str,
}

/// An account that has just been made.
pub(crate) struct Created {
    pub(crate) login: Begun,
    pub(crate) confirmation: String,
}

/// The name by which an account is found: Ferris and ferris are one, and so is whatever looks like it.
pub(crate) fn key(name: &str) -> String {
    shared::form::skeleton(name)
}

/// Makes an account and logs in with it: both are written or neither, which is what a transaction
/// is for. `None` if the name is taken.
pub(crate) async fn create(
    db: &AnyPool,
    NewAccount { name, email, password }: NewAccount<'_>,
    visitor: &Visitor,
) -> Result<Option<Created>, Refusal> {
    attempts::registration(db, visitor).await?;
    let hash = password::hash(password, &visitor.address).await?;
    let (id, confirmation) = (shared::random_id(), shared::random_id());
    let insert = sqlx::query(INSERT).bind(&id).bind(name).bind(key(name)).bind(email).bind(hash);
    let insert = insert.bind(shared::digest(&confirmation)).bind(an_hour_from(visitor.now()));
    let mut both = db.begin().await?;
    if insert.execute(&mut *both).await?.rows_affected() == 0 {
        return Ok(None);
    }
    let login = logins::begin(both, &id, visitor).await?;
    Ok(Some(Created { login, confirmation }))
}

const INSERT: &str = "INSERT INTO accounts
    (id, name, name_key, email, password_hash, confirmation, confirmation_until)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name_key) DO NOTHING";

fn an_hour_from(now: Timestamp) -> i64 {
    now.cast_signed() + 60 * 60
}

/// Confirms the address to which a mail with this code went; `false` if there is no such code, or if
/// it is older than an hour.
pub(crate) async fn confirm(db: &AnyPool, code: &str, now: Timestamp) -> Result<bool, sqlx::Error> {
    let update = sqlx::query(CONFIRM).bind(shared::digest(code)).bind(now.cast_signed());
    Ok(update.execute(db).await?.rows_affected() == 1)
}

const CONFIRM: &str = "UPDATE accounts SET confirmation = NULL
    WHERE confirmation = $1 AND confirmation_until > $2";

/// Gives an account another code in the place of the one it had; `None` if it is confirmed already.
pub(crate) async fn another_code(
    db: &AnyPool,
    account: &str,
    now: Timestamp,
) -> Result<Option<String>, sqlx::Error> {
    let code = shared::random_id();
    let update = sqlx::query(ANOTHER_CODE).bind(shared::digest(&code)).bind(an_hour_from(now));
    let updated = update.bind(account).execute(db).await?.rows_affected();
    Ok((updated == 1).then_some(code))
}

const ANOTHER_CODE: &str = "UPDATE accounts SET confirmation = $1, confirmation_until = $2
    WHERE id = $3 AND confirmation IS NOT NULL";

/// Deletes the account, and with it all that belongs to it: its logins, its stocks, its place on the
/// list, and its bytes in the database's files. A form may come in slowly: if the login has ended since
/// it began, nothing is deleted.
pub(crate) async fn delete(db: &AnyPool, account: &str, login: &str) -> Result<(), Refusal> {
    let delete = sqlx::query(DELETE).bind(account).bind(login).execute(db);
    if delete.await?.rows_affected() == 0 {
        return Err(Status::Unauthorized.into());
    }
    wipe(db).await;
    Ok(())
}

const DELETE: &str =
    "DELETE FROM accounts WHERE id = $1 AND EXISTS (SELECT 1 FROM logins WHERE id = $2)";
