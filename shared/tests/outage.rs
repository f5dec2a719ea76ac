//! What happens while the store cannot be reached, shown with a store that a test can switch off.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rocket::figment::Figment;
use rocket::http::{Header, Status};
use rocket::request::{FromRequest, Outcome};
use rocket::{Build, Request, Responder, Rocket, State, futures, get, post, routes};
use shared::session::{Record, Store, StoreError};
use shared::testing::Server;
use shared::{Session, SessionFairing};

/// Room for one session, behind a line that can be cut.
#[derive(Default)]
struct CutLine {
    is_cut: AtomicBool,
    calls: AtomicUsize,
    record: Mutex<Option<Record>>,
}

impl CutLine {
    fn reach(&self) -> Result<&Mutex<Option<Record>>, StoreError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.is_cut.load(Ordering::SeqCst) {
            return Err(StoreError::Unreachable("the line is cut".to_owned()));
        }
        Ok(&self.record)
    }
}

#[rocket::async_trait]
impl Store for CutLine {
    async fn load(&self, _: &str) -> Result<Option<Record>, StoreError> {
        Ok(self.reach()?.lock().clone())
    }

    async fn create(&self, record: Record) -> Result<String, StoreError> {
        *self.reach()?.lock() = Some(record);
        Ok("token".to_owned())
    }

    async fn replace(
        &self,
        _: &str,
        _: &Record,
        next: Record,
        _: bool,
    ) -> Result<Option<String>, StoreError> {
        *self.reach()?.lock() = Some(next);
        Ok(Some("token".to_owned()))
    }

    async fn remove(&self, _: &str) -> Result<(), StoreError> {
        *self.reach()?.lock() = None;
        Ok(())
    }
}

#[get("/name")]
fn name(session: &Session) -> Option<String> {
    session.get("name")
}

#[post("/name/<name>")]
fn set_name(session: &Session, name: &str) {
    session.insert("name", name);
}

#[post("/cut/<name>")]
fn set_name_and_cut(session: &Session, line: &rocket::State<Arc<CutLine>>, name: &str) {
    session.insert("name", name);
    line.is_cut.store(true, Ordering::SeqCst);
}

#[post("/save/<name>")]
async fn save_name(session: &Session, name: &str) -> Result<(), Status> {
    session.insert("name", name);
    session.save().await?;
    session.save().await?;
    Ok(())
}

#[post("/permanent")]
fn permanent(session: &Session) {
    session.set_permanent(true);
}

/// Something beside the session that a handler changes.
#[derive(Default)]
struct Orders(AtomicUsize);

/// Cuts the line before it saves the session, or after the order.
#[post("/order/<cut>")]
async fn order(
    session: &Session,
    line: &State<Arc<CutLine>>,
    orders: &State<Orders>,
    cut: &str,
) -> Result<(), Status> {
    session.insert("cart", 0);
    line.is_cut.store(cut == "before", Ordering::SeqCst);
    session.save().await?;
    orders.0.fetch_add(1, Ordering::SeqCst);
    line.is_cut.store(cut == "after", Ordering::SeqCst);
    session.flash("Thank you!");
    Ok(())
}

#[get("/orders")]
fn orders(orders: &State<Orders>) -> String {
    orders.0.load(Ordering::SeqCst).to_string()
}

#[derive(Responder)]
struct Public((), Header<'static>);

#[get("/public")]
fn public() -> Public {
    Public((), Header::new("Cache-Control", "public"))
}

#[get("/maybe")]
fn maybe(session: Option<&Session>) -> String {
    session.is_some().to_string()
}

/// A guard that asks for the session itself, where no sentinel sees it.
struct Hidden;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Hidden {
    type Error = &'r StoreError;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        req.guard::<&Session>().await.map(|_| Self)
    }
}

#[get("/hidden")]
fn hidden(_hidden: Hidden) {}

#[get("/bare")]
fn bare() -> &'static str {
    "no session here"
}

fn start() -> (Server, Arc<CutLine>) {
    let line = Arc::new(CutLine::default());
    let store: Arc<dyn Store> = line.clone();
    let quiet = rocket::Config {
        log_level: rocket::config::LogLevel::Off,
        ..rocket::Config::debug_default()
    };
    let settings = Figment::from(quiet).merge(("session.lifetime", "5m"));
    let rocket = rocket::custom(settings).manage(store).manage(line.clone()).attach(SessionFairing);
    let rocket = rocket
        .manage(Orders::default())
        .mount("/", routes![name, set_name, set_name_and_cut, maybe, bare])
        .mount("/", routes![save_name, permanent, order, orders, public]);
    (Server::start(rocket), line)
}

#[test]
fn an_outage_is_a_503_that_keeps_the_cookie_and_ends_by_itself() {
    let (server, line) = start();
    let browser = server.browser();
    browser.post("/name/Ferris", "");
    line.is_cut.store(true, Ordering::SeqCst);
    for answer in [browser.get("/name"), browser.post("/name/Corro", ""), browser.get("/maybe")] {
        assert_eq!(answer.status, 503);
        assert_eq!(answer.header("Retry-After"), "1");
        assert_eq!(answer.header("Vary"), "Cookie");
        assert!(answer.headers("Set-Cookie").is_empty());
    }
    line.is_cut.store(false, Ordering::SeqCst);
    assert_eq!(browser.get("/name").body, "Ferris");
}

