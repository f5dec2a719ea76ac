//! A small application that does to its session whatever the address says.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

#[cfg(feature = "redis")]
pub(crate) mod redis;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cookie::Key;
use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use rocket::figment::value::Value;
use rocket::http::{CookieJar, Header, Status};
use rocket::local::asynchronous::Client;
use rocket::response::Responder;
use rocket::tokio;
use rocket::tokio::sync::{Barrier, Notify};
use rocket::{Build, Config, Rocket, State, get, post, routes};
use shared::testing::Server;
use shared::{Clock, Session, SessionFairing};
use tempfile::TempDir;

#[cfg(feature = "redis")]
use self::redis::Redis;

/// Where a store keeps sessions: it decides what a log-out can promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    InTheCookie,
    OnTheServer,
}

/// The application with its settings.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) kept: Kept,
    figment: Figment,
    /// Where the store `sqlite` has its file.
    _folder: Arc<TempDir>,
    /// Where the store `redis` has its server.
    #[cfg(feature = "redis")]
    _redis: Option<Arc<Redis>>,
}

/// A key as the settings want it.
pub(crate) fn fresh_key() -> String {
    STANDARD.encode(&Key::generate().master()[..32])
}

impl App {
    pub(crate) fn on(store: &str) -> Self {
        let kept = match store {
            "private" | "signed" => Kept::InTheCookie,
            _ => Kept::OnTheServer,
        };
        let figment = Figment::from(Config {
            log_level: rocket::config::LogLevel::Off,
            ..Config::debug_default()
        })
        .merge(("session.store", store))
        .merge(("session.cookie", "test"))
        .merge(("secret_key", fresh_key()));
        let folder = Arc::new(TempDir::new().unwrap());
        let figment = figment.merge(("data_dir", folder.path()));
        #[cfg(feature = "redis")]
        if store == "redis" {
            let redis = Redis::start();
            let figment = figment.merge(("session.url", redis.url()));
            return Self { kept, figment, _folder: folder, _redis: Some(Arc::new(redis)) };
        }
        Self {
            kept,
            figment,
            _folder: folder,
            #[cfg(feature = "redis")]
            _redis: None,
        }
    }

    pub(crate) fn with(&self, key: &str, value: impl Into<Value>) -> Self {
        self.with_setting(&format!("session.{key}"), value)
    }

    pub(crate) fn with_setting(&self, key: &str, value: impl Into<Value>) -> Self {
        Self { figment: self.figment.clone().merge((key, value.into())), ..self.clone() }
    }

    pub(crate) fn start(&self) -> Server {
        Server::start(self.rocket())
    }

    pub(crate) fn rocket(&self) -> Rocket<Build> {
        let rocket = rocket::custom(self.figment.clone()).attach(SessionFairing);
        rocket.attach(counts_in_its_fairing()).mount(
            "/",
            routes![
                get,
                get_number,
                insert,
                set_default,
                remove,
                take,
                contains,
                keys,
                is_empty,
                update,
                clear,
                clear_and_insert,
                renew,
                renew_and_update,
                permanent,
                ended,
                expiry,
                flash,
                flash_long,
                flashes,
                flashes_and,
                save,
                save_and_fail,
                login_save_and_update,
                save_and_clear,
                clear_save_and_insert,
                save_large,
                save_large_anyway,
                save_large_and_clear,
                fail,
                panic,
                unstorable,
                unstorable_and_clear,
                large,
                clear_and_large,
                length,
                vary,
                bare,
                in_a_fairing,
                drop_cookie,
                public
            ],
        )
    }
}

/// A fairing as an application may have one, which uses the session after the handler.
fn counts_in_its_fairing() -> AdHoc {
    AdHoc::on_response("Counts", |req, _| {
        Box::pin(async move {
            if req.uri().path() == "/in_a_fairing"
                && let Some(session) = req.guard::<&Session>().await.succeeded()
            {
                session.update("visits", |count: &mut u32| *count += 1);
            }
        })
    })
}

