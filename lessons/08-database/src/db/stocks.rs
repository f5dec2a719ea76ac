//! The stocks of all accounts, as the database has them.

use rocket::http::Status;
use shared::Timestamp;
use shared::database::{Refusal, from_row};
use sqlx::AnyPool;

/// A stock as the database has it.
pub(crate) struct Stock {
    pub(crate) id: String,
    pub(crate) symbol: String,
    pub(crate) shares: i64,
    pub(crate) price: String,
}

from_row!(Stock: id, symbol, shares, price);

/// The stocks of an account, by their symbols.
pub(crate) async fn of(db: &AnyPool, account: &str) -> Result<Vec<Stock>, sqlx::Error> {
    let select = sqlx::query_as(
        "SELECT id, symbol, shares, price FROM stocks WHERE account_id = $1
            ORDER BY symbol, added_at, id",
    );
    select.bind(account).fetch_all(db).await
}

/// Adds a stock to the account of this login. A form may come in slowly: if the login has ended since
/// it began, nothing is added.
pub(crate) async fn add(
    db: &AnyPool,
    login: &str,
    Stock { id, symbol, shares, price }: Stock,
    now: Timestamp,
) -> Result<(), Refusal> {
    let insert = sqlx::query(
        "INSERT INTO stocks SELECT $1, account_id, $2, $3, $4, $5 FROM logins WHERE id = $6",
    );
    let insert = insert.bind(id).bind(symbol).bind(shares).bind(price);
    let insert = insert.bind(now.cast_signed()).bind(login);
    let added = insert.execute(db).await?.rows_affected();
    if added == 1 { Ok(()) } else { Err(Status::Unauthorized.into()) }
}

/// A stock of another account is not found: the condition on the account is the check.
pub(crate) async fn remove(db: &AnyPool, account: &str, id: &str) -> Result<(), sqlx::Error> {
    let delete = sqlx::query("DELETE FROM stocks WHERE account_id = $1 AND id = $2");
    delete.bind(account).bind(id).execute(db).await?;
    Ok(())
}
