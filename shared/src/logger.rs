//! Rocket's log, less its wall: errors only, or nearly all of it if `log_level` is `debug`.

use std::io::{self, Write};
use std::mem;

use log::{Level, LevelFilter, Log, Metadata, Record};
use parking_lot::Mutex;
use rocket::config::LogLevel;
use rocket::figment::Figment;

use crate::launch;

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

/// Why there was no launch, in lines: Rocket's own summary only if nobody said more.
pub(crate) fn launch_errors() -> String {
    let said = mem::take(&mut *BEFORE_LAUNCH.lock()).unwrap_or_default();
    let (summary, reasons): (Vec<_>, Vec<_>) =
        said.into_iter().partition(|(target, _)| target.starts_with("rocket::error"));
    let lines = if reasons.is_empty() { summary } else { reasons };
    lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}

/// Whether a terminal would act on this letter, which an address may have in it: one of the controls
/// beyond ASCII (those in ASCII hyper refuses), or one that turns the direction of writing.
fn speaks_to_terminals(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
        launch::wait_for_requests(record);
        if !self.enabled(record.metadata()) {
            return;
        }
        let is_minor = record.level() > Level::Error && log::max_level() == LevelFilter::Debug;
        let text = record.args().to_string().replace(speaks_to_terminals, "\u{fffd}");
        match &mut *BEFORE_LAUNCH.lock() {
            Some(said) if !is_minor => said.push((record.target().to_owned(), text)),
            _ => {
                let level = if is_minor { "debug" } else { "error" };
                let _ = writeln!(io::stderr(), "{level}: {text}");
            }
        }
    }

    fn flush(&self) {}
}
