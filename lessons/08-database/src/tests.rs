//! What lesson 08 promises, on SQLite; `tests/full` runs the same on PostgreSQL.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rocket::{State, async_trait};
use shared::session::{Record, Store, StoreError};
use shared::testing::{Answer, Browser, Server, open_store};

use super::db::Db;

const SECOND: Duration = Duration::from_secs(1);
const ALMOST_A_MINUTE: Duration = Duration::from_secs(59);
const MINUTE: Duration = Duration::from_mins(1);

fn start() -> Server {
    Server::start(super::rocket())
}

fn fields(name: &str, password: &str) -> String {
    format!("username={name}&email={}@example.com&password={password}", name.to_lowercase())
}

fn register(browser: &Browser<'_>, name: &str) {
    assert!(browser.post("/register", &fields(name, "open+sesame")).redirects_to("/user"));
}

fn log_in(browser: &Browser<'_>, name: &str, password: &str) -> Answer {
    browser.post("/login", &format!("username={name}&password={password}"))
}

fn is_logged_in(browser: &Browser<'_>) -> bool {
    browser.get("/user").status == 200
}

/// Follows the link in the last mail, and presses the button there.
fn confirm(server: &Server, browser: &Browser<'_>) -> Answer {
    let mails = server.mails();
    let path = &mails.last().unwrap()[mails.last().unwrap().find("/confirm/").unwrap()..];
    assert!(browser.get(path).shows("<button>Confirm</button>"));
    browser.post(path, "")
}

fn add_stock(browser: &Browser<'_>, symbol: &str) {
    let fields = format!("stock_symbol={symbol}&number_of_shares=15&purchase_price=302.17");
    assert!(browser.post("/add_stock", &fields).redirects_to("/stocks"));
}

#[test]
fn who_registers_is_logged_in() {
    let server = start();
    let browser = server.browser();
    assert!(browser.get("/").redirects_to("/user"));
    assert!(browser.get("/user").redirects_to("/login"));
    register(&browser, "Ferris");
    let page = browser.get("/user");
    assert!(page.shows("<h1>Hello, Ferris!</h1>") && page.shows("ferris@example.com"));
    assert!(browser.get("/login").redirects_to("/user"));
}

#[test]
fn no_page_shows_the_password() {
    let server = start();
    let browser = server.browser();
    register(&browser, "Ferris");
    for path in ["/user", "/password", "/emails"] {
        assert!(!browser.get(path).shows("sesame"), "{path}");
    }
    assert!(!browser.post("/register", "username=&email=x&password=open+sesame").shows("sesame"));
}

#[test]
fn a_name_is_one_accounts_in_large_and_small_letters() {
    let server = start();
    let (ferris, other) = (server.browser(), server.browser());
    register(&ferris, "Ferris");
    let answer = other.post("/register", &fields("FERRIS", "open+barley"));
    assert_eq!(answer.status, 422);
    assert!(answer.shows("That name is taken.") && answer.shows("value=\"FERRIS\""));
    assert!(log_in(&other, "fErRiS", "open+sesame").redirects_to("/user"));
}

#[test]
fn names_that_look_alike_are_one_account() {
    let server = start();
    let spellings = [
        ["Ferris", "Fer\u{200d}ris Ｆｅｒｒｉｓ ＦERRIS F\u{435}rris F\u{415}RRIS Ferr\u{131}s"],
        ["Ren\u{e9}", "Rene\u{301} REN\u{c9} ren\u{435}\u{301}"],
        ["Straße", "STRAẞE"],
        ["می\u{200c}خواهم", "میخواهم"],
        ["Иван", "иван ИВАН Ив\u{61}н"],
        ["👩‍👩‍👧", "👩👩👧"],
    ];
    for [name, others] in spellings {
        let fields = |name| format!("username={name}&email=x@example.com&password=open+sesame");
        let browser = server.browser();
        assert!(browser.post("/register", &fields(name)).redirects_to("/user"), "{name}");
        assert!(browser.get("/user").shows(&format!("<h1>Hello, {name}!</h1>")), "{name}");
        for other in others.split(' ') {
            let answer = server.browser().post("/register", &fields(other));
            assert_eq!(answer.status, 422, "{}", other.escape_unicode());
        }
    }
    for name in ["FE\u{301}RRIS", "Ivan", "Rene", "Strasse", "👩‍👩‍👦", "नमस्ते", "สวัสดี", "שָׁלוֹם"]
    {
        let fields = format!("username={name}&email=x@example.com&password=open+sesame");
        assert!(server.browser().post("/register", &fields).redirects_to("/user"), "{name}");
    }
    assert!(log_in(&server.browser(), "ＲENE\u{301}", "open+sesame").redirects_to("/user"));
}

