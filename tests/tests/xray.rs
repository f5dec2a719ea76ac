//! The X-ray, over real HTTP: what it shows, to whom, and when not.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tests::{ADMIN, Answer, Browser, PASSWORD, Running};

fn session(browser: &Browser, server: &Running) -> Value {
    let answer = browser.get(&format!("{}/_session", server.address));
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert_eq!(answer.header("cache-control"), "no-store");
    serde_json::from_str(&answer.body).unwrap()
}

fn on(store: &str) -> Running {
    Running::start("02-name-form", &[("ROCKET_SESSION", &format!("{{store={store}}}"))])
}

fn named(server: &Running, name: &str) -> Browser {
    let browser = Browser::new();
    let _ = browser.get(&server.address);
    let _ = browser.post_and_follow(server, "/setName", &[("name", name)]);
    browser
}

#[test]
fn it_tells_the_three_stores_apart() {
    for (store, meaning, readable) in [
        ("private", "Encrypted", Value::Null),
        ("signed", "Signed", Value::from("Ferris")),
        ("memory", "An id", Value::Null),
    ] {
        let server = on(store);
        let xray = session(&named(&server, "Ferris"), &server);
        assert_eq!(xray["store"], store);
        assert!(xray["sent"]["meaning"].as_str().unwrap().starts_with(meaning), "{store}");
        assert_eq!(xray["sent"]["accepted"], true);
        assert_eq!(xray["sent"]["readable"]["values"]["name"], readable, "{store}");
        assert_eq!(xray["stored"]["values"]["name"], "Ferris");
        let (bytes, value) = (&xray["sent"]["bytes"], xray["sent"]["value"].as_str().unwrap());
        assert_eq!(*bytes, value.len() + "lesson-02".len());
    }
}

#[test]
fn a_stranger_has_nothing() {
    let server = on("memory");
    let xray = session(&Browser::new(), &server);
    for key in ["sent", "stored", "set", "seconds_left"] {
        assert_eq!(xray[key], Value::Null, "{key}");
    }
    assert_eq!(xray["exchanges"].as_array().unwrap().len(), 0);
}

#[test]
fn it_tells_that_a_login_has_given_a_new_id() {
    let server = Running::start("06-login", &[]);
    let browser = Browser::new();
    let log_in = |name| browser.post(&format!("{}/login", server.address), &[("username", name)]);
    assert_eq!([log_in("Mallory").status, log_in("Tim").status], [303, 303]);
    let output = server.stop();
    let (first, second) = output.split_once("~ user \"Mallory\" → \"Tim\"").unwrap();
    let new_id = "new id, and the one from before is worth nothing";
    assert!(!first.contains(new_id) && second.contains(new_id), "{output}");
}

#[test]
fn it_keeps_no_more_of_a_request_than_one_can_read() {
    let server = on("memory");
    let browser = named(&server, "Ferris");
    let (url, long) = (format!("{}/{}", server.address, "x".repeat(50_000)), "y".repeat(60_000));
    let _ = browser.post_with(&url, &[], &[("X-Long", &long)]);
    let exchange = session(&browser, &server)["exchanges"][0].to_string();
    assert!(exchange.contains("/xxx") && exchange.len() < 20_000, "{}", exchange.len());
}

#[test]
fn it_says_what_is_set_and_how_long_it_lives() {
    let server = Running::start("06-login", &[]);
    let browser = Browser::new();
    let _ = browser.post_and_follow(&server, "/login", &[("username", "Tim")]);
    let xray = session(&browser, &server);
    assert_eq!(xray["seconds_left"], 300);
    assert!(xray["set"]["line"].as_str().unwrap().contains("Max-Age=300"));
    let parts = xray["set"]["parts"].as_array().unwrap();
    assert!(parts.iter().any(|part| part["text"] == "HttpOnly" && part["meaning"] != ""));
    assert_eq!(xray["changes"].as_array().unwrap().len(), 0, "that it lives on is no change");
}

#[test]
fn the_form_its_redirect_and_the_page_stand_there_in_order() {
    let server = on("memory");
    let xray = session(&named(&server, "Ferris"), &server);
    let exchanges = xray["exchanges"].as_array().unwrap();
    let told = |index: usize| {
        let exchange = &exchanges[index];
        format!("{} {} {}", exchange["method"], exchange["path"], exchange["status"])
            .replace('"', "")
    };
    assert_eq!([told(0), told(1), told(2)], ["GET / 200", "POST /setName 303", "GET / 200"]);
    assert_eq!(exchanges[1]["location"], "/");
    let line = line_of("02-name-form", "main.rs", "session.insert(\"name\"");
    assert_eq!(exchanges[1]["changes"][0], format!("+ name \"Ferris\"  main.rs:{line}"));
    let set = exchanges[1]["changes"][1].as_str().unwrap();
    assert!(set.starts_with("cookie lesson-02 set: name and value take 31 of 4096 bytes"), "{set}");
    assert_eq!(exchanges[0]["changes"].as_array().unwrap().len(), 0);
    let header = |list: &Value, name: &str| {
        list.as_array()
            .unwrap()
            .iter()
            .any(|pair| pair[0].as_str().unwrap().eq_ignore_ascii_case(name))
    };
    assert!(header(&exchanges[1]["request_headers"], "content-type"));
    assert!(header(&exchanges[1]["response_headers"], "set-cookie"));
    // What is about sessions stands first.
    let first = |list: &Value| list[0][0].as_str().unwrap().to_lowercase();
    assert_eq!(first(&exchanges[0]["request_headers"]), "cookie");
    assert_eq!(first(&exchanges[1]["response_headers"]), "set-cookie");
}

