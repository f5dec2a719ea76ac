//! Whether the lessons' data is in use: who runs a lesson here holds a lock together with others.

use std::fs::{self, File};
use std::path::Path;

/// A lock that is held while this is there, however the program ends.
pub struct Lock(#[allow(dead_code, reason = "the file holds the lock")] File);

fn open(root: &Path) -> Result<File, String> {
    let target = root.join("target");
    let open = fs::create_dir_all(&target).and_then(|()| File::create(target.join("in-use.lock")));
    open.map_err(|error| format!("{} cannot be written: {error}", target.display()))
}

/// Says that the data is in use, like others do.
pub fn hold(root: &Path) -> Result<Lock, String> {
    let file = open(root)?;
    file.lock_shared().map_err(|error| format!("The data cannot be locked: {error}"))?;
    Ok(Lock(file))
}

/// The lock for one alone. None while the data is in use.
pub fn hold_alone(root: &Path) -> Result<Option<Lock>, String> {
    let file = open(root)?;
    Ok(file.try_lock().is_ok().then_some(Lock(file)))
}
