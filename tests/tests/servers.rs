//! The real programs, over real HTTP.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tests::{
    ADMIN, Answer, Browser, PASSWORD, Running, comes_true, command, fresh_key, lessons, register,
    root,
};

/// A page of each lesson, and what it says.
const FIRST_PAGES: [(&str, &str, &str); 9] = [
    ("01-hello", "/", "Hello from Rocket!"),
    ("02-name-form", "/", "action=\"/setName\""),
    ("03-reset", "/", "href=\"/reset\""),
    ("04-unregister", "/", "action=\"/signup\""),
    ("05-stocks", "/stocks", "You have none yet"),
    ("06-login", "/login", "action=\"/login\""),
    ("07-admin", "/login", "type=\"password\""),
    ("08-database", "/register", "action=\"/register\""),
    ("09-many-servers", "/login", "action=\"/login\""),
];

fn add_stock(
    browser: &Browser,
    server: &Running,
    symbol: &str,
    shares: &str,
    price: &str,
) -> Answer {
    let fields =
        [("stock_symbol", symbol), ("number_of_shares", shares), ("purchase_price", price)];
    browser.post_and_follow(server, "/add_stock", &fields)
}

#[test]
fn every_lesson_serves_its_page() {
    assert_eq!(
        FIRST_PAGES.map(|(lesson, ..)| lesson.to_owned()).as_slice(),
        lessons(),
        "a row for each lesson"
    );
    for (lesson, path, text) in FIRST_PAGES {
        let server = Running::start(lesson, &[]);
        let page = Browser::new().get(&format!("{}{path}", server.address));
        assert_eq!(page.status, 200, "{lesson}");
        assert!(page.body.contains(text), "{lesson}: {}", page.body);
    }
}

#[test]
fn all_at_once_in_one_browser_nothing_is_mixed_up() {
    let servers =
        lessons().into_iter().map(|lesson| Running::start(&lesson, &[])).collect::<Vec<_>>();
    let [_, second, third, fourth, fifth, sixth, seventh, eighth, ninth] = servers.as_slice()
    else {
        panic!("there are nine");
    };
    let browser = Browser::new();
    for _ in 0..2 {
        let page = browser.post_and_follow(second, "/setName", &[("name", "Ferris")]);
        assert!(page.body.contains("<h1>Ferris</h1>"));
        let page = browser.post_and_follow(third, "/setName", &[("name", "Corro")]);
        assert!(page.body.contains("<h1>Corro</h1>"));
        let page = browser.post_and_follow(fourth, "/signup", &[("email", "ferris@example.com")]);
        assert!(page.body.contains("Thanks!"));
        assert!(add_stock(&browser, fifth, "AAPL", "15", "302.17").body.contains("$302.17"));
        let page = browser.post_and_follow(sixth, "/login", &[("username", "Tim")]);
        assert!(page.body.contains("Hello, Tim!"));
        let page = browser.post_and_follow(seventh, "/signup", &[("email", "tim@example.com")]);
        assert!(page.body.contains("tim@example.com"));
    }
    for (server, name) in [(eighth, "Ada"), (ninth, "Grace")] {
        let account = [("username", name), ("email", "a@example.com"), ("password", "open sesame")];
        let page = browser.post_and_follow(server, "/register", &account);
        assert!(page.body.contains(&format!("Hello, {name}!")));
    }
    assert_eq!(browser.get(&format!("{}/reset", third.address)).status, 303);
    assert!(!browser.get(&third.address).body.contains("<h1>Corro</h1>"));
    assert!(browser.get(&second.address).body.contains("<h1>Ferris</h1>"));
    for (server, name) in [(sixth, "Tim"), (eighth, "Ada"), (ninth, "Grace")] {
        let page = browser.get(&format!("{}/user", server.address));
        assert!(page.body.contains(&format!("Hello, {name}!")));
    }
}

#[test]
fn two_browsers_have_two_lists() {
    let server = Running::start("05-stocks", &[]);
    let (firefox, chrome) = (Browser::new(), Browser::new());
    let first = add_stock(&firefox, &server, "AAPL", "15", "302.17").body;
    let second = add_stock(&chrome, &server, "SBUX", "100", "87.56").body;
    assert!(first.contains("$302.17") && !first.contains("SBUX"));
    assert!(second.contains("$87.56") && !second.contains("AAPL"));
}

#[test]
fn forty_forms_at_once_lose_none_on_the_memory_store() {
    let server = Running::start("05-stocks", &[("ROCKET_SESSION", "{store=memory}")]);
    let browser = Browser::new();
    let _ = add_stock(&browser, &server, "FIRST", "1", "1");
    thread::scope(|scope| {
        for n in 0..40 {
            let (browser, server) = (&browser, &server);
            scope.spawn(move || add_stock(browser, server, &format!("N{n}"), "1", "1"));
        }
    });
    let page = browser.get(&format!("{}/stocks", server.address)).body;
    for n in 0..40 {
        assert!(page.contains(&format!("<td>N{n}</td>")), "N{n} is lost");
    }
    assert!(page.contains("$41.00"));
}

#[test]
fn another_store_and_a_shorter_life_by_one_variable() {
    for value in ["{store=\"signed\",lifetime=\"20s\"}", "{store=signed,lifetime=20s}"] {
        let server = Running::start("06-login", &[("ROCKET_SESSION", value)]);
        let answer =
            Browser::new().post(&format!("{}/login", server.address), &[("username", "Tim")]);
        let line = answer.header("set-cookie");
        assert!(line.starts_with("lesson-06=") && line.contains("Max-Age=20"), "{line}");
        let payload = line["lesson-06=".len()..].split('.').next().unwrap();
        let record: serde_json::Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
        let seconds = |key: &str| record[key].as_u64().unwrap();
        assert_eq!(record["values"]["user"], "Tim");
        // A second may end between the beginning of the request and its end.
        let lived = seconds("expires") - seconds("created");
        assert!(
            (20..=60).contains(&lived),
            "{lived}: the server decides, not the cookie's Max-Age"
        );
    }
}