/// Where this code stands first in a lesson's file.
fn line_of(lesson: &str, file: &str, code: &str) -> usize {
    let path = tests::root().join("lessons").join(lesson).join("src").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().position(|line| line.contains(code)).unwrap_or_else(|| panic!("{code}")) + 1
}

/// A path, and the fields of a form that is sent there; without fields it is a visit.
type Click = (&'static str, &'static [(&'static str, &'static str)]);
/// How a change begins, and the file and the code that made it.
type Made = (&'static str, &'static str, &'static str);

const AAPL: &[(&str, &str)] =
    &[("stock_symbol", "AAPL"), ("number_of_shares", "15"), ("purchase_price", "302.17")];
const ADA: &[(&str, &str)] =
    &[("username", "Ada"), ("email", "ada@example.com"), ("password", PASSWORD)];
const EMAIL: &[(&str, &str)] = &[("email", "ferris@example.com")];
const NAME: &[(&str, &str)] = &[("name", "Ferris")];

#[test]
fn each_change_has_the_line_that_made_it_in_every_lesson() {
    let lessons: [(&str, &[Click], &[Made]); 8] = [
        ("02-name-form", &[("/setName", NAME)], &[("+ name", "main.rs", "insert(\"name\"")]),
        (
            "03-reset",
            &[("/setName", NAME), ("/reset", &[])],
            &[("cookie lesson-03 removed", "main.rs", "    session.clear()")],
        ),
        (
            "04-unregister",
            &[("/signup", EMAIL), ("/unregister", &[("", "")])],
            &[
                ("+ email", "main.rs", "session.set_default(\"email\""),
                ("- email", "main.rs", ": Option<String> = session.take(\"email\")"),
            ],
        ),
        (
            "05-stocks",
            &[("/add_stock", AAPL), ("/stocks", &[])],
            &[
                ("+ stocks[0]", "main.rs", "session.update(\"stocks\""),
                ("+ _flashes", "main.rs", "session.flash("),
                ("- _flashes", "main.rs", "session.flashes()"),
            ],
        ),
        (
            "06-login",
            &[("/login", &[("username", "Ann")]), ("/login", &[("username", "Tim")])],
            &[
                ("+ user", "main.rs", "session.insert(\"user\""),
                ("~ user", "main.rs", "session.insert(\"user\""),
                ("new id", "main.rs", "    session.renew()"),
            ],
        ),
        (
            "07-admin",
            &[("/login", &[("password", PASSWORD)])],
            &[("+ admin", "admin.rs", "session.insert(\"admin\"")],
        ),
        (
            "08-database",
            &[("/register", ADA), ("/add_stock", AAPL)],
            &[
                ("+ login", "user.rs", "session.insert(\"login\""),
                ("+ _flashes", "pages/stocks.rs", "session.flash("),
            ],
        ),
        ("09-many-servers", &[("/register", ADA)], &[("+ login", "user.rs", "insert(\"login\"")]),
    ];
    for (lesson, clicks, made) in lessons {
        let server = Running::start(lesson, &[ADMIN]);
        let browser = Browser::new();
        let _ = browser.get(&format!("{}/nowhere", server.address));
        for (path, fields) in clicks {
            let url = format!("{}{path}", server.address);
            match fields {
                [] => browser.get(&url),
                [("", "")] => browser.post(&url, &[]),
                fields => browser.post(&url, fields),
            };
        }
        let told = changes(&session(&browser, &server));
        for (change, file, code) in made {
            let home = if lesson == "09-many-servers" { "08-database" } else { lesson };
            let place = format!("  {file}:{}", line_of(home, file, code));
            let is_it = |line: &String| line.starts_with(change) && line.ends_with(&place);
            assert!(told.iter().any(is_it), "{lesson}: {change}{place} is not in {told:?}");
        }
    }
}

/// All changes in the exchanges that the X-ray knows.
fn changes(xray: &Value) -> Vec<String> {
    let exchanges = xray["exchanges"].as_array().unwrap();
    let all = exchanges.iter().flat_map(|it| it["changes"].as_array().unwrap());
    all.map(|line| line.as_str().unwrap().to_owned()).collect()
}

/// In a copy of the workspace, with one more line above the code of lesson 02.
#[test]
#[ignore = "needs minutes: tests/full"]
fn the_line_moves_with_the_code() {
    let copy = tests::target().join("moved");
    for folder in ["lessons", "shared", "templates", "tests"] {
        copy_folder(&tests::root().join(folder), &copy.join(folder));
    }
    for file in ["Cargo.toml", "Cargo.lock"] {
        std::fs::copy(tests::root().join(file), copy.join(file)).unwrap();
    }
    let main = copy.join("lessons/02-name-form/src/main.rs");
    let text = std::fs::read_to_string(&main).unwrap();
    std::fs::write(&main, text.replacen("\n#[derive", "\n// One more line.\n#[derive", 1)).unwrap();
    let build = |package: &str| {
        let cargo = escargot::CargoBuild::new().manifest_path(copy.join("Cargo.toml"));
        let cargo = cargo.package(package).bin(package).target_dir(tests::target_of_copies());
        cargo.run().unwrap().path().to_owned()
    };
    let mut moved = std::process::Command::new(build("lesson-02"));
    let set = |(name, value): (&OsStr, Option<&OsStr>)| Some((name.to_owned(), value?.to_owned()));
    moved.envs(tests::command("02-name-form").get_envs().filter_map(set));
    moved.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let server = Running::from(&mut moved);
    let line = line_of("02-name-form", "main.rs", "session.insert(\"name\"") + 1;
    let told = changes(&session(&named(&server, "Ferris"), &server));
    assert!(told.contains(&format!("+ name \"Ferris\"  main.rs:{line}")), "{told:?}");
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in from.read_dir().unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn nobody_sees_another_visitor_nor_what_was_typed() {
    let server = on("memory");
    let ferris = named(&server, "Ferris");
    let corro = named(&server, "Corro");
    let _ = ferris
        .post(&format!("{}/setName", server.address), &[("name", ""), ("password", "hunter2")]);
    let of_ferris = session(&ferris, &server).to_string();
    let of_corro = session(&corro, &server).to_string() + &corro.get(&server.address).body;
    assert!(of_ferris.contains("Ferris") && !of_ferris.contains("Corro"));
    assert!(of_corro.contains("Corro") && !of_corro.contains("Ferris"));
    assert!(!of_ferris.contains("hunter2"));
    let id = session(&ferris, &server)["sent"]["value"].as_str().unwrap().to_owned();
    assert!(!of_corro.contains(&id));
}

#[test]
fn an_id_that_was_not_issued_is_not_adopted() {
    let server = on("memory");
    let planted = "AAAAAAAAAAAAAAAAAAAAAA";
    let browser = Browser::new();
    browser.plant("lesson-02-xray", planted);
    let answer = browser.get(&server.address);
    let line = answer.header("set-cookie");
    assert!(line.starts_with("lesson-02-xray=") && !line.contains(planted), "{line}");
}

/// The X-ray's cookie that a browser has, as it would be planted in another.
fn xray_cookie(browser: &Browser) -> String {
    browser.value("lesson-06-xray").expect("it has been on a page")
}

#[test]
fn whoever_plants_the_xrays_cookie_sees_nothing_and_gets_nothing() {
    let server = Running::start("06-login", &[]);
    let at = |path: &str| format!("{}{path}", server.address);
    let as_tim = [("username", "Tim")];
    // Planted before the login, after it, and in a session that is the attacker's too.
    for moment in ["before", "after", "with a session"] {
        let (mallory, tim) = (Browser::new(), Browser::new());
        let _ = mallory.get(&at("/login"));
        if moment == "with a session" {
            let _ = mallory.post_and_follow(&server, "/login", &[("username", "Mallory")]);
            tim.plant("lesson-06", &mallory.value("lesson-06").unwrap());
        }
        if moment == "after" {
            let _ = tim.get(&at("/login"));
            let _ = tim.post_and_follow(&server, "/login", &as_tim);
        }
        let planted = xray_cookie(&mallory);
        tim.plant("lesson-06-xray", &planted);
        let look = || {
            mallory.plant("lesson-06-xray", &planted);
            let seen = session(&mallory, &server)["exchanges"].clone();
            let seen = seen.as_array().unwrap().clone();
            assert!(seen.is_empty(), "{moment}: {seen:?}");
        };
        let _ = tim.get(&at("/user"));
        look();
        let _ = tim.post_and_follow(&server, "/login", &as_tim);
        look();
        assert!(tim.get(&at("/user")).body.contains("Hello, Tim!"), "{moment}");
        look();
        let _ = mallory.post(&at("/_session/restore"), &[]);
        assert!(!mallory.get(&at("/user")).body.contains("Tim"), "{moment}");
        let of_tim = session(&tim, &server).to_string();
        assert!(of_tim.contains("/login") && of_tim.contains("/user"), "{moment}: {of_tim}");
    }
}

#[test]
fn the_xrays_cookie_is_new_at_login_and_log_out() {
    let server = Running::start("06-login", &[]);
    let tim = Browser::new();
    let _ = tim.get(&format!("{}/login", server.address));
    let mut ids = vec![xray_cookie(&tim)];
    for (path, fields) in [("/login", &[("username", "Tim")][..]), ("/logout", &[])] {
        let answer = tim.post(&format!("{}{path}", server.address), fields);
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        ids.push(xray_cookie(&tim));
    }
    assert!(ids[0] != ids[1] && ids[1] != ids[2], "{ids:?}");
    for old in &ids[..2] {
        let mallory = Browser::new();
        mallory.plant("lesson-06-xray", old);
        assert_eq!(session(&mallory, &server)["exchanges"].as_array().unwrap().len(), 0, "{old}");
    }
}

#[test]
fn after_a_log_out_nothing_of_the_visitor_before_is_left() {
    for store in ["private", "signed", "memory"] {
        let settings = format!("{{store={store}}}");
        let server = Running::start("06-login", &[("ROCKET_SESSION", &settings)]);
        let browser = Browser::new();
        let _ = browser.get(&format!("{}/login", server.address));
        let _ = browser.post_and_follow(&server, "/login", &[("username", "Timotheus")]);
        let token = browser.value("lesson-06").unwrap();
        let page = browser.post_and_follow(&server, "/logout", &[]).body;
        let told = session(&browser, &server);
        assert_eq!(told["exchanges"][1]["path"], "/logout", "{store}");
        for shown in [told.to_string(), page] {
            assert!(!shown.contains("Timotheus") && !shown.contains(&token), "{store}: {shown}");
        }
        // The experiment is left, until another user logs in.
        let is_known = store != "memory";
        let user = format!("{}/user", server.address);
        let restore = || browser.post(&format!("{}/_session/restore", server.address), &[]);
        let _ = restore();
        assert_eq!(browser.get(&user).body.contains("Timotheus"), is_known, "{store}");
        let _ = browser.post(&format!("{}/logout", server.address), &[]);
        let _ = browser.post_and_follow(&server, "/login", &[("username", "Ann")]);
        let _ = restore();
        assert!(browser.get(&user).body.contains("Hello, Ann!"), "{store}");
    }
}

#[test]
fn behind_a_proxy_the_address_is_the_clients() {
    let server = Running::start("06-login", &[("ROCKET_IP_HEADER", "X-Real-IP")]);
    let (path, here) = (format!("{}/logout", server.address), [("X-Real-IP", "192.0.2.7")]);
    let seen = |address: &'static str, id: &str| {
        let browser = Browser::new();
        browser.plant("lesson-06-xray", id);
        let page = browser.post_with(&path, &[], &[("X-Real-IP", address)]);
        (page.header("set-cookie").contains("lesson-06-xray="), xray_cookie(&browser))
    };
    let browser = Browser::new();
    let _ = browser.post_with(&format!("{}/nowhere", server.address), &[], &here);
    let id = xray_cookie(&browser);
    assert!(!seen("192.0.2.8", &id).0, "known at another address");
    let (is_known, next) = seen("192.0.2.7", &id);
    assert!(is_known && next != id, "not known at its own");
}

#[test]
fn it_shows_no_secret_of_another_program() {
    let server = on("memory");
    let browser = named(&server, "Ferris");
    let token = browser.value("lesson-02").unwrap();
    for name in ["other", "lesson-02x", "lesson-06", "\u{2000}lesson-02"] {
        browser.plant(name, "foreign-secret");
    }
    let headers = [
        ("Authorization", "Bearer foreign-secret"),
        ("Proxy-Authorization", "Basic foreign-secret"),
        ("X-Api-Key", "foreign-secret"),
        ("Sec-WebSocket-Protocol", "foreign-secret"),
        ("Referer", "http://example.net/reset?code=foreign-secret"),
    ];
    let url = format!("{}/setName?code=foreign-secret", server.address);
    let _ = browser.post_with(&url, &[("name", "Ferris")], &headers);
    let page = browser.get(&format!("{}/?code=foreign-secret", server.address)).body;
    let told = session(&browser, &server);
    assert!(!page.contains("foreign-secret"), "{page}");
    assert!(!told.to_string().contains("foreign-secret"), "{told}");
    let sent = told["exchanges"][1]["request_headers"].to_string();
    for shown in ["Authorization", "http://example.net/reset?…", &format!("lesson-02={token}")] {
        assert!(sent.to_lowercase().contains(&shown.to_lowercase()), "{shown}: {sent}");
    }
}

#[test]
fn every_page_has_it_outside_of_its_own_content() {
    let server = on("signed");
    let browser = named(&server, "<script>alert(1)</script>");
    for path in ["/", "/nowhere"] {
        let page = browser.get(&format!("{}{path}", server.address)).body;
        let (main, rest) = page.split_once("</main>").unwrap();
        assert!(!main.contains("id=\"xray\"") && rest.contains("id=\"xray\""), "{path}");
        assert!(!page.contains("<script>"), "{path}: {page}");
    }
    let page = browser.get(&format!("{}/", server.address)).body;
    assert!(page.contains("This is what anybody reads in it"));
}

#[test]
fn a_cookie_without_a_session_is_told() {
    let (before, after) = (on("memory"), on("memory"));
    let browser = named(&before, "Ferris");
    let xray = session(&browser, &after);
    assert_eq!((&xray["sent"]["accepted"], &xray["stored"]), (&Value::from(false), &Value::Null));
    assert_eq!(xray["reason"], "no-such-id");
    let page = browser.get(&after.address).body;
    assert!(page.contains("it has no session under the id in your cookie."));
}

#[test]
fn switched_off_there_is_nothing_of_it() {
    let server = Running::start("02-name-form", &[("ROCKET_XRAY", "false")]);
    let page = Browser::new().get(&server.address);
    assert!(!page.body.contains("xray"));
    assert_eq!(page.header("set-cookie"), "");
    assert_eq!(Browser::new().get(&format!("{}/_session", server.address)).status, 404);
}

/// What the X-ray says of a visitor: the reason in a word, and what it has seen besides.
fn verdict(browser: &Browser, server: &Running) -> (String, String) {
    let told = session(browser, server);
    let text = |key: &str| told[key].as_str().unwrap_or_default().to_owned();
    (text("reason"), text("seen"))
}

#[test]
fn the_xray_says_what_the_server_alone_cannot_know() {
    for (store, changed, ended) in [
        ("private", "broken-seal", "known"),
        ("signed", "broken-seal", "known"),
        ("memory", "no-such-id", "no-such-id"),
    ] {
        let settings = format!("{{store={store}}}");
        let server = Running::start("06-login", &[("ROCKET_SESSION", &settings)]);
        let at = |path: &str| format!("{}{path}", server.address);
        let browser = Browser::new();
        let _ = browser.get(&at("/login"));
        let _ = browser.post_and_follow(&server, "/login", &[("username", "Tim")]);
        assert_eq!(verdict(&browser, &server), ("known".to_owned(), String::new()), "{store}");
        let press = |button: &str, fields: &[(&str, &str)]| {
            let _ = browser.post(&at(&format!("/_session/{button}")), fields);
            verdict(&browser, &server)
        };
        let (reason, seen) = press("change", &[]);
        assert_eq!(reason, changed, "{store}");
        assert!(seen.starts_with("your button changed a letter of this cookie at "), "{seen}");
        let _ = press("restore", &[]);
        let _ = browser.post(&at("/logout"), &[]);
        assert_eq!(verdict(&browser, &server).0, "no-cookie", "{store}");
        let (reason, seen) = press("restore", &[]);
        assert_eq!(reason, ended, "{store}");
        assert!(seen.starts_with("POST /logout ended this session at "), "{store}: {seen}");
        let _ = browser.post_and_follow(&server, "/login", &[("username", "Tim")]);
        let (reason, seen) = press("age", &[("seconds", "3600")]);
        assert_eq!(reason, "expired", "{store}");
        assert!(seen.starts_with("your button let 1 hour pass at "), "{store}: {seen}");
    }
}

#[test]
fn a_new_id_is_told_of_the_old_one() {
    let server = Running::start("06-login", &[]);
    let browser = Browser::new();
    let _ = browser.get(&format!("{}/login", server.address));
    for name in ["Ann", "Tim"] {
        let _ = browser.post(&format!("{}/login", server.address), &[("username", name)]);
    }
    let _ = browser.post(&format!("{}/_session/restore", server.address), &[]);
    let (reason, seen) = verdict(&browser, &server);
    assert_eq!(reason, "no-such-id");
    assert!(seen.starts_with("POST /login gave the session a new id at "), "{seen}");
}

#[test]
fn lesson_01_has_no_session_and_its_xray_says_so() {
    let server = Running::start("01-hello", &[]);
    let told = session(&Browser::new(), &server);
    assert_eq!((&told["reason"], &told["store"]), (&"no-session".into(), &Value::Null));
    let page = Browser::new().get(&server.address).body;
    assert!(page.contains("This lesson has no session"), "{page}");
    let xray = page.split_once("<aside").unwrap().1;
    assert!(!xray.contains("<button") && !xray.contains("the store"), "{xray}");
}

#[test]
fn a_page_that_does_not_ask_says_so() {
    let server = Running::start("05-stocks", &[]);
    let page = Browser::new().get(&format!("{}/blog_posts/17", server.address)).body;
    assert!(page.contains("This page did not ask for the session"), "{page}");
}

#[test]
fn the_page_tells_the_whole_chain_with_its_lines_and_its_cookie() {
    let server = on("memory");
    let browser = Browser::new();
    let _ = browser.get(&server.address);
    let page = browser.post_and_follow(&server, "/setName", &[("name", "Ferris")]).body;
    let line = line_of("02-name-form", "main.rs", "session.insert(\"name\"");
    let anchor = format!(
        "<a href=\"&#x2F;docs#main.rs-{line}\" target=\"_top\"><code>main.rs:{line}</code></a>"
    );
    for shown in [
        "The server knows you",
        "+ name &quot;Ferris&quot;",
        &anchor,
        "POST &#x2F;setName 303 → &#x2F;",
        "<h2>Set-Cookie</h2>",
        "HttpOnly;",
    ] {
        assert!(page.contains(shown), "{shown} is missing in {page}");
    }
    // The next click has changed nothing, and there is no room for that.
    let page = browser.get(&server.address).body;
    assert!(!page.contains("What changed") && !page.contains("<h2>Set-Cookie</h2>"), "{page}");
}

#[test]
fn what_is_expected_is_asked_once_for_each_idea_and_decided_by_an_exchange() {
    let server = on("memory");
    let browser = named(&server, "Ferris");
    let question = "action=\"/_session/change\" method=\"post\">\n    <p id=\"about-change\">";
    assert!(browser.get(&server.address).body.contains(question));
    for (expected, is_right, said) in [
        ("known", Value::from(false), "You were wrong:"),
        ("stranger", Value::from(true), "You were right:"),
        ("skip", Value::Null, "You changed the cookie."),
    ] {
        let page = press(&browser, &server, "change", &[("expect", expected)]);
        assert!(page.body.contains(said) && !page.body.contains(question), "{}", page.body);
        let told = &session(&browser, &server)["experiment"];
        let outcome = (&told["outcome"]["is_known"], &told["outcome"]["exchange"]);
        assert_eq!(outcome, (&false.into(), &"GET / 200".into()), "{expected}");
        assert_eq!(told["is_right"], is_right, "{expected}");
        let _ = press(&browser, &server, "restore", &[]);
    }
    let _ = browser.get(&server.address);
    assert_eq!(session(&browser, &server)["experiment"], Value::Null, "until the next click");
}

#[test]
fn an_earlier_cookie_can_be_brought_back_by_what_happened_after_it() {
    let server = Running::start("05-stocks", &[]);
    let browser = Browser::new();
    let at = |path: &str| format!("{}{path}", server.address);
    let _ = browser.get(&at("/stocks"));
    for symbol in ["AAPL", "SBUX", "X"] {
        let fields = [("stock_symbol", symbol), AAPL[1], AAPL[2]];
        let _ = browser.post_and_follow(&server, "/add_stock", &fields);
        let _ = browser.get(&at("/stocks"));
    }
    let lost = session(&browser, &server)["lost"].clone();
    let labels: Vec<_> =
        lost.as_array().unwrap().iter().map(|it| it["label"].as_str().unwrap()).collect();
    assert_eq!(labels.len(), 2, "{labels:?}");
    assert!(labels[0].starts_with("before POST /add_stock: + stocks[2] "), "{labels:?}");
    assert!(labels[1].starts_with("before POST /add_stock: + stocks[1] "), "{labels:?}");
    let number = lost[1]["number"].to_string();
    let _ = browser.post(&at("/_session/restore"), &[("which", &number)]);
    let page = browser.get(&at("/stocks")).body;
    let main = page.split_once("</main>").unwrap().0;
    assert!(main.contains("AAPL") && !main.contains("SBUX"), "{main}");
}

/// Presses a button of the X-ray and opens the page again.
fn press(browser: &Browser, server: &Running, button: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = browser.post(&format!("{}/_session/{button}", server.address), fields);
    assert_eq!((answer.status, answer.header("location")), (303, "/#verdict"), "{button}");
    assert_eq!(answer.header("cache-control"), "no-store", "{button}");
    browser.get(&server.address)
}

fn knows(page: &Answer, name: &str) -> bool {
    page.body.contains(&format!("<h1>{name}</h1>"))
}

#[test]
fn a_changed_cookie_is_nobodys_and_the_old_one_comes_back() {
    for store in ["private", "signed", "memory"] {
        let server = on(store);
        let browser = named(&server, "Ferris");
        assert!(!knows(&press(&browser, &server, "change", &[]), "Ferris"), "{store}");
        assert_eq!(session(&browser, &server)["sent"]["accepted"], false, "{store}");
        assert!(knows(&press(&browser, &server, "restore", &[]), "Ferris"), "{store}");
        assert!(!knows(&press(&browser, &server, "forget", &[]), "Ferris"), "{store}");
        assert_eq!(session(&browser, &server)["sent"], Value::Null, "{store}");
        assert!(knows(&press(&browser, &server, "restore", &[]), "Ferris"), "{store}");
    }
}

#[test]
fn what_a_reset_can_promise_depends_on_the_store() {
    for (store, is_known) in [("private", true), ("signed", true), ("memory", false)] {
        let settings = format!("{{store={store}}}");
        let server = Running::start("03-reset", &[("ROCKET_SESSION", &settings)]);
        let browser = named(&server, "Ferris");
        let _ = browser.get(&format!("{}/reset", server.address));
        assert!(!knows(&browser.get(&server.address), "Ferris"), "{store}");
        let page = press(&browser, &server, "restore", &[]);
        assert_eq!(knows(&page, "Ferris"), is_known, "{store}");
    }
}

#[test]
fn time_passes_at_the_press_of_a_button() {
    for store in ["private", "signed", "memory"] {
        let server = on(store);
        let browser = named(&server, "Ferris");
        let page = press(&browser, &server, "age", &[("seconds", "3600")]);
        assert!(knows(&page, "Ferris"), "{store}");
        let left = session(&browser, &server)["seconds_left"].as_u64().unwrap();
        assert!((39_300..=39_600).contains(&left), "{store}: 11 hours of 12, not {left}");
        let told = &session(&browser, &server)["exchanges"][1]["changes"][0];
        assert_eq!(told, "time passed by hand: 1:00:00", "{store}");
        let page = press(&browser, &server, "age", &[("seconds", "86400")]);
        assert!(!knows(&page, "Ferris"), "{store}: it is over");
        let page = press(&browser, &server, "restore", &[]);
        assert!(!knows(&page, "Ferris"), "{store}: and stays so");
    }
}

#[test]
fn a_permanent_session_slides_until_its_absolute_end() {
    let server = Running::start("06-login", &[]);
    let browser = Browser::new();
    let _ = browser.get(&server.address);
    let _ = browser.post_and_follow(&server, "/login", &[("username", "Tim")]);
    let user = format!("{}/user", server.address);
    let _ = browser.post(&format!("{}/_session/age", server.address), &[("seconds", "60")]);
    assert!(browser.get(&user).body.contains("Hello, Tim!"));
    assert_eq!(session(&browser, &server)["seconds_left"], 300, "it slides");
    let _ = browser.post(&format!("{}/_session/age", server.address), &[("seconds", "3600")]);
    assert_eq!(browser.get(&user).header("location"), "/login");
    assert!(
        browser.get(&format!("{}/login", server.address)).body.contains("Your session has expired")
    );
}

#[test]
fn the_buttons_are_protected_like_any_form() {
    let server = on("memory");
    let browser = named(&server, "Ferris");
    for button in ["change", "restore", "forget", "age"] {
        let url = format!("{}/_session/{button}", server.address);
        let elsewhere = [("Sec-Fetch-Site", "cross-site")];
        assert_eq!(
            browser.post_with(&url, &[("seconds", "86400")], &elsewhere).status,
            403,
            "{button}"
        );
        assert_eq!(browser.get(&url).status, 405, "{button}");
    }
    for wrong in ["0", "-1", "soon", "99999999999999999999"] {
        let url = format!("{}/_session/age", server.address);
        assert_eq!(browser.post(&url, &[("seconds", wrong)]).status, 422, "{wrong}");
    }
    assert!(knows(&browser.get(&server.address), "Ferris"));
    let off = Running::start("02-name-form", &[("ROCKET_XRAY", "false")]);
    assert_eq!(Browser::new().post(&format!("{}/_session/forget", off.address), &[]).status, 404);
}

#[test]
fn it_leads_back_to_the_page_it_is_on_and_nowhere_else() {
    let server = on("memory");
    let browser = named(&server, "Ferris");
    let url = format!("{}/_session/forget", server.address);
    for (referer, location) in [
        (format!("{}/?x=1", server.address), "/?x=1#verdict"),
        (format!("{}/nowhere", server.address), "/#verdict"),
        (format!("{}/setName", server.address), "/#verdict"),
        ("https://example.net//evil.example/x".to_owned(), "/#verdict"),
        ("nonsense".to_owned(), "/#verdict"),
    ] {
        let answer = browser.post_with(&url, &[], &[("Referer", &referer)]);
        assert_eq!((answer.status, answer.header("location")), (303, location), "{referer}");
    }
}

#[test]
fn it_draws_what_travelled_since_the_last_click() {
    for (store, kept) in [
        (
            "private",
            "browser: keeps, in the cookie, name &quot;Ferris&quot;. server: keeps nothing.",
        ),
        ("memory", "server: keeps, name &quot;Ferris&quot;."),
    ] {
        let server = on(store);
        let browser = named(&server, "Ferris");
        let page = browser.get(&server.address).body;
        let words = page.split_once("aria-label=\"What travelled since").unwrap().1;
        let words = words.split('"').next().unwrap();
        assert!(words.ends_with(kept), "{store}: {words}");
        let page = browser.post_and_follow(&server, "/setName", &[("name", "Corro")]).body;
        let words = page.split_once("aria-label=\"What travelled since").unwrap().1;
        let way = ["POST /setName, Cookie: lesson-02=…", "303 → /", "GET /, Cookie: ", ": 200"];
        let mut rest = words.split('"').next().unwrap();
        for step in way {
            let found = rest.split_once(step);
            rest = found.unwrap_or_else(|| panic!("{store}: {step} is not in {words}")).1;
        }
    }
}

#[test]
fn only_the_two_frames_may_be_framed_and_only_there() {
    let server = on("memory");
    let policy = |host: &str, path: &str| {
        let answer = Browser::new().get_from(host, &format!("{}{path}", server.address));
        answer.header("content-security-policy").to_owned()
    };
    for host in ["left.two.localhost", "right.two.localhost"] {
        assert!(policy(host, "/").contains("frame-ancestors http://two.localhost:*"), "{host}");
    }
    for host in ["127.0.0.1", "two.localhost", "up.two.localhost", "left.two.localhost.example.net"]
    {
        assert!(policy(host, "/").contains("frame-ancestors 'none'"), "{host}");
    }
    let frames = "frame-src http://left.two.localhost:* http://right.two.localhost:*";
    assert!(policy("two.localhost", "/_two").contains(frames));
    assert!(!policy("127.0.0.1", "/_two").contains("frame-src"));
    let by_hand = Browser::new().get(&format!("{}/_two", server.address));
    assert!(by_hand.body.contains("in another browser or in a private window"));
    assert!(by_hand.body.contains("http://two.localhost:"));
    let phone = Browser::new().get_from("192.0.2.7:8002", &format!("{}/_two", server.address));
    assert!(phone.body.contains("only in a browser on the machine on which the lesson runs"));
    assert!(!phone.body.contains("http://two.localhost:"), "{}", phone.body);
    let off = Running::start("02-name-form", &[("ROCKET_XRAY", "false")]);
    assert_eq!(Browser::new().get(&format!("{}/_two", off.address)).status, 404);
    let answer = Browser::new().get_from("left.two.localhost", &off.address);
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
}

/// To Rocket, and so to everything here, these are one address.
#[test]
fn an_address_is_one_however_it_is_spelled() {
    let server = on("memory");
    let browser = named(&server, "Ferris");
    let get = |path: &str| browser.get(&format!("{}{path}", server.address));
    let before = session(&browser, &server)["exchanges"].clone();
    for path in
        ["/_session/", "//_session", "/%5Fsession", "/_%73ession//", "/_session?x", "/_session/?"]
    {
        let answer = get(path);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, "application/json"),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        let xray: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(xray["exchanges"], before, "{path}: it does not show itself");
    }
    for path in ["/_two", "/_two/", "//_two", "/%5Ftwo"] {
        let page = get(path);
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.body.contains("id=\"xray\"") && !page.body.contains("/_session/"), "{path}");
    }
    for path in ["/setName", "/%73etName", "/setName/", "//setName", "/%73%65tName//"] {
        let answer = get(path);
        assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{path}");
    }
    for path in [
        "/_lesson/02-name-form",
        "//_lesson//02-name-form/",
        "/%5Flesson/x",
        "/%73tatic/x/style.css",
    ] {
        let _ = get(path);
    }
    let after = session(&browser, &server)["exchanges"].to_string();
    assert!(!after.contains("esson/") && !after.contains("tatic"), "{after}");
    assert_eq!(get("/%255Fsession").status, 404, "what is decoded twice is another address");
}

#[test]
fn the_buttons_lead_back_to_a_page_however_it_is_spelled() {
    let server = on("memory");
    let browser = named(&server, "Ferris");
    let press = |page: &str| {
        let referer = format!("{}{page}", server.address);
        let url = format!("{}/_session/change", server.address);
        let answer = browser.post_with(&url, &[], &[("Referer", &referer)]);
        answer.header("location").to_owned()
    };
    for (page, back) in [
        ("/docs", "/docs#verdict"),
        ("/docs/", "/docs/#verdict"),
        ("/%64ocs", "/%64ocs#verdict"),
        ("//docs", "/#verdict"),
        ("/%73etName", "/#verdict"),
        ("/nowhere", "/#verdict"),
    ] {
        assert_eq!(press(page), back, "{page}");
    }
}
