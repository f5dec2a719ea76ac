//! # `cargo lesson`
//!
//! - **Does:** runs, watches and checks the lessons, and shows the start page.
//! - **Run it:** `cargo lesson`, then open <http://127.0.0.1:8000>; `cargo lesson help` lists the rest.
//! - **Read on:** `docs/00-start.md`

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use lesson_00::check::check;
use lesson_00::workspace;

/// Runs, watches and checks the lessons.
#[derive(Parser)]
#[command(name = "cargo lesson", bin_name = "cargo lesson", disable_help_subcommand = false)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Checks an exercise, or those of a lesson, or all
    Check {
        /// A lesson, such as 03
        lesson: Option<String>,
        /// An exercise of it, such as count-the-names
        name: Option<String>,
    },
}

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let done = workspace::root().and_then(|root| match command {
        Command::Check { lesson, name } => check(&root, lesson.as_deref(), name.as_deref()),
    });
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