#[test]
fn an_invisible_name_is_no_account() {
    let server = start();
    for hidden in ["\u{200b}", "\u{feff}", "\u{3164}", "\u{ad}", "\u{2060}", "\u{202e}", "\u{2800}"]
    {
        for name in [hidden, &format!("Fer{hidden}ris")] {
            let fields = format!("username={name}&email=x@example.com&password=open+sesame");
            let answer = server.browser().post("/register", &fields);
            assert_eq!(answer.status, 422, "{}", name.escape_unicode());
            assert!(answer.shows("without U+"), "{}", answer.body);
        }
    }
}

#[test]
fn a_password_may_be_typed_on_another_keyboard() {
    let server = start();
    let browser = server.browser();
    browser.post("/register", &fields("Ferris", "caf\u{e9}+sesame"));
    assert!(log_in(&browser, "Ferris", "cafe\u{301}\u{a0}sesame").redirects_to("/user"));
    let change = "current=cafe\u{301}+sesame&password=A\u{30a}ngstr\u{f6}m";
    assert!(browser.post("/password", change).redirects_to("/user"));
    assert!(log_in(&browser, "Ferris", "\u{212b}ngstro\u{308}m").redirects_to("/user"));
    assert_eq!(browser.post("/delete", "password=Angstrom").status, 422);
    assert!(browser.post("/delete", "password=\u{c5}ngstr\u{f6}m").redirects_to("/register"));
}

#[test]
fn what_is_wrong_stands_at_its_field() {
    let server = start();
    let browser = server.browser();
    let long = "x".repeat(129);
    for (sent, message) in [
        ("username=&email=a@b.c&password=open+sesame", "Please type a name."),
        ("username=a&email=a&password=open+sesame", "An address looks like"),
        ("username=a&email=a@b.c&password=sesame", "8 characters at least."),
        (&format!("username=a&email=a@b.c&password={long}"), "128 characters at most."),
        ("username=a", "Please fill this in."),
    ] {
        let answer = browser.post("/register", sent);
        assert_eq!(answer.status, 422, "{sent}");
        assert!(answer.shows(message), "{sent}: {}", answer.body);
    }
    assert_eq!(browser.cookie(), None);
}

#[test]
fn an_unknown_name_and_a_wrong_password_get_the_same_answer() {
    let server = start();
    let browser = server.browser();
    register(&server.browser(), "Ferris");
    let time = |name| {
        let begin = Instant::now();
        let answer = log_in(&browser, name, "open+barley");
        assert_eq!(answer.status, 422);
        assert!(answer.shows("Name or password is wrong."));
        (begin.elapsed(), answer.body.replace(name, "NAME"))
    };
    // In turns, and the fastest of five: what else the machine does only takes longer.
    let both: Vec<_> = (0..5).map(|_| (time("Ferris"), time("Nobody"))).collect();
    let (known, unknown): (Vec<_>, Vec<_>) = both.into_iter().unzip();
    let fastest = |times: Vec<_>| times.into_iter().min().unwrap();
    let ((known, one), (unknown, other)) = (fastest(known), fastest(unknown));
    assert_eq!(one, other);
    assert!(
        unknown > known / 4,
        "a password is hashed for an unknown name too: {known:?}, {unknown:?}"
    );
}

#[test]
fn an_account_has_at_most_fifty_logins() {
    let server = start();
    let first = server.browser();
    register(&first, "Ferris");
    for _ in 0..55 {
        server.wait(Duration::from_secs(1));
        assert!(log_in(&server.browser(), "Ferris", "open+sesame").redirects_to("/user"));
    }
    let last = server.browser();
    log_in(&last, "Ferris", "open+sesame");
    assert_eq!(
        last.get("/user").body.matches("/end\" method=\"post\"").count(),
        49,
        "and this one"
    );
    assert!(!is_logged_in(&first), "the oldest has ended");
}

#[test]
fn a_mail_that_is_not_sent_leaves_the_last_link_good() {
    let server = start();
    let browser = server.browser();
    register(&browser, "Ferris");
    for _ in 0..7 {
        browser.post("/confirm", "");
    }
    assert_eq!(server.mails().len(), 5);
    assert!(confirm(&server, &browser).shows("is confirmed"));
}

