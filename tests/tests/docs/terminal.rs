//! The terminal of a reader: that of `cargo lesson check`, with lessons as the tests start them.

use lesson_00::console::Terminal;
use lesson_00::server::Server;
use tests::{command, lessons, package};

/// A terminal whose first `curl` starts this lesson, unless `cargo run` has started one before.
pub(crate) fn terminal(lesson: &str) -> Terminal {
    let start = |wanted: &str, settings: &[(String, String)]| {
        let lesson = lessons().into_iter().find(|lesson| package(lesson) == wanted);
        let lesson = lesson.ok_or_else(|| format!("there is no {wanted}"))?;
        let mut command = command(&lesson);
        // Lesson 09 without a name is two servers, as for its reader.
        command.env_remove("ROCKET_SERVER");
        Server::start(command.envs(settings.iter().map(|(name, value)| (name, value))), |_| {})
    };
    Terminal::new(&package(lesson), Box::new(start))
}
