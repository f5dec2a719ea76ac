//! What the parts of a request take:
//! `ROCKET_PROFILE=debug cargo bench -p tests --features bench --bench parts` (in that profile a
//! lesson needs no key).

#[path = "common/stores.rs"]
mod stores;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use rocket::form::Context;
use rocket::tokio::runtime::Runtime;
use rocket::{get, routes};
use rocket_dyn_templates::{Template, context};
use shared::session::Record;
use shared::testing::Server;

use self::stores::record;

/// The record as JSON and back: what every store does first and last.
fn json(c: &mut Criterion) {
    let record = record("Ferris");
    let text = serde_json::to_string(&record).expect("a record is JSON");
    c.bench_function("encode as JSON", |b| b.iter(|| serde_json::to_string(black_box(&record))));
    c.bench_function("decode from JSON", |b| {
        b.iter(|| serde_json::from_str::<Record>(black_box(&text)));
    });
}

/// For `private` and `signed`, `create` is to encode and to encrypt or sign, and `load` is to verify
/// and to decode.
fn stores(c: &mut Criterion) {
    let runtime = Runtime::new().expect("there are threads");
    for name in ["private", "signed", "memory", "sqlite"] {
        let store = runtime.block_on(stores::open(name, ""));
        let record = record("Ferris");
        let create = || runtime.block_on(store.create(record.clone())).expect("there is room");
        let token = create();
        c.bench_function(&format!("{name}: load"), |b| {
            b.iter(|| runtime.block_on(store.load(black_box(&token))));
        });
        c.bench_function(&format!("{name}: create"), |b| b.iter(create));
        let seen =
            || runtime.block_on(store.load(&token)).expect("it answers").expect("it is there");
        c.bench_function(&format!("{name}: replace"), |b| {
            let replace =
                |seen| runtime.block_on(store.replace(&token, &seen, record.clone(), false));
            b.iter_batched(seen, replace, BatchSize::PerIteration);
        });
    }
}

#[get("/plain")]
fn plain() -> &'static str {
    "Who are you?"
}

#[get("/page")]
fn page() -> Template {
    let form: Option<Context<'_>> = None;
    Template::render("02-name-form/index", context! { name: "Ferris", form })
}

#[get("/session")]
fn session(session: &shared::Session) -> String {
    session.get("name").unwrap_or_default()
}

#[get("/set")]
fn set(session: &shared::Session) {
    session.insert("name", "Ferris");
}

/// Whole requests without a network: with the fairings alone, with a page, with a session.
fn requests(c: &mut Criterion) {
    let rocket = shared::lesson("02-name-form").mount("/", routes![plain, page, session, set]);
    let server = Server::start(rocket);
    let browser = server.browser();
    browser.get("/set");
    for path in ["/plain", "/page", "/session"] {
        c.bench_function(&format!("request: {path}"), |b| b.iter(|| browser.get(path)));
    }
}

criterion_group!(parts, json, stores, requests);
criterion_main!(parts);
