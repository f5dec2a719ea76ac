//! What lesson 04 promises.

use shared::testing::{Browser, Server};

fn sign_up(browser: &Browser<'_>, email: &str) {
    assert!(browser.post("/signup", &format!("email={email}")).redirects_to("/"));
}

#[test]
fn who_signs_up_is_on_the_list_and_is_thanked() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    assert!(browser.get("/").shows("action=\"/signup\""));
    sign_up(&browser, "ferris@example.com");
    let page = browser.get("/");
    assert!(page.shows("<li>ferris@example.com"));
    assert!(page.shows("Thanks!"));
    assert!(page.shows("action=\"/unregister\" method=\"post\""));
    assert!(!page.shows("action=\"/signup\""));
}

#[test]
fn the_list_is_everybodys_and_the_button_is_ones_own() {
    let server = Server::start(super::rocket());
    let (ferris, visitor) = (server.browser(), server.browser());
    sign_up(&ferris, "ferris@example.com");
    let page = visitor.get("/");
    assert!(page.shows("<li>ferris@example.com"));
    assert!(page.shows("action=\"/signup\""));
    assert!(!page.shows("Thanks!"));
}

#[test]
fn who_unregisters_is_removed_and_sees_the_form_again() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    sign_up(&browser, "ferris@example.com");
    let answer = browser.post("/unregister", "");
    assert_eq!(answer.status, 200);
    assert!(answer.shows("We have removed ferris@example.com from the list!"));
    let page = browser.get("/");
    assert!(!page.shows("ferris@example.com"));
    assert!(page.shows("action=\"/signup\""));
}

#[test]
fn who_has_not_signed_up_cannot_unregister() {
    let server = Server::start(super::rocket());
    let (ferris, visitor) = (server.browser(), server.browser());
    sign_up(&ferris, "ferris@example.com");
    assert!(visitor.post("/unregister", "").shows("You haven't submitted an email!"));
    assert!(ferris.get("/").shows("<li>ferris@example.com"));
}

#[test]
fn an_address_that_was_removed_elsewhere_is_not_on_the_list() {
    let server = Server::start(super::rocket());
    let (one, other) = (server.browser(), server.browser());
    sign_up(&one, "ferris@example.com");
    sign_up(&other, "ferris@example.com");
    assert!(one.post("/unregister", "").shows("We have removed"));
    assert!(other.post("/unregister", "").shows("That address isn't on our list"));
    assert!(other.get("/").shows("action=\"/signup\""));
}

#[test]
fn who_is_on_the_list_is_not_added_again() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    sign_up(&browser, "ferris@example.com");
    sign_up(&browser, "corro@example.com");
    let page = browser.get("/");
    assert!(page.shows("<li>ferris@example.com"));
    assert!(!page.shows("corro@example.com"));
}

#[test]
fn a_link_cannot_unregister_anybody() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    sign_up(&browser, "ferris@example.com");
    let answer = browser.get("/unregister");
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("Allow"), "POST");
    assert!(browser.get("/").shows("<li>ferris@example.com"));
}

#[test]
fn a_form_on_another_site_cannot_unregister_anybody() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    sign_up(&browser, "ferris@example.com");
    let elsewhere = ("Origin", "https://example.net");
    assert_eq!(browser.post_from(elsewhere, "/unregister", "").status, 403);
    assert!(browser.get("/").shows("<li>ferris@example.com"));
}

#[test]
fn a_refused_address_stays_in_the_form() {
    let server = Server::start(super::rocket());
    let long = format!("{}@example.com", "x".repeat(243));
    for sent in
        ["", "ferris", "ferris@", "@example.com", "a b@example.com", "a@-b.com", "a@b..c", &long]
    {
        let answer = server.browser().post("/signup", &format!("email={sent}"));
        assert_eq!(answer.status, 422, "{sent}");
        assert!(answer.shows(&format!("value=\"{sent}\"")), "{sent}: {}", answer.body);
        assert!(answer.shows("class=\"error\""), "{sent}");
    }
    assert!(server.browser().get("/").shows("nobody"));
}

#[test]
fn an_address_is_text_and_nothing_more() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    let answer = browser.post("/signup", "email=%3Cimg+src=x%3E");
    assert_eq!(answer.status, 422);
    assert!(!answer.shows("<img"));
    sign_up(&browser, "o'hara%26co@example.com");
    assert!(browser.get("/").shows("<li>o&#x27;hara&amp;co@example.com"));
}
