//! What this program says in the terminal.

use std::io::{self, Write};

/// Says a text of one or more lines. Where the terminal is closed, there is no place to say so.
pub fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}
