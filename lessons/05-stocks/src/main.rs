//! # Lesson 05: two browsers, two lists
//!
//! - **Teaches:** a list in the session; two browsers are two visitors; a cookie that all can read
//!   and none can change.
//! - **New:** `session.update()`, flash messages, links made by `uri!`.
//! - **Run it:** `cargo run -p lesson-05`, then open <http://127.0.0.1:8005>.
//! - **Read on:** `docs/05-stocks.md`

use rocket::form::Context;
use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{FromForm, get, launch, post, routes, uri};
use rocket_dyn_templates::{Template, context};
use serde::{Deserialize, Serialize};
use shared::Session;
use shared::form::{Contextual, Form, Price, Shares, Symbol};

#[cfg(test)]
mod tests;

/// What the form sends is what the session keeps.
#[derive(Clone, Deserialize, FromForm, Serialize)]
struct Stock {
    stock_symbol: Symbol,
    number_of_shares: Shares,
    purchase_price: Price,
}

impl Stock {
    fn value(&self) -> Price {
        self.purchase_price.times(self.number_of_shares)
    }
}

#[get("/")]
fn index() -> Redirect {
    Redirect::to(uri!(list_stocks))
}

#[get("/add_stock")]
fn add_stock_form() -> Template {
    form_page(None)
}

/// Try adding AAPL, 15, 302.17 in one browser and SBUX, 100, 87.56 in another.
#[post("/add_stock", data = "<form>")]
fn add_stock(
    session: &Session,
    form: Form<Contextual<'_, Stock>>,
) -> Result<Redirect, (Status, Template)> {
    let Contextual { value, context } = form.into_inner();
    let Some(stock) = value else {
        return Err((context.status(), form_page(Some(&context))));
    };
    session.flash(format!("{} was added.", stock.stock_symbol));
    session.update("stocks", move |stocks: &mut Vec<Stock>| {
        stocks.push(stock.clone());
    });
    Ok(Redirect::to(uri!(list_stocks)))
}

/// Try reading your cookie: `cut -d. -f1 | tr '_-' '/+' | base64 -d` shows all of it.
#[get("/stocks")]
fn list_stocks(session: &Session) -> Template {
    let stocks: Vec<Stock> = session.get("stocks").unwrap_or_default();
    let total: Price = stocks.iter().map(Stock::value).sum();
    let (add_stock, blog_post) = (uri!(add_stock_form), uri!(blog_post(17)));
    let messages = session.flashes();
    Template::render("05-stocks/stocks", context! { stocks, total, messages, add_stock, blog_post })
}

/// Try visiting `/blog_posts/42`: a part of the path is an argument.
#[get("/blog_posts/<id>")]
fn blog_post(id: u32) -> Template {
    let (next, stocks) = (uri!(blog_post(id.saturating_add(1))), uri!(list_stocks));
    Template::render("05-stocks/blog_post", context! { id, next, stocks })
}

fn form_page(form: Option<&Context<'_>>) -> Template {
    let (action, stocks) = (uri!(add_stock), uri!(list_stocks));
    Template::render("05-stocks/add_stock", context! { form, action, stocks })
}

#[launch]
fn rocket() -> _ {
    shared::lesson("05-stocks")
        .mount("/", routes![index, add_stock_form, add_stock, list_stocks, blog_post])
}
