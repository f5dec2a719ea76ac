//! # Lesson 09: many servers
//!
//! - **Teaches:** what servers must share for a visitor not to notice that they are many: the
//!   sessions, the data and the key. And what they need not: their memory.
//! - **New:** no line of a page. The modules below are lesson 08's own files; what is new is in
//!   `Rocket.toml`, in `run`, and in the page that says which server has answered.
//! - **Run it:** `lessons/09-many-servers/run`, then open <http://127.0.0.1:8009>. A single server,
//!   where Redis and PostgreSQL are running: `cargo run -p lesson-09`.
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
use rocket::{State, catchers, get, launch, routes, uri};
use rocket_db_pools::Database;
use rocket_dyn_templates::{Template, context};

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

/// Try reloading: another server answers, and still knows you.
#[get("/server")]
fn which_server(here: &State<Here>, user: user::User) -> Template {
    let (server, process, name) = (&here.server, process::id(), user.name);
    Template::render("09-many-servers/server", context! { server, process, name })
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

#[launch]
fn rocket() -> _ {
    shared::lesson("09-many-servers")
        .attach(AdHoc::config::<Here>())
        .attach(sign_answers())
        .attach(db::Db::init())
        .attach(db::up_to_date())
        .mount("/", routes![index, which_server])
        .mount("/", pages::routes())
        .register("/", catchers![pages::auth::not_logged_in])
}
