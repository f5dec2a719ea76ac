//! Stores, and the sessions that go into them.

use std::path::PathBuf;
use std::sync::Arc;

use rocket::Config;
use rocket::figment::Figment;
use serde_json::json;
use shared::session::{Record, Store};
use shared::testing::open_store;
use tests::{fresh_key, target};

/// A session with a name in it, which lives for half a day.
pub(crate) fn record(name: &str) -> Record {
    let values = json!({ "name": name }).as_object().cloned().unwrap_or_default();
    let created = shared::Clock::default().now();
    Record { values, created, expires: created + 43_200, ..Record::default() }
}

/// The file of the store `sqlite`, with this ending.
pub(crate) fn file(ending: &str) -> PathBuf {
    target().join("bench").with_extension(ending)
}

/// An empty store; `redis` at this address.
pub(crate) async fn open(store: &str, redis: &str) -> Arc<dyn Store> {
    for ending in ["db", "db-wal", "db-shm"] {
        let _ = std::fs::remove_file(file(ending));
    }
    let url = match store {
        "sqlite" => format!("sqlite:{}", file("db").display()),
        "redis" => redis.to_owned(),
        _ => String::new(),
    };
    let settings = Figment::from(Config::debug_default())
        .merge(("secret_key", fresh_key()))
        .merge(("session.cookie", format!("bench-{store}")))
        .merge(("session.store", store))
        .merge(("session.url", url));
    open_store(&settings).await.expect("it opens")
}
