//! The program above two servers, which are this same program with names of their own. It shows what they
//! print, stops and starts them when a page says so, and ends when none of them is left.
//!
//! It keeps the other end of each one's standard input: a server ends when that closes, be it because
//! this program closes it or because this program has ended, however that came about.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{IpAddr, SocketAddr};
use std::process::{self, Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::Duration;

use rocket::Config;
use rocket::figment::Figment;
use rocket::tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use rocket::tokio::time::{Instant, timeout_at};
use rocket::tokio::{self, signal};

use super::Part;
use super::channel::{MARK, PIPES, READY};
use crate::http::host::own_address;
use crate::launch::leash;
use crate::terminal::{Stream, flush, say};

const NAMES: [&str; 2] = ["A", "B"];

/// How long a server that is told to end may take for what is under way; then it is killed.
const PATIENCE: Duration = Duration::from_secs(15);

/// What happens while the servers run; the number is that of the server.
enum Event {
    Said(usize, Stream, String),
    /// It has ended, and all that it said is known.
    Ended(usize),
    /// Ctrl+C.
    Interrupted,
}

enum State {
    Stopped,
    /// What it has said since it was started.
    Starting(Vec<(Stream, String)>),
    Up,
    /// Until when it may take its time.
    Ending(Instant),
}

struct Server {
    name: &'static str,
    port: u16,
    state: State,
    process: Option<Child>,
    stdin: Option<ChildStdin>,
}

struct Supervisor {
    address: IpAddr,
    servers: Vec<Server>,
    events: UnboundedReceiver<Event>,
    sender: UnboundedSender<Event>,
    /// Whether both have been up once.
    has_begun: bool,
    /// Whether all of them are to end.
    is_ending: bool,
}

/// Starts the servers, and stays with them until they end. If one of them does not start, the program
/// ends with exit code 1.
pub(super) async fn run(settings: &Figment) {
    let config: Config = settings.extract().unwrap_or_default();
    // If the setting is 0, which is any port that is free, each finds its own.
    let second = if config.port == 0 { 0 } else { config.port.saturating_add(1) };
    let (sender, events) = unbounded_channel();
    let server =
        |(name, port)| Server { name, port, state: State::Stopped, process: None, stdin: None };
    let servers = NAMES.into_iter().zip([config.port, second]).map(server).collect();
    let address = own_address(&config);
    let mut supervisor =
        Supervisor { address, servers, events, sender, has_begun: false, is_ending: false };
    supervisor.hear_ctrl_c();
    let sender = supervisor.sender.clone();
    leash::when_stdin_ends(move || drop(sender.send(Event::Interrupted)));
    let is_fine = supervisor.begin().await;
    while supervisor.servers.iter().any(|server| server.process.is_some()) {
        supervisor.step().await;
    }
    if !supervisor.is_ending {
        say(Stream::Stdout, "No server runs any more, and so the lesson has ended.");
    }
    flush();
    process::exit(i32::from(!is_fine));
}

impl Supervisor {
    fn hear_ctrl_c(&self) {
        let sender = self.sender.clone();
        tokio::spawn(async move {
            while signal::ctrl_c().await.is_ok() && sender.send(Event::Interrupted).is_ok() {}
        });
    }

    /// Starts one server after the other: the first one brings the database up to date. Says whether
    /// both are up.
    async fn begin(&mut self) -> bool {
        let mut banner = vec![];
        for at in 0..self.servers.len() {
            self.start(at);
            while matches!(self.servers[at].state, State::Starting(_)) {
                let said = self.step().await;
                if banner.is_empty() {
                    banner = said;
                }
            }
            if !matches!(self.servers[at].state, State::Up) {
                self.end_all();
                return false;
            }
        }
        self.has_begun = true;
        self.say_banner(&banner);
        true
    }

    /// What the first server has said of the lesson, and where both are.
    fn say_banner(&self, lines: &[String]) {
        let place = |server: &Server| {
            format!("{} http://{}", server.name, SocketAddr::new(self.address, server.port))
        };
        let places = self.servers.iter().map(place).collect::<Vec<_>>().join(", ");
        let row = format!("  servers  {places}");
        for line in lines {
            if line.starts_with("  stop ") {
                say(Stream::Stdout, &row);
            }
            say(Stream::Stdout, line);
        }
    }

    /// Waits for the next thing that happens, and does what it takes. Returns what a server has printed
    /// before it was ready, if that is what has happened.
    async fn step(&mut self) -> Vec<String> {
        let deadline = |server: &Server| match server.state {
            State::Ending(until) => Some(until),
            _ => None,
        };
        let next = self.servers.iter().filter_map(deadline).min();
        let next = next.unwrap_or_else(|| Instant::now() + PATIENCE);
        match timeout_at(next, self.events.recv()).await {
            Ok(Some(Event::Said(at, stream, line))) => return self.hear(at, stream, line),
            Ok(Some(Event::Ended(at))) => self.note_end(at),
            Ok(Some(Event::Interrupted)) => self.end_all(),
            Ok(None) => {}
            Err(_) => {
                let late =
                    |server: &&mut Server| deadline(server).is_some_and(|it| it <= Instant::now());
                for server in self.servers.iter_mut().filter(late) {
                    let _ = server.process.as_mut().map(Child::kill);
                }
            }
        }
        vec![]
    }

    fn hear(&mut self, at: usize, stream: Stream, line: String) -> Vec<String> {
        let server = &mut self.servers[at];
        if let Some(order) = line.strip_prefix(MARK) {
            match order.split_once(' ') {
                Some((READY, port)) => return self.note_ready(at, port),
                Some((order, name)) => self.obey(order, name),
                None => {}
            }
        } else if let State::Starting(said) = &mut server.state {
            said.push((stream, line));
        } else {
            relay(server.name, stream, &line);
        }
        vec![]
    }

    fn note_ready(&mut self, at: usize, port: &str) -> Vec<String> {
        let server = &mut self.servers[at];
        server.port = port.parse().unwrap_or(server.port);
        let State::Starting(said) = std::mem::replace(&mut server.state, State::Up) else {
            return vec![];
        };
        for (stream, line) in said.iter().filter(|(stream, _)| *stream == Stream::Stderr) {
            relay(server.name, *stream, line);
        }
        if self.has_begun {
            say(Stream::Stdout, &format!("{} is up", server.name));
        }
        self.tell_all();
        let printed = said.into_iter().filter(|(stream, _)| *stream == Stream::Stdout);
        printed.map(|(_, line)| line).collect()
    }

    fn note_end(&mut self, at: usize) {
        let server = &mut self.servers[at];
        server.stdin = None;
        let _ = server.process.take().map(|mut process| process.wait());
        match std::mem::replace(&mut server.state, State::Stopped) {
            // What keeps the lesson from starting is said as any lesson says it.
            State::Starting(said) if !self.has_begun => {
                for (stream, line) in said {
                    say(stream, &line);
                }
            }
            State::Starting(said) => {
                for (stream, line) in said {
                    relay(server.name, stream, &line);
                }
            }
            State::Up => {
                let name = server.name;
                let mut servers = self.servers.iter();
                let up = servers.find(|other| matches!(other.state, State::Up));
                let place = up.map(|other| SocketAddr::new(self.address, other.port));
                let way = place.map_or_else(String::new, |place| {
                    format!("; start it again on the page http://{place}/server")
                });
                say(Stream::Stdout, &format!("{name} was stopped{way}"));
            }
            State::Ending(_) | State::Stopped if self.is_ending => {}
            State::Ending(_) | State::Stopped => {
                say(Stream::Stdout, &format!("{} is stopped", server.name));
            }
        }
        self.tell_all();
    }

    /// Does what a page has asked for. Each order is followed by a list, which that page waits for: now
    /// if there is nothing to do, otherwise when it is done.
    fn obey(&mut self, order: &str, name: &str) {
        let Some(at) = NAMES.iter().position(|it| *it == name) else {
            return;
        };
        match (order, &self.servers[at].state) {
            ("start", State::Stopped) => self.start(at),
            ("stop", State::Up) => self.end(at),
            (_, State::Starting(_) | State::Ending(_)) => {}
            _ => self.tell_all(),
        }
    }

    fn start(&mut self, at: usize) {
        let server = &mut self.servers[at];
        match spawn(server, at, &self.sender) {
            Ok(process) => {
                server.process = Some(process);
                server.state = State::Starting(vec![]);
            }
            Err(error) => {
                let file = env::current_exe().unwrap_or_default();
                say(Stream::Stderr, &format!("{} cannot be started: {error}", file.display()));
                self.tell_all();
            }
        }
    }

    fn end(&mut self, at: usize) {
        let server = &mut self.servers[at];
        server.stdin = None;
        if server.process.is_some() {
            server.state = State::Ending(Instant::now() + PATIENCE);
        }
    }

    fn end_all(&mut self) {
        self.is_ending = true;
        (0..self.servers.len()).for_each(|at| self.end(at));
    }

    /// Tells each server of all.
    fn tell_all(&mut self) {
        let mut list = String::new();
        for server in &self.servers {
            let process = server.process.as_ref().filter(|_| matches!(server.state, State::Up));
            let (name, process) = (server.name.to_owned(), process.map(Child::id));
            let part = Part { name, process, port: Some(server.port) };
            list.extend([part.to_string(), "\n".to_owned()]);
        }
        for stdin in self.servers.iter_mut().filter_map(|server| server.stdin.as_mut()) {
            // One that has just ended hears nothing, and that it has ended comes next.
            let _ = stdin.write_all(list.as_bytes());
        }
    }
}

/// Starts a server, and threads that read what it prints.
fn spawn(server: &mut Server, at: usize, events: &UnboundedSender<Event>) -> io::Result<Child> {
    let mut command = Command::new(env::current_exe()?);
    command.env("ROCKET_SERVER", server.name).env("ROCKET_PORT", server.port.to_string());
    command.env("ROCKET_SUPERVISOR", PIPES).env_remove(leash::VARIABLE);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn()?;
    server.stdin = process.stdin.take();
    let stderr = process.stderr.take().map(|it| read(it, at, Stream::Stderr, events.clone()));
    let stdout = process.stdout.take().map(|it| read(it, at, Stream::Stdout, events.clone()));
    let events = events.clone();
    thread::spawn(move || {
        for reader in stdout.into_iter().chain(stderr) {
            let _ = reader.join();
        }
        let _ = events.send(Event::Ended(at));
    });
    Ok(process)
}

fn read(
    from: impl io::Read + Send + 'static,
    at: usize,
    stream: Stream,
    events: UnboundedSender<Event>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
            if events.send(Event::Said(at, stream, line)).is_err() {
                break;
            }
        }
    })
}

fn relay(name: &str, stream: Stream, line: &str) {
    say(stream, &format!("{name} │ {line}"));
}
