//! Lesson 09 as a whole: nginx, two servers, Redis and PostgreSQL, brought up by its own script.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tests::{Answer, Browser, comes_true, program, register, root};

/// All of it, on ports and with data of its own.
struct Setup {
    script: Child,
    /// Where nginx is.
    address: String,
    ports: [u16; 3],
    /// Where other machines find it, if they do.
    for_others: Vec<String>,
    data: PathBuf,
    reader: Option<JoinHandle<Vec<String>>>,
}

impl Setup {
    /// Brings everything up, with the sessions in this store.
    fn start(store: &str) -> Self {
        Self::start_with(&[("MANY_STORE", store)])
    }

    fn start_with(settings: &[(&str, &str)]) -> Self {
        let ports = [(); 3].map(|()| free_port());
        let data = std::env::temp_dir().join(format!("many-{}-{}", std::process::id(), ports[0]));
        let mut command = script(&data);
        command.env("MANY_PROGRAM", program("09-many-servers")).envs(settings.iter().copied());
        for (name, port) in ["MANY_PORT", "MANY_PORT_A", "MANY_PORT_B"].iter().zip(&ports) {
            command.env(name, port.to_string());
        }
        let mut script = command.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = script.stdout.take().unwrap();
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let is_last = |line: &String| line.trim_start().starts_with("stop ");
        let mut is_up = false;
        let banner = lines.by_ref().inspect(|line| is_up = is_last(line));
        let others = banner
            .take_while(|line| !is_last(line))
            .filter_map(|line| Some(line.trim().strip_suffix(" from other machines")?.to_owned()));
        let for_others = others.collect();
        assert!(is_up, "it is up");
        let reader = Some(thread::spawn(move || lines.collect()));
        let address = format!("http://127.0.0.1:{}", ports[0]);
        Self { script, address, ports, for_others, data, reader }
    }

    /// Does something to it, as from a second terminal.
    fn run(&self, arguments: &[&str]) {
        self.try_run(arguments).unwrap();
    }

    fn try_run(&self, arguments: &[&str]) -> Result<(), String> {
        let Output { status, stdout, stderr } =
            script(&self.data).args(arguments).output().unwrap();
        let said = [stdout, stderr].concat();
        let said = format!("{arguments:?}: {}", String::from_utf8_lossy(&said));
        if status.success() { Ok(()) } else { Err(said) }
    }

    /// Stops it with Ctrl+C, or what amounts to that, and returns what it has said.
    fn stop(mut self) -> String {
        self.terminate();
        assert_eq!(self.script.wait().unwrap().code(), Some(0));
        for port in &self.ports {
            assert!(TcpStream::connect(("127.0.0.1", *port)).is_err(), "{port} is still open");
        }
        self.reader.take().unwrap().join().unwrap().join("\n")
    }

    fn terminate(&self) {
        let pid = self.script.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Opens a page as a visitor who is logged in.
    fn visitor(&self, name: &str) -> Visitor<'_> {
        Visitor { setup: self, browser: register(&self.address, name, "open sesame") }
    }
}

/// Below the ports that the system gives to whoever asks for any: nobody takes it in between.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Another run of these tests has others.
    let first = 21_000 + u16::try_from(std::process::id() % 100).unwrap() * 100;
    let mut ports = std::iter::repeat_with(|| first + NEXT.fetch_add(1, Ordering::SeqCst));
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

fn script(data: &PathBuf) -> Command {
    let mut command = Command::new(root().join("lessons/09-many-servers/run"));
    command.env("MANY_DATA", data).stdin(Stdio::null());
    command
}

impl Drop for Setup {
    fn drop(&mut self) {
        if self.script.try_wait().unwrap().is_none() {
            self.terminate();
            let _ = self.script.wait();
        }
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

struct Visitor<'s> {
    setup: &'s Setup,
    browser: Browser,
}

impl Visitor<'_> {
    fn get(&self, path: &str) -> Answer {
        self.browser.get(&self.url(path))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.setup.address)
    }

    /// Waits until it is served again, and still logged in.
    fn is_known_again(&self) {
        assert!(comes_true(|| self.get("/user").status == 200), "it does not recover");
    }

    fn add_stock(&self, number: u64) -> Answer {
        let symbol = format!("S{number}");
        let stock = [
            ("stock_symbol", symbol.as_str()),
            ("number_of_shares", "1"),
            ("purchase_price", "302.17"),
        ];
        self.browser.post(&self.url("/add_stock"), &stock)
    }
}

#[test]
#[ignore = "needs nginx, Redis and PostgreSQL: tests/full"]
fn from_click_to_click_another_server_answers_and_knows_you() {
    let setup = Setup::start("redis");
    let visitor = setup.visitor("Ferris");
    let mut servers = vec![];
    for _ in 0..10 {
        let answer = visitor.get("/server");
        let server = answer.header("x-server").to_owned();
        assert!(answer.body.contains(&format!("<h1>Server {server}</h1>")), "{}", answer.body);
        assert!(answer.body.contains("you are Ferris"));
        servers.push(server);
    }
    servers.sort();
    servers.dedup();
    assert_eq!(servers, ["A", "B"]);
    assert!(visitor.get("/user").body.contains("<td>127.0.0.1</td>"), "nginx says who asks");
    setup.stop();
}

