//! The database, and how it came to its tables. The modules have the SQL, one for each table or two:
//! plain values go in, and rows with names come out.

pub(crate) mod accounts;
mod addresses;
pub(crate) mod attempts;
pub(crate) mod emails;
pub(crate) mod logins;
pub(crate) mod passwords;
pub(crate) mod stocks;

use rocket::fairing::Fairing;
use rocket_db_pools::Database;
use shared::database::{Pool, migrations};

/// A handler that needs the database takes a `&State<Db>`.
#[derive(Database)]
#[database("main")]
pub(crate) struct Db(Pool);

const MIGRATIONS: [&str; 4] = [
    include_str!("../../migrations/1_accounts.sql"),
    include_str!("../../migrations/2_lists.sql"),
    include_str!("../../migrations/3_attempts.sql"),
    include_str!("../../migrations/4_limits.sql"),
];

/// Runs the migrations that this database has not seen yet.
pub(crate) fn up_to_date() -> impl Fairing {
    migrations::<Db>(&MIGRATIONS)
}
