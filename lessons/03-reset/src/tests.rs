//! What lesson 03 promises; what it has from lesson 02 is tested again, in short.

use shared::testing::Server;

#[test]
fn the_name_stays_until_the_reset() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    assert!(browser.post("/setName", "name=Ferris").redirects_to("/"));
    assert!(browser.get("/").shows("<h1>Ferris</h1>"));
    assert!(browser.get("/reset").redirects_to("/"));
    assert!(!browser.get("/").shows("Ferris"));
}

#[test]
fn the_reset_takes_the_cookie_out_of_the_browser() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    browser.post("/setName", "name=Ferris");
    assert!(browser.cookie().is_some());
    let answer = browser.get("/reset");
    let line = answer.header("Set-Cookie");
    assert!(line.starts_with("lesson-03=;"), "{line}");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=0"] {
        assert!(line.contains(attribute), "{line}");
    }
    assert_eq!(browser.cookie(), None);
}

#[test]
fn a_reset_with_nothing_to_forget_does_nothing() {
    let server = Server::start(super::rocket());
    let answer = server.browser().get("/reset");
    assert!(answer.redirects_to("/"));
    assert!(answer.headers("Set-Cookie").is_empty());
}

#[test]
fn after_the_reset_a_new_session_can_begin() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    browser.post("/setName", "name=Ferris");
    let before = browser.cookie();
    browser.get("/reset");
    browser.post("/setName", "name=Corro");
    assert!(browser.get("/").shows("<h1>Corro</h1>"));
    assert_ne!(browser.cookie(), before);
}

#[test]
fn a_link_on_another_site_is_enough_which_is_what_the_doc_is_about() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    browser.post("/setName", "name=Ferris");
    assert!(browser.get_with(("Sec-Fetch-Site", "cross-site"), "/reset").redirects_to("/"));
    assert!(browser.get("/").shows("Who are you?"), "the name is gone");
}