#[test]
#[ignore = "needs nginx, Redis and PostgreSQL: tests/full"]
fn a_server_that_is_killed_under_load_is_missed_by_nobody() {
    const VISITORS: u64 = 8;
    const CLICKS: u64 = 60;
    let setup = Setup::start("redis");
    let clicks = AtomicU64::new(0);
    let visitors: Vec<_> = (0..VISITORS).map(|n| setup.visitor(&format!("visitor {n}"))).collect();
    let failed = thread::scope(|scope| {
        let click = |visitor: &Visitor<'_>| {
            let mut failed = 0;
            for number in 0..CLICKS {
                let wrote = visitor.add_stock(number).status;
                assert!(wrote == 303 || wrote == 502, "{wrote}");
                failed += u64::from(wrote == 502);
                // A server that dies while it sends a page has sent a part of it.
                match visitor.browser.try_get(&visitor.url("/stocks")) {
                    Ok(page) if page.status == 200 => {
                        let is_there = page.body.contains(&format!("<td>S{number}</td>"));
                        assert!(is_there || wrote == 502, "S{number} was written and lost");
                    }
                    Ok(page) => {
                        assert_eq!(page.status, 502, "logged out");
                        failed += 1;
                    }
                    Err(_) => failed += 1,
                }
                clicks.fetch_add(2, Ordering::SeqCst);
            }
            failed
        };
        let loads: Vec<_> =
            visitors.iter().map(|visitor| scope.spawn(move || click(visitor))).collect();
        for (server, moment) in [("A", 1), ("B", 3)] {
            let begun = VISITORS * CLICKS * 2 * moment / 5;
            assert!(comes_true(|| clicks.load(Ordering::SeqCst) >= begun), "{clicks:?}");
            setup.run(&["kill", server]);
            setup.run(&["start", server]);
        }
        loads.into_iter().map(|load| load.join().unwrap()).sum::<u64>()
    });
    assert!(failed <= 2 * VISITORS, "{failed}: no more than were on their way to a dead server");
    for visitor in &visitors {
        assert_eq!(visitor.get("/user").status, 200, "still logged in");
    }
    let said = setup.stop();
    assert!(said.contains("A │ ") && said.contains("B │ "), "{said}");
}

#[test]
#[ignore = "needs nginx, Redis and PostgreSQL: tests/full"]
fn without_redis_there_is_a_503_within_a_second_and_recovery_by_itself() {
    let setup = Setup::start("redis");
    let visitor = setup.visitor("Ferris");
    setup.run(&["stop", "redis"]);
    for _ in 0..4 {
        let begin = Instant::now();
        let answer = visitor.get("/user");
        assert_eq!((answer.status, answer.header("retry-after")), (503, "1"));
        let is_set = |(name, value): &(String, String)| {
            name == "set-cookie" && value.starts_with("lesson-09=")
        };
        assert!(!answer.headers.iter().any(is_set), "the cookie stays");
        // A second and a bit by the settings, and the rest for a busy machine.
        assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
    }
    setup.run(&["start", "redis"]);
    visitor.is_known_again();
    setup.stop();
}

#[test]
#[ignore = "needs nginx, Redis and PostgreSQL: tests/full"]
fn without_postgresql_there_is_a_503_and_recovery_by_itself() {
    let setup = Setup::start("redis");
    let visitor = setup.visitor("Ferris");
    setup.run(&["stop", "postgres"]);
    for _ in 0..4 {
        assert_eq!(visitor.get("/user").status, 503);
    }
    setup.run(&["start", "postgres"]);
    visitor.is_known_again();
    setup.stop();
}

#[test]
#[ignore = "needs nginx, Redis and PostgreSQL: tests/full"]
fn each_part_is_stopped_and_started_by_its_button() {
    let setup = Setup::start("redis");
    let visitor = setup.visitor("Ferris");
    let press = |order: &str| visitor.browser.post(&visitor.url(&format!("/parts/{order}")), &[]);
    for part in ["redis", "postgres"] {
        assert_eq!(press(&format!("{part}/stop")).header("location"), "/parts");
        assert_eq!(visitor.get("/user").status, 503);
        assert!(visitor.get("/parts").body.contains(&format!("Start {part}")), "without a session");
        assert_eq!(press(&format!("{part}/start")).status, 303);
        visitor.is_known_again();
    }
    for server in ["A", "B"] {
        // Whichever answers: it may be the one that stops.
        let answer = press(&format!("{server}/stop"));
        assert!(answer.status == 303 || answer.body.contains("Go on at nginx"), "{}", answer.body);
        let start = format!("Start {server}");
        assert!(comes_true(|| visitor.get("/parts").body.contains(&start)));
        assert_eq!(visitor.get("/user").status, 200);
        assert_eq!(press(&format!("{server}/start")).status, 303);
    }
    let last = press("nginx/stop");
    assert!(last.body.contains("nginx is stopping"), "{}", last.body);
    assert!(last.body.contains("Go on at A") && !last.body.contains("Go on at nginx"));
    assert!(comes_true(|| TcpStream::connect(("127.0.0.1", setup.ports[0])).is_err()));
    let direct = format!("http://127.0.0.1:{}/parts/nginx/start", setup.ports[1]);
    assert_eq!(visitor.browser.post(&direct, &[]).status, 303);
    visitor.is_known_again();
    setup.stop();
}

