//! The accounts, as the database has them.

use shared::database::Refusal;
use shared::form::Password;
use shared::{Visitor, password};
use sqlx::AnyPool;

use crate::login::RegisterForm;
use crate::user::User;
use crate::{attempts, logins};

/// An account that has just been made.
pub(crate) struct Created {
    pub(crate) login: String,
    pub(crate) confirmation: String,
}

/// The name by which an account is found: Ferris and ferris are one.
pub(crate) fn key(name: &str) -> String {
    name.to_lowercase()
}

/// Makes an account and logs in with it: both are written or neither, which is what a transaction
/// is for. `None` if the name is taken.
pub(crate) async fn create(
    db: &AnyPool,
    form: &RegisterForm<'_>,
    password_hash: &str,
    visitor: &Visitor,
) -> Result<Option<Created>, sqlx::Error> {
    let (id, confirmation) = (shared::random_id(), shared::random_id());
    let (name, email) = (form.username.as_str(), form.email.as_str());
    let insert = sqlx::query(INSERT).bind(&id).bind(name).bind(key(name)).bind(email);
    let insert = insert.bind(password_hash).bind(&confirmation).bind(visitor.at.cast_signed());
    let mut both = db.begin().await?;
    if insert.execute(&mut *both).await?.rows_affected() == 0 {
        return Ok(None);
    }
    let login = logins::begin(&mut both, &id, visitor).await?;
    both.commit().await?;
    Ok(Some(Created { login, confirmation }))
}

const INSERT: &str = "INSERT INTO accounts
    (id, name, name_key, email, password_hash, confirmation, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name_key) DO NOTHING";

/// The id of the account of that name, if this is its password. It takes as long if there is no such
/// account.
pub(crate) async fn check(
    db: &AnyPool,
    name: &str,
    typed: Password<'_>,
    visitor: &Visitor,
) -> Result<Option<String>, Refusal> {
    let attempt = attempts::begin(db, &key(name), visitor).await?;
    let select = sqlx::query_as("SELECT id, password_hash FROM accounts WHERE name_key = $1");
    let account: Option<(String, String)> = select.bind(key(name)).fetch_optional(db).await?;
    let hash = account.as_ref().map(|(_, hash)| hash.as_str());
    if !password::verify(typed.as_str(), hash).await {
        return Ok(None);
    }
    attempts::succeeded(db, &attempt).await?;
    Ok(account.map(|(id, _)| id))
}

/// Confirms the address to which a mail with this code went; `false` if there is no such code.
pub(crate) async fn confirm(db: &AnyPool, code: &str) -> Result<bool, sqlx::Error> {
    let update = sqlx::query("UPDATE accounts SET confirmation = NULL WHERE confirmation = $1");
    Ok(update.bind(code).execute(db).await?.rows_affected() == 1)
}

/// Changes the password and ends all other logins: whoever knew the old one is out.
pub(crate) async fn change_password(
    db: &AnyPool,
    user: &User,
    password_hash: &str,
) -> Result<(), sqlx::Error> {
    let mut both = db.begin().await?;
    let update = sqlx::query("UPDATE accounts SET password_hash = $1 WHERE id = $2");
    update.bind(password_hash).bind(&user.id).execute(&mut *both).await?;
    logins::end_others(&mut both, &user.id, &user.login).await?;
    both.commit().await
}

/// Deletes the account, and with it all that belongs to it: its logins, its stocks, its place on the
/// list.
pub(crate) async fn delete(db: &AnyPool, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM accounts WHERE id = $1").bind(id).execute(db).await?;
    Ok(())
}