#[test]
fn it_runs_from_any_folder() {
    let outside = std::env::temp_dir();
    for folder in [root(), root().join("docs"), root().join("lessons/01-hello/src"), outside] {
        let server = Running::from(command("03-reset").current_dir(&folder));
        assert_eq!(Browser::new().get(&server.address).status, 200, "{}", folder.display());
    }
}

#[test]
fn every_page_has_the_security_headers_and_nothing_from_elsewhere() {
    for (lesson, path, _) in FIRST_PAGES {
        let server = Running::start(lesson, &[]);
        for path in [path, "/nowhere", "/static/style.css"] {
            let page = Browser::new().get(&format!("{}{path}", server.address));
            let policy = page.header("content-security-policy");
            assert!(
                policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
                "{policy}"
            );
            assert!(
                policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'")
            );
            assert_eq!(page.header("x-content-type-options"), "nosniff");
            assert_eq!(page.header("referrer-policy"), "same-origin");
            for inline in [
                "style=\"",
                "<style",
                "<script>",
                "onclick",
                "javascript:",
                "src=\"http",
                "href=\"http",
            ] {
                assert!(!page.body.contains(inline), "{lesson}{path}: {inline}");
            }
        }
    }
}

#[test]
fn twenty_forms_at_once_put_one_address_on_the_list() {
    let server = Running::start("07-admin", &[ADMIN]);
    let browser = Browser::new();
    let login = browser.post(&format!("{}/login", server.address), &[("password", PASSWORD)]);
    assert_eq!(login.header("location"), "/admin", "now it has a session");
    thread::scope(|scope| {
        for n in 0..20 {
            let (browser, server) = (&browser, &server);
            scope.spawn(move || {
                let email = format!("ferris-{n}@example.com");
                let _ = browser.post(&format!("{}/signup", server.address), &[("email", &email)]);
            });
        }
    });
    let list = browser.get(&format!("{}/", server.address)).body;
    assert_eq!(list.matches("<li>ferris-").count(), 1, "{list}");
}

#[test]
fn the_terminal_tells_what_happens_in_a_line_each() {
    let server = Running::start("05-stocks", &[]);
    let browser = Browser::new();
    let _ = add_stock(&browser, &server, "AAPL", "15", "302.17");
    let _ = browser.get(&format!("{}/nowhere?password=secret", server.address));
    let style = browser.get(&format!("{}/static/style.css", server.address));
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
    let answer = browser.post(&format!("{}/add_stock", server.address), &[("stock_symbol", "")]);
    assert_eq!(answer.status, 422);
    let output = server.stop();
    let lines: Vec<_> =
        output.lines().rev().filter(|line| !line.starts_with(' ')).take(4).collect();
    assert_eq!(lines.len(), 4, "{output}");
    let expected = [
        "POST /add_stock 422  ",
        "GET /nowhere 404  ",
        "GET /stocks 200  ",
        "POST /add_stock 303 → /stocks  ",
    ];
    for (line, begin) in lines.iter().zip(expected) {
        assert!(line.starts_with(begin) && line.contains(" ms"), "{line}");
    }
    for secret in ["secret", "lesson-05=", "\u{1b}["] {
        assert!(!output.contains(secret), "{secret} in: {output}");
    }
}

#[test]
fn the_terminal_tells_what_changed_in_the_session() {
    let settings = "{store=memory,absolute_lifetime=24h}";
    let server = Running::start("03-reset", &[("ROCKET_SESSION", settings)]);
    let browser = Browser::new();
    let _ = browser.post_and_follow(&server, "/setName", &[("name", "Ferris")]);
    let _ = browser.post_and_follow(&server, "/setName", &[("name", "Corro")]);
    let _ = browser.get(&format!("{}/reset", server.address));
    let output = server.stop();
    let story: Vec<_> = output.split_once("Ctrl+C").unwrap().1.lines().map(str::trim).collect();
    // What a request took is another time each time.
    let untimed = |line: &str| {
        let parts: Vec<_> = line.split("  ").filter(|it| !it.ends_with(" ms")).collect();
        parts.join("  ")
    };
    let story: Vec<_> = story.into_iter().map(untimed).collect();
    let source = tests::root().join("lessons/03-reset/src/main.rs");
    let source = std::fs::read_to_string(source).unwrap();
    let line = |code: &str| 1 + source.lines().position(|line| line.contains(code)).unwrap();
    let (inserts, clears) = (line("session.insert("), line("    session.clear()"));
    let inserted = |change: &str| format!("{change}  main.rs:{inserts}");
    let (first, second) =
        (inserted("+ name \"Ferris\""), inserted("~ name \"Ferris\" → \"Corro\""));
    let cleared = ["- name \"Corro\"", "cookie lesson-03 removed"];
    let cleared = cleared.map(|change| format!("{change}  main.rs:{clears}"));
    let expected = [
        "POST /setName 303 → /",
        first.as_str(),
        "cookie lesson-03 set: name and value take 31 of 4096 bytes, ends in 12:00:00",
        "GET / 200  otter",
        "POST /setName 303 → /  otter",
        second.as_str(),
        "GET / 200  otter",
        "GET /reset 303 → /  otter",
        &cleared[0],
        &cleared[1],
    ];
    assert_eq!(story.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>(), expected);
}

#[test]
fn without_the_xray_the_terminal_tells_nothing_of_what_visitors_store() {
    let server = Running::start("03-reset", &[("ROCKET_XRAY", "false")]);
    let _ = Browser::new().post_and_follow(&server, "/setName", &[("name", "Ferris")]);
    let output = server.stop();
    assert!(output.contains("POST /setName 303") && !output.contains("Ferris"), "{output}");
}

