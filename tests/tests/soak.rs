//! A class at work, for as long as one likes: nothing fails, nothing is lost, no memory is kept.
//!
//! `SOAK_SECONDS=3600 cargo test --release -p tests --test soak -- --ignored --nocapture`

use std::env;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use tests::{Answer, Browser, Redis, Running, command_with, fresh_key};

/// How many visitors each server has at a time; each has two tabs.
const VISITORS: usize = 8;
/// How many stocks a visitor adds in each tab.
const STOCKS: u32 = 5;
/// How long visitors think between two visits.
const PAUSE: Duration = Duration::from_millis(100);

/// A server under load, and what came of it.
struct Server {
    name: &'static str,
    running: Running,
    requests: AtomicU64,
    failed: AtomicU64,
    /// How often a visitor was told to come again, and did.
    again: AtomicU64,
    writes: AtomicU64,
    lost: AtomicU64,
}

impl Server {
    fn start(name: &'static str, lesson: &str, store: &str, seconds: u64) -> Self {
        // Longer than a visit takes on a busy machine.
        let life = (seconds / 4).clamp(15, 60);
        let session = format!("{{{store},lifetime=\"{life}s\",absolute_lifetime=\"{life}s\"}}");
        let mut command = command_with(lesson, &["shared/redis", "shared/sqlite"]);
        command.env("ROCKET_SESSION", session).env("ROCKET_SECRET_KEY", fresh_key());
        command.env("ROCKET_XRAY", "false").env("ROCKET_LOG_LEVEL", "critical");
        let running = Running::from(&mut command);
        let [requests, failed, again, writes, lost] = Default::default();
        Self { name, running, requests, failed, again, writes, lost }
    }

    /// Sends a request; a visitor who is told to come again, because the machine is busy with other things
    /// and the store took longer than a second, does that for a while.
    fn send(&self, request: impl Fn() -> Answer) -> Answer {
        self.requests.fetch_add(1, Relaxed);
        let (begin, mut answer) = (Instant::now(), request());
        while answer.header("retry-after") == "1" && begin.elapsed() < Duration::from_secs(30) {
            self.again.fetch_add(1, Relaxed);
            thread::sleep(PAUSE);
            answer = request();
        }
        if answer.status >= 500 {
            eprintln!("{}: {}\n{}", self.name, answer.status, answer.body);
            self.failed.fetch_add(1, Relaxed);
        }
        answer
    }

    fn get(&self, browser: &Browser, path: &str) -> Answer {
        self.send(|| browser.get(&format!("{}{path}", self.running.address)))
    }

    fn post(&self, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(|| browser.post(&format!("{}{path}", self.running.address), fields))
    }

    fn memory(&self) -> u64 {
        self.running.memory().expect("Linux says it")
    }

    fn report(&self) -> String {
        let Self { name, requests, failed, again, writes, lost, .. } = self;
        let memory = self.memory();
        format!(
            "{name:<12} {requests:?} requests, {failed:?} failed, {again:?} sent again, {writes:?} writes, {lost:?} lost, {memory} KiB"
        )
    }

    fn check_all_is_well(&self) {
        assert_eq!(self.failed.load(Relaxed), 0, "{}: answers of 500 and above", self.name);
        assert_eq!(self.lost.load(Relaxed), 0, "{}: lost writes", self.name);
        assert!(self.requests.load(Relaxed) > 0, "{}: no request came", self.name);
    }
}

