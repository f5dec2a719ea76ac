//! What this program says in the terminal, and asks there.

use std::io::{self, Write};

use rocket::http::Status;

/// Says a text of one or more lines. Where the terminal is closed, there is no place to say so.
pub fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Says what is wrong with a file of the workspace. The page says only that something is.
#[must_use]
pub fn failed(problem: String) -> Status {
    say(&problem);
    Status::InternalServerError
}

/// Asks a question, and says whether the answer is yes.
#[must_use]
pub fn is_yes(question: &str) -> bool {
    say(question);
    let mut answer = String::new();
    let _ = io::stdin().read_line(&mut answer);
    ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())
}
