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
use lesson_00::membership::{join, leave};
use lesson_00::start::start;
use lesson_00::terminal::say;
use lesson_00::watch::watch;
use lesson_00::{room, workspace};

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
    /// Open the start page to a class
    Room {
        /// Delete what the lessons have kept of the class before
        #[arg(long)]
        reset: bool,
        /// Do not ask
        #[arg(long, requires = "reset")]
        yes: bool,
    },
    /// Join a room: it learns what your checks find
    Join {
        /// Such as 192.0.2.7:8000, as the board shows it
        #[arg(required_unless_present = "leave")]
        address: Option<String>,
        /// The name that you have in the room
        #[arg(required_unless_present = "leave")]
        name: Option<String>,
        /// The code of your page in the room, if you have one
        code: Option<String>,
        /// Tell the room no more
        #[arg(long, exclusive = true)]
        leave: bool,
    },
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
            None => start(root, false),
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
        Command::Room { reset: false, .. } => start(root, true),
        Command::Room { yes, .. } => room::reset(root, yes),
        Command::Join { address: Some(address), name: Some(name), code, .. } => {
            join(root, &address, &name, code.as_deref())
        }
        Command::Join { .. } => leave(root),
    }
}