/// Fills a list of stocks from two tabs at once, makes mistakes, and looks whether all are there.
fn stocks(server: &Server) {
    let browser = Browser::new();
    assert_eq!(server.get(&browser, "/stocks").status, 200);
    let add = |symbol: &str| {
        let shares = [("number_of_shares", "3"), ("purchase_price", "1.50")];
        let fields = [("stock_symbol", symbol), shares[0], shares[1]];
        if server.post(&browser, "/add_stock", &fields).status == 303 {
            server.writes.fetch_add(1, Relaxed);
        }
    };
    add("FIRST");
    thread::scope(|scope| {
        for tab in ["L", "R"] {
            scope.spawn(move || (0..STOCKS).for_each(|n| add(&format!("{tab}{n}"))));
        }
    });
    assert_eq!(server.post(&browser, "/add_stock", &[("stock_symbol", "no")]).status, 422);
    assert_eq!(server.get(&browser, "/nowhere").status, 404);
    let page = server.get(&browser, "/stocks").body;
    let is_there = |symbol: &String| page.contains(&format!(">{symbol}<"));
    let all = ["L", "R"].iter().flat_map(|tab| (0..STOCKS).map(move |n| format!("{tab}{n}")));
    let lost = all.chain(["FIRST".to_owned()]).filter(|symbol| !is_there(symbol)).count();
    server.lost.fetch_add(lost as u64, Relaxed);
    browser.plant("lesson-05", "garbage");
    assert_eq!(server.get(&browser, "/stocks").status, 200);
}

/// Logs in and out: a copy of the cookie from before is worth nothing then.
fn logins(server: &Server) {
    let browser = Browser::new();
    assert_eq!(server.post(&browser, "/login", &[("username", "Ferris")]).status, 303);
    server.writes.fetch_add(1, Relaxed);
    let copy = Browser::new();
    copy.plant("lesson-06", &browser.value("lesson-06").expect("it is logged in"));
    assert!(server.get(&browser, "/user").body.contains("Ferris"));
    assert_eq!(server.post(&browser, "/logout", &[]).status, 303);
    let is_dead = server.get(&copy, "/user").status == 303;
    server.lost.fetch_add((!is_dead).into(), Relaxed);
}

#[test]
#[ignore = "needs redis-server, Linux and a minute: tests/full"]
fn nothing_fails_nothing_is_lost_and_no_memory_is_kept() {
    let seconds = env::var("SOAK_SECONDS").map_or(60, |text| text.parse().expect("a number"));
    assert!(seconds >= 60, "a minute at least: sessions must have time to end");
    let redis = Redis::start("soak");
    let store = format!("store=redis,url={:?}", redis.url());
    let servers = [
        Server::start("05 memory", "05-stocks", "store=memory", seconds),
        Server::start("05 sqlite", "05-stocks", "store=sqlite", seconds),
        Server::start("05 redis", "05-stocks", &store, seconds),
        Server::start("06 memory", "06-login", "store=memory", seconds),
    ];
    let begin = Instant::now();
    let is_over = || begin.elapsed() >= Duration::from_secs(seconds);
    // What each server has taken at most in each tenth of the time, in KiB.
    let mut memory = servers.each_ref().map(|_| [0; 10]);
    thread::scope(|scope| {
        for server in &servers {
            let visit = if server.name.starts_with("05") { stocks } else { logins };
            for _ in 0..VISITORS {
                scope.spawn(move || {
                    while !is_over() {
                        visit(server);
                        thread::sleep(PAUSE);
                    }
                });
            }
        }
        while !is_over() {
            let tenth = (begin.elapsed().as_secs() * 10 / seconds).min(9);
            for (server, most) in servers.iter().zip(&mut memory) {
                let most = &mut most[usize::try_from(tenth).expect("it is one digit")];
                *most = server.memory().max(*most);
            }
            thread::sleep(Duration::from_secs(1));
        }
    });
    for (server, most) in servers.iter().zip(memory) {
        eprintln!("{}; most in each tenth of {seconds} s: {most:?}", server.report());
    }
    for (server, most) in servers.iter().zip(memory) {
        server.check_all_is_well();
        // After three tenths sessions end as fast as new ones begin.
        let (early, late) = (most[3].max(most[4]), most[8].max(most[9]));
        assert!(late <= early + early / 10, "{}: memory grew: {most:?}", server.name);
    }
}