#[test]
fn ten_failures_a_minute_for_an_account() {
    let server = start();
    register(&server.browser(), "Ferris");
    let at = |n: u8| server.browser_at(IpAddr::from([192, 0, 2, n]));
    for n in 0..10 {
        assert_eq!(log_in(&at(n), "Ferris", "open+barley").status, 422);
    }
    let answer = log_in(&at(10), "ferris", "open+sesame");
    assert_eq!((answer.status, answer.header("Retry-After")), (429, "60"));
    register(&at(11), "Corro");
    assert!(log_in(&at(12), "Corro", "open+sesame").redirects_to("/user"), "another account");
    server.wait(MINUTE);
    assert!(log_in(&at(13), "Ferris", "open+sesame").redirects_to("/user"));
}

#[test]
fn who_guesses_locks_out_neither_the_owner_nor_the_neighbours() {
    let server = start();
    register(&server.browser(), "Ferris");
    register(&server.browser(), "Corro");
    let (school, home) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
    for _ in 0..10 {
        assert_eq!(log_in(&server.browser_at(school), "Ferris", "open+barley").status, 422);
    }
    assert_eq!(log_in(&server.browser_at(school), "Ferris", "open+sesame").status, 429);
    assert!(log_in(&server.browser_at(home), "Ferris", "open+sesame").redirects_to("/user"));
    assert!(log_in(&server.browser_at(school), "Corro", "open+sesame").redirects_to("/user"));
}

#[test]
fn failures_of_others_lock_out_no_known_address() {
    let server = start();
    let school = IpAddr::from([192, 0, 2, 1]);
    register(&server.browser_at(school), "Ferris");
    register(&server.browser(), "Corro");
    for n in 0..10 {
        let elsewhere = server.browser_at(IpAddr::from([198, 51, 100, n]));
        assert_eq!(log_in(&elsewhere, "Ferris", "open+barley").status, 422);
    }
    for n in 0..100 {
        let wrong = log_in(&server.browser_at(school), &format!("name{n}"), "open+barley");
        assert_eq!(wrong.status, 422, "{n}");
    }
    let at_school = |name| log_in(&server.browser_at(school), name, "open+sesame");
    assert_eq!(at_school("Corro").status, 429, "who was never there has to wait");
    assert!(at_school("Ferris").redirects_to("/user"));
    assert_eq!(log_in(&server.browser_at(school), "Ferris", "open+barley").status, 422);
}

#[test]
fn who_logs_in_has_not_failed() {
    let server = start();
    let browser = server.browser();
    register(&browser, "Ferris");
    for _ in 0..12 {
        assert!(log_in(&browser, "Ferris", "open+sesame").redirects_to("/user"));
    }
}

#[test]
fn the_session_holds_only_who_you_are() {
    let rocket = super::rocket();
    let signed = rocket.figment().clone().merge(("session.store", "signed"));
    let server = Server::start(rocket.configure(signed));
    let browser = server.browser();
    register(&browser, "Ferris");
    add_stock(&browser, "AAPL");
    browser.get("/stocks");
    let cookie = browser.cookie().unwrap();
    let payload = cookie.split('.').next().unwrap();
    assert!(payload.len() < 250, "the id of a login, and when the session ends: {payload}");
}

#[test]
fn each_account_has_its_own_stocks() {
    let server = start();
    let (ferris, corro) = (server.browser(), server.browser());
    register(&ferris, "Ferris");
    register(&corro, "Corro");
    add_stock(&ferris, "SBUX");
    add_stock(&ferris, "AAPL");
    let page = ferris.get("/stocks");
    assert!(page.shows("SBUX was added.") && page.shows("$302.17") && page.shows("$9065.10"));
    assert!(page.body.find("<td>AAPL").unwrap() < page.body.find("<td>SBUX").unwrap());
    assert!(corro.get("/stocks").shows("You have none yet."));
    let (_, rest) = page.body.split_once("/stocks/").unwrap();
    let remove = format!("/stocks/{}/remove", rest.split('/').next().unwrap());
    corro.post(&remove, "");
    assert!(ferris.get("/stocks").shows("<td>AAPL"), "it is not Corro's to remove");
    ferris.post(&remove, "");
    let page = ferris.get("/stocks");
    assert!(!page.shows("<td>AAPL") && page.shows("<td>SBUX"));
}

