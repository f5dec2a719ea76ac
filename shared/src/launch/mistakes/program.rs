//! The program that runs, and the files it was made of.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// When the program was built, and from what.
#[derive(Default)]
pub(super) struct Program {
    built: Option<SystemTime>,
    sources: Vec<PathBuf>,
}

impl Program {
    /// The one that runs. Cargo writes its sources into a file beside it; without that file nothing is
    /// known of them.
    pub(super) fn running() -> Self {
        let Ok(program) = env::current_exe() else { return Self::default() };
        let list = fs::read_to_string(program.with_extension("d")).unwrap_or_default();
        Self { built: changed(&program), sources: sources(&list) }
    }

    /// Its sources: the lesson's own, those of `shared`, and what they include.
    pub(super) fn sources(&self) -> &[PathBuf] {
        &self.sources
    }

    /// The source that was changed last, if that was after the program was built.
    pub(super) fn newer_file(&self) -> Option<PathBuf> {
        let built = self.built?;
        let dated = self.sources.iter().filter_map(|file| Some((changed(file)?, file)));
        let (newest, file) = dated.max()?;
        (newest > built).then(|| file.clone())
    }
}

fn changed(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).ok()?.modified().ok()
}

/// The files that a list of cargo's names after `program: `. A space in a name stands behind a backslash.
fn sources(list: &str) -> Vec<PathBuf> {
    let Some((_, files)) = list.split_once(": ") else { return vec![] };
    let space = "\u{0}";
    let files = files.replace("\\ ", space);
    files.split_whitespace().map(|file| file.replace(space, " ").into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sources_are_those_that_cargo_lists() {
        for (list, expected) in [
            ("/w/target/debug/lesson-02: /w/a.rs /w/b.rs\n", ["/w/a.rs", "/w/b.rs"]),
            ("/my\\ w/l: /my\\ w/a.rs /my\\ w/b.rs", ["/my w/a.rs", "/my w/b.rs"]),
            (r"C:\w\l.exe: C:\w\a.rs C:\w\b\ c.rs", [r"C:\w\a.rs", r"C:\w\b c.rs"]),
        ] {
            assert_eq!(sources(list), expected.map(PathBuf::from));
        }
        assert!(sources("").is_empty());
    }
}
