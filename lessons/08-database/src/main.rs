//! # Lesson 08: a real database
//!
//! - **Teaches:** what belongs in a session and what in a database: the session says who you are,
//!   and the database knows the rest.
//! - **New:** accounts, `rocket_db_pools`, migrations, transactions, logins that can be ended from
//!   elsewhere. The rest is old: the email list of lesson 04, the stocks of 05, the login of 06.
//! - **Its files:** `pages/` has the handlers, `user.rs` the guard, `db/` the SQL. Each uses only what
//!   comes after it: no SQL knows a form.
//! - **Run it:** `cargo run -p lesson-08`, then open <http://127.0.0.1:8008>.
//! - **Read on:** `docs/08-database.md`

mod db;
mod pages;
mod user;

use rocket::response::Redirect;
use rocket::{catchers, get, launch, routes, uri};
use rocket_db_pools::Database;

#[cfg(test)]
mod tests;

/// Try registering, adding a stock, and starting the lesson again: all is still there.
#[get("/")]
fn index() -> Redirect {
    Redirect::to(uri!(pages::profile::page))
}

#[launch]
fn rocket() -> _ {
    shared::lesson("08-database")
        .attach(db::Db::init())
        .attach(db::up_to_date())
        .mount("/", routes![index])
        .mount("/", pages::routes())
        .register("/", catchers![pages::auth::not_logged_in])
}
