//! The few lines that a lesson says when it starts.

use rocket::config::LogLevel;
use rocket::fairing::AdHoc;
use rocket::{Orbit, Rocket};
use yansi::Paint;

use crate::catalogue::{Lesson, Place};
use crate::logger;
use crate::session::Sessions;

/// Prints the banner as soon as the lesson can be visited, unless `log_level` is `off`.
pub(crate) fn fairing(place: Place) -> AdHoc {
    AdHoc::on_liftoff("Banner", |rocket| {
        Box::pin(async move {
            logger::launched();
            if rocket.config().log_level != LogLevel::Off {
                print(&text(&place.lesson, rocket));
            }
        })
    })
}

#[expect(clippy::print_stdout, reason = "this is the place where a lesson speaks")]
fn print(banner: &str) {
    println!("{banner}");
}

fn text(lesson: &Lesson, rocket: &Rocket<Orbit>) -> String {
    let config = rocket.config();
    let title = format!("Lesson {} · {}", lesson.number, lesson.title);
    let address = format!("http://{}", std::net::SocketAddr::new(config.address, config.port));
    let mut lines = vec![
        format!("\n  {}", title.bold()),
        row("open", &address.underline().to_string()),
        row("doc", &lesson.doc()),
        row("source", &lesson.source()),
    ];
    if let Some(sessions) = rocket.state::<Sessions>() {
        let settings = sessions.settings();
        let (store, name) = (settings.store, settings.cookie_name());
        lines.push(row("session", &format!("{store}: {}", store.explanation())));
        lines.push(row("cookie", &name));
        if store.needs_key() && sessions.throw_away_key() {
            lines.push(row("key", "made for this run: stop the lesson, and every session ends"));
            lines.push(row("", "(to keep them, give a key of your own: ROCKET_SECRET_KEY)"));
        }
    }
    lines.push(row("stop", "Ctrl+C"));
    lines.join("\n") + "\n"
}

fn row(name: &str, value: &str) -> String {
    format!("  {:<8} {value}", name.dim())
}
