//! What starts a lesson.

use std::env;
use std::path::Path;
use std::process::Command;

/// A command that starts a lesson on a free port, without what this program's own settings would do to
/// it.
#[must_use]
pub fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("ROCKET_") {
            command.env_remove(name);
        }
    }
    command.env("ROCKET_PORT", "0");
    command
}
