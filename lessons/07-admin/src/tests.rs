//! What lesson 07 promises.

use std::net::IpAddr;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use rocket::async_test;
use shared::testing::{Browser, Server};

const PASSWORD: &str = "open sesame";

/// A server whose admin has this password.
fn start() -> Server {
    static HASH: LazyLock<String> =
        LazyLock::new(|| async_test(shared::password::hash(PASSWORD, "")).unwrap());
    let rocket = super::rocket();
    let settings = rocket.figment().clone().merge(("admin_password_hash", HASH.as_str()));
    Server::start(rocket.configure(settings))
}

fn log_in(browser: &Browser<'_>) {
    assert!(browser.post("/login", "password=open+sesame").redirects_to("/admin"));
}

fn sign_up(browser: &Browser<'_>, email: &str) {
    assert!(browser.post("/signup", &format!("email={email}")).redirects_to("/"));
}

#[test]
fn the_list_is_still_that_of_lesson_04() {
    let server = start();
    let browser = server.browser();
    assert!(browser.get("/").shows("There is nobody on it yet."));
    assert_eq!(browser.post("/signup", "email=ferris").status, 422);
    sign_up(&browser, "ferris@example.com");
    assert!(browser.get("/").shows("Thanks!"));
    let answer = browser.post("/unregister", "");
    assert!(answer.shows("We have removed ferris@example.com from the list!"));
    assert!(browser.post("/unregister", "").shows("You haven't submitted an email!"));
}

#[test]
fn the_password_may_be_typed_on_another_keyboard() {
    let hash = async_test(shared::password::hash("ope\u{301}n sesame", "192.0.2.1")).unwrap();
    let rocket = super::rocket();
    let settings = rocket.figment().clone().merge(("admin_password_hash", hash));
    let server = Server::start(rocket.configure(settings));
    let log_in = |typed| server.browser().post("/login", &format!("password={typed}"));
    assert!(log_in("op\u{e9}n+sesame").redirects_to("/admin"));
    assert!(log_in("ope\u{301}n\u{3000}sesame").redirects_to("/admin"));
    assert_eq!(log_in("open+sesame").status, 422);
}

#[test]
fn who_has_the_password_can_remove_any_address() {
    let server = start();
    let (visitor, admin) = (server.browser(), server.browser());
    sign_up(&visitor, "ferris@example.com");
    log_in(&admin);
    assert!(admin.get("/admin").shows("<td>ferris@example.com</td>"));
    assert!(admin.post("/admin/remove", "email=ferris@example.com").redirects_to("/admin"));
    let page = admin.get("/admin");
    assert!(page.shows("ferris@example.com is no longer on the list."));
    assert!(page.shows("There is nobody on it."));
    assert!(!admin.get("/admin").shows("ferris@example.com"), "it is said once");
}

#[test]
fn a_visitor_whose_address_the_admin_removed_is_told_so() {
    let server = start();
    let (visitor, admin) = (server.browser(), server.browser());
    sign_up(&visitor, "ferris@example.com");
    log_in(&admin);
    admin.post("/admin/remove", "email=ferris@example.com");
    assert!(visitor.post("/unregister", "").shows("That address isn't on our list"));
    assert!(visitor.get("/").shows("action=\"/signup\""));
}

#[test]
fn only_the_admin_gets_to_the_admins_pages() {
    let server = start();
    let (visitor, other) = (server.browser(), server.browser());
    sign_up(&visitor, "ferris@example.com");
    for browser in [&visitor, &other] {
        assert!(browser.get("/admin").redirects_to("/login"));
        assert!(browser.post("/admin/remove", "email=ferris@example.com").redirects_to("/login"));
    }
    assert!(visitor.get("/").shows("<li>ferris@example.com"));
}

#[test]
fn every_failure_has_the_same_answer() {
    let server = start();
    let long = format!("password={}", "x".repeat(200));
    let bodies = ["", "password=", "password=open+barley", "password=%ff", &long].map(|sent| {
        let answer = server.browser().post("/login", sent);
        assert_eq!(answer.status, 422, "{sent}");
        assert!(answer.shows("That is not the password."), "{sent}");
        assert!(answer.headers("Set-Cookie").is_empty(), "{sent}");
        answer.body
    });
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    assert!(!bodies[2].contains("barley"), "what was typed is not shown again");
}