#[test]
fn the_banner_says_what_one_needs() {
    let output = Running::start("05-stocks", &[]).stop();
    for text in [
        "Lesson 05",
        "http://127.0.0.1:",
        "docs/05-stocks.md",
        "lessons/05-stocks/src/main.rs",
        "signed",
        "made for this run",
    ] {
        assert!(output.contains(text), "{text} is missing in: {output}");
    }
    assert!(output.lines().count() <= 15, "{output}");
    let output = Running::start("04-unregister", &[]).stop();
    assert!(output.contains("memory") && !output.contains("made for this run"), "{output}");
}

#[test]
fn a_key_of_ones_own_survives_a_restart() {
    let key = fresh_key();
    let settings = [("ROCKET_SECRET_KEY", key.as_str()), ("ROCKET_PROFILE", "release")];
    let before = Running::start("02-name-form", &settings);
    let answer = Browser::new().post(&format!("{}/setName", before.address), &[("name", "Ferris")]);
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let output = before.stop();
    assert!(!output.contains("made for this run") && !output.contains(&key), "{output}");
    let after = Running::start("02-name-form", &settings);
    assert!(
        raw(&after, format!("GET / HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n"))
            .contains("<h1>Ferris</h1>")
    );
}

/// Sends a request as it is and returns the whole answer as text.
fn raw(server: &Running, head: impl AsRef<[u8]>) -> String {
    let mut stream = TcpStream::connect(server.authority()).expect("it listens");
    // A server may hang up on nonsense before it has read all of it.
    let _ = stream.write_all(&[head.as_ref(), b"Connection: close\r\n\r\n"].concat());
    let mut answer = vec![];
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_hostile_cookie_header_is_rejected_and_never_a_5xx() {
    for store in ["private", "signed", "memory"] {
        let server =
            Running::start("02-name-form", &[("ROCKET_SESSION", &format!("{{store={store}}}"))]);
        let answer =
            Browser::new().post(&format!("{}/setName", server.address), &[("name", "Ferris")]);
        let good = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        let with = |cookie: &[u8]| {
            let head = [b"GET / HTTP/1.1\r\nHost: x\r\nCookie: ", cookie, b"\r\n"].concat();
            raw(&server, head)
        };
        assert!(with(good.as_bytes()).contains("<h1>Ferris</h1>"));
        let hostile = [
            b"lesson-02=".to_vec(),
            b"lesson-02".to_vec(),
            b"lesson-02=\xff\xfe\x80".to_vec(),
            b"lesson-02=%ff%fe%80%00".to_vec(),
            b"lesson-02=%".to_vec(),
            b"; ; =; ==; lesson-02==".to_vec(),
            b"\"lesson-02=x".to_vec(),
            format!("lesson-02={}", "A".repeat(64 * 1024)).into_bytes(),
            format!("lesson-02={}", "%41".repeat(2000)).into_bytes(),
        ];
        for cookie in hostile {
            let answer = with(&cookie);
            let shown = String::from_utf8_lossy(&cookie[..cookie.len().min(60)]).into_owned();
            let status = answer.split(' ').nth(1).unwrap_or("none");
            assert!(status == "200" || status.starts_with('4'), "{store}, {shown}: {answer}");
            assert!(!answer.contains("Ferris"), "{store}, {shown}");
        }
        let doubled = with(format!("lesson-02=nonsense; {good}; lesson-02=nonsense").as_bytes());
        assert!(doubled.starts_with("HTTP/1.1 400"), "{store}: {doubled}");
        assert!(!doubled.contains("Ferris"), "{store}: {doubled}");
    }
}

#[test]
fn a_cookie_name_counts_as_it_is_written() {
    let server = Running::start("02-name-form", &[("ROCKET_SESSION", "{secure=true}")]);
    let answer =
        Browser::new().post(&format!("{}/setName", server.address), &[("name", "Mallory")]);
    let planted = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let (_, value) = planted.split_once('=').unwrap();
    let with =
        |cookie: &str| raw(&server, format!("GET / HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n"));
    assert!(with(&planted).contains("Mallory"));
    for name in ["%5F%5FHost-lesson-02", "__Host%2Dlesson-02", "__host-lesson-02", "lesson-02"] {
        assert!(!with(&format!("{name}={value}")).contains("Mallory"), "{name}");
    }
    for blank in ['\u{85}', '\u{a0}', '\u{1680}', '\u{2000}', '\u{2028}', '\u{3000}', '\u{feff}'] {
        let names = [format!("{blank}__Host-lesson-02"), format!("__Host-lesson-02{blank}")];
        for name in names {
            assert!(!with(&format!("{name}={value}")).contains("Mallory"), "{name:?}");
            let beside = with(&format!("{name}=x; {planted}"));
            assert!(beside.contains("Mallory"), "{name:?}: a cookie of another name");
        }
        let changed = with(&format!("{planted}{blank}"));
        assert!(!changed.contains("Mallory"), "a value counts as it is written, too");
    }
    assert!(with(&format!("x=1;\t{planted} \t; y=2")).contains("Mallory"));
    assert!(
        !with(&format!("{planted}; {planted}")).contains("Mallory"),
        "one of two was set by another program"
    );
}

/// Sends a request with these cookies, and returns the whole answer.
fn page_with(server: &Running, method: &str, path: &str, cookie: &str) -> String {
    let headers = format!("Host: x\r\nCookie: {cookie}\r\nContent-Length: 0\r\n");
    raw(server, format!("{method} {path} HTTP/1.1\r\n{headers}"))
}

#[test]
fn two_cookies_of_one_name_are_a_page_with_the_way_out() {
    for (lesson, name, paths) in [
        ("02-name-form", "lesson-02", &["/"][..]),
        ("03-reset", "lesson-03", &["/", "/reset"]),
        ("06-login", "lesson-06", &["/login", "/user"]),
        ("07-admin", "lesson-07", &["/admin", "/login"]),
        ("08-database", "lesson-08", &["/login", "/user", "/stocks"]),
    ] {
        let server = Running::start(lesson, &[]);
        let two = format!("{name}=AAAAAAAAAAAAAAAAAAAAAA; {name}=x");
        for path in paths {
            let page = page_with(&server, "GET", path, &two);
            assert!(page.starts_with("HTTP/1.1 400 "), "{lesson}{path}: {page}");
            assert!(page.contains(&format!("Your browser sent two cookies named {name}")));
            assert!(page.contains("developer tools"), "{lesson}{path}: the way out");
            assert!(page.contains(&format!("2 cookies named <code>{name}</code>")), "the X-ray");
            assert!(!page.contains(&format!("set-cookie: {name}=")), "{lesson}{path}: {page}");
        }
        let three = page_with(&server, "GET", paths[0], &format!("{two}; {name}="));
        assert!(three.contains("several cookies named"), "{lesson}: {three}");
        let told = page_with(&server, "GET", "/_session", &two);
        assert!(told.starts_with("HTTP/1.1 200 "), "{lesson}: {told}");
        assert!(told.contains("AAAAAAAAAAAAAAAAAAAAAA") && told.contains("\"sent\": null"));
    }
}

#[test]
fn a_cookie_that_cannot_be_read_is_told_to_those_who_sent_it() {
    let server = Running::start("06-login", &[]);
    let answer = Browser::new().post(&format!("{}/login", server.address), &[("username", "Tim")]);
    let good = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let with = |cookie: &[u8]| {
        let head = b"GET /user HTTP/1.1\r\nHost: x\r\nCookie: ";
        raw(&server, [head, cookie, b"\r\n"].concat())
    };
    for bytes in [&b"who=J\xf6"[..], b"\xff", b"a=\xc3\x28", b"lesson-06=\x80"] {
        let answer = with(&[bytes, b"; ", good.as_bytes()].concat());
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        assert!(answer.contains("Your browser sent a cookie that cannot be read"), "{answer}");
        assert!(answer.contains("developer tools"), "the way out: {answer}");
        assert!(!answer.contains("Tim") && !answer.contains("set-cookie: lesson-06="), "{answer}");
        // Others are none the wiser.
        assert!(with(good.as_bytes()).contains("Hello, Tim!"));
    }
    let utf8 = ["who=J\u{f6}; ".as_bytes(), good.as_bytes()].concat();
    assert!(with(&utf8).contains("Hello, Tim!"), "what is UTF-8 is no fault");
}

#[test]
fn what_two_cookies_ask_for_is_not_done() {
    let server = Running::start("06-login", &[]);
    let two = "lesson-06=a; lesson-06=b";
    for (path, status) in [("/login", "400"), ("/logout", "400")] {
        let page = page_with(&server, "POST", path, two);
        assert!(page.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {page}");
        assert!(!page.contains("set-cookie: lesson-06="), "{path}: {page}");
    }
    let page = page_with(&server, "GET", "/login", "lesson-06-xray=a; lesson-06-xray=b");
    assert!(page.starts_with("HTTP/1.1 200 "), "the X-ray's cookie is not the lesson's: {page}");
    assert!(page.contains("2 cookies named <code>lesson-06-xray</code>"), "{page}");
}

#[test]
fn an_unknown_method_gets_a_page_with_all_headers() {
    let server = Running::start("01-hello", &[]);
    let answer = raw(&server, "FOO / HTTP/1.1\r\nHost: x\r\n").to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 400"), "{answer}");
    for header in ["content-security-policy: ", "x-content-type-options: ", "referrer-policy: "] {
        assert!(answer.contains(header), "{header}");
    }
}

#[test]
fn an_address_cannot_speak_to_the_terminal() {
    for level in ["normal", "debug"] {
        let server = Running::start("01-hello", &[("ROCKET_LOG_LEVEL", level)]);
        let _ = raw(&server, "GET /\u{9b}31mRED\u{202e} HTTP/1.1\r\nHost: x\r\n".as_bytes());
        server.signal("TERM");
        let (_, output) = server.wait();
        assert!(output.contains("31mRED"), "{output:?}");
        assert!(!output.contains(['\u{9b}', '\u{202e}', '\u{1b}']), "{output:?}");
    }
}

#[test]
fn a_name_is_shown_in_the_terminal_as_it_is() {
    let server = Running::start("02-name-form", &[]);
    let browser = Browser::new();
    let names = ["नमस्ते", "สวัสดี", "שָׁלוֹם", "👩‍👩‍👧", "می\u{200c}خواهم"];
    for name in names {
        let answer = browser.post(&format!("{}/setName", server.address), &[("name", name)]);
        assert_eq!(answer.status, 303, "{name}");
    }
    let _ = raw(&server, "GET /नमस्ते\u{200b} HTTP/1.1\r\nHost: x\r\n".as_bytes());
    let output = server.stop();
    assert!(names.iter().all(|name| output.contains(&format!("\"{name}\""))), "{output}");
    assert!(output.contains("GET /नमस्ते\\u{200b} "), "{output}");
}

#[test]
fn not_even_the_debug_log_has_a_cookie_in_it() {
    let log = std::env::temp_dir().join(format!("debug-log-{}", std::process::id()));
    let mut command = command("06-login");
    let errors = File::create(&log).expect("the folder for temporary files is there");
    let server = Running::from(command.env("ROCKET_LOG_LEVEL", "debug").stderr(errors));
    let browser = Browser::new();
    let answer = browser.post(&format!("{}/login", server.address), &[("username", "Tim")]);
    let id = answer.header("set-cookie").split(['=', ';']).nth(1).unwrap().to_owned();
    assert_eq!(browser.get(&format!("{}/user", server.address)).status, 200);
    let output = server.stop() + &fs::read_to_string(&log).unwrap();
    let _ = fs::remove_file(log);
    assert!(output.contains("Matched: (login) POST /login"), "it is the debug log: {output}");
    assert!(!output.contains(&id), "{output}");
}

#[test]
fn what_a_link_in_a_mail_opens_is_in_no_log() {
    let folder = std::env::temp_dir().join(format!("mail-log-{}", std::process::id()));
    let mut command = command("08-database");
    command.env("ROCKET_DATA_DIR", &folder).env("ROCKET_LOG_LEVEL", "debug");
    let server = Running::from(&mut command);
    let _ferris = register(&server.address, "Ferris", "open sesame");
    let output = server.stop();
    let (before, after) = output.split_once("/confirm/").expect("the mail is in the terminal");
    let (code, after) = after.split_at(22);
    assert!(!before.contains(code) && !after.contains(code), "only there: {output}");

    let log = folder.join("log");
    let server = Running::from(command.stderr(File::create(&log).unwrap()));
    let browser = Browser::new();
    let encoded = format!("{}%{:02x}{}", &code[..9], code.as_bytes()[9], &code[10..]);
    for sent in [code, &encoded, &format!("{code}."), &format!("{code}/more")] {
        let address = &server.address;
        let _ = browser.get(&format!("{address}/confirm/{sent}"));
        let _ = browser.post(&format!("{address}/confirm/{sent}"), &[]);
        let _ = browser.post(&format!("{address}/logins/{sent}/end"), &[]);
    }
    let output = server.stop() + &fs::read_to_string(&log).unwrap();
    let _ = fs::remove_dir_all(folder);
    assert!(output.contains("GET /confirm/… 200"), "the access log: {output}");
    assert!(output.contains("Matched: (confirm) POST /confirm/"), "Rocket's own: {output}");
    assert!(!output.contains(code) && !output.contains(&encoded), "{output}");
}

/// Whether a file in this folder, or in one of its folders, has these bytes in it.
fn is_in_a_file(folder: &Path, bytes: &str) -> bool {
    fs::read_dir(folder).expect("it is a folder").any(|entry| {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            return is_in_a_file(&path, bytes);
        }
        let found = fs::read(path).expect("it can be read");
        found.windows(bytes.len()).any(|found| found == bytes.as_bytes())
    })
}

#[test]
fn nothing_of_a_deleted_account_is_in_the_files() {
    let folder = std::env::temp_dir().join(format!("deleted-{}", std::process::id()));
    let settings = [("ROCKET_DATA_DIR", folder.to_str().unwrap())];
    let server = Running::start("08-database", &settings);
    let browser = Browser::new();
    let post = |path: &str, fields: &[(&str, &str)]| {
        browser.post(&format!("{}{path}", server.address), fields).status
    };
    let (name, email) = ("Fxrris-the-Crab", "fxrris@crabs.example");
    let register = [("username", name), ("email", email), ("password", "open sesame")];
    assert_eq!(post("/register", &register), 303);
    for (password, status) in [("open barley", 422), ("open sesame", 303)] {
        assert_eq!(post("/login", &[("username", name), ("password", password)]), status);
    }
    let _ = add_stock(&browser, &server, "FXR-1", "17", "302.17");
    for text in [name, email, "$argon2id$", "FXR-1"] {
        assert!(is_in_a_file(&folder, text), "{text} was there");
    }
    let change = [("current", "open sesame"), ("password", "closed sesame")];
    assert_eq!(post("/password", &change), 303);
    assert_eq!(post("/delete", &[("password", "closed sesame")]), 303);
    let all = [name, &name.to_lowercase(), email, "$argon2id$"];
    for text in all {
        assert!(!is_in_a_file(&folder, text), "{text} is still there");
    }
    // What the sessions said of it leaves their log within a minute, or when the server starts.
    let _ = server.stop();
    let server = Running::start("08-database", &settings);
    let is_there = |text: &&str| is_in_a_file(&folder, text);
    assert!(comes_true(|| !all.iter().chain(&["FXR-1"]).any(is_there)));
    let _ = server.stop();
    let _ = fs::remove_dir_all(folder);
}

#[test]
fn a_classroom_gets_an_address_that_works() {
    let server = Running::start("01-hello", &[("ROCKET_ADDRESS", "0.0.0.0")]);
    assert!(server.address.starts_with("http://127.0.0.1:"), "{}", server.address);
    let port = server.authority().rsplit(':').next().unwrap();
    let lines = server.banner.iter().map(|line| line.trim());
    for address in lines.filter_map(|line| line.strip_suffix(" from other machines")) {
        assert!(!address.contains("0.0.0.0") && address.ends_with(port), "{address}");
        assert_eq!(Browser::new().get(address).status, 200, "{address}");
    }
    let said = server.stop();
    assert!(said.contains(" from other machines") || said.contains("in no network"), "{said}");
    assert!(!Running::start("01-hello", &[]).stop().contains("other machines"));
}

#[test]
fn links_of_a_doc_lead_to_the_host_by_which_the_visitor_came() {
    let server = Running::start("01-hello", &[]);
    let url = format!("{}/docs/09-many-servers", server.address);
    for host in ["localhost", "192.0.2.2"] {
        let doc = Browser::new().get_from(host, &url).body;
        assert!(doc.contains(&format!("href=\"http://{host}:8009")), "{host}: {doc}");
        assert!(!doc.contains("href=\"http://127.0.0.1"), "{host}: {doc}");
    }
}

#[test]
fn a_form_that_is_too_large_is_a_413() {
    let server = Running::start("02-name-form", &[]);
    let answer = Browser::new()
        .post(&format!("{}/setName", server.address), &[("name", &"x".repeat(33_000))]);
    assert_eq!(answer.status, 413);
    assert_eq!(Browser::new().get(&server.address).status, 200);
}

#[test]
fn what_another_origin_sends_is_refused() {
    let server = Running::start("02-name-form", &[]);
    let url = format!("{}/setName", server.address);
    let site = |from| vec![("Sec-Fetch-Site", from)];
    let origin = |from| vec![("Origin", from)];
    for (headers, status) in [
        (vec![], 303),
        (site("same-origin"), 303),
        (site("none"), 303),
        (origin(server.address.as_str()), 303),
        (site("same-site"), 403),
        (site("cross-site"), 403),
        (site("nonsense"), 403),
        (origin("http://127.0.0.1:1"), 403),
        (origin("https://example.net"), 403),
        (origin("null"), 403),
        (origin(""), 403),
        ([site("cross-site"), origin("http://127.0.0.1:8002")].concat(), 403),
        ([site("same-origin"), site("cross-site")].concat(), 403),
        ([origin(server.address.as_str()), origin("https://example.net")].concat(), 403),
    ] {
        let answer = Browser::new().post_with(&url, &[("name", "Mallory")], &headers);
        assert_eq!(answer.status, status, "{headers:?}");
    }
}

#[test]
#[ignore = "needs ports 8001 to 8009: tests/full"]
fn each_has_its_own_port_and_leads_to_its_neighbours() {
    let start = |lesson: &String| {
        let number = &lesson[..2];
        Running::start(lesson, &[("ROCKET_PORT", &format!("80{number}"))])
    };
    let lessons = lessons();
    let mut servers: Vec<_> = lessons.iter().map(start).collect();
    for (number, (lesson, server)) in lessons.iter().zip(&servers).enumerate() {
        assert_eq!(server.address, format!("http://127.0.0.1:{}", 8001 + number));
        let answer = Browser::new().get(&format!("http://localhost:8001/_lesson/{lesson}"));
        assert_eq!(answer.header("location"), format!("http://localhost:{}/", 8001 + number));
    }
    let _ = servers.pop().map(Running::stop);
    let last = lessons.last().unwrap();
    let answer = Browser::new().get(&format!("http://127.0.0.1:8001/_lesson/{last}"));
    assert_eq!(answer.status, 404);
    assert!(answer.body.contains("<code>cargo run -p lesson-09</code>"), "{}", answer.body);
    let _ = servers.remove(2).stop();
    let answer = Browser::new().get("http://127.0.0.1:8001/_lesson/03-reset");
    assert!(answer.body.contains("<code>cargo run -p lesson-03</code>"), "{}", answer.body);
}

#[test]
fn what_is_in_the_database_outlives_the_server() {
    let mut command = command("08-database");
    let server = Running::from(&mut command);
    let browser = Browser::new();
    let account = [("username", "Ada"), ("email", "a@example.com"), ("password", "open sesame")];
    let page = browser.post_and_follow(&server, "/register", &account);
    assert!(page.body.contains("Hello, Ada!"));
    assert!(add_stock(&browser, &server, "AAPL", "15", "302.17").body.contains("$302.17"));
    drop(server);
    let server = Running::from(&mut command);
    let page = browser.get(&format!("{}/stocks", server.address));
    assert!(page.body.contains("$302.17"), "and the session has outlived it too: {}", page.body);
}

#[test]
fn a_password_for_this_run_is_said_once() {
    let server = Running::start("07-admin", &[]);
    assert_eq!(Browser::new().get(&server.address).status, 200, "by now it is said");
    let output = server.stop();
    assert_eq!(output.matches("The admin's password for this run: ").count(), 1, "{output}");
}

#[test]
fn an_address_in_a_header_is_not_believed() {
    let server = Running::start("08-database", &[]);
    let browser = Browser::new();
    let account = [("username", "Ada"), ("email", "a@example.com"), ("password", "open sesame")];
    let url = format!("{}/register", server.address);
    assert_eq!(browser.post_with(&url, &account, &[("X-Real-IP", "192.0.2.7")]).status, 303);
    let page = browser.get(&format!("{}/user", server.address)).body;
    assert!(page.contains("<td>127.0.0.1</td>") && !page.contains("192.0.2.7"), "{page}");
}

fn log_in(server: &Running, name: &str, password: &str) -> Option<Browser> {
    let browser = Browser::new();
    let fields = [("username", name), ("password", password)];
    let answer = browser.post(&format!("{}/login", server.address), &fields);
    (answer.status == 303).then_some(browser)
}

/// Changes the password from the old one, and says whether it is done.
fn change_password(browser: &Browser, server: &Running, password: &str) -> bool {
    let fields = [("current", "old password"), ("password", password)];
    let answer = browser.post(&format!("{}/password", server.address), &fields);
    answer.header("location") == "/user"
}

fn is_logged_in(browser: &Browser, server: &Running) -> bool {
    browser.get(&format!("{}/user", server.address)).status == 200
}

#[test]
fn a_login_with_the_old_password_does_not_outlive_its_change() {
    for round in 0..3 {
        // Each round has a server of its own: ten failures a minute from one address are the limit.
        let server = Running::start("08-database", &[]);
        let name = format!("Ada {round}");
        let owner = register(&server.address, &name, "old password");
        let done = AtomicBool::new(false);
        let thieves = thread::scope(|scope| {
            let keep_trying = || {
                let mut inside = vec![];
                while !done.load(Ordering::SeqCst) {
                    inside.extend(log_in(&server, &name, "old password"));
                }
                inside
            };
            let thieves: Vec<_> = (0..3).map(|_| scope.spawn(keep_trying)).collect();
            let early = log_in(&server, &name, "old password");
            let changed = change_password(&owner, &server, "new password");
            done.store(true, Ordering::SeqCst);
            assert!(changed);
            let others = thieves.into_iter().flat_map(|thief| thief.join().unwrap());
            others.chain(early).collect::<Vec<_>>()
        });
        assert!(!thieves.is_empty(), "there were logins before");
        assert!(is_logged_in(&owner, &server));
        let left = thieves.iter().filter(|thief| is_logged_in(thief, &server)).count();
        assert_eq!(left, 0, "of {} in round {round}", thieves.len());
    }
}

#[test]
fn of_two_changes_at_once_one_counts_and_the_other_is_told_so() {
    let server = Running::start("08-database", &[]);
    for round in 0..3 {
        let name = format!("Ada {round}");
        let owner = register(&server.address, &name, "old password");
        let thief = log_in(&server, &name, "old password").unwrap();
        let (first, second) = thread::scope(|scope| {
            let first = scope.spawn(|| change_password(&owner, &server, "first password"));
            let second = change_password(&thief, &server, "second password");
            (first.join().unwrap(), second)
        });
        assert!(first != second, "both were told that it is done: {first}, {second}");
        assert_eq!(log_in(&server, &name, "first password").is_some(), first);
        assert_eq!(log_in(&server, &name, "second password").is_some(), second);
    }
}

#[test]
fn every_lesson_shows_its_doc_beside_its_source_and_its_page() {
    for lesson in lessons() {
        let server = Running::start(&lesson, &[]);
        let page = Browser::new().get(&format!("{}/docs", server.address));
        assert_eq!(page.status, 200, "{lesson}");
        for text in [
            "<h2 id=\"try-to-break-it\">",
            &format!("<code>lessons/{lesson}/src/main.rs</code>"),
            &format!("<code>templates/{lesson}/"),
            "<span class=\"keyword\">fn</span> rocket() -&gt; ",
            "<iframe src=\"/\"",
            &format!("<img src=\"/docs/pictures/{}-sequence.svg\"", &lesson[..2]),
            "id=\"main.rs-1\" data-line=\"1\"",
        ] {
            assert!(page.body.contains(text), "{lesson}: {text}");
        }
        let source = format!("(../lessons/{lesson}/src/");
        let doc = fs::read_to_string(root().join(format!("docs/{lesson}.md"))).unwrap();
        let sources = doc.split(&source).skip(1).filter_map(|it| it.split_once([')', '#']));
        for (file, _) in sources {
            let link = format!("lessons-{lesson}-src-{}", file.replace(['/', '.', '_'], "-"));
            for text in [format!("href=\"#{link}\""), format!("<div id=\"{link}\">")] {
                assert!(page.body.contains(&text), "{lesson}: {text}");
            }
        }
        let of_settings = "\">[default.session]\n</span>";
        assert!(!page.body.contains(of_settings), "{lesson}: secrets may stand there");
        has_its_exercises(&server, &lesson, &doc);
    }
}

/// Each exercise is a page with what gives something away folded, and nothing else is one.
fn has_its_exercises(server: &Running, lesson: &str, doc: &str) {
    let get = |path: &str| Browser::new().get(&format!("{}{path}", server.address));
    let page = get("/docs").body;
    let folder = root().join("lessons").join(lesson).join("exercises");
    let files = fs::read_dir(&folder).map(|files| files.flatten().collect::<Vec<_>>());
    for file in files.unwrap_or_default() {
        let name = file.file_name().into_string().expect("a name is text");
        let path = format!("/docs/exercises/{}", name.trim_end_matches(".md"));
        let exercise = get(&path);
        assert_eq!(exercise.status, 200, "{path}");
        let solution = "<details>\n<summary>\n<h2 id=\"a-solution\">";
        assert!(exercise.body.contains(solution), "{path}");
        if doc.contains(&format!("(../lessons/{lesson}/exercises/{name})")) {
            assert!(page.contains(&format!("<a href=\"{path}\">")), "{path}");
        }
    }
    for name in ["nowhere", "..%2F..%2F..%2FREADME", "..%2Fsrc%2Fmain.rs", ".git"] {
        assert_eq!(get(&format!("/docs/exercises/{name}")).status, 404, "{lesson}: {name}");
    }
}

#[test]
fn a_function_that_the_doc_mentions_leads_to_its_line() {
    let server = Running::start("02-name-form", &[]);
    let page = Browser::new().get(&format!("{}/docs", server.address)).body;
    let source = fs::read_to_string(root().join("lessons/02-name-form/src/main.rs")).unwrap();
    for function in ["index", "is_name", "page", "set_name"] {
        let is_defined = |line: &str| line.starts_with(&format!("fn {function}("));
        let line = 1 + source.lines().position(is_defined).unwrap();
        assert!(page.contains(&format!("<a href=\"#main.rs-{line}\">")), "{function}");
        let shown = page.split_once(&format!("id=\"main.rs-{line}\"")).unwrap().1;
        assert!(shown.lines().next().unwrap().contains(function), "{function}: line {line}");
    }
    let (before, handler) = page.split_once("id=\"main.rs-31\" data-line=\"31\">").unwrap();
    assert!(handler.starts_with("<span class=\"comment\">/// Try visiting"), "{handler}");
    let folded = before.split_once("Before the first handler: lines 1 to 30").unwrap().1;
    let last = folded.split_once("id=\"main.rs-30\"").unwrap().1;
    assert!(last.contains("</details>"), "the fold ends before the handler");
}

#[test]
fn every_page_leads_to_xray_docs_and_two_visitors_where_they_are() {
    let links = ["href=\"#xray\"", "href=\"/docs\" target=\"_top\">Docs<", "href=\"/_two\""];
    let head = |server: &Running, path: &str| {
        let page = Browser::new().get(&format!("{}{path}", server.address)).body;
        let head = page.split_once("<main").unwrap().0.to_owned();
        links.map(|link| head.contains(link))
    };
    let server = Running::start("02-name-form", &[]);
    for path in ["/", "/docs", "/docs/stores", "/nowhere"] {
        assert_eq!(head(&server, path), [true; 3], "{path}");
    }
    assert_eq!(head(&server, "/_two"), [false, true, true], "there is no X-ray on it");
    let off = Running::start("02-name-form", &[("ROCKET_XRAY", "false")]);
    for path in ["/", "/docs", "/nowhere"] {
        assert_eq!(head(&off, path), [false, true, false], "{path}");
    }
}

#[test]
fn the_docs_are_served_and_nothing_else() {
    let server = Running::start("01-hello", &[]);
    let get = |path: &str| Browser::new().get(&format!("{}{path}", server.address));
    assert!(get("/docs/security").body.contains("<h1 id=\"security\">"));
    assert!(get("/docs/03-reset").body.contains("Lesson 03"));
    assert!(get("/docs").body.contains("<a href=\"/docs/handout\">"));
    assert_eq!(get("/docs/handout").header("location"), "/docs/handouts/01-hello");
    let handout = get("/docs/handouts/03-reset").body;
    for text in
        ["class=\"handout\"", "class=\"name\"", "<img src=\"/docs/pictures/03-sequence.svg\""]
    {
        assert!(handout.contains(text), "{text}: {handout}");
    }
    let picture = get("/docs/pictures/01-sequence.svg");
    assert_eq!((picture.status, picture.header("content-type")), (200, "image/svg+xml"));
    for path in [
        "/docs/nowhere",
        "/docs/..%2FREADME",
        "/docs/.git",
        "/docs/pictures/..%2f01-hello.md",
        "/docs/handouts/..%2f01-hello",
    ] {
        assert_eq!(get(path).status, 404, "{path}");
    }
}

#[test]
fn only_a_page_of_this_server_may_show_another_in_a_frame() {
    let server = Running::start("01-hello", &[]);
    let from = |dest: &str, site: &str| {
        let head = format!(
            "GET / HTTP/1.1\r\nHost: x\r\nSec-Fetch-Dest: {dest}\r\nSec-Fetch-Site: {site}\r\n"
        );
        raw(&server, head)
    };
    assert!(from("iframe", "same-origin").contains("frame-ancestors 'self'"));
    for (dest, site) in
        [("iframe", "cross-site"), ("iframe", "same-site"), ("document", "same-origin")]
    {
        assert!(from(dest, site).contains("frame-ancestors 'none'"), "{dest}, {site}");
    }
}

#[test]
fn a_request_names_one_host() {
    let server = Running::start("06-login", &[]);
    let status = |hosts: &str| {
        let body = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 12\r\n";
        let head = format!("POST /login HTTP/1.1\r\n{hosts}{body}Connection: close\r\n\r\n");
        let mut stream = TcpStream::connect(server.authority()).unwrap();
        stream.write_all((head + "username=Tim").as_bytes()).unwrap();
        let mut answer = vec![];
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).unwrap_or_default().to_owned();
        assert_eq!(status == "400", answer.contains("The request has no header Host"), "{answer}");
        status
    };
    for host in [
        "localhost",
        "localhost:8006",
        "LOCALHOST",
        "127.0.0.1:1",
        "[::1]",
        "[::1]:8006",
        "a-b.example.",
        "left.two.localhost:",
        "xn--bcher-kva.example",
    ] {
        assert_eq!(status(&format!("Host: {host}\r\n")), "303", "{host}");
    }
    for host in [
        "",
        " ",
        "a b",
        "a/b",
        "a?b",
        "a#b",
        "a\\b",
        "a\"b",
        "<b>",
        "user@localhost",
        "user:word@localhost",
        "@localhost",
        ":8006",
        "localhost:x",
        "localhost:-1",
        "localhost:65536",
        "localhost:8006:8006",
        "::1",
        "[::1",
        "::1]",
        "[]",
        "[x]",
        "[::1]x",
        "[::1]]",
        "[[::1]",
        "[fe80::1%25eth0]",
        "%6Cocalhost",
        "%FF",
        "b\u{fc}cher.example",
        "http://localhost",
    ] {
        assert_eq!(status(&format!("Host: {host}\r\n")), "400", "{host}");
    }
    for hosts in ["", "Host: localhost\r\nHost: localhost\r\n", "Host: a\r\nhost: b\r\n"] {
        assert_eq!(status(hosts), "400", "{hosts}");
    }
}

