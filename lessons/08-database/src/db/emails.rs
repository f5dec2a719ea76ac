//! Who is on the email list, as the database has it.

use sqlx::AnyPool;

/// The addresses on the list.
pub(crate) async fn all(db: &AnyPool) -> Result<Vec<String>, sqlx::Error> {
    let select = "SELECT email FROM subscribers JOIN accounts ON accounts.id = account_id
        ORDER BY email, accounts.id";
    sqlx::query_scalar(select).fetch_all(db).await
}

/// Whether an account is on the list.
pub(crate) async fn contains(db: &AnyPool, account: &str) -> Result<bool, sqlx::Error> {
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM subscribers WHERE account_id = $1");
    let count: i64 = count.bind(account).fetch_one(db).await?;
    Ok(count == 1)
}

/// Puts an account on the list, if its address is confirmed.
pub(crate) async fn add(db: &AnyPool, account: &str) -> Result<(), sqlx::Error> {
    let insert = sqlx::query(
        "INSERT INTO subscribers (account_id)
            SELECT id FROM accounts WHERE id = $1 AND confirmation IS NULL
            ON CONFLICT (account_id) DO NOTHING",
    );
    insert.bind(account).execute(db).await?;
    Ok(())
}

/// Takes an account from the list, and says whether it was there.
pub(crate) async fn remove(db: &AnyPool, account: &str) -> Result<bool, sqlx::Error> {
    let delete = sqlx::query("DELETE FROM subscribers WHERE account_id = $1");
    Ok(delete.bind(account).execute(db).await?.rows_affected() == 1)
}
