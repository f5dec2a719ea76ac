//! What the lessons say in the terminal, and what a terminal does to them.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tests::{agent, comes_true, command};

/// A port that is free now.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A lesson whose terminal is in the hands of the test.
struct InTerminal {
    child: Child,
    port: u16,
}

impl InTerminal {
    fn start(command: &mut Command) -> Self {
        let port = free_port();
        let child = command.env("ROCKET_PORT", port.to_string()).spawn().unwrap();
        let server = Self { child, port };
        assert!(comes_true(|| TcpStream::connect(("127.0.0.1", port)).is_ok()), "it listens");
        server
    }

    /// Sends that many requests, all of which must be answered.
    fn visit(&self, times: usize, path: &str) {
        let agent = agent();
        for n in 0..times {
            let answer = agent.get(format!("http://127.0.0.1:{}/{path}", self.port)).call();
            let status = answer.unwrap_or_else(|error| panic!("request {n}: {error}")).status();
            assert!(status == 200 || status == 404, "request {n}: {status}");
        }
    }

    /// Tells it to end, and returns its exit code.
    fn end(&mut self) -> Option<i32> {
        let kill = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        self.exit_code()
    }

    /// Its exit code when it has ended by itself.
    fn exit_code(&mut self) -> Option<i32> {
        let ended = (0..1000).find_map(|_| {
            thread::sleep(Duration::from_millis(10));
            self.child.try_wait().unwrap()
        });
        ended.expect("it ends within ten seconds").code()
    }
}

impl Drop for InTerminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads all that comes, in a thread of its own.
fn read(from: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || io::read_to_string(from).unwrap_or_default())
}

/// An address whose lines fill a pipe and the room behind it in two thousand requests.
fn long_path() -> String {
    "x".repeat(1000)
}

#[test]
fn a_terminal_that_stands_still_costs_no_request_and_no_end() {
    for (level, unread) in [("normal", "stdout"), ("debug", "stderr"), ("debug", "both")] {
        let mut command = command("01-hello");
        command.env("ROCKET_LOG_LEVEL", level);
        if unread == "stderr" {
            command.stdout(Stdio::null());
        }
        let mut server = InTerminal::start(&mut command);
        server.visit(2000, &long_path());
        assert_eq!(server.end(), Some(0), "{unread}");
    }
}

#[test]
fn lines_that_found_no_room_are_counted_when_there_is_room_again() {
    let mut server = InTerminal::start(&mut command("01-hello"));
    server.visit(2000, &long_path());
    let mut output = BufReader::new(server.child.stdout.take().unwrap());
    let mut lines = output.by_ref().lines().map_while(Result::ok);
    let mut written = 0;
    let said = lines.find(|line| {
        written += usize::from(line.starts_with("GET /xxx"));
        line.ends_with(" lines were left out")
    });
    let said = said.expect("it is said");
    let left_out: usize = said.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(left_out > 100, "{said}");
    assert_eq!(written + left_out, 2000, "each line is written or counted");
    server.visit(1, "seen");
    assert_eq!(server.end(), Some(0));
    assert!(io::read_to_string(output).unwrap().starts_with("GET /seen 404  "));
}

/// A lesson in a terminal of its own.
#[cfg(target_os = "linux")]
fn in_a_terminal(settings: &[(&str, &str)]) -> (InTerminal, ChildStdin, JoinHandle<String>) {
    let lesson = command("01-hello");
    // `noflsh`: otherwise a terminal throws away at Ctrl+C what it has not yet shown. `exec`: a shell that
    // stays may answer Ctrl+C itself, and the exit code is then the shell's.
    let exec = format!("stty noflsh; exec '{}'", lesson.get_program().to_str().unwrap());
    let mut command = Command::new("script");
    command.args(["-qefc", &exec, "/dev/null"]);
    for (name, value) in lesson.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env_remove("NO_COLOR").env("TERM", "xterm").envs(settings.iter().copied());
    let mut server = InTerminal::start(command.stdin(Stdio::piped()).stdout(Stdio::piped()));
    let keys = server.child.stdin.take().unwrap();
    let screen = read(server.child.stdout.take().unwrap());
    (server, keys, screen)
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_s_stops_the_terminal_and_not_the_server() {
    let (mut server, mut keys, _) = in_a_terminal(&[]);
    let ctrl = |key: u8| [key & 0x1f];
    keys.write_all(&ctrl(b'S')).unwrap();
    server.visit(2000, &long_path());
    keys.write_all(&ctrl(b'C')).unwrap();
    assert_eq!(server.exit_code(), Some(0));
}

#[test]
#[cfg(target_os = "linux")]
fn there_are_colours_in_a_terminal_that_knows_them_unless_they_are_unwanted() {
    for (settings, expected) in [
        ([].as_slice(), true),
        (&[("NO_COLOR", "")], true),
        (&[("NO_COLOR", "1")], false),
        (&[("NO_COLOR", "0")], false),
        (&[("TERM", "dumb")], false),
        (&[("ROCKET_CLI_COLORS", "false")], false),
        (&[("NO_COLOR", "1"), ("ROCKET_LOG_LEVEL", "debug")], false),
    ] {
        let (mut server, mut keys, screen) = in_a_terminal(settings);
        server.visit(1, "nowhere");
        keys.write_all(b"\x03").unwrap();
        assert_eq!(server.exit_code(), Some(0));
        let screen = screen.join().unwrap();
        assert!(screen.contains("GET /nowhere"), "{screen:?}");
        assert_eq!(screen.contains("\u{1b}["), expected, "{settings:?}: {screen:?}");
    }
}

#[test]
fn what_a_visitor_sends_turns_no_colours_on() {
    for level in ["normal", "debug"] {
        let mut command = command("02-name-form");
        let mut server = InTerminal::start(command.env("ROCKET_LOG_LEVEL", level));
        let output = read(server.child.stdout.take().unwrap());
        let errors = read(server.child.stderr.take().unwrap());
        for (header, value) in [
            ("Content-Type", "a;"),
            ("Content-Type", "text/html; charset"),
            ("Accept", "a;"),
            ("Origin", "http://[::1"),
            ("Host", "a b"),
        ] {
            let url = format!("http://127.0.0.1:{}/setName", server.port);
            let _ = agent().post(url).header(header, value).send("name=Ferris").unwrap();
            let url = format!("http://127.0.0.1:{}/%ff;?a=%zz", server.port);
            let _ = agent().get(url).call().unwrap();
        }
        assert_eq!(server.end(), Some(0));
        let output = output.join().unwrap() + &errors.join().unwrap();
        assert!(output.contains("POST /setName"), "{output}");
        assert!(!output.contains('\u{1b}'), "{level}: {output:?}");
    }
}