#[get("/get/<key>")]
fn get(session: &Session, key: &str) -> String {
    format!("{:?}", session.get::<String>(key))
}

#[get("/get_number/<key>")]
fn get_number(session: &Session, key: &str) -> String {
    format!("{:?}", session.get::<u32>(key))
}

#[post("/insert/<key>/<value>")]
fn insert(session: &Session, key: &str, value: &str) {
    session.insert(key, value);
}

#[post("/set_default/<key>/<value>")]
fn set_default(session: &Session, key: &str, value: &str) {
    session.set_default(key, value);
}

#[post("/remove/<key>")]
fn remove(session: &Session, key: &str) {
    session.remove(key);
}

#[post("/take/<key>")]
fn take(session: &Session, key: &str) -> String {
    format!("{:?}", session.take::<String>(key))
}

#[get("/contains/<key>")]
fn contains(session: &Session, key: &str) -> String {
    session.contains(key).to_string()
}

#[get("/keys")]
fn keys(session: &Session) -> String {
    format!("{:?}", session.keys())
}

#[get("/is_empty")]
fn is_empty(session: &Session) -> String {
    session.is_empty().to_string()
}

#[post("/update/<key>")]
fn update(session: &Session, key: &str) {
    session.update(key, |count: &mut u32| *count += 1);
}

#[post("/clear")]
fn clear(session: &Session) {
    session.clear();
}

#[post("/clear_and_insert/<key>/<value>")]
fn clear_and_insert(session: &Session, key: &str, value: &str) {
    session.clear();
    session.insert(key, value);
}

#[post("/renew")]
fn renew(session: &Session) {
    session.renew();
}

#[post("/renew_and_update/<key>")]
fn renew_and_update(session: &Session, key: &str) {
    session.renew();
    session.update(key, |count: &mut u32| *count += 1);
}

#[post("/permanent/<permanent>")]
fn permanent(session: &Session, permanent: bool) {
    session.set_permanent(permanent);
}

#[get("/ended")]
fn ended(session: &Session) -> String {
    session.has_expired().to_string()
}

#[get("/expiry")]
fn expiry(session: &Session) -> String {
    format!("{:?}", session.expiry().map(|expiry| expiry.seconds_left))
}

#[post("/flash/<message>")]
fn flash(session: &Session, message: &str) {
    session.flash(message);
}

#[get("/flashes")]
fn flashes(session: &Session) -> String {
    format!("{:?}", session.flashes())
}

#[post("/flash_long/<text>/<times>")]
fn flash_long(session: &Session, text: &str, times: usize) {
    session.flash(text.repeat(times));
}

#[get("/flashes_and/<code>")]
fn flashes_and(session: &Session, code: u16) -> (Status, ()) {
    session.flashes();
    (Status::new(code), ())
}

#[post("/save/<key>/<value>")]
async fn save(session: &Session, key: &str, value: &str) -> Result<(), Status> {
    session.insert(key, value);
    session.save().await?;
    Ok(())
}

#[post("/save_and_fail/<code>/<key>/<value>")]
async fn save_and_fail(session: &Session, code: u16, key: &str, value: &str) -> Status {
    session.renew();
    session.insert(key, value);
    session.save().await.unwrap();
    session.insert("later", value);
    Status::new(code)
}

#[post("/login_save_and_update/<key>")]
async fn login_save_and_update(session: &Session, key: &str) -> Result<(), Status> {
    session.renew();
    session.set_permanent(true);
    session.update(key, |count: &mut u32| *count += 1);
    session.save().await?;
    assert!(!session.has_expired() && session.permanent());
    session.update(key, |count: &mut u32| *count += 1);
    Ok(())
}

#[post("/save_and_clear/<key>/<value>")]
async fn save_and_clear(session: &Session, key: &str, value: &str) -> Result<(), Status> {
    session.insert(key, value);
    session.save().await?;
    session.clear();
    Ok(())
}

