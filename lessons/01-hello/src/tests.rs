//! What lesson 01 promises.

use shared::testing::Server;

#[test]
fn it_greets() {
    let server = Server::start(super::rocket());
    let answer = server.browser().get("/");
    assert_eq!(answer.status, 200);
    assert!(answer.shows("Hello from Rocket!"));
}

#[test]
fn it_forgets() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    let first = browser.get("/");
    assert_eq!(first.headers("Set-Cookie"), [""; 0]);
    assert_eq!(first.headers("Vary"), [""; 0]);
    assert_eq!(browser.get("/").body, first.body);
}

#[test]
fn every_page_shows_where_to_go_and_where_to_read() {
    let server = Server::start(super::rocket());
    for path in ["/", "/goodbye"] {
        let answer = server.browser().get(path);
        assert!(answer.shows("/_lesson/02-name-form"));
        assert!(answer.shows("docs/01-hello.md"));
        assert!(answer.shows("lessons/01-hello/src/main.rs"));
    }
}

#[test]
fn a_page_that_is_not_there_is_a_404_with_a_way_back() {
    let server = Server::start(super::rocket());
    let answer = server.browser().get("/goodbye");
    assert_eq!(answer.status, 404);
    assert!(answer.shows("There is no such page"));
    assert!(answer.shows("href=\"/\""));
}
