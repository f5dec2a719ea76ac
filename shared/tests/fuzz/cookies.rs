//! A cookie opens a session only if it is exactly one that the server issued.

use std::collections::HashMap;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rocket::figment::Figment;
use rocket::futures::FutureExt;
use rocket::http::uri::Host;
use rocket::http::{ContentType, Header, Method, Status};
use rocket::local::blocking::Client;
use rocket::{get, post, routes};
use shared::session::{Record, Store};
use shared::testing::open_store;
use shared::{Clock, Session};

use crate::input::{like, seeds};
use crate::settings::{good_key, settings};
use crate::{fuzz, lesson};

/// The stores go by the real clock: for them, too, these sessions never expire.
const NOW: u64 = 4_000_000_000;
const STORES: [&str; 3] = ["private", "signed", "memory"];

/// A store, and the sessions in it by their tokens.
struct Issued {
    settings: Figment,
    store: Arc<dyn Store>,
    sessions: HashMap<String, Record>,
}

/// The stores on the way do not wait for anything.
fn now<T>(work: impl Future<Output = T>) -> T {
    work.now_or_never().expect("it is done at once")
}

fn issue(kind: &str, key: u64, names: &[&str]) -> Issued {
    let settings = settings()
        .merge(("session.store", kind))
        .merge(("session.cookie", "test"))
        .merge(("secret_key", good_key(key)));
    let store = now(open_store(&settings)).unwrap();
    let session = |name: &&str| {
        let values = [("name".to_owned(), (*name).into())].into_iter().collect();
        let record = Record { values, created: NOW, expires: NOW + 3600, ..Record::default() };
        (now(store.create(record.clone())).unwrap(), record)
    };
    let sessions = names.iter().map(session).collect();
    Issued { settings, store, sessions }
}

fn all_stores() -> Vec<Issued> {
    STORES.map(|kind| issue(kind, 1, &["Ferris", "Corro", &"x".repeat(500)])).into()
}

/// The tokens, and those of servers with another key: every store is tried with all of them.
fn tokens(stores: &[Issued]) -> Vec<String> {
    let foreign = STORES.map(|kind| issue(kind, 2, &["Mallory"]));
    let all = stores.iter().chain(&foreign).flat_map(|it| it.sessions.keys().cloned());
    all.collect()
}

/// The seeds of the file with one of the tokens, or two, in them.
fn cookie_seeds(tokens: &[String]) -> Vec<String> {
    let next = tokens.iter().cycle().skip(1);
    let with = |(token, next): (&String, &String)| {
        let words = [("OTHER", next.as_str()), ("TOKEN", token.as_str())];
        seeds(include_str!("seeds/cookies.json"), &words)
    };
    tokens.iter().zip(next).flat_map(with).collect()
}

#[test]
fn a_cookie_is_rejected_unless_it_was_issued() {
    let stores = all_stores();
    let tokens = tokens(&stores);
    let seeds = [tokens.clone(), cookie_seeds(&tokens)].concat();
    // Each input goes to each of the three stores, and counts once.
    fuzz("cookies", 1, seeds, &like(&tokens), |text| {
        for it in &stores {
            let found = now(it.store.load(&text)).unwrap();
            assert_eq!(found.as_ref(), it.sessions.get(&text));
        }
    });
}

#[get("/who")]
fn who(session: &Session) -> String {
    session.get("name").unwrap_or_default()
}

#[post("/write")]
fn write(session: &Session) {
    session.insert("written", true);
}

/// A lesson with all its fairings and the X-ray, on one of the stores.
fn server(it: &Issued) -> Client {
    let rocket = lesson().mount("/", routes![who, write]);
    let of_the_lesson = rocket.figment().clone().merge(("log_level", "off")).merge(("xray", true));
    let settings = of_the_lesson.merge(&it.settings);
    let rocket = rocket.configure(settings).manage(it.store.clone()).manage(Clock::manual(NOW));
    Client::untracked(rocket).unwrap()
}

const PATHS: &[&str] =
    &["/who", "/write", "/_session", "/_session/change", "/_session/restore", "/stocks"];

/// Whose session the lines of a Cookie header open, by a reading of our own: the one value of the
/// session's cookie, as it stands there. Two are refused: `None`.
fn owner(lines: &[String], it: &Issued) -> Option<String> {
    let pairs = lines.iter().flat_map(|line| line.split(';')).filter_map(|it| it.split_once('='));
    let named = pairs.filter(|(name, _)| name.trim_matches([' ', '\t']) == "test");
    let mut values = named.map(|(_, value)| value.trim_matches([' ', '\t']));
    let value = values.next();
    if values.next().is_some() {
        return None;
    }
    let record = value.and_then(|value| it.sessions.get(value));
    Some(record.map_or_else(String::new, |it| it.values["name"].as_str().unwrap().to_owned()))
}

#[test]
fn a_cookie_header_never_fails_a_request() {
    let stores = all_stores();
    let tokens = tokens(&stores);
    let headers = cookie_seeds(&tokens);
    let clients: Vec<_> = stores.iter().map(server).collect();
    let lines = prop_oneof![5 => vec(like(&headers), 1), 1 => vec(like(&headers), 2..4)];
    let inputs = (select(PATHS), lines);
    let seeds = headers.iter().map(|line| ("/who", vec![line.clone()]));
    // Each input is a request to each of three servers, and counts once.
    fuzz("cookie headers", 50, seeds, &inputs, |(path, lines)| {
        for (client, it) in clients.iter().zip(&stores) {
            let is_post = path == "/write" || path.starts_with("/_session/");
            let method = if is_post { Method::Post } else { Method::Get };
            let mut request = client.req(method, path).header(ContentType::Form);
            request.set_remote("127.0.0.1:50000".parse().unwrap());
            request.add_header(Header::new("Host", "127.0.0.1"));
            request.set_host(Host::from(rocket::uri!("127.0.0.1")));
            for line in &lines {
                request.add_header(Header::new("Cookie", line.clone()));
            }
            let answer = request.dispatch();
            assert!(answer.status().code < 500, "{}", answer.status());
            if path == "/who" {
                let is_refused = answer.status() == Status::BadRequest;
                let body = answer.into_string().unwrap();
                assert_eq!((!is_refused).then_some(body), owner(&lines, it));
            }
        }
    });
}