#[test]
fn an_account_has_at_most_five_hundred_stocks() {
    let server = start();
    let (ferris, corro) = (server.browser(), server.browser());
    register(&ferris, "Ferris");
    for n in 0..500 {
        add_stock(&ferris, "AAPL");
        if n % 20 == 0 {
            ferris.get("/user");
        }
    }
    let fields = "stock_symbol=SBUX&number_of_shares=15&purchase_price=302.17";
    let answer = ferris.post("/add_stock", fields);
    assert_eq!(answer.status, 422);
    assert!(answer.shows("You have 500 stocks") && answer.shows("value=\"SBUX\""));
    register(&corro, "Corro");
    add_stock(&corro, "SBUX");
}

#[test]
fn only_a_confirmed_address_gets_on_the_list() {
    let server = start();
    let (ferris, corro) = (server.browser(), server.browser());
    register(&corro, "Corro");
    register(&ferris, "Ferris");
    assert!(ferris.get("/emails").shows("Only confirmed addresses"));
    ferris.post("/signup", "");
    assert!(ferris.get("/emails").shows("There is nobody on it yet."));
    assert!(confirm(&server, &ferris).shows("Your address is confirmed."));
    assert!(confirm(&server, &ferris).shows("This link confirms nothing"), "a second time");
    assert!(ferris.get("/user").shows("It is confirmed."));
    assert!(ferris.post("/signup", "").redirects_to("/emails"));
    assert!(corro.get("/emails").shows("<li>ferris@example.com"));
    assert!(ferris.get("/emails").shows("Thanks!"));
}

#[test]
fn a_link_expires_after_an_hour_or_when_there_is_another() {
    let server = start();
    let browser = server.browser();
    register(&browser, "Ferris");
    server.wait(20 * MINUTE);
    assert!(browser.get("/user").shows("Send the mail again"));
    server.wait(20 * MINUTE);
    assert!(browser.get("/user").shows("Send the mail again"));
    server.wait(20 * MINUTE);
    assert!(confirm(&server, &browser).shows("This link confirms nothing"));
    let first = server.mails().len();
    for _ in 0..2 {
        assert!(browser.post("/confirm", "").redirects_to("/user"));
    }
    let mails = server.mails();
    let (_, replaced) = mails[first].split_once("127.0.0.1:8008").unwrap();
    assert!(browser.post(replaced, "").shows("This link confirms nothing"));
    assert!(confirm(&server, &browser).shows("Your address is confirmed."));
    browser.post("/confirm", "");
    assert_eq!(server.mails().len(), mails.len(), "what is confirmed needs no mail");
}

#[test]
fn five_mails_an_hour_to_an_address_and_no_page_says_so() {
    let server = start();
    let (browser, mallory) = (server.browser(), server.browser());
    register(&browser, "Ferris");
    for n in 0..7 {
        let fields = format!("username=m{n}&email=FERRIS@example.com&password=open+sesame");
        assert!(mallory.post("/register", &fields).redirects_to("/user"), "{n}");
    }
    assert_eq!(server.mails().len(), 5);
    assert!(browser.post("/confirm", "").redirects_to("/user"));
    assert!(browser.get("/user").shows("If there were not too many mails"));
    assert_eq!(server.mails().len(), 5);
    register(&server.browser(), "Corro");
    assert_eq!(server.mails().len(), 6, "another address");
    for _ in 0..3 {
        server.wait(20 * MINUTE);
        browser.get("/user");
    }
    assert!(browser.post("/confirm", "").redirects_to("/user"));
    assert_eq!(server.mails().len(), 7);
}

/// A database from before there were digests, as far as this matters.
#[rocket::async_test]
async fn links_from_before_the_digests_confirm_nothing() {
    sqlx::any::install_default_drivers();
    let db = sqlx::any::AnyPoolOptions::new().max_connections(1);
    let db = db.connect("sqlite::memory:").await.unwrap();
    let account = "INSERT INTO accounts VALUES ('1', 'F', 'f', 'f@example.com', 'hash', 'code');
        INSERT INTO accounts VALUES ('2', 'C', 'c', 'c@example.com', 'hash', NULL)";
    for statements in [
        include_str!("../migrations/1_accounts.sql"),
        include_str!("../migrations/2_lists.sql"),
        include_str!("../migrations/3_attempts.sql"),
        account,
        include_str!("../migrations/4_limits.sql"),
    ] {
        sqlx::raw_sql(statements).execute(&db).await.unwrap();
    }
    let select = "SELECT COUNT(*) FROM accounts WHERE confirmation IS NULL";
    let confirmed: i64 = sqlx::query_scalar(select).fetch_one(&db).await.unwrap();
    assert_eq!(confirmed, 1, "only the confirmed account stays confirmed");
    assert!(!super::db::accounts::confirm(&db, "code", 0).await.unwrap());
    let select = "SELECT COUNT(*) FROM accounts WHERE confirmation = 'code'";
    let kept: i64 = sqlx::query_scalar(select).fetch_one(&db).await.unwrap();
    assert_eq!(kept, 0);
}