#[test]
fn an_address_that_is_not_utf8_is_refused() {
    let server = Running::start("06-login", &[]);
    let status = |method: &str, path: &str| {
        let answer = raw(&server, format!("{method} {path} HTTP/1.1\r\nHost: x\r\n"));
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    for path in ["/login?ended=%EF%BF%BD", "/login?a=%zz&%", "/login?a=+&b=%C3%BC", "/%6Cogin"] {
        assert_eq!(status("GET", path), "200", "{path}");
    }
    assert_eq!(status("GET", "/%EF%BF%BD"), "404");
    for path in [
        "/%FF",
        "/docs/%E4",
        "/%C3/%BC",
        "/static/x/%ED%A0%80",
        "/login?ended=%FF",
        "/login?%FF",
        "/login?a=%C3&b=%BC",
        "/login?a=%C0%AF",
    ] {
        for method in ["GET", "HEAD", "POST"] {
            assert_eq!(status(method, path), "400", "{method} {path}");
        }
    }
    assert!(raw(&server, "GET /%FF HTTP/1.1\r\nHost: x\r\n").contains("not UTF-8"));
}

#[test]
fn a_form_that_is_not_utf8_is_refused_and_says_so() {
    let account = "username=Ada&email=a%40example.com&password=open+sesame";
    for (lesson, path, good) in [
        ("02-name-form", "/setName", "name=Ada"),
        ("04-unregister", "/signup", "email=a%40example.com"),
        ("05-stocks", "/add_stock", "stock_symbol=A&number_of_shares=1&purchase_price=1"),
        ("06-login", "/login", "username=Ada"),
        ("08-database", "/register", account),
    ] {
        let server = Running::start(lesson, &[]);
        let send = |body: &str| {
            let length = body.len();
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\nConnection: close\r\n"
            );
            let kind = "Content-Type: application/x-www-form-urlencoded\r\n\r\n";
            let mut stream = TcpStream::connect(server.authority()).unwrap();
            stream.write_all((head + kind + body).as_bytes()).unwrap();
            let mut answer = String::new();
            let _ = stream.read_to_string(&mut answer);
            answer
        };
        for body in [good.replacen('=', "=%FF", 1), format!("{good}&x=%E4"), format!("{good}&%F6")]
        {
            let answer = send(&body);
            assert!(answer.starts_with("HTTP/1.1 400"), "{lesson} {body}: {answer}");
            assert!(answer.contains("The form is not UTF-8."), "{lesson} {body}: {answer}");
            assert!(!answer.contains('\u{fffd}'), "{lesson} {body}: {answer}");
        }
        assert!(send(good).starts_with("HTTP/1.1 303"), "{lesson}");
    }
}
