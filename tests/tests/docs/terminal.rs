//! The terminals of a reader: that of `cargo lesson check`, and a real one.

use lesson_00::console::Terminal;
use tests::{Shell, package, starter};

/// A terminal whose first `curl` starts this lesson, unless `cargo run` has started one before.
pub(crate) fn terminal(lesson: &str) -> impl FnMut(&str) -> Result<String, String> + use<> {
    let mut terminal = Terminal::new(&package(lesson), starter());
    move |line| terminal.run(line)
}

/// The same with `bash` and `curl`.
pub(crate) fn shell(lesson: &str) -> impl FnMut(&str) -> Result<String, String> + use<> {
    let mut shell = Shell::new(&package(lesson), starter());
    move |line| shell.run(line)
}
