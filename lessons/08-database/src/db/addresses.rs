//! From where an account has logged in before.

use shared::Visitor;
use sqlx::AnyConnection;

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
