//! Lesson 09 with nothing installed: one program starts two servers on one file of sessions and one
//! database.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::net::{TcpListener, TcpStream};
use std::process::Command;

use regex::Regex;
use tests::{Answer, Browser, Running, comes_true, command, register};

/// Both servers, and the program above them.
struct Two {
    above: Running,
    a: String,
    b: String,
}

impl Two {
    fn start(settings: &[(&str, &str)]) -> Self {
        let above = Running::from(two().envs(settings.iter().copied()));
        let row = above.banner.iter().find_map(|line| line.trim().strip_prefix("servers  A "));
        let (a, b) = row.unwrap().split_once(", B ").unwrap();
        assert_eq!(a, above.address, "the one to open is A");
        let (a, b) = (a.to_owned(), b.to_owned());
        Self { above, a, b }
    }

    /// The process of a server, as the other one knows it.
    fn process(&self, name: &str) -> String {
        let ask = if name == "A" { &self.b } else { &self.a };
        let page = parts(ask);
        let row = format!(r#"<th scope="row">{name}</th>\s*<td>up</td>\s*<td>(\d+)</td>"#);
        Regex::new(&row).unwrap().captures(&page).unwrap_or_else(|| panic!("{page}"))[1].to_owned()
    }

    fn kill(&self, name: &str) {
        let killed = Command::new("kill").args(["-KILL", &self.process(name)]).status();
        assert!(killed.unwrap().success());
    }

    fn all_have_ended(&self) -> bool {
        !is_up(&self.a) && !is_up(&self.b)
    }
}

/// What starts both, as `cargo run -p lesson-09` does.
fn two() -> Command {
    let mut command = command("09-many-servers");
    command.env_remove("ROCKET_SERVER");
    command
}

fn is_up(address: &str) -> bool {
    TcpStream::connect(address.trim_start_matches("http://")).is_ok()
}

/// The page of the parts, as somebody sees it who has no session.
fn parts(address: &str) -> String {
    Browser::new().get(&format!("{address}/parts")).body
}

/// Presses a button.
fn press(address: &str, order: &str, headers: &[(&str, &str)]) -> Answer {
    Browser::new().post_with(&format!("{address}/parts/{order}"), &[], headers)
}

/// Whether this server knows the browser, and says that it is this server.
fn knows(name: &str, address: &str, browser: &Browser) -> bool {
    let page = browser.get(&format!("{address}/server"));
    let is_it = page.body.contains(&format!("<h1>Server {name}</h1>"));
    page.status == 200 && is_it && page.body.contains("you are Ferris")
}

#[test]
fn who_logs_in_on_one_server_is_logged_in_on_both() {
    let two = Two::start(&[]);
    let browser = register(&two.a, "Ferris", "open sesame");
    assert!(knows("A", &two.a, &browser) && knows("B", &two.b, &browser));
    let page = browser.get(&format!("{}/server", two.a)).body;
    let port = two.b.rsplit(':').next().unwrap();
    assert!(page.contains("Ask B") && page.contains(port), "a way to the other one: {page}");
    let _ = browser.post(&format!("{}/logout", two.b), &[]);
    assert!(!knows("A", &two.a, &browser), "and logged out on both");
}

#[test]
fn a_server_that_is_killed_logs_nobody_out() {
    let two = Two::start(&[]);
    let browser = register(&two.a, "Ferris", "open sesame");
    two.kill("A");
    assert!(comes_true(|| parts(&two.b).contains("Start A")), "B knows that A is gone");
    assert!(!is_up(&two.a) && knows("B", &two.b, &browser));
    let answer = press(&two.b, "A/start", &[]);
    assert_eq!((answer.status, answer.header("location")), (303, "/parts"));
    assert!(knows("A", &two.a, &browser));
    let Two { above, b, .. } = two;
    let said = above.stop();
    assert!(
        said.contains(&format!("A was stopped; start it again on the page {b}/server")),
        "{said}"
    );
    assert!(said.contains("A │ ") && said.contains("B │ ") && said.contains("A is up"), "{said}");
}

#[test]
fn a_server_is_stopped_and_started_by_a_button_of_the_other_one() {
    let two = Two::start(&[]);
    let browser = register(&two.b, "Ferris", "open sesame");
    let before = two.process("B");
    assert_eq!(press(&two.a, "B/stop", &[]).header("location"), "/parts");
    assert!(!is_up(&two.b) && parts(&two.a).contains("Start B"));
    assert_eq!(press(&two.a, "B/stop", &[]).status, 303, "once more changes nothing");
    assert_eq!(press(&two.a, "B/start", &[]).status, 303);
    assert!(knows("B", &two.b, &browser));
    assert_ne!(two.process("B"), before, "it is another process");
    assert_eq!(press(&two.a, "C/start", &[]).status, 404);
    assert_eq!(press(&two.a, "B/explode", &[]).status, 422);
}

#[test]
fn a_server_that_stops_itself_says_where_to_go_on() {
    let two = Two::start(&[]);
    let page = press(&two.a, "A/stop", &[]);
    assert!(page.body.contains("<h1>A is stopping</h1>"), "{}", page.body);
    assert!(page.body.contains("Go on at B") && !page.body.contains("Go on at A"), "{}", page.body);
    assert_eq!(Browser::new().get(&format!("{}/static/style.css", two.a)).status, 200);
    assert!(comes_true(|| parts(&two.b).contains("Start A")) && !is_up(&two.a));
    let page = press(&two.b, "B/stop", &[]);
    assert!(page.body.contains("cargo run -p lesson-09"), "{}", page.body);
    let (code, said) = two.above.wait();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("No server runs any more"), "{said}");
}

