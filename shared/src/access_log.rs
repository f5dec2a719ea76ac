//! One line for each request, `POST /add_stock 303 → /stocks  2 ms`, and below it what changed in
//! its session.

use std::fmt::Display;
use std::io::{self, Write};
use std::time::Instant;

use rocket::config::LogLevel;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::{Data, Request, Response};
use yansi::Paint;

use crate::random_id::without_ids;
use crate::xray::story::changes;

/// Prints the access log, unless `log_level` is `off` or `critical`.
pub(crate) struct AccessLog;

/// What came in, before anybody changed it, and when.
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

/// An address without what nobody should read in a log, which are its query and the ids in its path,
/// and without anything that a terminal would act on.
pub(crate) fn without_secrets(address: &str) -> impl Display {
    let path = address.split('?').next().unwrap_or_default();
    without_ids(&path.escape_default().to_string()).into_owned()
}

/// Whether this request gets a line: not those of tests, which have no remote address.
fn is_logged(req: &Request<'_>) -> bool {
    let level = req.rocket().config().log_level;
    req.remote().is_some() && !matches!(level, LogLevel::Off | LogLevel::Critical)
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
        let (name, kind) = ("Access log", Kind::Request | Kind::Response);
        Info { name, kind }
    }

    async fn on_request(&self, req: &mut Request<'_>, _: &mut Data<'_>) {
        note_arrival(req);
    }

    async fn on_response<'r>(&self, req: &'r Request<'_>, res: &mut Response<'r>) {
        if !is_logged(req) {
            return;
        }
        let Arrival { line, at } = Arrival::of(req);
        let code = res.status().code;
        let status = match code {
            200..=299 => code.green(),
            300..=399 => code.cyan(),
            400..=499 => code.yellow(),
            _ => code.red(),
        };
        let to = res
            .headers()
            .get_one("Location")
            .map_or_else(String::new, |to| format!(" → {}", without_secrets(to)));
        let took = format!("{} ms", at.elapsed().as_millis());
        // If nobody reads it any more, that is no reason to fail.
        let mut stdout = io::stdout().lock();
        let _ = writeln!(stdout, "{line} {status}{to}  {}", took.dim());
        for line in changes(req) {
            let _ = writeln!(stdout, "    {}", line.dim());
        }
    }
}