#[test]
fn who_unregisters_is_off_the_list() {
    let server = start();
    let browser = server.browser();
    register(&browser, "Ferris");
    confirm(&server, &browser);
    browser.post("/signup", "");
    browser.post("/unregister", "");
    let page = browser.get("/emails");
    assert!(page.shows("We have removed ferris@example.com from the list!"));
    assert!(page.shows("There is nobody on it yet."));
    browser.post("/unregister", "");
    let page = browser.get("/emails");
    assert!(page.body.replace("&#x27;", "'").contains("That address isn't on our list"));
}

#[test]
fn the_mail_leads_to_this_server_whatever_host_was_asked_for() {
    let server = start();
    let browser = server.browser();
    browser.post_from(("Host", "evil.example"), "/register", &fields("Ferris", "open+sesame"));
    let mail = server.mails().pop().unwrap();
    assert!(mail.contains("http://127.0.0.1:") && !mail.contains("evil"), "{mail}");
}

#[test]
fn a_user_sees_and_ends_logins() {
    let server = start();
    let (desk, phone, library) = (server.browser(), server.browser(), server.browser());
    register(&desk, "Ferris");
    log_in(&phone, "Ferris", "open+sesame");
    log_in(&library, "Ferris", "open+sesame");
    let page = desk.get("/user").body;
    assert_eq!(page.matches("/end\"").count(), 2, "two others");
    let (_, rest) = page.split_once("/logins/").unwrap();
    let end = format!("/logins/{}/end", rest.split('/').next().unwrap());
    assert!(desk.post(&end, "").redirects_to("/user"));
    let left = [&phone, &library].into_iter().filter(|browser| is_logged_in(browser)).count();
    assert_eq!(left, 1);
    assert!(desk.post("/logins/end_others", "").redirects_to("/user"));
    assert!(is_logged_in(&desk) && !is_logged_in(&phone) && !is_logged_in(&library));
    assert_eq!(phone.cookie(), None, "a session without a login has ended");
}

/// What no page shows: how many rows there are.
#[rocket::get("/rows")]
async fn rows(db: &State<Db>) -> String {
    let count = "SELECT (SELECT COUNT(*) FROM logins), (SELECT COUNT(*) FROM attempts)";
    let (logins, attempts): (i64, i64) = sqlx::query_as(count).fetch_one(&****db).await.unwrap();
    format!("{logins} logins, {attempts} attempts")
}

#[test]
fn expired_logins_leave_the_database_at_the_next_login() {
    let server = Server::start(super::rocket().mount("/", rocket::routes![rows]));
    let browser = server.browser();
    register(&browser, "Ferris");
    let logins = || browser.get("/rows").body.split(' ').next().unwrap().to_owned();
    // The lifetime, and the minute in which a click is not noted.
    server.wait(30 * MINUTE + ALMOST_A_MINUTE);
    log_in(&browser, "Ferris", "open+barley");
    assert_eq!(logins(), "1");
    server.wait(SECOND);
    log_in(&browser, "Ferris", "open+barley");
    assert_eq!(logins(), "0");
}

#[test]
fn old_attempts_leave_the_database_at_the_next_one() {
    let server = Server::start(super::rocket().mount("/", rocket::routes![rows]));
    let browser = server.browser();
    let attempts_after_another = || {
        log_in(&browser, "Ferris", "open+barley");
        let rows = browser.get("/rows").body;
        rows.split_once(", ").unwrap().1.to_owned()
    };
    assert_eq!(attempts_after_another(), "1 attempts");
    // The minute in which it counts, and one more for servers whose clocks are behind.
    server.wait(MINUTE + ALMOST_A_MINUTE);
    assert_eq!(attempts_after_another(), "2 attempts");
    server.wait(SECOND);
    assert_eq!(attempts_after_another(), "2 attempts", "the first is gone");
}