#[post("/clear_save_and_insert/<key>/<value>")]
async fn clear_save_and_insert(session: &Session, key: &str, value: &str) -> Result<(), Status> {
    session.clear();
    session.save().await?;
    assert!(session.is_empty());
    session.insert(key, value);
    Ok(())
}

#[post("/save_large/<bytes>")]
async fn save_large(session: &Session, bytes: usize) -> Result<(), Status> {
    session.insert("large", "x".repeat(bytes));
    session.save().await?;
    Ok(())
}

#[post("/save_large_anyway/<bytes>")]
async fn save_large_anyway(session: &Session, bytes: usize) {
    session.insert("large", "x".repeat(bytes));
    session.save().await.unwrap_err();
    session.insert("large", "small");
}

#[post("/save_large_and_clear/<bytes>")]
async fn save_large_and_clear(session: &Session, bytes: usize) {
    session.insert("large", "x".repeat(bytes));
    session.save().await.unwrap_err();
    session.clear();
}

#[post("/fail/<code>/<key>/<value>")]
fn fail(session: &Session, code: u16, key: &str, value: &str) -> Status {
    session.insert(key, value);
    Status::new(code)
}

#[post("/panic/<key>/<value>")]
fn panic(session: &Session, key: &str, value: &str) {
    session.insert(key, value);
    panic!("on purpose, in a test")
}

#[post("/unstorable/<key>")]
fn unstorable(session: &Session, key: &str) {
    session.insert(key, "saved with the rest, or not at all");
    session.insert("map", HashMap::from([((1, 2), 3)]));
}

#[post("/unstorable_and_clear")]
fn unstorable_and_clear(session: &Session) {
    session.insert("map", HashMap::from([((1, 2), 3)]));
    session.clear();
}

#[post("/large/<bytes>")]
fn large(session: &Session, bytes: usize) {
    session.insert("large", "x".repeat(bytes));
}

#[post("/clear_and_large/<bytes>")]
fn clear_and_large(session: &Session, bytes: usize) {
    session.clear();
    session.insert("large", "x".repeat(bytes));
}

#[get("/length")]
fn length(session: &Session) -> String {
    session.get::<String>("large").map_or(0, |text| text.len()).to_string()
}

