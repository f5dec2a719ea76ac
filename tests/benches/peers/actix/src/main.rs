//! Lesson 02 on actix-web and actix-session, sessions in encrypted cookies.

use std::env;

use actix_session::storage::CookieSessionStore;
use actix_session::{Session, SessionMiddleware};
use actix_web::cookie::Key;
use actix_web::web::{Data, Form, Html, Redirect};
use actix_web::{App, HttpServer, Responder, get, post};
use serde::Deserialize;
use tera::{Context, Tera};

#[derive(Deserialize)]
struct NameForm {
    name: String,
}

fn page(tera: &Tera, name: Option<String>) -> Html {
    let mut context = Context::new();
    context.insert("name", &name);
    Html::new(tera.render("page.html", &context).expect("the template is good"))
}

#[get("/")]
async fn index(tera: Data<Tera>, session: Session) -> impl Responder {
    page(&tera, session.get("name").expect("it is a string"))
}

#[post("/setName")]
async fn set_name(session: Session, form: Form<NameForm>) -> impl Responder {
    session.insert("name", form.into_inner().name).expect("a string can be stored");
    Redirect::to("/").see_other()
}

#[get("/bare")]
async fn bare(tera: Data<Tera>) -> impl Responder {
    page(&tera, None)
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let pages = env::var("PAGES").expect("PAGES is a folder");
    let tera = Data::new(Tera::new(&format!("{pages}/*.html")).expect("the template is good"));
    let key = Key::generate();
    let port = env::var("PORT").expect("PORT is a number");
    HttpServer::new(move || {
        let sessions = SessionMiddleware::builder(CookieSessionStore::default(), key.clone());
        App::new()
            .app_data(tera.clone())
            .wrap(sessions.cookie_secure(false).build())
            .service(index)
            .service(set_name)
            .service(bare)
    })
    .bind(format!("127.0.0.1:{port}"))?
    .run()
    .await
}
