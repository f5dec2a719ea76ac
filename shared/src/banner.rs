//! The few lines that a lesson says when it starts.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use rocket::config::LogLevel;
use rocket::fairing::AdHoc;
use rocket::{Config, Orbit, Rocket};
use yansi::Paint;

use crate::catalogue::Lesson;
use crate::in_words;
use crate::logger;
use crate::session::Sessions;

/// Prints the banner as soon as the lesson can be visited, unless `log_level` is `off`.
pub(crate) fn fairing(lesson: Lesson) -> AdHoc {
    AdHoc::on_liftoff("Banner", |rocket| {
        Box::pin(async move {
            logger::launched();
            if rocket.config().log_level != LogLevel::Off {
                // If nobody reads it, that is no reason to fail.
                let _ = writeln!(io::stdout(), "{}", text(&lesson, rocket));
            }
        })
    })
}

fn text(lesson: &Lesson, rocket: &Rocket<Orbit>) -> String {
    let config = rocket.config();
    let title = format!("Lesson {} · {}", lesson.number, lesson.title);
    let address = own_origin(config);
    let mut lines = vec![
        format!("\n  {}", title.bold()),
        row("open", &address.underline().to_string()),
        row("doc", &lesson.doc()),
        row("source", &lesson.source()),
    ];
    if config.address.is_unspecified() {
        lines.insert(2, row("", "(from other machines: at the address of this one)"));
    }
    if let Some(sessions) = rocket.state::<Sessions>() {
        let store = sessions.settings.store;
        lines.push(row("session", &format!("{store}: {}", store.explanation())));
        lines.push(row("cookie", &format!("{}, once there is a session", sessions.cookie_name)));
        let settings = &sessions.settings;
        let mut span = format!("{} at most", in_words(settings.absolute_lifetime));
        if settings.lifetime < settings.absolute_lifetime {
            span = format!("{}, and {span}", in_words(settings.lifetime));
        }
        lines.push(row("lives", &span));
        if store.needs_key() && sessions.throw_away_key {
            lines.push(row("key", "made for this run: stop the lesson, and every session ends"));
            lines.push(row("", "(to keep them, give a key of your own: ROCKET_SECRET_KEY)"));
        }
    }
    lines.push(row("stop", "Ctrl+C"));
    lines.join("\n") + "\n"
}

/// Where a browser on this machine finds the server: `http://127.0.0.1:8001`.
pub(crate) fn own_origin(config: &Config) -> String {
    format!("http://{}", SocketAddr::new(own_address(config), config.port))
}

/// The address at which a browser on this machine finds the server.
pub(crate) fn own_address(config: &Config) -> IpAddr {
    match config.address {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    }
}

fn row(name: &str, value: &str) -> String {
    format!("  {name:<8} {value}")
}