#[test]
fn the_last_click_is_noted_once_a_minute() {
    let server = start();
    let (desk, phone) = (server.browser(), server.browser());
    register(&desk, "Ferris");
    log_in(&phone, "Ferris", "open+sesame");
    let last_click = |time: &str| desk.get("/user").shows(&format!("<td>{time} <form"));
    server.wait(ALMOST_A_MINUTE);
    assert!(is_logged_in(&phone) && last_click("59 seconds ago"));
    server.wait(SECOND);
    assert!(last_click("1 minute ago"));
    assert!(is_logged_in(&phone) && last_click("just now"));
}

#[test]
fn a_login_whose_last_click_was_not_noted_does_not_expire_early() {
    let server = start();
    let (desk, phone) = (server.browser(), server.browser());
    register(&desk, "Ferris");
    server.wait(ALMOST_A_MINUTE);
    assert!(is_logged_in(&desk));
    server.wait(29 * MINUTE + ALMOST_A_MINUTE);
    log_in(&phone, "Ferris", "open+sesame");
    assert_eq!(phone.get("/user").body.matches("/end\"").count(), 1, "it is in the list");
    assert!(is_logged_in(&desk));
}

#[test]
fn a_user_ends_no_login_of_another() {
    let server = start();
    let (ferris, mallory) = (server.browser(), server.browser());
    register(&ferris, "Ferris");
    log_in(&server.browser(), "Ferris", "open+sesame");
    let page = ferris.get("/user").body;
    let (_, rest) = page.split_once("/logins/").unwrap();
    let end = format!("/logins/{}/end", rest.split('/').next().unwrap());
    register(&mallory, "Mallory");
    mallory.post(&end, "");
    assert!(ferris.get("/user").shows(&end), "it is still there");
}

#[test]
fn a_new_password_ends_all_other_logins() {
    let server = start();
    let (ferris, thief) = (server.browser(), server.browser());
    register(&ferris, "Ferris");
    log_in(&thief, "Ferris", "open+sesame");
    let old = ferris.cookie();
    let wrong = ferris.post("/password", "current=open+barley&password=closed+sesame");
    assert_eq!(wrong.status, 422);
    assert!(wrong.shows("That is not your password."));
    let answer = ferris.post("/password", "current=open+sesame&password=closed+sesame");
    assert!(answer.redirects_to("/user"));
    assert_ne!(ferris.cookie(), old, "a new id");
    assert!(ferris.get("/user").shows("Your password is changed"));
    assert!(!is_logged_in(&thief));
    thief.set_cookie("lesson-08", &old.unwrap());
    assert!(!is_logged_in(&thief), "nor has a copy of the cookie any worth");
    assert_eq!(log_in(&thief, "Ferris", "open+sesame").status, 422);
    assert!(log_in(&thief, "Ferris", "closed+sesame").redirects_to("/user"));
}

#[test]
fn a_deleted_account_leaves_nothing() {
    let server = start();
    let (ferris, elsewhere) = (server.browser(), server.browser());
    register(&ferris, "Ferris");
    confirm(&server, &ferris);
    ferris.post("/signup", "");
    add_stock(&ferris, "AAPL");
    log_in(&elsewhere, "Ferris", "open+sesame");
    assert_eq!(ferris.post("/delete", "password=open+barley").status, 422);
    assert!(ferris.post("/delete", "password=open+sesame").redirects_to("/register"));
    assert_eq!(ferris.cookie(), None);
    assert!(!is_logged_in(&elsewhere));
    assert_eq!(log_in(&elsewhere, "Ferris", "open+sesame").status, 422);
    register(&elsewhere, "Ferris");
    assert!(elsewhere.get("/stocks").shows("You have none yet."));
    assert!(elsewhere.get("/emails").shows("There is nobody on it yet."));
}

#[test]
fn a_log_out_ends_the_login_whatever_keeps_the_session() {
    for store in ["signed", "private", "memory"] {
        let rocket = super::rocket();
        let settings = rocket.figment().clone().merge(("session.store", store));
        let server = Server::start(rocket.configure(settings));
        let (ferris, thief) = (server.browser(), server.browser());
        register(&ferris, "Ferris");
        thief.set_cookie("lesson-08", &ferris.cookie().unwrap());
        assert!(is_logged_in(&thief), "{store}");
        assert!(ferris.post("/logout", "").redirects_to("/login"), "{store}");
        assert!(!is_logged_in(&thief), "{store}: a copy of the cookie is worth nothing");
    }
}

