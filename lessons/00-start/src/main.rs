//! # `cargo lesson`
//!
//! - **Does:** runs, watches and checks the lessons, and shows the start page.
//! - **Run it:** `cargo lesson`, then open <http://127.0.0.1:8000>; `cargo lesson help` lists the rest.
//! - **Read on:** `docs/00-start.md`

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use lesson_00::check::check;
use lesson_00::commands::{diff, hint, list, next, prepare, reset, solution};
use lesson_00::start::start;
use lesson_00::terminal::say;
use lesson_00::watch::watch;
use lesson_00::workspace;

/// Runs, watches and checks the lessons. Without anything else it shows the start page.
#[derive(Parser)]
#[command(name = "cargo lesson", bin_name = "cargo lesson", args_conflicts_with_subcommands = true)]
struct Arguments {
    /// A lesson to run and to watch, such as 03
    lesson: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Check an exercise, or those of a lesson, or all
    Check { lesson: Option<String>, name: Option<String> },
    /// Show the next exercise
    Next,
    /// List all exercises, and which are done
    List,
    /// Show a hint for an exercise: the first, or one by its number
    Hint {
        lesson: Option<String>,
        name: Option<String>,
        #[arg(default_value_t = 1)]
        number: usize,
    },
    /// Show the solution of an exercise
    Solution { lesson: String, name: String },
    /// Show how a lesson differs from another one, or what you have changed in it
    Diff { lesson: String, other: Option<String> },
    /// Undo what you have changed in a lesson, and keep a copy
    Reset {
        lesson: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Build all lessons, and look whether this machine can run them
    Prepare,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match workspace::root().and_then(|root| run(&root, arguments)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            say(&problem);
            ExitCode::FAILURE
        }
    }
}

/// Does it, and says whether all is well.
fn run(root: &Path, arguments: Arguments) -> Result<bool, String> {
    let Some(command) = arguments.command else {
        return match arguments.lesson {
            Some(lesson) => watch(root, &workspace::find(root, &lesson)?),
            None => start(root),
        };
    };
    match command {
        Command::Check { lesson, name } => check(root, lesson.as_deref(), name.as_deref()),
        Command::Next => next(root),
        Command::List => list(root),
        Command::Hint { lesson, name, number } => {
            hint(root, lesson.as_deref(), name.as_deref(), number)
        }
        Command::Solution { lesson, name } => solution(root, &lesson, &name),
        Command::Diff { lesson, other } => diff(root, &lesson, other.as_deref()),
        Command::Reset { lesson, yes } => reset(root, &lesson, yes),
        Command::Prepare => prepare(root),
    }
}
