//! What is said in the terminal when a watched lesson has started.

use std::time::Duration;

use crate::server::Server;
use crate::terminal::say;
use crate::workspace::Lesson;

/// Says what the lesson says when it starts, with the address of the proxy; or, if it has started
/// again, how long that took.
pub(super) fn say_that_it_runs(
    lesson: &Lesson,
    server: &Server,
    address: &str,
    again: Option<Duration>,
) {
    if let Some(took) = again {
        let (number, seconds) = (lesson.number(), took.as_secs_f32());
        say(&format!("  built    lesson {number} again, in {seconds:.1} s"));
        return;
    }
    let inner = format!("http://{}", server.authority());
    say(&server.banner().join("\n").replace(&inner, address));
    say("  watch    save a file, and the open pages show it");
    let is_memory = server.banner().iter().any(|line| line.contains("session  memory"));
    say(if is_memory {
        "           each start ends the sessions, which are in its memory"
    } else {
        "           the key is kept meanwhile, so sessions outlive each start"
    });
}