#[test]
fn every_page_behind_the_login_has_the_log_out() {
    let server = start();
    let browser = server.browser();
    register(&browser, "Ferris");
    for path in ["/user", "/password", "/delete", "/emails", "/stocks", "/add_stock"] {
        assert!(browser.get(path).shows("action=\"/logout\" method=\"post\""), "{path}");
        assert!(server.browser().get(path).redirects_to("/login"), "{path}");
    }
    for path in ["/signup", "/unregister", "/password", "/delete", "/logins/end_others"] {
        assert!(server.browser().post(path, "").redirects_to("/login"), "{path}");
    }
}

#[test]
fn a_login_expires_half_an_hour_after_the_last_click() {
    let server = start();
    let (desk, phone) = (server.browser(), server.browser());
    register(&desk, "Ferris");
    log_in(&phone, "Ferris", "open+sesame");
    for _ in 0..3 {
        server.wait(29 * MINUTE);
        assert!(is_logged_in(&desk));
    }
    assert!(!is_logged_in(&phone));
    assert!(!desk.get("/user").shows("End all others"), "an expired login is not shown");
    server.wait(30 * MINUTE);
    assert!(!is_logged_in(&desk));
}

#[test]
fn after_a_login_the_cookie_from_before_is_dead() {
    let server = start();
    let (visitor, thief) = (server.browser(), server.browser());
    register(&visitor, "Ferris");
    let old = visitor.cookie().unwrap();
    log_in(&visitor, "Ferris", "open+sesame");
    assert_ne!(visitor.cookie().unwrap(), old);
    thief.set_cookie("lesson-08", &old);
    assert!(!is_logged_in(&thief));
    assert!(!visitor.get("/user").shows("/end\""), "there is no other login");
}

#[test]
fn a_hundred_registrations_a_minute_from_an_address() {
    let server = start();
    let browser = server.browser();
    register(&browser, "Ferris");
    let refused = |n| browser.post("/register", &fields("Ferris", &format!("open+{n}+sesame")));
    for n in 0..99 {
        assert_eq!(refused(n).status, 422, "{n}");
    }
    assert_eq!(refused(99).status, 429);
    server.wait(MINUTE);
    assert_eq!(refused(100).status, 422);
}

#[test]
fn an_address_with_another_id_than_ours_is_not_found() {
    let server = start();
    let browser = server.browser();
    register(&browser, "Ferris");
    for id in ["%00", "x", "..%2Flogins%2Fend_others", "AAAAAAAAAAAAAAAAAAAAA%00"] {
        assert_eq!(browser.get(&format!("/confirm/{id}")).status, 404, "{id}");
        for path in [format!("/confirm/{id}"), format!("/logins/{id}/end")] {
            assert_eq!(browser.post(&path, "").status, 422, "{path}");
        }
    }
}

#[test]
fn what_was_typed_is_text_and_nothing_more() {
    let server = start();
    let browser = server.browser();
    let sent = "username=%3Cimg+src%3Dx%3E'%22;--&email=o'hara@example.com&password=open+sesame";
    assert!(browser.post("/register", sent).redirects_to("/user"));
    let page = browser.get("/user");
    assert!(!page.shows("<img") && page.shows("&lt;img"));
}

/// Keeps sessions until a test lets it keep no more: then it can only be read, as a full disk.
struct Full {
    store: Arc<dyn Store>,
    is_full: AtomicBool,
    /// How many writes it still takes then.
    takes: AtomicUsize,
}

impl Full {
    fn writable(&self) -> Result<&dyn Store, StoreError> {
        let takes_one =
            || self.takes.try_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        if self.is_full.load(Ordering::SeqCst) && takes_one().is_err() {
            return Err(StoreError::Unreachable("it is full".to_owned()));
        }
        Ok(&*self.store)
    }

    fn takes_only(&self, writes: usize) {
        self.takes.store(writes, Ordering::SeqCst);
        self.is_full.store(true, Ordering::SeqCst);
    }

    fn takes_all(&self) {
        self.is_full.store(false, Ordering::SeqCst);
    }
}

#[async_trait]
impl Store for Full {
    async fn load(&self, token: &str) -> Result<Option<Record>, StoreError> {
        self.store.load(token).await
    }

