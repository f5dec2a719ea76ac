//! Rocket's log, less its wall: errors only, or nearly all of it if `log_level` is `debug`.

use std::mem;

use log::{Level, LevelFilter, Log, Metadata, Record};
use parking_lot::Mutex;
use rocket::config::LogLevel;
use rocket::figment::Figment;

use super::harmless::harmless;
use super::mistakes::heard;
use super::shutdown;
use crate::id::without_ids;
use crate::session::cookie;
use crate::terminal::{Stream, say};

/// What was said before the launch, by target: printed only if there is no launch.
static BEFORE_LAUNCH: Mutex<Option<Vec<(String, String)>>> = Mutex::new(Some(Vec::new()));

/// Takes the place of Rocket's logger.
pub(crate) fn install(figment: &Figment) {
    let level = figment.extract_inner("log_level").unwrap_or(LogLevel::Normal);
    if log::set_logger(&Logger).is_ok() {
        log::set_max_level(match level {
            LogLevel::Off => LevelFilter::Off,
            LogLevel::Debug => LevelFilter::Debug,
            LogLevel::Critical | LogLevel::Normal => LevelFilter::Info,
        });
    }
}

/// From now on errors are printed when they happen.
pub(crate) fn launched() {
    *BEFORE_LAUNCH.lock() = None;
}

/// Why there was no launch, in lines: what was said on the way, and Rocket's own summary.
pub(crate) fn launch_errors() -> (Vec<String>, Vec<String>) {
    let said = mem::take(&mut *BEFORE_LAUNCH.lock()).unwrap_or_default();
    let (summary, reasons): (Vec<_>, Vec<_>) =
        said.into_iter().partition(|(target, _)| target.starts_with("rocket::error"));
    let lines = |said: Vec<(String, String)>| said.into_iter().map(|(_, line)| line).collect();
    (lines(reasons), lines(summary))
}

/// Hears that Rocket drops the cookies of a request, of which it tells the log only.
fn note_dropped_cookies(said: &Record<'_>) {
    let is_warning = said.level() == Level::Warn && said.target().starts_with("rocket::request");
    if is_warning && said.args().to_string() == "Header 'cookie' contains invalid UTF-8" {
        cookie::note_dropped();
    }
}

struct Logger;

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let (level, target) = (metadata.level(), metadata.target());
        let of_server = target.starts_with("rocket::server");
        if log::max_level() == LevelFilter::Debug {
            // All but whole requests and responses, with the cookies in them (ASVS 4.0.3 3.1.1).
            return !(of_server && level == Level::Debug);
        }
        // Rocket says why it does not launch, and what is wrong with a template, at level info; and of a
        // wrong setting its name.
        let explains = ["rocket::error", "rocket_dyn_templates::engine"];
        let names_setting = level == Level::Info && target.starts_with("rocket::config");
        // A page that is not found is in the access log; Rocket calls it an error besides.
        explains.iter().any(|it| target.starts_with(it))
            || names_setting
            || level == Level::Error && !of_server
    }

    fn log(&self, record: &Record<'_>) {
        shutdown::wait_for_requests(record);
        note_dropped_cookies(record);
        heard::note_record(record);
        if !self.enabled(record.metadata()) {
            return;
        }
        let is_minor = record.level() > Level::Error && log::max_level() == LevelFilter::Debug;
        // The requests of Rocket's own log, with their addresses: an error may name a long path.
        let names_requests = is_minor || record.target().starts_with("rocket::server");
        let text = record.args().to_string();
        let text = if names_requests { without_ids(&text).into_owned() } else { text };
        let text = harmless(&text);
        match &mut *BEFORE_LAUNCH.lock() {
            Some(said) if !is_minor => said.push((record.target().to_owned(), text)),
            _ => {
                let level = if is_minor { "debug" } else { "error" };
                say(Stream::Stderr, &format!("{level}: {text}"));
            }
        }
    }

    fn flush(&self) {}
}