#[test]
fn an_outage_while_saving_is_a_503_too() {
    let (server, line) = start();
    let browser = server.browser();
    browser.post("/name/Ferris", "");
    let answer = browser.post("/cut/Corro", "");
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("Retry-After"), "1");
    assert!(answer.headers("Set-Cookie").is_empty());
    assert!(answer.shows("503"));
    line.is_cut.store(false, Ordering::SeqCst);
    assert_eq!(browser.get("/name").body, "Ferris");
}

#[test]
fn an_error_says_nothing_untrue_of_what_was_done() {
    let (server, line) = start();
    let browser = server.browser();
    browser.post("/name/Ferris", "");
    for (cut, status, orders) in [("before", 503, "0"), ("after", 200, "1"), ("never", 200, "2")] {
        let answer = browser.post(&format!("/order/{cut}"), "");
        assert_eq!(answer.status, status, "{cut}");
        assert!(!answer.shows("not lost") && !answer.shows("Nothing was changed"), "{cut}");
        line.is_cut.store(false, Ordering::SeqCst);
        assert_eq!(browser.get("/orders").body, orders, "{cut}");
    }
}

#[test]
fn who_needs_no_session_notices_nothing() {
    let (server, line) = start();
    let browser = server.browser();
    browser.post("/name/Ferris", "");
    line.is_cut.store(true, Ordering::SeqCst);
    assert_eq!(browser.get("/bare").body, "no session here");
    assert_eq!(server.browser().get("/name").status, 404, "no cookie, no store");
}

#[test]
fn the_store_is_asked_only_as_often_as_needed() {
    let (server, line) = start();
    let calls = || line.calls.swap(0, Ordering::SeqCst);
    let browser = server.browser();
    browser.get("/name");
    browser.get("/bare");
    assert_eq!(calls(), 0, "without a cookie there is nothing to ask for");
    browser.post("/name/Ferris", "");
    assert_eq!(calls(), 1, "a new session is created");
    browser.get("/name");
    assert_eq!(calls(), 1, "it is loaded");
    browser.get("/bare");
    assert_eq!(calls(), 1, "it may be permanent, but is not");
    browser.post("/save/Ferris", "");
    assert_eq!(calls(), 2, "it is loaded and replaced, and not a second time after the handler");
    browser.post("/permanent", "");
    assert_eq!(calls(), 2);
    browser.get("/bare");
    assert_eq!(calls(), 1, "it has its full time already");
    server.wait(Duration::from_secs(1));
    browser.get("/bare");
    assert_eq!(calls(), 2, "it slides");
    browser.get("/public");
    assert_eq!(calls(), 0, "what is the same for all has no session");
    browser.post("/name/Corro", "");
    assert_eq!(calls(), 2, "it is loaded and replaced");
}

#[test]
fn a_handler_that_wants_a_session_needs_the_fairing() {
    let rocket = rocket::build().mount("/", routes![name]);
    let refused =
        rocket::local::blocking::Client::untracked(rocket).expect_err("it must not launch");
    assert!(matches!(refused.kind(), rocket::error::ErrorKind::SentinelAborts(_)));
}

#[test]
fn a_guard_that_wants_a_session_needs_the_fairing_too() {
    let server = Server::start(rocket::build().mount("/", routes![hidden]));
    assert_eq!(server.browser().get("/hidden").status, 500, "no panic, and a line in the log");
}

/// A store from which no answer ever comes.
struct Silence;

#[rocket::async_trait]
impl Store for Silence {
    async fn load(&self, _: &str) -> Result<Option<Record>, StoreError> {
        futures::future::pending().await
    }

    async fn create(&self, _: Record) -> Result<String, StoreError> {
        futures::future::pending().await
    }

    async fn replace(
        &self,
        _: &str,
        _: &Record,
        _: Record,
        _: bool,
    ) -> Result<Option<String>, StoreError> {
        futures::future::pending().await
    }

    async fn remove(&self, _: &str) -> Result<(), StoreError> {
        futures::future::pending().await
    }
}

fn silent() -> Rocket<Build> {
    let store: Arc<dyn Store> = Arc::new(Silence);
    shared::lesson("02-name-form").manage(store).mount("/test", routes![name, set_name])
}

#[test]
fn no_request_waits_for_a_silent_store_longer_than_a_second() {
    let server = Server::start(silent());
    let (visitor, other) = (server.browser(), server.browser());
    visitor.set_cookie("lesson-02", "token");
    let begin = std::time::Instant::now();
    for answer in [visitor.get("/test/name"), other.post("/test/name/Ferris", "")] {
        assert_eq!(answer.status, 503);
        assert_eq!(answer.header("Retry-After"), "1");
    }
    assert!(
        begin.elapsed().as_secs() < 10,
        "two requests, a second each, and the rest for a busy machine"
    );
}

#[test]
fn a_lesson_has_a_whole_page_for_an_outage() {
    let server = Server::start(silent());
    let answer = server.browser().post("/test/name/Ferris", "");
    assert!(answer.shows("<h1><small>503</small> Out of reach for a moment</h1>"));
    assert!(answer.header("Content-Security-Policy").starts_with("default-src 'none'"));
    assert_eq!(answer.header("X-Content-Type-Options"), "nosniff");
    assert_eq!(answer.header("Cache-Control"), "no-store");
}