    async fn create(&self, record: Record) -> Result<String, StoreError> {
        self.writable()?.create(record).await
    }

    async fn replace(
        &self,
        token: &str,
        seen: &Record,
        next: Record,
        renew: bool,
    ) -> Result<Option<String>, StoreError> {
        self.writable()?.replace(token, seen, next, renew).await
    }

    async fn remove(&self, token: &str) -> Result<(), StoreError> {
        self.writable()?.remove(token).await
    }
}

/// Its tests wait a second between requests: only then a lifetime slides, and there is something to write.
fn start_with_a_store_that_gets_full() -> (Server, Arc<Full>) {
    let rocket = super::rocket();
    let settings = rocket.figment().clone().merge(("session.store", "memory"));
    let store = rocket::async_test(open_store(&settings)).unwrap();
    let full = Arc::new(Full { store, is_full: false.into(), takes: 0.into() });
    let store: Arc<dyn Store> = full.clone();
    (Server::start(rocket.manage(store)), full)
}

#[test]
fn without_its_session_nothing_is_done_in_the_database() {
    let (server, full) = start_with_a_store_that_gets_full();
    let (ferris, corro) = (server.browser(), server.browser());
    register(&ferris, "Ferris");
    confirm(&server, &ferris);
    let mails = server.mails().len();
    ferris.post("/signup", "");
    add_stock(&ferris, "AAPL");
    log_in(&corro, "Ferris", "open+sesame");
    let page = ferris.get("/stocks").body;
    let (_, rest) = page.split_once("/stocks/").unwrap();
    let remove = format!("/stocks/{}/remove", rest.split('/').next().unwrap());
    server.wait(SECOND);
    full.takes_only(0);
    for (path, fields) in [
        ("/register", &*fields("Corro", "open+sesame")),
        ("/login", "username=Ferris&password=open+sesame"),
        ("/add_stock", "stock_symbol=SBUX&number_of_shares=1&purchase_price=1"),
        (&remove, ""),
        ("/unregister", ""),
        ("/logins/end_others", ""),
        ("/password", "current=open+sesame&password=closed+sesame"),
        ("/delete", "password=open+sesame"),
        ("/logout", ""),
    ] {
        let answer = ferris.post(path, fields);
        assert_eq!(answer.status, 503, "{path}");
        assert!(answer.shows("Perhaps what you asked for was done, and perhaps not"), "{path}");
    }
    full.takes_all();
    assert_eq!(server.mails().len(), mails, "no account, no mail");
    let page = ferris.get("/stocks");
    assert!(page.shows("AAPL") && !page.shows("SBUX"));
    assert!(ferris.get("/emails").shows("<li>ferris@example.com"));
    assert!(is_logged_in(&corro));
    assert_eq!(
        ferris.get("/user").body.matches("/end\"").count(),
        1,
        "no login more, and none less"
    );
    assert_eq!(log_in(&server.browser(), "Corro", "open+sesame").status, 422);
    assert!(log_in(&server.browser(), "Ferris", "open+sesame").redirects_to("/user"));
}

#[test]
fn what_was_done_is_no_error_because_a_message_is_lost() {
    let (server, full) = start_with_a_store_that_gets_full();
    let browser = server.browser();
    register(&browser, "Ferris");
    confirm(&server, &browser);
    browser.post("/signup", "");
    server.wait(SECOND);
    full.takes_only(1);
    add_stock(&browser, "AAPL");
    server.wait(SECOND);
    full.takes_only(1);
    assert!(browser.post("/unregister", "").redirects_to("/emails"));
    server.wait(SECOND);
    // The lifetime, and the new id in two tries: the session has changed since it was loaded.
    full.takes_only(3);
    let change = "current=open+sesame&password=closed+sesame";
    assert!(browser.post("/password", change).redirects_to("/user"));
    full.takes_all();
    assert!(browser.get("/stocks").shows("AAPL"));
    assert!(!browser.get("/emails").shows("<li>ferris@example.com"));
}

#[test]
fn unread_messages_stop_nothing() {
    let server = start();
    let browser = server.browser();
    register(&browser, "Ferris");
    for _ in 0..3 {
        for n in 0..30 {
            add_stock(&browser, &format!("S{n}"));
        }
    }
    let page = browser.get("/stocks");
    assert_eq!(page.body.matches("was added.").count(), 10, "the last ten");
    assert_eq!(page.body.matches("<td>S").count(), 90);
}
