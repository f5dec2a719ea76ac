//! Lesson 02 on axum and tower-sessions, sessions in memory.

use std::env;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;
use tera::{Context, Tera};
use tokio::net::TcpListener;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};

#[derive(Deserialize)]
struct NameForm {
    name: String,
}

fn page(tera: &Tera, name: Option<String>) -> Html<String> {
    let mut context = Context::new();
    context.insert("name", &name);
    Html(tera.render("page.html", &context).expect("the template is good"))
}

async fn index(State(tera): State<Arc<Tera>>, session: Session) -> Html<String> {
    page(&tera, session.get("name").await.expect("memory answers"))
}

async fn set_name(session: Session, Form(form): Form<NameForm>) -> Redirect {
    session.insert("name", form.name).await.expect("memory answers");
    Redirect::to("/")
}

async fn bare(State(tera): State<Arc<Tera>>) -> Html<String> {
    page(&tera, None)
}

#[tokio::main]
async fn main() {
    let pages = env::var("PAGES").expect("PAGES is a folder");
    let tera = Tera::new(&format!("{pages}/*.html")).expect("the template is good");
    let app = Router::new()
        .route("/", get(index))
        .route("/setName", post(set_name))
        .route("/bare", get(bare))
        .layer(SessionManagerLayer::new(MemoryStore::default()).with_secure(false))
        .with_state(Arc::new(tera));
    let port = env::var("PORT").expect("PORT is a number");
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await.expect("the port is free");
    axum::serve(listener, app).await.expect("it serves");
}
