//! When a lesson cannot start: one message that says why and what to do, and exit code 1.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::env;
use std::net::{IpAddr, TcpListener};
use std::panic::{self, PanicHookInfo};
use std::process;
use std::thread;

use rocket::figment::Figment;

use super::catalogue::Lesson;
use super::harmless::harmless;
use super::{logger, mend, mistakes, templates};
use crate::terminal::{Stream, flush, say};

/// Ends the program with a message.
pub(crate) fn stop(lesson: &str, problem: &str) -> ! {
    end(&format!("{lesson} did not start.\n{problem}"))
}

/// Says the last words, and ends the program.
fn end(words: &str) -> ! {
    say(Stream::Stderr, words);
    flush();
    templates::remove_copy();
    process::exit(1)
}

/// Makes Rocket's own reasons not to launch end in a message too. Rocket panics on them, where
/// nobody could catch it: `#[launch]` has written the `main`.
pub(crate) fn explain_failures(lesson: &Lesson, figment: &Figment) {
    let address = figment.extract_inner("address").ok();
    let port = figment.extract_inner("port").ok();
    let (lesson, standing) = (lesson.clone(), panic::take_hook());
    panic::set_hook(Box::new(move |info| {
        let reason = info.payload_as_str().unwrap_or_default();
        if !reason.starts_with("aborting due to") {
            return if is_of_a_request() { tell(info) } else { standing(info) };
        }
        if reason == "aborting due to failed shutdown" {
            end(&format!(
                "{} has ended, perhaps before all requests were answered: the settings \
                 `shutdown.grace` and `shutdown.mercy` say how long they have.",
                lesson.folder
            ))
        }
        let details = match reason {
            "aborting due to socket bind error" => unbound(&lesson, address, port),
            _ => refused(),
        };
        stop(&lesson.folder, if details.is_empty() { reason } else { &details })
    }));
}

/// Whether this thread is one in which a running server handles requests: those of tests have other names.
fn is_of_a_request() -> bool {
    thread::current().name() == Some("rocket-worker-thread")
}

/// Says what Rust says of a panic, without waiting for the terminal.
fn tell(info: &PanicHookInfo<'_>) {
    mistakes::heard::note_panic(info);
    let trace = Backtrace::capture();
    let trace = match trace.status() {
        BacktraceStatus::Captured => trace.to_string(),
        _ => "note: run with `RUST_BACKTRACE=1` to see what led there".to_owned(),
    };
    say(Stream::Stderr, &harmless(&format!("{info}\n{trace}")));
}

/// Says what was logged about a launch that failed, and the mend.
fn refused() -> String {
    let (reasons, summary) = logger::launch_errors();
    mend::explain(&reasons, &summary)
}

/// Says why nobody can listen on this port, by trying it again.
fn unbound(lesson: &Lesson, address: Option<IpAddr>, port: Option<u16>) -> String {
    let (Some(address), Some(port)) = (address, port) else {
        return String::new();
    };
    let why = match TcpListener::bind((address, port)) {
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            "it is taken, perhaps by a lesson in another terminal: stop that".to_owned()
        }
        Err(error) => error.to_string(),
        Ok(_) => "it was taken a moment ago and is free now: try again".to_owned(),
    };
    let problem = format!("Port {port} on {address} cannot be used: {why}.");
    let others = [1000, 2000, 3000, -1000, -2000, -3000];
    let mut others = others.iter().filter_map(|far| port.checked_add_signed(*far));
    let Some(other) = others.find(|other| TcpListener::bind((address, *other)).is_ok()) else {
        return problem;
    };
    let package = lesson.package();
    let session = format!("'{{cookie={package}-{other}}}'");
    // Git Bash, which sets this, is a Unix shell.
    let advice = if cfg!(windows) && env::var_os("MSYSTEM").is_none() {
        format!(
            "$env:ROCKET_PORT = {other}; $env:ROCKET_SESSION = {session}; cargo run -p {package}"
        )
    } else {
        format!("ROCKET_PORT={other} ROCKET_SESSION={session} cargo run -p {package}")
    };
    format!(
        "{problem}\nOr take another port, and another cookie, for browsers send one to all ports:\n  {advice}"
    )
}
