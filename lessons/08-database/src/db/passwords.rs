//! Checking a password, logging in with it, and changing it.

use rocket::http::Status;
use shared::database::{Refusal, from_row};
use shared::{Visitor, password};
use sqlx::AnyPool;

use super::accounts::key;
use super::attempts;
use super::logins::{self, Begun};

/// What is behind a name and a password that belong together.
pub(crate) struct Checked {
    id: String,
    password_hash: String,
}

from_row!(Checked: id, password_hash);

/// The account of that name, if this is its password. It takes as long if there is no such account.
pub(crate) async fn check(
    db: &AnyPool,
    name: &str,
    typed: &str,
    visitor: &Visitor,
) -> Result<Option<Checked>, Refusal> {
    let key = key(name);
    let attempt = attempts::begin(db, &key, visitor).await?;
    let select = sqlx::query_as("SELECT id, password_hash FROM accounts WHERE name_key = $1");
    let account: Option<Checked> = select.bind(&key).fetch_optional(db).await?;
    let hash = account.as_ref().map(|account| account.password_hash.as_str());
    let is_right = password::verify(typed, hash, &visitor.address).await;
    // What was not looked at for want of a core is no failure either.
    if is_right != Ok(false) {
        attempts::forget(db, &attempt).await?;
    }
    Ok(if is_right? { account } else { None })
}

/// Logs in, and returns the login. `None` if name and password do not belong together, also if the
/// password was changed while this was looking at it: the first statement holds the account until
/// the login is written.
pub(crate) async fn log_in(
    db: &AnyPool,
    name: &str,
    typed: &str,
    visitor: &Visitor,
) -> Result<Option<Begun>, Refusal> {
    let Some(Checked { id, password_hash }) = check(db, name, typed, visitor).await? else {
        return Ok(None);
    };
    let mut both = db.begin().await?;
    let hold = "UPDATE accounts SET name = name WHERE id = $1 AND password_hash = $2";
    let hold = sqlx::query(hold).bind(&id).bind(password_hash).execute(&mut *both);
    if hold.await?.rows_affected() == 0 {
        return Ok(None);
    }
    Ok(Some(logins::begin(both, &id, visitor).await?))
}

/// Whose password changes, through which login, and from what to what.
pub(crate) struct Change<'v> {
    pub(crate) name: &'v str,
    pub(crate) login: &'v str,
    pub(crate) old: &'v str,
    pub(crate) new: &'v str,
}

/// Changes the password, ends all logins and begins a new one, which it returns: the
/// old password, or a copy of a cookie, is worth nothing any more. `None` if the old one is wrong; if this login was
/// ended meanwhile, the visitor has to log in first.
pub(crate) async fn change(
    db: &AnyPool,
    Change { name, login, old, new }: Change<'_>,
    visitor: &Visitor,
) -> Result<Option<Begun>, Refusal> {
    let Some(Checked { id, password_hash }) = check(db, name, old, visitor).await? else {
        return Ok(None);
    };
    let hash = password::hash(new, &visitor.address).await?;
    let mut all = db.begin().await?;
    let update = sqlx::query(CHANGE).bind(hash).bind(&id).bind(password_hash).bind(login);
    if update.execute(&mut *all).await?.rows_affected() != 1 {
        return Err(Status::Unauthorized.into());
    }
    logins::end_others(&mut all, &id, "").await?;
    Ok(Some(logins::begin(all, &id, visitor).await?))
}

const CHANGE: &str = "UPDATE accounts SET password_hash = $1 WHERE id = $2 AND password_hash = $3
    AND EXISTS (SELECT 1 FROM logins WHERE id = $4)";
