//! What lesson 09 promises of one server. What it promises of many, `tests/full` tries on the real ones.

use shared::testing::Server;

/// A server of that name, which needs neither Redis nor PostgreSQL.
fn start(name: &str) -> Server {
    let rocket = super::rocket();
    let settings = rocket.figment().clone().merge(("server", name));
    let settings = settings.merge(("session.store", "memory"));
    Server::start(rocket.configure(settings.merge(("databases.main.url", "sqlite:"))))
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
    let server = start("B");
    server.browser().post("/register", "username=F&email=f@example.com&password=open+sesame");
    assert!(server.mails()[0].contains("http://127.0.0.1:8009/confirm/"));
}

#[test]
fn the_address_is_the_one_that_the_proxy_gives() {
    let rocket = super::rocket();
    let settings = rocket.figment().clone().merge(("session.store", "memory"));
    let settings = settings.merge(("databases.main.url", "sqlite:"));
    let server = Server::start(rocket.configure(settings.merge(("ip_header", "X-Real-IP"))));
    let browser = server.browser();
    let fields = "username=Ferris&email=ferris@example.com&password=open+sesame";
    browser.post_from(("X-Real-IP", "192.0.2.7"), "/register", fields);
    assert!(browser.get("/user").shows("<td>192.0.2.7</td>"));
}
