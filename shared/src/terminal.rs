//! What a lesson says in the terminal. A thread of its own writes it, so that a terminal that stands
//! still (Ctrl+S, a selection on Windows, a pipe that is full) holds up no answer and no end.

use std::env;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::mem;
use std::sync::{Once, OnceLock};
use std::thread;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use rocket::Config;
use yansi::{Condition, Style};

/// How many bytes may wait for the terminal. What comes after them is left out, and counted.
const ROOM: usize = 1024 * 1024;

/// How long the end of the program waits for the terminal.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where a text goes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

/// What waits to be written, in its order.
struct Queue {
    texts: Vec<(Stream, String)>,
    bytes: usize,
    /// The lines that found no room behind these texts.
    left_out: usize,
    is_writing: bool,
}

static QUEUE: Mutex<Queue> =
    Mutex::new(Queue { texts: vec![], bytes: 0, left_out: 0, is_writing: false });
static CHANGED: Condvar = Condvar::new();
static WRITER: Once = Once::new();
static COLOURS: OnceLock<bool> = OnceLock::new();

/// Says a text of one or more lines. It waits for nothing.
pub(crate) fn say(stream: Stream, text: &str) {
    // Without this thread the room is soon used up, and that is all.
    WRITER.call_once(|| drop(thread::Builder::new().name("terminal".to_owned()).spawn(write)));
    let mut queue = QUEUE.lock();
    if queue.left_out > 0 || queue.bytes + text.len() > ROOM {
        queue.left_out += text.lines().count();
    } else {
        queue.bytes += text.len();
        queue.texts.push((stream, format!("{text}\n")));
    }
    CHANGED.notify_all();
}

/// Waits until all is written, a second at most.
pub(crate) fn flush() {
    let mut queue = QUEUE.lock();
    let is_busy = |queue: &mut Queue| queue.is_writing || !queue.texts.is_empty();
    let _ = CHANGED.wait_while_for(&mut queue, is_busy, PATIENCE);
}

fn write() {
    loop {
        let mut queue = QUEUE.lock();
        queue.is_writing = false;
        CHANGED.notify_all();
        CHANGED.wait_while(&mut queue, |queue| queue.texts.is_empty() && queue.left_out == 0);
        queue.is_writing = true;
        queue.bytes = 0;
        let mut texts = mem::take(&mut queue.texts);
        let left_out = mem::take(&mut queue.left_out);
        drop(queue);
        if left_out > 0 {
            let stream = texts.last().map_or(Stream::Stdout, |(stream, _)| *stream);
            texts.push((stream, format!("… {left_out} lines were left out\n")));
        }
        for together in texts.chunk_by(|(one, _), (next, _)| one == next) {
            let text: String = together.iter().map(|(_, text)| text.as_str()).collect();
            // Where a terminal is closed, there is no place to say so.
            let _ = match together[0].0 {
                Stream::Stdout => io::stdout().write_all(text.as_bytes()),
                Stream::Stderr => io::stderr().write_all(text.as_bytes()),
            };
        }
    }
}

/// In managed state: when it is dropped with the server, at its very end, all is written.
pub(crate) struct FlushAtEnd;

impl Drop for FlushAtEnd {
    fn drop(&mut self) {
        flush();
    }
}

/// Decides once whether there are colours: in a terminal that knows them, unless none are wanted
/// (<https://no-color.org>, or Rocket's setting `cli_colors`). What yansi decides for the whole
/// process does not count: pear changes it with each of its errors, which a visitor can cause.
pub(crate) fn decide_on_colours(config: &Config) {
    let is_unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    let wanted = config.cli_colors && !is_unwanted && !is_dumb && io::stdout().is_terminal();
    // On Windows this also makes the console understand them.
    let _ = COLOURS.set(wanted && Condition::os_support());
}

/// A text in this style, if there are colours.
pub(crate) fn paint(text: impl Display, style: Style) -> String {
    if COLOURS.get() == Some(&true) {
        format!("{}{text}{}", style.prefix(), style.suffix())
    } else {
        text.to_string()
    }
}
