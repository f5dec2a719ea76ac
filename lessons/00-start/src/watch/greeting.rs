//! What is said in the terminal when a watched lesson has started.

use std::time::Duration;

use super::reach::Front;
use crate::server::Server;
use crate::terminal::say;
use crate::workspace::Lesson;

/// Says what the lesson says when it starts, with the address by which it is visited; or, if it has started
/// again, how long that took.
pub(super) fn say_that_it_runs(
    lesson: &Lesson,
    server: &Server,
    front: &Front,
    again: Option<Duration>,
) {
    if let Some(took) = again {
        let (number, seconds) = (lesson.number(), took.as_secs_f32());
        say(&format!("  built    lesson {number} again, in {seconds:.1} s"));
        return;
    }
    let inner = format!("http://{}", server.authority());
    let banner = server.banner().join("\n").replace(&inner, &front.address);
    // A second server, which has no proxy before it.
    let host = format!("http://{}:", front.reach.host());
    say(&banner.replace("http://127.0.0.1:", &host));
    say("  watch    save a file, and the open pages show it");
    let is_memory = server.banner().iter().any(|line| line.contains("session  memory"));
    say(if is_memory {
        "           each start ends the sessions, which are in its memory"
    } else {
        "           the key is kept meanwhile, so sessions outlive each start"
    });
}