#[derive(Responder)]
struct Varying((), Header<'static>);

#[get("/vary/<header>")]
fn vary(_session: &Session, header: String) -> Varying {
    Varying((), Header::new("Vary", header))
}

#[get("/bare")]
fn bare() {}

#[get("/in_a_fairing")]
fn in_a_fairing() {}

#[get("/drop_cookie")]
fn drop_cookie(jar: &CookieJar<'_>) {
    jar.remove("test");
}

#[get("/public")]
fn public() -> Varying {
    Varying((), Header::new("Cache-Control", "public, max-age=60"))
}

/// A session that holds something and is permanent.
#[post("/start")]
fn start(session: &Session) {
    session.insert("start", true);
    session.set_permanent(true);
}

/// Where requests wait until all of them have loaded their session; the late ones wait on.
struct Meeting {
    all_here: Barrier,
    others_done: Notify,
}

#[post("/meet/<act>/<key>")]
async fn meet(
    session: &Session,
    meeting: &State<Meeting>,
    clock: &State<Clock>,
    act: &str,
    key: &str,
) -> Status {
    meeting.all_here.wait().await;
    let is_late = act.ends_with("_late");
    if is_late {
        meeting.others_done.notified().await;
    }
    let seconds = || Duration::from_secs(key.parse().unwrap());
    match act.trim_end_matches("_late") {
        "nothing" => {}
        "insert" => session.insert(key, true),
        "remove" => session.remove(key),
        "update" => session.update(key, |count: &mut u32| *count += 1),
        "flash" => session.flash("two"),
        "flashes_and_flash" => {
            assert_eq!(session.flashes(), ["one"]);
            session.flash("two");
        }
        "flashes" => assert_eq!(session.flashes(), ["one"]),
        "save_and_insert" => {
            session.insert("before", true);
            session.save().await.unwrap();
            session.insert(key, true);
        }
        "clear" => session.clear(),
        "renew" => session.renew(),
        "login" => {
            session.renew();
            session.set_permanent(true);
            session.insert(key, true);
        }
        "wait" => clock.advance(seconds()),
        "wait_and_insert" => {
            clock.advance(seconds());
            session.insert("waited", true);
        }
        _ => return Status::NotFound,
    }
    Status::Ok
}

/// What came of requests that were under way at once.
#[derive(Debug)]
pub(crate) struct Parallel {
    pub(crate) statuses: Vec<u16>,
    /// What the session holds under the id of before.
    pub(crate) keys: String,
    pub(crate) visits: String,
    pub(crate) flashes: String,
    pub(crate) seconds_left: String,
    pub(crate) cookies_of_the_late_one: Vec<String>,
    /// What the session holds under the id that the late one got.
    pub(crate) keys_of_the_late_one: String,
}

impl App {
    /// Sends POST requests with one and the same cookie, all of which have loaded the session
    /// before any of them goes on. Those whose path says `_late` go on when the others are saved.
    pub(crate) async fn parallel(&self, first: &str, paths: &[&str]) -> Parallel {
        let meeting = Meeting { all_here: Barrier::new(paths.len()), others_done: Notify::new() };
        let rocket = self.rocket().manage(Clock::manual(1_800_000_000)).manage(meeting);
        let rocket = rocket.mount("/", routes![start, meet]).attach(tell_the_late_ones());
        let client = Arc::new(Client::untracked(rocket).await.unwrap());
        let first = client.post(first.to_owned()).dispatch().await;
        let token =
            token_of(&first.headers().get("Set-Cookie").map(str::to_owned).collect::<Vec<_>>());
        let tasks: Vec<_> = paths
            .iter()
            .map(|path| {
                let (client, path, token) =
                    (Arc::clone(&client), (*path).to_owned(), token.clone());
                tokio::spawn(async move {
                    let answer = client.post(path).cookie(("test", token)).dispatch().await;
                    let cookies: Vec<_> =
                        answer.headers().get("Set-Cookie").map(str::to_owned).collect();
                    (answer.status().code, cookies)
                })
            })
            .collect();
        let mut answers = vec![];
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        let read = async |token: &str, path: &'static str| {
            let request = client.get(path).cookie(("test", token.to_owned()));
            request.dispatch().await.into_string().await.unwrap()
        };
        let late = answers[0].1.clone();
        let late_token = token_of(&late);
        Parallel {
            statuses: answers.iter().map(|(status, _)| *status).collect(),
            keys: read(&token, "/keys").await,
            visits: read(&token, "/get_number/visits").await,
            seconds_left: read(&token, "/expiry").await,
            keys_of_the_late_one: read(&late_token, "/keys").await,
            cookies_of_the_late_one: late,
            flashes: read(&token, "/flashes").await,
        }
    }
}
/// The session's token in the lines of a Set-Cookie, empty if there is none.
fn token_of(lines: &[String]) -> String {
    lines.iter().find_map(|line| line.split(['=', ';']).nth(1)).unwrap_or_default().to_owned()
}

/// Attached last, so that it runs when a session is saved.
fn tell_the_late_ones() -> AdHoc {
    AdHoc::on_ignite("After the session is saved", |rocket| async {
        rocket.attach(AdHoc::on_response("Tell the late ones", |req, _| {
            Box::pin(async move {
                let path = req.uri().path();
                if let Some(meeting) = req.rocket().state::<Meeting>()
                    && path.starts_with("/meet/")
                    && !path.as_str().contains("_late")
                {
                    meeting.others_done.notify_one();
                }
            })
        }))
    })
}
