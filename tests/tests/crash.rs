//! A server that is killed in the midst of its work: what it has acknowledged is there when it starts
//! again, and nothing is half there. `CRASH_RUNS=200 tests/full` does it as often.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]
#![allow(clippy::print_stdout, reason = "many runs report as they go")]

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use regex::Regex;
use tests::{Browser, Running, comes_true, command, fresh_key, register};

const WRITERS: usize = 4;

fn runs() -> usize {
    std::env::var("CRASH_RUNS").map_or(5, |runs| runs.parse().expect("CRASH_RUNS is a number"))
}

fn random(below: u64) -> u64 {
    RandomState::new().build_hasher().finish() % below
}

/// A visitor with an account, who adds one stock after the other.
struct Writer {
    browser: Browser,
    /// The numbers of the stocks that the server says it has kept.
    acknowledged: Vec<usize>,
}

impl Writer {
    fn register(server: &Running, name: &str) -> Self {
        let browser = register(&server.address, name, "open sesame");
        Self { browser, acknowledged: vec![] }
    }

    /// Adds stocks until the server, or what it needs, is gone.
    fn write(&mut self, address: &str, count: &AtomicU64) {
        for number in 0.. {
            let (symbol, shares) = (format!("S{number}"), format!("{}", number + 1));
            let stock = [
                ("stock_symbol", symbol.as_str()),
                ("number_of_shares", &shares),
                ("purchase_price", "302.17"),
            ];
            let url = format!("{address}/add_stock");
            let Ok(answer) = self.browser.try_post(&url, &stock, &[]) else {
                return;
            };
            if answer.status >= 500 {
                return;
            }
            assert_eq!((answer.status, answer.header("location")), (303, "/stocks"));
            self.acknowledged.push(number);
            count.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// All that was acknowledged is there, whole; and besides at most the one that was on its way.
    fn find_all(&self, server: &Running) {
        let page = self.browser.get(&format!("{}/stocks", server.address));
        assert_eq!(page.status, 200, "the session is still there");
        let row = Regex::new(
            r#"<td>S(\d+)</td><td class="number">(\d+)</td><td class="number">\$302\.17</td>"#,
        );
        let (row, mut found) = (row.unwrap(), vec![]);
        for stock in row.captures_iter(&page.body) {
            let number: usize = stock[1].parse().unwrap();
            assert_eq!(stock[2], (number + 1).to_string(), "S{number} has its own shares");
            found.push(number);
        }
        found.sort_unstable();
        assert_eq!(page.body.matches("<td>S").count(), found.len(), "no row is half there");
        let lost = self.acknowledged.iter().find(|number| !found.contains(number));
        assert_eq!(lost, None, "acknowledged and lost");
        assert!(found.len() <= self.acknowledged.len() + 1, "{found:?}: only one was on its way");
    }
}

/// Starts the server, writes, crashes in the midst of it, starts again and looks, as often as asked
/// for.
fn survive(command: &mut Command, mut crash: impl FnMut(Running)) {
    for run in 0..runs() {
        let server = Running::from(command);
        let mut writers: Vec<_> = (0..WRITERS)
            .map(|writer| Writer::register(&server, &format!("writer {run}.{writer}")))
            .collect();
        let (count, moment) = (AtomicU64::new(0), 1 + random(150));
        let address = server.address.clone();
        thread::scope(|scope| {
            for writer in &mut writers {
                let (address, count) = (&address, &count);
                scope.spawn(move || writer.write(address, count));
            }
            let writing = comes_true(|| count.load(Ordering::SeqCst) >= moment);
            crash(server);
            assert!(writing, "{count:?} of {moment} writes in a minute");
        });
        let server = Running::from(command);
        for writer in &writers {
            writer.find_all(&server);
        }
        let kept: usize = writers.iter().map(|writer| writer.acknowledged.len()).sum();
        println!("run {run}: a crash after {moment} writes, {kept} acknowledged, all there");
    }
}

#[test]
#[ignore = "needs minutes: tests/full"]
fn sqlite_survives_kill_9() {
    // A server that goes away goes by SIGKILL: it notices nothing.
    survive(&mut command("08-database"), drop);
}

/// A PostgreSQL of this test's own, on a socket in its folder.
struct Postgres {
    folder: PathBuf,
    server: Child,
}

impl Postgres {
    /// PostgreSQL refuses to run as root: then it runs as the user whom Debian made for it.
    fn program(name: &str) -> Command {
        let found = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed");
        let newest = found.map(|entry| entry.unwrap().path()).max().unwrap();
        let path = newest.join("bin").join(name);
        if !is_root() {
            return Command::new(path);
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(path);
        command
    }

    fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("crash-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(&folder).status();
            assert!(owned.unwrap().success());
        }
        let data = folder.join("data");
        let made = Self::program("initdb")
            .args(["--auth=trust", "--username=lesson", "--encoding=UTF8", "--locale=C", "-D"])
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        assert!(made.unwrap().success());
        let server = Self::serve(&folder);
        Self { folder, server }
    }

    fn serve(folder: &Path) -> Child {
        let begin = Instant::now();
        loop {
            let mut server = Self::program("postgres")
                .args(["-c", "listen_addresses=", "-D"])
                .arg(folder.join("data"))
                .arg("-k")
                .arg(folder)
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            while server.try_wait().unwrap().is_none() {
                let asked = Self::program("pg_isready").arg("-q").arg("-h").arg(folder).status();
                if asked.unwrap().success() {
                    return server;
                }
                thread::sleep(Duration::from_millis(20));
            }
            // What was killed leaves processes behind that need a moment to notice.
            assert!(begin.elapsed() < Duration::from_secs(30), "PostgreSQL does not start");
        }
    }

    fn url(&self) -> String {
        format!("postgres://lesson@localhost/postgres?host={}", self.folder.display())
    }

    /// Kills it with all its processes, and starts it again.
    fn crash(&mut self) {
        let parent = self.server.id().to_string();
        let _ = Command::new("pkill").args(["-KILL", "-P", &parent]).status();
        self.server.kill().unwrap();
        self.server.wait().unwrap();
        self.server = Self::serve(&self.folder);
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

#[test]
#[ignore = "needs PostgreSQL: tests/full"]
fn postgresql_survives_kill_9() {
    let mut postgres = Postgres::start();
    let mut command = command("09-many-servers");
    command.env("ROCKET_SESSION", "{store=private}");
    // Sessions in cookies outlive their server if it has the same key again.
    command.env("ROCKET_SECRET_KEY", fresh_key());
    command.env(
        "ROCKET_DATABASES",
        format!("{{main={{url={:?},connect_timeout=10}}}}", postgres.url()),
    );
    survive(&mut command, |server| {
        // Whichever of the two goes first, the other one is in the midst of something.
        if random(2) == 0 {
            drop(server);
            postgres.crash();
        } else {
            postgres.crash();
            drop(server);
        }
    });
}
