//! `cargo lesson room --reset`: what the lessons keep, emptied between two classes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::lock;
use crate::ports;
use crate::terminal::{is_yes, say};
use crate::workspace;

/// Deletes the data of all lessons, if the answer to its question is yes.
pub fn reset(root: &Path, is_sure: bool) -> Result<bool, String> {
    let Some(_lock) = lock::hold_alone(root)? else {
        return Err("`cargo lesson` runs a lesson: stop it first.".to_owned());
    };
    let lessons = workspace::lessons(root)?;
    for lesson in &lessons {
        if let Some(port) = lesson.ports(lesson.port).find(|port| ports::check(*port).is_err()) {
            return Err(format!(
                "Lesson {} runs, or another program uses its port {port}: stop it first.",
                lesson.number()
            ));
        }
    }
    let folder = |lesson: workspace::Lesson| root.join("lessons").join(lesson.folder).join("data");
    let data: Vec<PathBuf> = lessons.into_iter().map(folder).filter(|it| it.is_dir()).collect();
    if data.is_empty() {
        say("The lessons keep no data.");
        return Ok(true);
    }
    for folder in &data {
        say(&format!("  {}", folder.display()));
    }
    if !is_sure && !is_yes("These folders are deleted: accounts, lists and lock-outs. Go on? [y/N]")
    {
        say("Nothing was deleted.");
        return Ok(false);
    }
    for folder in data {
        let cannot = |error| format!("{} cannot be deleted: {error}", folder.display());
        fs::remove_dir_all(&folder).map_err(cannot)?;
    }
    say("The lessons begin with nothing. What they had in memory ended with them.");
    Ok(true)
}
