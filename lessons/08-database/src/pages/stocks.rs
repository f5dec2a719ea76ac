//! Each account's own stocks, as in lesson 05, but in the database.

use rocket::response::Redirect;
use rocket::{FromForm, Route, State, get, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use serde::Serialize;
use shared::database::Refusal;
use shared::form::{Contextual, Form, Price, Shares, Symbol};
use shared::{Id, Session, Visitor};

use super::{again, page, wrong};
use crate::db::Db;
use crate::db::stocks::{self, Stock};
use crate::user::User;

/// So many stocks an account may have, and a few more if they come at the same moment.
const MOST: usize = 500;

#[derive(FromForm)]
struct StockForm {
    stock_symbol: Symbol,
    number_of_shares: Shares,
    purchase_price: Price,
}

/// A stock as the page shows it.
#[derive(Serialize)]
struct Line {
    id: String,
    symbol: Symbol,
    shares: Shares,
    price: Price,
}

impl Line {
    fn of(Stock { id, symbol, shares, price }: Stock) -> Result<Self, &'static str> {
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
    let Some(StockForm { stock_symbol, number_of_shares, purchase_price }) = value else {
        return Err(again("add_stock", &user.name, &context));
    };
    if stocks::of(db, &user.id).await?.len() >= MOST {
        let answer = ("stock_symbol", "You have 500 stocks: remove one first.");
        return Err(wrong(("add_stock", &user.name), answer, context));
    }
    let stock = Stock {
        id: shared::random_id(),
        symbol: stock_symbol.to_string(),
        shares: number_of_shares.count().into(),
        price: purchase_price.to_string(),
    };
    stocks::add(db, &user.login, stock, visitor.now()).await?;
    session.flash(format!("{stock_symbol} was added."));
    Ok(Redirect::to(uri!(list_stocks)))
}

#[post("/stocks/<id>/remove")]
async fn remove_stock(db: &State<Db>, user: User, id: Id<'_>) -> Result<Redirect, Refusal> {
    stocks::remove(db, &user.id, id.as_str()).await?;
    Ok(Redirect::to(uri!(list_stocks)))
}

#[get("/stocks")]
async fn list_stocks(db: &State<Db>, session: &Session, user: User) -> Result<Template, Refusal> {
    let stocks = stocks::of(db, &user.id).await?.into_iter().map(Line::of);
    let stocks: Vec<Line> =
        stocks.collect::<Result<_, _>>().map_err(|why: &str| sqlx::Error::Decode(why.into()))?;
    let total: Price = stocks.iter().map(|it| it.price.times(it.shares)).sum();
    let messages = session.flashes();
    Ok(Template::render("08-database/stocks", context! { stocks, total, messages }))
}

pub(crate) fn routes() -> Vec<Route> {
    routes![add_stock_form, add_stock, list_stocks, remove_stock]
}
