//! What this program keeps below `target`.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use tempfile::NamedTempFile;

/// Keeps it in a file of its own. The file is replaced whole: there is never half of one.
pub fn keep(file: &Path, kept: &impl Serialize) -> Result<(), String> {
    let write = || -> io::Result<()> {
        let (folder, text) = (file.parent().unwrap_or(file), serde_json::to_string_pretty(kept)?);
        fs::create_dir_all(folder)?;
        let mut whole = NamedTempFile::new_in(folder)?;
        whole.write_all(text.as_bytes())?;
        whole.persist(file)?;
        Ok(())
    };
    write().map_err(|error| format!("{} cannot be written: {error}", file.display()))
}
