//! What lesson 09 promises of one server. What it promises of two, `tests/tests/two_servers.rs` tries, and
//! of the real ones with all that is around them `tests/tests/many_servers.rs`.

use shared::testing::Server;

/// A server of that name, which needs neither Redis nor PostgreSQL.
fn start(name: &str) -> Server {
    let rocket = super::rocket();
    let settings = rocket.figment().clone().merge(("server", name));
    let settings = settings.merge(("session.store", "memory"));
    Server::start(rocket.configure(settings))
}

#[test]
fn each_answer_says_which_server_gave_it() {
    for name in ["A", "B"] {
        let server = start(name);
        for path in ["/", "/login", "/nowhere"] {
            assert_eq!(server.browser().get(path).header("X-Server"), name, "{path}");
        }
    }
}

#[test]
fn the_page_says_which_server_has_answered_and_whom() {
    let server = start("B");
    let browser = server.browser();
    assert!(browser.get("/server").redirects_to("/login"));
    browser.post("/register", "username=Ferris&email=ferris@example.com&password=open+sesame");
    let page = browser.get("/server");
    assert!(page.shows("<h1>Server B</h1>") && page.shows("Ferris"), "{}", page.body);
}

#[test]
fn it_is_lesson_08() {
    let server = start("A");
    let browser = server.browser();
    browser.post("/register", "username=Ferris&email=ferris@example.com&password=open+sesame");
    browser.post("/add_stock", "stock_symbol=AAPL&number_of_shares=15&purchase_price=302.17");
    assert!(browser.get("/stocks").shows("$302.17"));
    assert!(browser.get("/user").shows("Hello, Ferris!"));
    assert!(browser.post("/logout", "").redirects_to("/login"));
}

#[test]
fn the_mail_leads_to_the_proxy() {
    let rocket = super::rocket();
    let settings = rocket.figment().clone().merge(("session.store", "memory"));
    let server = Server::start(rocket.configure(settings.merge(("origin", "http://127.0.0.1:9"))));
    server.browser().post("/register", "username=F&email=f@example.com&password=open+sesame");
    assert!(server.mails()[0].contains("http://127.0.0.1:9/confirm/"));
}

#[test]
fn the_page_of_the_parts_needs_no_session() {
    let page = start("A").browser().get("/parts");
    assert!(page.status == 200 && page.shows("This server runs on its own"), "{}", page.body);
}

#[test]
fn only_a_visitor_at_this_machine_may_stop_a_server() {
    let server = start("A");
    for (address, status) in [("127.0.0.1", 404), ("::1", 404), ("192.0.2.7", 403)] {
        let browser = server.browser_at(address.parse().unwrap());
        let answer = browser.post("/parts/A/stop", "");
        assert_eq!(answer.status, status, "{address}: there is no part of that name here");
    }
}

#[test]
fn the_address_is_the_one_that_the_proxy_gives() {
    let rocket = super::rocket();
    let settings = rocket.figment().clone().merge(("session.store", "memory"));
    let server = Server::start(rocket.configure(settings.merge(("ip_header", "X-Real-IP"))));
    let browser = server.browser();
    let fields = "username=Ferris&email=ferris@example.com&password=open+sesame";
    browser.post_from(("X-Real-IP", "192.0.2.7"), "/register", fields);
    assert!(browser.get("/user").shows("<td>192.0.2.7</td>"));
}
