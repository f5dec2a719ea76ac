//! # Lesson 01: Hello from Rocket
//!
//! - **Teaches:** a server, a route, a page. HTTP forgets: each visit is the first one.
//! - **New:** `#[get]`, `Template`, `routes!`, `#[launch]`.
//! - **Run it:** `cargo run -p lesson-01`, then open <http://127.0.0.1:8001>.
//! - **Read on:** `docs/01-hello.md`

use rocket::{get, launch, routes};
use rocket_dyn_templates::{Template, context};

#[cfg(test)]
mod tests;

/// Try visiting `/`, and then a page that is not there, such as `/goodbye`.
#[get("/")]
fn index() -> Template {
    Template::render("01-hello/index", context! {})
}

#[launch]
fn rocket() -> _ {
    shared::lesson("01-hello").mount("/", routes![index])
}
