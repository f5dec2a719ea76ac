//! Everybody's own stocks, as in lesson 05, but in the database.

use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{FromForm, Route, State, get, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use serde::Serialize;
use shared::database::Refusal;
use shared::form::{Contextual, Form, Price, Shares, Symbol};
use shared::{Id, Session, Timestamp, Visitor};
use sqlx::AnyPool;

use crate::database::Db;
use crate::pages::{again, page, wrong};
use crate::user::User;

/// So many stocks an account may have, and a few more if they come at the same moment.
const MOST: usize = 500;

#[derive(FromForm)]
struct StockForm {
    stock_symbol: Symbol,
    number_of_shares: Shares,
    purchase_price: Price,
}

/// A stock as the database has it.
#[derive(Serialize)]
struct Stock {
    id: String,
    symbol: Symbol,
    shares: Shares,
    price: Price,
}

type Row = (String, String, i64, String);

impl Stock {
    fn read((id, symbol, shares, price): Row) -> Result<Self, &'static str> {
        let (symbol, shares) = (symbol.parse()?, shares.to_string().parse()?);
        Ok(Self { id, symbol, shares, price: price.parse()? })
    }
}

#[get("/add_stock")]
fn add_stock_form(user: User) -> Template {
    page("add_stock", &user.name, None)
}

#[post("/add_stock", data = "<form>")]
async fn add_stock(
    db: &State<Db>,
    session: &Session,
    user: User,
    visitor: Visitor,
    form: Form<Contextual<'_, StockForm>>,
) -> Result<Redirect, Refusal> {
    let Contextual { value, context } = form.into_inner();
    let Some(stock) = value else {
        return Err(again("add_stock", &user.name, &context));
    };
    if list(db, &user).await?.len() >= MOST {
        let answer = ("stock_symbol", "You have 500 stocks: remove one first.");
        return Err(wrong(("add_stock", &user.name), answer, context));
    }
    add(db, &user, &stock, visitor.now()).await?;
    session.flash(format!("{} was added.", stock.stock_symbol));
    Ok(Redirect::to(uri!(list_stocks)))
}

#[post("/stocks/<id>/remove")]
async fn remove_stock(db: &State<Db>, user: User, id: Id<'_>) -> Result<Redirect, Refusal> {
    remove(db, &user, id.as_str()).await?;
    Ok(Redirect::to(uri!(list_stocks)))
}

#[get("/stocks")]
async fn list_stocks(db: &State<Db>, session: &Session, user: User) -> Result<Template, Refusal> {
    let stocks = list(db, &user).await?;
    let total: Price = stocks.iter().map(|it| it.price.times(it.shares)).sum();
    let messages = session.flashes();
    Ok(Template::render("08-database/stocks", context! { stocks, total, messages }))
}

/// The stocks of an account, by their symbols.
async fn list(db: &AnyPool, user: &User) -> Result<Vec<Stock>, Refusal> {
    let select = sqlx::query_as(
        "SELECT id, symbol, shares, price FROM stocks WHERE account_id = $1
            ORDER BY symbol, added_at, id",
    );
    let rows: Vec<Row> = select.bind(&user.id).fetch_all(db).await?;
    let stocks: Result<_, _> = rows.into_iter().map(Stock::read).collect();
    stocks.map_err(|why: &str| sqlx::Error::Decode(why.into()).into())
}

/// A form may come in slowly: if the login has ended since it began, nothing is added.
async fn add(db: &AnyPool, user: &User, stock: &StockForm, now: Timestamp) -> Result<(), Refusal> {
    let (symbol, price) = (stock.stock_symbol.to_string(), stock.purchase_price.to_string());
    let shares = i64::from(stock.number_of_shares.count());
    let insert = sqlx::query(
        "INSERT INTO stocks SELECT $1, account_id, $2, $3, $4, $5 FROM logins WHERE id = $6",
    );
    let insert = insert.bind(shared::random_id()).bind(symbol).bind(shares).bind(price);
    let insert = insert.bind(now.cast_signed()).bind(&user.login);
    let added = insert.execute(db).await?.rows_affected();
    if added == 1 { Ok(()) } else { Err(Status::Unauthorized.into()) }
}

/// Somebody else's stock is not found: the condition on the account is the check.
async fn remove(db: &AnyPool, user: &User, id: &str) -> Result<(), sqlx::Error> {
    let delete = sqlx::query("DELETE FROM stocks WHERE account_id = $1 AND id = $2");
    delete.bind(&user.id).bind(id).execute(db).await?;
    Ok(())
}

pub(crate) fn routes() -> Vec<Route> {
    routes![add_stock_form, add_stock, list_stocks, remove_stock]
}