#[test]
#[ignore = "needs nginx, Redis and PostgreSQL: tests/full"]
fn when_no_server_is_up_nginx_has_a_page_of_its_own() {
    let setup = Setup::start("redis");
    let visitor = setup.visitor("Ferris");
    setup.run(&["kill", "A"]);
    setup.run(&["kill", "B"]);
    for answer in [visitor.get("/user"), visitor.add_stock(1)] {
        assert_eq!(answer.status, 502);
        assert!(answer.body.contains("<h1>No server has answered</h1>"), "{}", answer.body);
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
    }
    let style = visitor.get("/no-server/style.css");
    assert_eq!((style.status, style.header("content-type")), (200, "text/css"));
    setup.run(&["start", "A"]);
    visitor.is_known_again();
    setup.stop();
}

#[test]
#[ignore = "needs nginx, Redis and PostgreSQL: tests/full"]
fn nginx_listens_where_it_is_told_and_others_get_no_buttons() {
    let setup = Setup::start_with(&[("ROCKET_ADDRESS", "0.0.0.0")]);
    let visitor = setup.visitor("Ferris");
    assert!(visitor.get("/parts").body.contains("Stop A"));
    for address in &setup.for_others {
        let browser = register(address, "Corro", "open sesame");
        let page = browser.get(&format!("{address}/server")).body;
        assert!(page.contains("you are Corro") && !page.contains("Stop A"), "{page}");
        assert!(!page.contains(&setup.ports[1].to_string()), "no way to where others cannot go");
        let claim = [("X-Real-IP", "127.0.0.1"), ("Host", "localhost")];
        let answer = browser.post_with(&format!("{address}/parts/A/stop"), &[], &claim);
        assert_eq!(answer.status, 403);
    }
    let silent = Setup::start("redis");
    assert!(silent.for_others.is_empty());
    silent.stop();
    setup.stop();
}

#[test]
#[ignore = "needs nginx, Redis and PostgreSQL: tests/full"]
fn a_new_key_on_all_servers_logs_nobody_out() {
    for store in ["private", "signed", "redis"] {
        let setup = Setup::start(store);
        let visitor = setup.visitor("Ferris");
        let rolled = AtomicBool::new(false);
        let clicks = thread::scope(|scope| {
            let clicking = scope.spawn(|| {
                let mut clicks = 0;
                while !rolled.load(Ordering::SeqCst) || clicks < 20 {
                    assert_eq!(visitor.get("/server").status, 200, "{store}");
                    clicks += 1;
                }
                clicks
            });
            let done = setup.try_run(&["roll-key"]).and_then(|()| setup.try_run(&["roll-key"]));
            rolled.store(true, Ordering::SeqCst);
            done.unwrap();
            clicking.join().unwrap()
        });
        assert!(clicks >= 20, "{store}: {clicks}");
        setup.stop();
    }
}

#[test]
#[ignore = "needs nginx, Redis and PostgreSQL: tests/full"]
fn ten_failures_a_minute_are_ten_on_all_servers_together() {
    let setup = Setup::start("redis");
    let _ferris = setup.visitor("Ferris");
    let fields = [("username", "Ferris"), ("password", "open barley")];
    let try_once = || Browser::new().post(&format!("{}/login", setup.address), &fields).status;
    let statuses: Vec<_> = (0..12).map(|_| try_once()).collect();
    assert_eq!(statuses, [[422; 10].as_slice(), &[429; 2]].concat());
    setup.stop();
}

#[test]
#[ignore = "needs nginx, Redis and PostgreSQL: tests/full"]
fn two_clicks_at_once_on_two_servers_are_both_there() {
    let setup = Setup::start("redis");
    let visitor = setup.visitor("Ferris");
    thread::scope(|scope| {
        for number in 0..10 {
            let visitor = &visitor;
            scope.spawn(move || assert_eq!(visitor.add_stock(number).status, 303));
        }
    });
    // What each says at the next page is in the session, which keeps ten messages.
    let page = visitor.get("/stocks").body;
    for number in 0..10 {
        assert!(page.contains(&format!("S{number} was added.")), "S{number}: {page}");
    }
    setup.stop();
}
