//! What starts a lesson.

use std::env;
use std::path::Path;
use std::process::Command;

/// A command without what this program's own settings would do to a lesson.
#[must_use]
pub fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("ROCKET_") {
            command.env_remove(name);
        }
    }
    command
}
