//! One line for each request, `POST /add_stock 303 → /stocks  2 ms`, and below it what changed in
//! its session.

use std::time::Instant;

use parking_lot::Mutex;
use rocket::config::LogLevel;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::{Build, Config, Data, Request, Response, Rocket};
use yansi::Style;

use crate::id::without_ids;
use crate::session::is_file;
use crate::terminal::{Stream, paint, say};
use crate::text::printable;

/// Prints the access log.
struct AccessLog;

/// Adds the access log, unless `log_level` is `off` or `critical`.
pub(crate) fn attach_if_wanted(rocket: Rocket<Build>) -> Rocket<Build> {
    let level = rocket.figment().extract_inner(Config::LOG_LEVEL);
    if level.is_ok_and(is_wanted) { rocket.attach(AccessLog) } else { rocket }
}

fn is_wanted(level: LogLevel) -> bool {
    !matches!(level, LogLevel::Off | LogLevel::Critical)
}

/// What came in, before a fairing changed it, and when.
struct Arrival {
    line: String,
    at: Instant,
}

impl Arrival {
    fn of<'r>(req: &'r Request<'_>) -> &'r Self {
        req.local_cache(|| Self {
            line: format!("{} {}", req.method(), without_secrets(req.uri().path().as_str())),
            at: Instant::now(),
        })
    }
}

/// What else there is to say of a request, in lines below its own: who knows it adds it here.
#[derive(Default)]
pub(crate) struct Notes(Mutex<Told>);

#[derive(Default)]
struct Told {
    /// A word for the visitor.
    who: String,
    lines: Vec<String>,
}

impl Notes {
    pub(crate) fn add(req: &Request<'_>, lines: &[String]) {
        req.local_cache(Self::default).0.lock().lines.extend_from_slice(lines);
    }

    /// Says by a word who has sent the request; it is empty if that is not known.
    pub(crate) fn say_who(req: &Request<'_>, word: &str) {
        word.clone_into(&mut req.local_cache(Self::default).0.lock().who);
    }
}

/// Each word has its colour, which tells it from most others.
fn colour_of(word: &str) -> Style {
    let style = Style::new();
    match word.bytes().fold(0, u8::wrapping_add) % 5 {
        0 => style.cyan(),
        1 => style.magenta(),
        2 => style.yellow(),
        3 => style.green(),
        _ => style.blue(),
    }
}

/// An address without what should not be read in a log, which are its query and the ids in its path,
/// and without anything that a terminal would act on.
pub(crate) fn without_secrets(address: &str) -> String {
    let path = address.split('?').next().unwrap_or_default();
    without_ids(&printable(path, |_| false)).into_owned()
}

/// Whether this request gets a line: not those of tests, which have no remote address.
fn is_logged(req: &Request<'_>) -> bool {
    req.remote().is_some() && is_wanted(req.rocket().config().log_level)
}

/// Remembers the request as it arrives: fairings that change it call this first.
pub(crate) fn note_arrival(req: &Request<'_>) {
    if is_logged(req) {
        Arrival::of(req);
    }
}

#[rocket::async_trait]
impl Fairing for AccessLog {
    fn info(&self) -> Info {
        Info { name: "Access log", kind: Kind::Request | Kind::Response }
    }

    async fn on_request(&self, req: &mut Request<'_>, _: &mut Data<'_>) {
        note_arrival(req);
    }

    async fn on_response<'r>(&self, req: &'r Request<'_>, res: &mut Response<'r>) {
        if !is_logged(req) || is_file(req) {
            return;
        }
        let Arrival { line, at } = Arrival::of(req);
        let code = res.status().code;
        let colour = match code {
            200..=299 => Style::new().green(),
            300..=399 => Style::new().cyan(),
            400..=499 => Style::new().yellow(),
            _ => Style::new().red(),
        };
        let to = res
            .headers()
            .get_one("Location")
            .map_or_else(String::new, |to| format!(" → {}", without_secrets(to)));
        let dim = |text: &str| paint(text, Style::new().dim());
        let took = dim(&format!("{} ms", at.elapsed().as_millis()));
        let notes = req.local_cache(Notes::default).0.lock();
        let who = match notes.who.as_str() {
            "" => String::new(),
            word => format!("  {}", paint(word, colour_of(word))),
        };
        let mut lines = vec![format!("{line} {}{to}  {took}{who}", paint(code, colour))];
        lines.extend(notes.lines.iter().map(|line| format!("    {}", dim(line))));
        say(Stream::Stdout, &lines.join("\n"));
    }
}
