//! Each store and each way in which a session can be refused.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use rocket::{Config, get, routes};
use serde_json::Value;

use super::*;
use crate::session::Session;
use crate::testing::{Browser, Server};
use crate::xray::fairing;
use crate::xray::history::History;

#[cfg(feature = "redis")]
#[path = "../../../tests/app/redis.rs"]
mod redis;

#[get("/in")]
fn begin(session: &Session) {
    session.insert("name", "Ferris");
}

#[get("/out")]
fn end(session: &Session) {
    session.clear();
}

fn start(settings: &Figment) -> Server {
    let rocket = rocket::custom(settings.clone()).attach(crate::SessionFairing);
    let rocket = rocket.manage(History::default()).attach(AdHoc::on_ignite("X-ray", |rocket| {
        Box::pin(async { rocket.attach(fairing::XRay) })
    }));
    Server::start(rocket.mount("/", routes![begin, end]).mount("/", fairing::routes()))
}

fn fresh_key() -> String {
    STANDARD.encode(&::cookie::Key::generate().master()[..32])
}

fn settings(store: &str) -> Figment {
    Figment::from(Config::debug_default())
        .merge(("session.store", store))
        .merge(("session.cookie", "test"))
        .merge(("session.lifetime", "5m"))
        .merge(("session.absolute_lifetime", "12h"))
        .merge(("secret_key", fresh_key()))
}

fn token(server: &Server) -> String {
    let browser = server.browser();
    browser.get("/in");
    browser.cookie().expect("a session has begun")
}

fn with<'s>(server: &'s Server, token: &str) -> Browser<'s> {
    let browser = server.browser();
    browser.set_cookie("test", token);
    browser
}

fn reason(browser: &Browser<'_>) -> String {
    let told: Value = serde_json::from_str(&browser.get("/_session").body).unwrap();
    told["reason"].as_str().unwrap().to_owned()
}

/// Each way in which a session can be refused, on the store of the settings. A sealed cookie and an
/// id tell different things, and there are some that neither can tell.
fn every_way_is_told(settings: &Figment, is_sealed: bool) {
    let by_seal = if is_sealed { "broken-seal" } else { "no-such-id" };
    let server = start(settings);
    let of = |token: &str| reason(&with(&server, token));
    assert_eq!(reason(&server.browser()), "no-cookie");
    let two = server.browser().get_with(("Cookie", "test=a; test=b"), "/_session").body;
    assert!(two.contains("\"reason\": \"several-cookies\""), "{two}");
    assert!(two.contains("sent 2 cookies named test"), "{two}");
    for nonsense in ["", "Ferris", "e30.e30", "=", "AAAAAAAAAAAAAAAAAAAAAAA"] {
        assert_eq!(of(nonsense), "not-a-token", "{nonsense:?}");
    }
    let good = token(&server);
    assert_eq!(of(&good), "known");

    let mut letters: Vec<_> = good.chars().collect();
    let middle = letters.len() / 2;
    letters[middle] = if letters[middle] == 'A' { 'B' } else { 'A' };
    assert_eq!(of(&letters.into_iter().collect::<String>()), by_seal, "a letter was changed");
    if !is_sealed {
        assert_eq!(of("AAAAAAAAAAAAAAAAAAAAAA"), "no-such-id", "it was never given");
    }

    let other_key = start(&settings.clone().merge(("secret_key", fresh_key())));
    let store = settings.extract_inner::<String>("session.store").unwrap();
    let other_lesson = start(&settings.clone().merge(("session.cookie", "other")));
    for (other, what) in [(&other_lesson, "another lesson"), (&other_key, "another key")] {
        // Redis is one for both, and ids are not sealed: there the key plays no part.
        let is_shared = store == "redis" && what == "another key";
        let expected = if is_shared { "known" } else { by_seal };
        assert_eq!(of(&token(other)), expected, "{what}");
    }

    let ended = token(&server);
    with(&server, &ended).get("/out");
    let expected = if is_sealed { "known" } else { "no-such-id" };
    assert_eq!(of(&ended), expected, "the session was ended");

    server.wait(Duration::from_mins(5));
    assert_eq!(of(&good), "expired");
    let settings = settings.clone().merge(("session.lifetime", "12h"));
    let server = start(&settings.merge(("session.absolute_lifetime", "6m")));
    let good = token(&server);
    server.wait(Duration::from_mins(6));
    assert_eq!(reason(&with(&server, &good)), "expired-absolutely");
}

#[test]
fn the_store_private_tells_why() {
    every_way_is_told(&settings("private"), true);
}

#[test]
fn the_store_signed_tells_why() {
    every_way_is_told(&settings("signed"), true);
}

#[test]
fn the_store_memory_tells_why() {
    every_way_is_told(&settings("memory"), false);
}

#[test]
#[cfg(feature = "sqlite")]
fn the_store_sqlite_tells_why() {
    every_way_is_told(&settings("sqlite"), false);
}

#[test]
#[cfg(feature = "redis")]
#[ignore = "needs redis-server: tests/full"]
fn the_store_redis_tells_why() {
    let redis = redis::Redis::start();
    every_way_is_told(&settings("redis").merge(("session.url", redis.url())), false);
}
