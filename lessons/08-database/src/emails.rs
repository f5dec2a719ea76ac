//! The email list: everybody's, and on it is nobody whose address is not confirmed.

use rocket::response::Redirect;
use rocket::{Route, State, get, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use shared::Session;
use shared::database::Refusal;
use sqlx::AnyPool;

use crate::database::Db;
use crate::user::User;

#[get("/emails")]
async fn list(db: &State<Db>, session: &Session, user: User) -> Result<Template, Refusal> {
    let (emails, is_on_it) = (all(db).await?, is_on_it(db, &user).await?);
    let (email, is_confirmed, messages) = (user.email, user.is_confirmed, session.flashes());
    let page = context! { email, emails, is_on_it, is_confirmed, messages };
    Ok(Template::render("08-database/emails", page))
}

/// Try it before you have opened the link in the mail: nobody puts a stranger's address on the list.
#[post("/signup")]
async fn signup(db: &State<Db>, user: User) -> Result<Redirect, Refusal> {
    add(db, &user).await?;
    Ok(Redirect::to(uri!(list)))
}

#[post("/unregister")]
async fn unregister(db: &State<Db>, session: &Session, user: User) -> Result<Redirect, Refusal> {
    if remove(db, &user).await? {
        session.flash(format!("We have removed {} from the list!", user.email));
    } else {
        session.flash("That address isn't on our list");
    }
    Ok(Redirect::to(uri!(list)))
}

async fn all(db: &AnyPool) -> Result<Vec<String>, sqlx::Error> {
    let select = "SELECT email FROM subscribers JOIN accounts ON accounts.id = account_id
        ORDER BY email, accounts.id";
    sqlx::query_scalar(select).fetch_all(db).await
}

async fn is_on_it(db: &AnyPool, user: &User) -> Result<bool, sqlx::Error> {
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM subscribers WHERE account_id = $1");
    let count: i64 = count.bind(&user.id).fetch_one(db).await?;
    Ok(count == 1)
}

async fn add(db: &AnyPool, user: &User) -> Result<(), sqlx::Error> {
    let insert = sqlx::query(
        "INSERT INTO subscribers (account_id)
            SELECT id FROM accounts WHERE id = $1 AND confirmation IS NULL
            ON CONFLICT (account_id) DO NOTHING",
    );
    insert.bind(&user.id).execute(db).await?;
    Ok(())
}

/// Whether the address was on the list.
async fn remove(db: &AnyPool, user: &User) -> Result<bool, sqlx::Error> {
    let delete = sqlx::query("DELETE FROM subscribers WHERE account_id = $1");
    Ok(delete.bind(&user.id).execute(db).await?.rows_affected() == 1)
}

pub(crate) fn routes() -> Vec<Route> {
    routes![list, signup, unregister]
}
