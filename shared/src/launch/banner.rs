//! The few lines that a lesson says when it starts.

use std::net::SocketAddr;

use rocket::config::LogLevel;
use rocket::fairing::AdHoc;
use rocket::{Config, Orbit, Rocket};
use yansi::Style;

use super::catalogue::Lesson;
use super::logger;
use crate::http::host::{addresses_for_others, own_origin};
use crate::session::Sessions;
use crate::terminal::{Stream, decide_on_colours, paint, say};

/// Prints the banner as soon as the lesson can be visited, unless `log_level` is `off`.
pub(crate) fn fairing(lesson: Lesson) -> AdHoc {
    AdHoc::on_liftoff("Banner", |rocket| {
        Box::pin(async move {
            logger::launched();
            decide_on_colours(rocket.config());
            if rocket.config().log_level != LogLevel::Off {
                say(Stream::Stdout, &text(&lesson, rocket));
            }
        })
    })
}

fn text(lesson: &Lesson, rocket: &Rocket<Orbit>) -> String {
    let config = rocket.config();
    let title = format!("Lesson {} · {}", lesson.number, lesson.title);
    let address = own_origin(config);
    let mut lines = vec![
        format!("\n  {}", paint(title, Style::new().bold())),
        row("open", &paint(address, Style::new().underline())),
    ];
    lines.extend(for_others(config));
    lines.extend([row("doc", &lesson.doc()), row("source", &lesson.source())]);
    if let Some(sessions) = rocket.state::<Sessions>() {
        let store = sessions.settings.store;
        lines.push(row("session", &format!("{store}: {}", store.explanation())));
        lines.push(row("cookie", &format!("{}, once there is a session", sessions.cookie_name)));
        lines.push(row("expires", &sessions.settings.expiry_in_words()));
        if store.needs_key() && sessions.ephemeral_key {
            lines.push(row("key", "made for this run: stop the lesson, and every session ends"));
            lines.push(row("", "(to keep them, give a key of your own: ROCKET_SECRET_KEY)"));
        }
    }
    lines.push(row("stop", "Ctrl+C"));
    lines.join("\n") + "\n"
}

/// A line for each address at which other machines find the lesson, if it listens there.
fn for_others(config: &Config) -> Vec<String> {
    if !config.address.is_unspecified() {
        return vec![];
    }
    let mut lines: Vec<_> = addresses_for_others(config)
        .into_iter()
        .map(|address| SocketAddr::new(address, config.port))
        .map(|address| row("", &format!("http://{address} from other machines")))
        .collect();
    if lines.is_empty() {
        lines.push(row("", "(this machine is in no network: others cannot open it)"));
    }
    lines
}

fn row(name: &str, value: &str) -> String {
    format!("  {name:<8} {value}")
}
