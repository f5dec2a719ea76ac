//! # Lesson 09: many servers
//!
//! - **Teaches:** what servers must share for a visitor not to notice that they are many: the
//!   sessions, the data and the key. And what they need not: their memory.
//! - **New:** no line of a page of lesson 08: the modules below are its own files. What is new is the
//!   page that says which server has answered, which others there are, and stops and starts them.
//! - **Run it:** `cargo run -p lesson-09` starts two servers, A and B: open <http://127.0.0.1:8009> and
//!   <http://127.0.0.1:8010>. With nginx, Redis and PostgreSQL: `lessons/09-many-servers/run`.
//! - **Read on:** `docs/09-many-servers.md`

#[path = "../../08-database/src/db/mod.rs"]
mod db;
#[path = "../../08-database/src/pages/mod.rs"]
mod pages;
#[path = "../../08-database/src/user.rs"]
mod user;

use std::process;

use rocket::fairing::{AdHoc, Fairing};
use rocket::http::Header;
use rocket::response::Redirect;
use rocket::serde::Deserialize;
use rocket::{Build, Either, Rocket, State, catchers, get, post, routes, uri};
use rocket_db_pools::Database;
use rocket_dyn_templates::{Template, context};
use shared::servers::{self, Operator, Order, Outlook, Parts};

#[cfg(test)]
mod tests;

/// What is this server's alone.
#[derive(Deserialize)]
#[serde(crate = "rocket::serde")]
struct Here {
    server: String,
}

#[get("/")]
fn index() -> Redirect {
    Redirect::to(uri!(which_server))
}

/// Try asking the other server: it knows you too.
#[get("/server")]
async fn which_server(here: &State<Here>, user: user::User, parts: Parts<'_>) -> Template {
    let (server, process, name) = (&here.server, process::id(), user.name);
    let list = parts.list().await;
    Template::render("09-many-servers/server", context! { server, process, name, list })
}

/// The parts alone: this page asks for no session, and so it works when those are out of reach.
#[get("/parts")]
async fn all_parts(here: &State<Here>, parts: Parts<'_>) -> Template {
    let (server, list) = (&here.server, parts.list().await);
    Template::render("09-many-servers/parts", context! { server, list })
}

/// Stops a part, or starts it again; only for visitors at this machine. If this answer comes from that
/// part, or through it, it says where to go on.
#[post("/parts/<part>/<order>")]
async fn steer(
    part: &str,
    order: Order,
    operator: Operator<'_>,
) -> Option<Either<Redirect, Template>> {
    Some(match operator.give(order, part).await? {
        Outlook::Done => Either::Left(Redirect::to(uri!(all_parts))),
        Outlook::Soon(ways) => {
            Either::Right(Template::render("09-many-servers/stopping", context! { part, ways }))
        }
    })
}

/// Says in the head of each answer whose it is: `curl -sI http://127.0.0.1:8009/login`
fn sign_answers() -> impl Fairing {
    AdHoc::on_response("Which server", |req, res| {
        Box::pin(async move {
            if let Some(here) = req.rocket().state::<Here>() {
                res.set_header(Header::new("X-Server", here.server.clone()));
            }
        })
    })
}

fn rocket() -> Rocket<Build> {
    shared::lesson("09-many-servers")
        .attach(AdHoc::config::<Here>())
        .attach(sign_answers())
        .attach(servers::parts())
        .attach(db::Db::init())
        .attach(db::up_to_date())
        .mount("/", routes![index, which_server, all_parts, steer])
        .mount("/", pages::routes())
        .register("/", catchers![pages::auth::not_logged_in])
}

/// One server if it has a name, otherwise two.
#[rocket::main]
async fn main() {
    servers::launch(rocket()).await;
}
