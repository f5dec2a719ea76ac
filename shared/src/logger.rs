//! Rocket's log, less its wall: errors only, unless `log_level` is `debug`.

use std::io::{self, Write};
use std::mem;

use log::{Level, LevelFilter, Log, Metadata, Record};
use parking_lot::Mutex;
use rocket::config::LogLevel;
use rocket::figment::Figment;

/// What was said before the launch, by target: printed only if there is no launch.
static BEFORE_LAUNCH: Mutex<Option<Vec<(String, String)>>> = Mutex::new(Some(Vec::new()));

/// Takes the place of Rocket's logger, unless the settings want all of it.
pub(crate) fn install(figment: &Figment) {
    let level = figment.extract_inner("log_level").unwrap_or(LogLevel::Normal);
    if level != LogLevel::Debug && log::set_logger(&Logger).is_ok() {
        let off = level == LogLevel::Off;
        log::set_max_level(if off { LevelFilter::Off } else { LevelFilter::Info });
    }
}

/// From now on errors are printed when they happen.
pub(crate) fn launched() {
    *BEFORE_LAUNCH.lock() = None;
}

/// Why there was no launch, in lines: Rocket's own summary only if nobody said more.
pub(crate) fn launch_errors() -> String {
    let said = mem::take(&mut *BEFORE_LAUNCH.lock()).unwrap_or_default();
    let (summary, reasons): (Vec<_>, Vec<_>) =
        said.into_iter().partition(|(target, _)| target.starts_with("rocket::error"));
    let lines = if reasons.is_empty() { summary } else { reasons };
    lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}

struct Logger;

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        // Rocket says why it does not launch, and what is wrong with a template, at level info.
        let explains = ["rocket::error", "rocket_dyn_templates::engine"]
            .iter()
            .any(|it| target.starts_with(it));
        // A page that is not found is in the access log; Rocket calls it an error besides.
        explains || metadata.level() == Level::Error && !target.starts_with("rocket::server")
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        match &mut *BEFORE_LAUNCH.lock() {
            Some(said) => said.push((record.target().to_owned(), record.args().to_string())),
            None => {
                let _ = writeln!(io::stderr(), "error: {}", record.args());
            }
        }
    }

    fn flush(&self) {}
}
