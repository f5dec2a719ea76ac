//! `prepare`: what can be done before the lesson begins, and whether this machine can do it.

use std::fs::File;
use std::path::Path;

use crate::build::{self, Build};
use crate::ports;
use crate::terminal::say;
use crate::workspace;

/// A classroom and a browser with many tabs want no more at once.
const OPEN_FILES: usize = 600;

/// Fetches and builds all that lessons need, checks ports and open files, and says of each whether it
/// is well.
pub fn prepare(root: &Path) -> Result<bool, String> {
    let lessons = workspace::lessons(root)?;
    let mut are_well = tell("crates are here", fetch(root));
    for lesson in &lessons {
        let what = format!("lesson {} is built", lesson.number());
        let built = Build::begin(root, &lesson.package()).and_then(Build::wait);
        are_well &= tell(&what, built.map(drop));
    }
    are_well &= tell("port 8000 is free", free(8000));
    for port in lessons.iter().flat_map(|lesson| lesson.ports(lesson.port)) {
        are_well &= tell(&format!("port {port} is free"), free(port));
    }
    are_well &= tell(&format!("{OPEN_FILES} files can be open"), open_files(root));
    Ok(are_well)
}

/// Green or red, where the terminal has colours: the mark says it, too.
fn tell(what: &str, is_well: Result<(), String>) -> bool {
    match &is_well {
        Ok(()) => say(&format!("✓ {what}")),
        Err(why) => say(&format!("✗ not so: {what}\n{why}")),
    }
    is_well.is_ok()
}

fn fetch(root: &Path) -> Result<(), String> {
    let status = build::cargo(root).args(["fetch", "--locked"]).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => {
            Err("  cargo could not fetch them; its words are above. Is this machine online?"
                .to_owned())
        }
    }
}

fn free(port: u16) -> Result<(), String> {
    ports::check(port).map_err(|error| format!("  {error}: stop what uses it, or set ROCKET_PORT"))
}

fn open_files(root: &Path) -> Result<(), String> {
    let mut open = vec![];
    for _ in 0..OPEN_FILES {
        let file = File::open(root.join("Cargo.toml"));
        open.push(file.map_err(|error| format!("  {error}: raise the limit (`ulimit -n 4096`)"))?);
    }
    Ok(())
}
