//! What lesson 06 promises.

use std::time::Duration;

use rocket::figment::value::Value;
use shared::testing::{Browser, Server};

const MINUTE: Duration = Duration::from_mins(1);

fn log_in(browser: &Browser<'_>) {
    assert!(browser.post("/login", "username=Tim").redirects_to("/user"));
}

fn is_logged_in(browser: &Browser<'_>) -> bool {
    browser.get("/user").status == 200
}

#[test]
fn who_logs_in_is_greeted() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    assert!(browser.get("/").redirects_to("/user"));
    assert!(browser.get("/user").redirects_to("/login"));
    assert!(browser.get("/login").shows("action=\"/login\" method=\"post\""));
    log_in(&browser);
    assert!(browser.get("/user").shows("<h1>Hello, Tim!</h1>"));
    assert!(browser.get("/login").redirects_to("/user"));
}

#[test]
fn who_logs_out_is_unknown_again() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    log_in(&browser);
    assert!(browser.post("/logout", "").redirects_to("/login"));
    assert_eq!(browser.cookie(), None);
    assert!(!is_logged_in(&browser));
    assert!(!browser.get("/login").shows("has expired"));
}

#[test]
fn following_a_link_to_log_out_changes_nothing() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    log_in(&browser);
    assert!(browser.get("/logout").shows("action=\"/logout\" method=\"post\""));
    assert!(is_logged_in(&browser));
}

#[test]
fn every_page_behind_the_login_has_the_log_out() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    log_in(&browser);
    assert!(browser.get("/user").shows("action=\"/logout\" method=\"post\""));
}

#[test]
fn the_session_lasts_five_minutes() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    let answer = browser.post("/login", "username=Tim");
    assert!(answer.header("Set-Cookie").contains("Max-Age=300"));
    server.wait(Duration::from_secs(299));
    let cookie = browser.cookie().unwrap();
    server.wait(Duration::from_secs(1));
    assert_eq!(browser.cookie(), None, "the browser has dropped it");
    browser.set_cookie("lesson-06", &cookie);
    assert!(browser.get("/user").redirects_to("/login"), "and the server does not take it back");
    assert!(
        browser
            .get("/login")
            .shows("<b>Your session has expired.</b> It does so 5 minutes after your last click")
    );
}

#[test]
fn each_click_gives_it_five_minutes_again() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    log_in(&browser);
    for _ in 0..5 {
        server.wait(4 * MINUTE);
        assert!(is_logged_in(&browser));
    }
    server.wait(5 * MINUTE);
    assert!(!is_logged_in(&browser));
}

#[test]
fn after_twelve_hours_it_has_expired_despite_every_click() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    log_in(&browser);
    for _ in 0..(12 * 60 / 4 - 1) {
        server.wait(4 * MINUTE);
        assert!(is_logged_in(&browser));
    }
    server.wait(4 * MINUTE);
    assert!(!is_logged_in(&browser));
}

#[test]
fn the_page_says_when_the_session_ends() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    log_in(&browser);
    let page = browser.get("/user");
    // The server's clock stands at 08:00:00.
    assert!(page.shows("<time>08:05:00 UTC</time>"), "{}", page.body);
    assert!(page.shows("data-countdown=\"300\""));
}

#[test]
fn the_login_says_how_long_one_lasts() {
    let server = Server::start(super::rocket());
    assert!(server.browser().get("/login").shows("5 minutes after your last click"));
}

#[test]
fn after_a_login_the_cookie_from_before_is_dead() {
    let server = Server::start(super::rocket());
    let (visitor, thief) = (server.browser(), server.browser());
    log_in(&visitor);
    let old = visitor.cookie().unwrap();
    visitor.post("/login", "username=Tim");
    thief.set_cookie("lesson-06", &old);
    assert_eq!(is_logged_in(&thief), !server.keeps_sessions());
    if server.keeps_sessions() {
        assert_ne!(visitor.cookie().unwrap(), old);
    }
}

#[test]
fn a_cookie_kept_from_before_the_log_out_is_worth_nothing() {
    let server = Server::start(super::rocket());
    let (visitor, thief) = (server.browser(), server.browser());
    log_in(&visitor);
    let old = visitor.cookie().unwrap();
    visitor.post("/logout", "");
    thief.set_cookie("lesson-06", &old);
    assert_eq!(is_logged_in(&thief), !server.keeps_sessions(), "this is why the server keeps it");
}

#[test]
fn a_refused_name_stays_in_the_form() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    let answer = browser.post("/login", "username=a%01%22");
    assert_eq!(answer.status, 422);
    assert!(answer.shows("value=\"a\u{1}&quot;\""), "{}", answer.body);
    assert!(answer.headers("Set-Cookie").is_empty());
}

#[test]
fn the_pages_say_what_the_settings_say() {
    for (key, value, words) in [
        (
            "absolute_lifetime",
            "1h".into(),
            "5 minutes after your last click, or 1 hour after it began",
        ),
        ("lifetime", "24h".into(), "ends 12 hours after it began"),
        ("refresh_each_request", Value::from(false), "5 minutes after its last change"),
    ] {
        let rocket = super::rocket();
        let settings = rocket.figment().clone().merge((format!("session.{key}"), value));
        let server = Server::start(rocket.configure(settings));
        let browser = server.browser();
        assert!(browser.get("/login").shows(words.trim_start_matches("ends ")), "{key}");
        log_in(&browser);
        assert!(browser.get("/user").shows(words), "{key}");
        assert!(!browser.get("/user").shows("full time again"), "{key}");
    }
}

#[test]
fn reading_about_the_log_out_keeps_one_logged_in() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    log_in(&browser);
    for _ in 0..3 {
        server.wait(4 * MINUTE);
        assert_eq!(browser.get("/logout").status, 200);
    }
    assert!(is_logged_in(&browser));
}
