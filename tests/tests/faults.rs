//! What goes wrong around a lesson: clients that are slow, gone, too many or hostile, a disk that is
//! full, a store that hangs, an end in the midst of work. It goes on, says what is so, and loses
//! nothing that it has acknowledged.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use regex::Regex;
use tests::{Answer, Browser, Redis, Running, comes_true, command, command_with, register, target};

/// The longest wait: a second by the settings, and the rest for a busy machine.
const PROMPTLY: Duration = Duration::from_secs(5);

/// Stores that lesson 06 can have besides its own. All tests of a file share one program of a lesson.
const STORES: [&str; 2] = ["shared/redis", "shared/sqlite"];

/// Ends a server as a service manager would, and returns all that it has printed.
fn end(server: Running) -> String {
    server.signal("TERM");
    let (code, output) = server.wait();
    assert_eq!(code, Some(0), "{output}");
    assert!(!output.contains("panicked"), "{output}");
    output
}

fn connect(server: &Running) -> TcpStream {
    let stream = TcpStream::connect(server.authority()).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Reads until the server closes the connection.
fn read(stream: &mut TcpStream) -> String {
    let mut answer = vec![];
    if let Err(error) = stream.read_to_end(&mut answer) {
        // Who has sent more than the server wants to read gets a reset after the answer.
        assert_ne!(error.kind(), std::io::ErrorKind::WouldBlock, "neither an answer nor an end");
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// Waits until something has come, and leaves it there: who then goes away resets the connection.
fn wait_for_answer(stream: &TcpStream) {
    assert_eq!(stream.peek(&mut [0]).unwrap(), 1);
}

/// A form as a browser sends it, after which the server shall close the connection.
fn form(path: &str, cookie: &str, more: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nConnection: close\r\n{more}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

fn get(browser: &Browser, server: &Running, path: &str) -> Answer {
    browser.get(&format!("{}{path}", server.address))
}

fn post(browser: &Browser, server: &Running, path: &str, fields: &[(&str, &str)]) -> Answer {
    browser.post(&format!("{}{path}", server.address), fields)
}

/// The cookie of this name as a browser sends it.
fn cookie(browser: &Browser, name: &str) -> String {
    format!("{name}={}", browser.value(name).expect("it has a session"))
}

fn add_stock(browser: &Browser, server: &Running, symbol: &str) -> Answer {
    let rest = [("number_of_shares", "1"), ("purchase_price", "1")];
    post(browser, server, "/add_stock", &[("stock_symbol", symbol), rest[0], rest[1]])
}

fn stock(symbol: &str) -> String {
    format!("stock_symbol={symbol}&number_of_shares=1&purchase_price=1")
}

/// Neither Rocket 0.5.2 nor hyper, as Rocket sets it up, cuts off who is slow: a request may be large
/// only up to a limit, but may take as long as it likes. What it holds is a connection and a few
/// kilobytes, and no thread, no lock and no connection to the database. Who wants a bound in time puts
/// a proxy in front, as lesson 09 does: nginx waits a minute for a head and for each part of a body.
#[test]
fn slow_clients_hold_up_no_others_and_are_answered_when_they_are_done() {
    const SLOW: usize = 50;
    let server = Running::start("08-database", &[]);
    let [slow, quick] =
        ["Slow", "Quick"].map(|name| register(&server.address, name, "open sesame"));
    let cookie = cookie(&slow, "lesson-08");
    let mut under_way = vec![];
    for n in 0..SLOW {
        let request = form("/add_stock", &cookie, "", &stock(&format!("S{n}")));
        // One has only begun with its head, the next is in the midst of its body.
        let sent = if n % 2 == 0 { 60 } else { request.len() - 20 };
        let mut stream = connect(&server);
        stream.write_all(&request.as_bytes()[..sent]).unwrap();
        under_way.push((stream, request.into_bytes().split_off(sent)));
    }
    for round in 0..5 {
        for (stream, rest) in &mut under_way {
            stream.write_all(&[rest.remove(0)]).unwrap();
        }
        let begin = Instant::now();
        assert_eq!(add_stock(&quick, &server, &format!("Q{round}")).status, 303);
        assert!(get(&quick, &server, "/stocks").body.contains(&format!("<td>Q{round}</td>")));
        assert!(begin.elapsed() < PROMPTLY, "{:?}", begin.elapsed());
    }
    for (stream, rest) in &mut under_way {
        stream.write_all(rest).unwrap();
        let answer = read(stream);
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    }
    let page = get(&slow, &server, "/stocks").body;
    for n in 0..SLOW {
        assert!(page.contains(&format!("<td>S{n}</td>")), "S{n}: {page}");
    }
    end(server);
}

#[test]
fn who_leaves_in_the_midst_leaves_nothing_half_done() {
    let server = Running::start("02-name-form", &[("ROCKET_SESSION", "{store=memory}")]);
    let browser = Browser::new();
    assert_eq!(post(&browser, &server, "/setName", &[("name", "Corro")]).status, 303);
    let cookie = cookie(&browser, "lesson-02");
    let whole = form("/setName", &cookie, "", "name=Ferris");
    let chunked = whole
        .replace("Content-Length: 11\r\n\r\nname=Ferris", "Transfer-Encoding: chunked\r\n\r\n");
    let long = form("/setName", &cookie, "", "other=0123456789&name=Ferris");
    let waiting = form("/setName", &cookie, "Expect: 100-continue\r\n", "name=Ferris");
    for _ in 0..20 {
        // In the midst of the head, and of a body of any kind.
        for half in [
            &whole[..60],
            &whole[..whole.len() - "rris".len()],
            &long[..long.len() - "rris".len()],
            &format!("{chunked}7\r\nname=Fe"),
            &format!("{chunked}7\r\nname=Fe\r\n"),
        ] {
            connect(&server).write_all(half.as_bytes()).unwrap();
        }
        // In the midst of the body, when the handler is known to read it; this resets the connection.
        let (head, body) = waiting.split_at(waiting.len() - "name=Ferris".len());
        let mut stream = connect(&server);
        stream.write_all(head.as_bytes()).unwrap();
        wait_for_answer(&stream);
        stream.write_all(&body.as_bytes()[.."name=Fe".len()]).unwrap();
        drop(stream);
        // Before the answer, and at its first byte.
        let page = format!("GET /docs HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n");
        connect(&server).write_all(page.as_bytes()).unwrap();
        let mut stream = connect(&server);
        stream.write_all(page.repeat(20).as_bytes()).unwrap();
        wait_for_answer(&stream);
    }
    assert!(get(&browser, &server, "/").body.contains("<h1>Corro</h1>"));
    let output = end(server);
    assert!(output.contains("+ name \"Corro\"") && !output.contains("Fe"), "{output}");
}

/// Who may do something is known when a form begins; what it does counts when it is there.
#[test]
fn a_form_that_outlives_its_login_does_nothing() {
    // Rocket looks at the beginning of a form before it asks who sends it.
    const DELETE: &str = "more=0123456789&password=open+sesame";
    let server = Running::start("08-database", &[]);
    let here = register(&server.address, "Ada", "open sesame");
    for (path, body) in [("/add_stock", stock("LATE")), ("/delete", DELETE.into())] {
        let there = Browser::new();
        let fields = [("username", "Ada"), ("password", "open sesame")];
        assert_eq!(post(&there, &server, "/login", &fields).status, 303);
        let (mut slow, rest) =
            begin_form(&server, path, &cookie(&there, "lesson-08"), body.as_str());
        assert_eq!(post(&here, &server, "/logins/end_others", &[]).status, 303);
        slow.write_all(rest.as_bytes()).unwrap();
        let answer = read(&mut slow);
        assert!(answer.contains("location: /login\r\n"), "{path}: {answer}");
        assert_eq!(get(&here, &server, "/user").status, 200, "{path}");
        assert!(!get(&here, &server, "/stocks").body.contains("LATE"), "{path}");
    }
}

/// The first line of each answer in what came through one connection.
fn statuses(answers: &str) -> Vec<u16> {
    let line = Regex::new(r"HTTP/1\.[01] (\d{3}) ").unwrap();
    line.captures_iter(answers).map(|it| it[1].parse().unwrap()).collect()
}

/// Sends what may or may not be a request, and says with which statuses the server has answered.
fn send(server: &Running, bytes: &[u8]) -> Vec<u16> {
    let mut stream = connect(server);
    // A server may hang up before it has read all of it.
    let _ = stream.write_all(bytes);
    let answers = read(&mut stream);
    statuses(&answers)
}

#[test]
fn garbage_is_refused_and_the_server_goes_on() {
    let server = Running::start("02-name-form", &[]);
    let head = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    let post = "POST /setName HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
        Content-Type: application/x-www-form-urlencoded\r\n";
    let chunked = format!("{post}Transfer-Encoding: chunked\r\n\r\n");
    let tls = b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03\r\n\r\n";
    for (bytes, expected) in [
        (tls.to_vec(), &[400][..]),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), &[]),
        (format!("{head}X: {}\r\n\r\n", "x".repeat(1 << 20)).into(), &[431]),
        (format!("{head}{}\r\n", "X: x\r\n".repeat(10_000)).into(), &[431]),
        (format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(100_000)).into(), &[414]),
        (format!("{head}X: a\0b\r\n\r\n").into(), &[400]),
        (b"GET /\0 HTTP/1.1\r\n\r\n".to_vec(), &[400]),
        (format!("{head}X : x\r\n\r\n").into(), &[400]),
        (format!("{post}Content-Length: 8\r\n\r\nname=a\0b").into(), &[422]),
        (format!("{post}Content-Length: -1\r\n\r\nname=x").into(), &[400]),
        (format!("{post}Content-Length: 99999999999999999999\r\n\r\nname=x").into(), &[400]),
        (format!("{post}Content-Length: 6\r\nContent-Length: 7\r\n\r\nname=x").into(), &[400]),
        (format!("{post}Content-Length: 9999999999\r\n\r\n{}", "x".repeat(1 << 20)).into(), &[413]),
        (format!("{post}Content-Length: 11\r\n\r\n_method=get").into(), &[400]),
        (format!("{post}Content-Length: 12\r\n\r\n_method=head").into(), &[400]),
        (format!("{chunked}zz\r\nname=x\r\n0\r\n\r\n").into(), &[400]),
        (format!("{chunked}-6\r\nname=x\r\n0\r\n\r\n").into(), &[400]),
        (format!("{chunked}ffffffffffffffffff\r\nname=x\r\n0\r\n\r\n").into(), &[400]),
        (format!("{chunked}6\r\nname=xyz\r\n0\r\n\r\n").into(), &[400]),
    ] {
        let found = send(&server, &bytes);
        let begin = String::from_utf8_lossy(&bytes[..bytes.len().min(300)]);
        assert_eq!(found, expected, "{begin:?}");
    }
    end(server);
}

#[test]
fn requests_in_one_go_are_answered_in_their_order() {
    let server = Running::start("02-name-form", &[]);
    let pages = ["/", "/nowhere", "/static/style.css", "/setName"];
    let line = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    let last = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let requests = pages.map(line).concat().repeat(20) + last;
    let expected = [[200, 404, 200, 405].repeat(20), vec![200]].concat();
    assert_eq!(send(&server, requests.as_bytes()), expected);
    end(server);
}

#[test]
fn random_bytes_and_forms_with_random_faults_never_break_the_server() {
    let server = Running::start("02-name-form", &[]);
    // The same in each run.
    let mut random = StdRng::seed_from_u64(17);
    let whole = form("/setName", "lesson-02=x", "Accept: text/html\r\n", "name=Ferris");
    for round in 0..500 {
        let mut bytes = whole.clone().into_bytes();
        if round % 5 == 0 {
            bytes = vec![0; random.gen_range(0..2000)];
            random.fill(bytes.as_mut_slice());
        }
        for _ in 0..random.gen_range(0..5) {
            let at = random.gen_range(0..=bytes.len());
            match random.gen_range(0..3) {
                0 => bytes.insert(at, random.r#gen()),
                1 => bytes.truncate(at.max(1)),
                _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = random.r#gen()),
            }
        }
        let mut stream = connect(&server);
        let _ = stream.write_all(&bytes);
        // It may wait for more: there will be none.
        let _ = stream.shutdown(Shutdown::Write);
        let found = statuses(&read(&mut stream));
        assert!(found.iter().all(|status| *status < 500), "{round}: {found:?}");
    }
    assert_eq!(get(&Browser::new(), &server, "/").status, 200);
    end(server);
}

/// Nothing bounds how many connections there are but the number of files that the server may open;
/// past that, new ones wait until others are gone. Each takes about 14 KiB (debug, x86-64).
#[test]
#[ignore = "needs 11,000 open files and half a minute: tests/full"]
fn ten_thousand_idle_connections_leave_room_for_a_visitor() {
    const MANY: usize = 10_000;
    const KIB_FOR_EACH: u64 = 32;
    // For this process, and so for the server that it starts.
    let (pid, files) = (std::process::id().to_string(), format!("--nofile={}:", MANY + 1000));
    let raised = Command::new("prlimit").args(["--pid", &pid, &files]).status();
    assert!(raised.unwrap().success(), "so many files may be open");
    let server = Running::start("02-name-form", &[]);
    let visitor = Browser::new();
    let serve = || {
        let name = post(&visitor, &server, "/setName", &[("name", "Ferris")]).status;
        let page = get(&visitor, &server, "/").body;
        assert!(name == 303 && page.contains("<h1>Ferris</h1>"), "{page}");
    };
    let is_prompt = || {
        let begin = Instant::now();
        serve();
        assert!(begin.elapsed() < PROMPTLY, "{:?}", begin.elapsed());
    };
    serve();
    let before = server.memory().unwrap();
    let mut idle = vec![];
    for n in 0..MANY {
        let mut stream = connect(&server);
        // Some say nothing, and some have begun to.
        stream.write_all(&b"GET / HTTP/1.1\r\nHost: x\r\n"[..n % 2 * 25]).unwrap();
        idle.push(stream);
        if n % 500 == 499 {
            // A client that connects faster than it accepts waits for the system's next try: a second.
            serve();
        }
    }
    is_prompt();
    let each = (server.memory().unwrap() - before) / MANY as u64;
    assert!(each < KIB_FOR_EACH, "{each} KiB for each connection");
    drop(idle);
    serve();
    is_prompt();
    end(server);
}

/// A body is bounded, whatever it claims to be: what is held is a few KiB for each connection, and who
/// sends more is told so while it is on its way.
#[test]
fn bodies_that_are_held_take_little_memory() {
    const MANY: usize = 300;
    const KIB_FOR_EACH: u64 = 64;
    let disposition = "Content-Disposition: form-data; name=\"name\"";
    let part = format!("--x\r\n{disposition}\r\n\r\n");
    let typed = format!("--x\r\n{disposition}; filename=\"a\"\r\nContent-Type: text/plain\r\n\r\n");
    let multipart = "multipart/form-data; boundary=x";
    for (kind, begin) in [
        ("application/x-www-form-urlencoded", "name="),
        (multipart, &part),
        (multipart, &typed),
        ("application/json", ""),
        ("application/octet-stream", ""),
    ] {
        let server = Running::start("02-name-form", &[]);
        assert_eq!(get(&Browser::new(), &server, "/").status, 200);
        let before = server.memory().unwrap();
        let head = format!("POST /setName HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n");
        let send = |n: usize| {
            // Some are just below the limit, and some would be far above it.
            let size = if n.is_multiple_of(2) { 8_000 } else { 1_900_000 };
            let length = match n % 3 {
                0 => "Transfer-Encoding: chunked\r\n\r\n200000\r\n".to_owned(),
                _ => format!("Content-Length: {}\r\n\r\n", 0x20_0000),
            };
            let mut stream = connect(&server);
            let rest = "x".repeat(size - begin.len());
            let _ = stream.write_all(format!("{head}{length}{begin}{rest}").as_bytes());
            if size > 8_000 || kind.starts_with("application/json") {
                assert!(matches!(statuses(&read(&mut stream))[..], [413 | 415]), "{kind}");
            }
            stream
        };
        let connections: Vec<_> = (0..MANY).map(send).collect();
        assert_eq!(get(&Browser::new(), &server, "/").status, 200);
        let each = (server.memory().unwrap() - before) / MANY as u64;
        assert!(each < KIB_FOR_EACH, "{kind}: {each} KiB for each connection");
        drop(connections);
    }
}

/// hyper keeps a head until it is whole, up to 408 KiB of it; Rocket 0.5.2 has no setting for that.
#[test]
fn a_head_that_is_held_takes_no_more_than_its_limit() {
    const MANY: usize = 30;
    const KIB_FOR_EACH: u64 = 480;
    let server = Running::start("02-name-form", &[]);
    assert_eq!(get(&Browser::new(), &server, "/").status, 200);
    let before = server.memory().unwrap();
    let head = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}", "x".repeat(400_000));
    let send = |_| {
        let mut stream = connect(&server);
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    let connections: Vec<_> = (0..MANY).map(send).collect();
    assert_eq!(get(&Browser::new(), &server, "/").status, 200);
    let each = (server.memory().unwrap() - before) / MANY as u64;
    assert!(each < KIB_FOR_EACH, "{each} KiB for each connection");
    drop(connections);
}

/// A command that only the administrator may give.
fn as_administrator(program: &str) -> Command {
    if Command::new("id").arg("-u").output().unwrap().stdout == b"0\n" {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.arg(program);
    command
}

/// A small disk.
struct Disk(PathBuf);

impl Disk {
    fn mount(name: &str) -> Self {
        let folder = target().join(format!("{name}-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        let mut command = as_administrator("mount");
        command.args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(&folder);
        assert!(command.status().unwrap().success());
        Self(folder)
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let mut file = fs::File::create(self.0.join("filler")).unwrap();
        while file.write(&[0; 4096]).is_ok() {}
    }

    fn free(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = as_administrator("umount").arg("--lazy").arg(&self.0).status();
        let _ = fs::remove_dir(&self.0);
    }
}

fn look_before_and_after_a_restart(
    server: Running,
    command: &mut Command,
    look: impl Fn(&Running),
) {
    look(&server);
    end(server);
    let server = Running::from(command);
    look(&server);
    end(server);
}

fn is_out_of_reach(answer: &Answer) {
    assert_eq!((answer.status, answer.header("retry-after")), (503, "1"), "{}", answer.body);
    assert!(answer.body.contains("Out of reach for a moment"), "{}", answer.body);
}

#[test]
#[ignore = "needs Linux and root: tests/full"]
fn a_full_disk_under_the_database_is_a_503_and_loses_nothing() {
    let disk = Disk::mount("database");
    let mut command = command("08-database");
    let server = Running::from(command.env("ROCKET_DATA_DIR", disk.0.join("data")));
    let ada = register(&server.address, "Ada", "open sesame");
    let mut kept = vec![];
    let mut add = |symbol: String| {
        let answer = add_stock(&ada, &server, &symbol);
        if answer.status == 303 {
            kept.push(symbol);
        } else {
            is_out_of_reach(&answer);
        }
        answer.status
    };
    assert_eq!(add("FIRST".to_owned()), 303);
    disk.fill();
    // What a file has left of its last page is room too.
    let refused = (0..100).filter(|n| add(format!("F{n}")) == 503).count();
    assert!(refused > 50, "{refused}");
    let account = [("username", "Eve"), ("email", "e@example.com"), ("password", "open sesame")];
    is_out_of_reach(&post(&Browser::new(), &server, "/register", &account));
    assert_eq!(get(&Browser::new(), &server, "/login").status, 200, "who writes nothing is served");
    disk.free();
    for n in 0..10 {
        assert_eq!(add(format!("A{n}")), 303);
    }
    let find_all = |server: &Running| {
        let page = get(&ada, server, "/stocks");
        for symbol in &kept {
            assert!(page.body.contains(&format!("<td>{symbol}</td>")), "{symbol}: {}", page.body);
        }
    };
    look_before_and_after_a_restart(server, &mut command, find_all);
}

#[test]
#[ignore = "needs Linux and root: tests/full"]
fn a_full_disk_under_the_sessions_is_a_503_and_ends_no_login() {
    let disk = Disk::mount("sessions");
    let mut command = command_with("06-login", &STORES);
    command.env("ROCKET_SESSION", "{store=sqlite}").env("ROCKET_DATA_DIR", disk.0.join("data"));
    let server = Running::from(&mut command);
    let log_in = || {
        let browser = Browser::new();
        let answer = post(&browser, &server, "/login", &[("username", "Ferris")]);
        if answer.status != 303 {
            is_out_of_reach(&answer);
            assert!(!browser.has("lesson-06"));
            return None;
        }
        Some(browser)
    };
    let mut inside: Vec<_> = (0..20).map(|_| log_in().unwrap()).collect();
    disk.fill();
    let tries = 200;
    let late: Vec<_> = (0..tries).filter_map(|_| log_in()).collect();
    assert!(late.len() < tries / 2, "{}", late.len());
    inside.extend(late);
    disk.free();
    inside.push(log_in().unwrap());
    let all_are_inside = |server: &Running| {
        for browser in &inside {
            assert!(get(browser, server, "/user").body.contains("Ferris"));
        }
    };
    look_before_and_after_a_restart(server, &mut command, all_are_inside);
}

#[test]
#[ignore = "needs redis-server: tests/full"]
fn while_redis_hangs_there_is_a_503_within_a_second_and_no_login_ends() {
    let redis = Redis::start("faults");
    let mut command = command_with("06-login", &STORES);
    command.env("ROCKET_SESSION", format!("{{store=redis,url={:?}}}", redis.url()));
    let server = Running::from(&mut command);
    let log_in = || {
        let browser = Browser::new();
        assert_eq!(post(&browser, &server, "/login", &[("username", "Ferris")]).status, 303);
        browser
    };
    let visitors: Vec<_> = (0..20).map(|_| log_in()).collect();
    redis.signal("STOP");
    thread::scope(|scope| {
        for visitor in &visitors {
            let server = &server;
            scope.spawn(move || {
                for _ in 0..3 {
                    let begin = Instant::now();
                    is_out_of_reach(&get(visitor, server, "/user"));
                    let took = begin.elapsed();
                    assert!(took < PROMPTLY, "{took:?}");
                    assert!(visitor.has("lesson-06"));
                }
            });
        }
        let begin = Instant::now();
        for (path, status) in
            [("/static/style.css", 200), ("/docs", 200), ("/logout", 200), ("/nowhere", 404)]
        {
            assert_eq!(get(&visitors[0], &server, path).status, status, "{path}");
        }
        assert_eq!(get(&Browser::new(), &server, "/login").status, 200, "nothing to ask for");
        assert!(begin.elapsed() < PROMPTLY, "{:?}", begin.elapsed());
    });
    redis.signal("CONT");
    for visitor in &visitors {
        let recovers = || get(visitor, &server, "/user").status != 503;
        assert!(comes_true(recovers), "it does not recover");
        assert!(get(visitor, &server, "/user").body.contains("Ferris"));
    }
    log_in();
    end(server);
}

/// A request that the server has taken up is answered, and the access log has a line for each. One
/// that is still on its way when the server stops to listen is neither carried out nor answered.
#[test]
fn at_its_end_a_server_answers_all_that_it_has_begun() {
    // The slow form has more time than a busy machine may take until its rest is sent.
    let settings = [("ROCKET_SESSION", "{store=memory}"), ("ROCKET_SHUTDOWN", "{grace=20}")];
    let server = Running::start("05-stocks", &settings);
    let (mut slow, rest) = begin_form(&server, "/add_stock", "", &stock("SLOW"));
    let answered = AtomicU64::new(0);
    thread::scope(|scope| {
        for client in 0..4 {
            let (server, answered) = (&server, &answered);
            scope.spawn(move || {
                let mut browser = Browser::new();
                let url = format!("{}/add_stock", server.address);
                while let Ok(answer) = browser.try_post(&url, &[("stock_symbol", "no")], &[]) {
                    assert_eq!(answer.status, 422);
                    answered.fetch_add(1, Ordering::SeqCst);
                    // Two keep their connection, two come with a new one each time.
                    if client % 2 == 0 {
                        browser = Browser::new();
                    }
                }
            });
        }
        let busy = comes_true(|| answered.load(Ordering::SeqCst) >= 100);
        server.signal("TERM");
        assert!(busy, "{answered:?} answers in a minute");
    });
    let is_closed = || TcpStream::connect(server.authority()).is_err();
    assert!(comes_true(is_closed), "it does not listen any more");
    slow.write_all(rest.as_bytes()).unwrap();
    let answer = read(&mut slow);
    assert!(answer.contains("HTTP/1.1 303"), "{answer}");
    let (code, output) = server.wait();
    assert_eq!(code, Some(0), "{output}");
    assert_eq!(output.matches("POST /add_stock 303").count(), 1, "{output}");
    let lines = output.matches("POST /add_stock 422").count();
    assert_eq!(
        u64::try_from(lines).unwrap(),
        answered.into_inner(),
        "each has its answer, and all of it"
    );
}

/// Rocket gives what is under way two seconds (`shutdown.grace`), and has ended after six.
#[test]
#[ignore = "needs half a minute: tests/full"]
fn a_form_that_never_ends_holds_up_the_end_for_seconds_only() {
    for _ in 0..5 {
        let server = Running::start("05-stocks", &[]);
        let (mut slow, _) = begin_form(&server, "/add_stock", "", &stock("SLOW"));
        let begin = Instant::now();
        let output = end(server);
        let took = begin.elapsed();
        assert!((Duration::from_secs(2)..Duration::from_secs(8)).contains(&took), "{took:?}");
        assert!(!output.contains("did not start") && !output.contains(" 303 "), "{output}");
        assert_eq!(statuses(&read(&mut slow)), [100], "it was cut off, and nothing was added");
    }
}

/// Sends a form but for its last bytes, waits until the handler reads it, and returns the rest.
fn begin_form(server: &Running, path: &str, cookie: &str, body: &str) -> (TcpStream, String) {
    let mut form = form(path, cookie, "Expect: 100-continue\r\n", body);
    let rest = form.split_off(form.len() - 10);
    let mut stream = connect(server);
    stream.write_all(form.as_bytes()).unwrap();
    wait_for_answer(&stream);
    (stream, rest)
}