#[test]
fn no_other_origin_and_no_other_name_stops_a_server() {
    let two = Two::start(&[]);
    let port = two.a.rsplit(':').next().unwrap();
    // The name of another site, which leads to this machine today.
    let rebound = (format!("evil.example:{port}"), format!("http://evil.example:{port}"));
    for headers in [
        vec![("Origin", "https://evil.example")],
        vec![("Sec-Fetch-Site", "cross-site")],
        vec![("Origin", two.b.as_str())],
        vec![("Host", &rebound.0), ("Origin", &rebound.1)],
        vec![("Host", &rebound.0), ("Sec-Fetch-Site", "same-origin")],
        vec![("Host", "localhost.evil.example")],
    ] {
        assert_eq!(press(&two.a, "B/stop", &headers).status, 403, "{headers:?}");
    }
    for host in ["localhost", "left.two.localhost", "[::1]"] {
        assert_eq!(press(&two.a, "B/start", &[("Host", host)]).status, 303, "{host}");
    }
    assert!(is_up(&two.b));
}

#[test]
fn another_machine_sees_both_servers_and_stops_none() {
    let two = Two::start(&[("ROCKET_ADDRESS", "0.0.0.0")]);
    let lines = two.above.banner.iter().map(|line| line.trim());
    for address in lines.filter_map(|line| line.strip_suffix(" from other machines")) {
        let host = address.rsplit_once(':').unwrap().0;
        let page = parts(address);
        assert!(
            !page.contains("<button") && page.contains("Only a browser on the machine"),
            "{page}"
        );
        let claim = [("Host", "localhost"), ("X-Real-IP", "127.0.0.1")];
        assert_eq!(press(address, "B/stop", &[]).status, 403);
        assert_eq!(press(address, "B/stop", &claim).status, 403);
        let browser = register(address, "Ferris", "open sesame");
        let page = browser.get(&format!("{address}/server")).body;
        let other = two.b.replace("http://127.0.0.1", host).replace('/', "&#x2F;");
        assert!(page.contains(&other), "a way to B that works from there: {page}");
    }
    assert!(is_up(&two.b));
}

#[test]
fn ctrl_c_leaves_no_process() {
    let two = Two::start(&[]);
    two.above.signal("INT");
    let Two { above, a, b } = two;
    let (code, said) = above.wait();
    assert_eq!(code, Some(0), "{said}");
    assert!(!is_up(&a) && !is_up(&b));
    assert!(!said.contains("error"), "{said}");
}

#[test]
fn a_killed_program_leaves_no_server() {
    for signal in ["KILL", "TERM"] {
        let two = Two::start(&[]);
        two.above.signal(signal);
        assert!(comes_true(|| two.all_have_ended()), "{signal}");
    }
}

#[test]
fn when_both_are_killed_the_program_ends() {
    let two = Two::start(&[]);
    let browser = register(&two.a, "Ferris", "open sesame");
    let (a, b) = (two.process("A"), two.process("B"));
    assert!(Command::new("kill").args(["-KILL", &a, &b]).status().unwrap().success());
    let (_, said) = two.above.wait();
    assert!(said.contains("No server runs any more"), "{said}");
    drop(browser);
}

#[test]
fn a_port_that_is_taken_is_one_message_and_no_server_stays() {
    let (taken, first) = loop {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let first = taken.local_addr().unwrap().port() - 1;
        if TcpListener::bind(("127.0.0.1", first)).is_ok() {
            break (taken, first);
        }
    };
    for port in [first + 1, first] {
        let output = two().env("ROCKET_PORT", port.to_string()).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        let problem = format!("Port {} on 127.0.0.1 cannot be used: it is taken", first + 1);
        assert_eq!(said.matches(&problem).count(), 1, "{said}");
        assert_eq!(said.matches("did not start").count(), 1, "{said}");
        assert!(said.contains("cargo run -p lesson-09") && !said.contains('│'), "{said}");
    }
    assert!(!is_up(&format!("127.0.0.1:{first}")));
    drop(taken);
}

#[test]
fn a_wrong_setting_is_one_message() {
    let output = two().env("ROCKET_SESSION", "{lifetime=soon}").output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.matches("session.lifetime").count(), 1, "{said}");
}

#[test]
fn what_is_not_shared_is_not_known_to_the_other_one() {
    for store in ["memory", "private"] {
        let two = Two::start(&[("ROCKET_SESSION", &format!("{{store={store}}}"))]);
        let browser = register(&two.a, "Ferris", "open sesame");
        assert!(knows("A", &two.a, &browser), "{store}");
        let answer = browser.get(&format!("{}/server", two.b));
        assert_eq!(answer.header("location"), "/login", "{store}");
    }
}