#[test]
fn a_failure_takes_its_time_whatever_is_wrong() {
    let server = start();
    let browser = server.browser();
    let time = |sent| {
        let begin = Instant::now();
        browser.post("/login", sent);
        begin.elapsed()
    };
    let (empty, wrong) = (time("password="), time("password=open+barley"));
    assert!(empty.min(wrong) > Duration::from_millis(2), "both are hashed: {empty:?}, {wrong:?}");
}

#[test]
fn after_ten_failures_a_minute_the_password_is_not_checked() {
    let server = start();
    let browser = server.browser();
    for _ in 0..10 {
        assert_eq!(browser.post("/login", "password=open+barley").status, 422);
    }
    for sent in ["password=open+barley", "password=open+sesame"] {
        let answer = browser.post("/login", sent);
        assert_eq!(answer.status, 429);
        assert_eq!(answer.header("Retry-After"), "60");
        assert!(answer.shows("Wait a minute"));
    }
    server.wait(Duration::from_secs(59));
    assert_eq!(browser.post("/login", "password=open+sesame").status, 429);
    server.wait(Duration::from_secs(1));
    log_in(&browser);
}

#[test]
fn guessing_locks_out_no_other_address() {
    let server = start();
    let at = |n: u8| server.browser_at(IpAddr::from([192, 0, 2, n]));
    for _ in 0..10 {
        assert_eq!(at(1).post("/login", "password=open+barley").status, 422);
    }
    assert_eq!(at(1).post("/login", "password=open+sesame").status, 429);
    log_in(&at(2));
    for n in 2..11 {
        assert_eq!(at(n).post("/login", "password=open+barley").status, 422);
    }
    let answer = at(11).post("/login", "password=open+sesame");
    assert_eq!(answer.status, 429, "nor does one get round it with many addresses");
    log_in(&at(2));
    server.wait(Duration::from_mins(1));
    log_in(&at(11));
}

#[test]
fn who_logs_in_has_not_failed() {
    let server = start();
    for _ in 0..20 {
        log_in(&server.browser());
    }
}

#[test]
fn after_a_login_the_cookie_from_before_is_dead() {
    let server = start();
    let (admin, thief) = (server.browser(), server.browser());
    sign_up(&admin, "ferris@example.com");
    let old = admin.cookie().unwrap();
    log_in(&admin);
    assert_ne!(admin.cookie().unwrap(), old);
    thief.set_cookie("lesson-07", &old);
    assert!(thief.get("/admin").redirects_to("/login"));
}

#[test]
fn logging_out_is_a_button_and_ends_the_session() {
    let server = start();
    let (admin, thief) = (server.browser(), server.browser());
    log_in(&admin);
    assert!(admin.get("/login").redirects_to("/admin"));
    assert!(admin.get("/admin").shows("action=\"/logout\" method=\"post\""));
    assert_eq!(admin.get("/logout").status, 405);
    let old = admin.cookie().unwrap();
    thief.set_cookie("lesson-07", &old);
    assert!(admin.post("/logout", "").redirects_to("/"));
    assert_eq!(admin.cookie(), None);
    assert!(admin.get("/admin").redirects_to("/login"));
    assert_eq!(thief.get("/admin").redirects_to("/login"), server.keeps_sessions());
}

#[test]
fn half_an_hour_without_a_change_ends_it() {
    let server = start();
    let admin = server.browser();
    log_in(&admin);
    server.wait(Duration::from_mins(29));
    assert_eq!(admin.get("/admin").status, 200);
    server.wait(Duration::from_mins(1));
    assert!(admin.get("/admin").redirects_to("/login"));
}

#[test]
fn what_another_site_sends_removes_no_address() {
    let server = start();
    let admin = server.browser();
    sign_up(&admin, "ferris@example.com");
    log_in(&admin);
    let elsewhere = ("Origin", "https://example.net");
    let answer = admin.post_from(elsewhere, "/admin/remove", "email=ferris@example.com");
    assert_eq!(answer.status, 403);
    assert!(admin.get("/admin").shows("ferris@example.com"));
}
