//! The sources of a lesson, as far as an explanation points into them.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::mistake::{Line, Place};

/// How many lines are shown before and after the one that is meant.
const AROUND: usize = 2;

/// A source or a template.
pub(super) struct File {
    /// As it is shown.
    pub(super) path: String,
    pub(super) text: String,
}

impl File {
    pub(super) fn read(root: &Path, path: &Path) -> Option<Self> {
        let text = String::from_utf8_lossy(&fs::read(path).ok()?).into_owned();
        let shown = path.strip_prefix(root).unwrap_or(path);
        let shown = shown.display().to_string();
        let path = if cfg!(windows) { shown.replace('\\', "/") } else { shown };
        Some(Self { path, text })
    }

    /// A line, from 1, with those around it.
    pub(super) fn place(&self, line: usize) -> Place {
        let lines = self.text.lines().enumerate().map(|(index, text)| (index + 1, text));
        let lines = lines.filter(|(number, _)| number.abs_diff(line) <= AROUND);
        let lines = lines.map(|(number, text)| Line {
            number,
            text: text.trim_start_matches('\u{feff}').to_owned(),
            is_it: number == line,
        });
        Place { file: self.path.clone(), line, lines: lines.collect() }
    }

    /// The line, from 1, in which a pattern first occurs.
    pub(super) fn find(&self, pattern: &Regex) -> Option<Place> {
        Some(self.place(self.line_at(pattern.find(&self.text)?.start())))
    }

    fn line_at(&self, byte: usize) -> usize {
        1 + self.text[..byte].matches('\n').count()
    }
}

/// The first place in these files in which a pattern occurs.
pub(super) fn find(files: &[File], pattern: &str) -> Option<Place> {
    let pattern = Regex::new(pattern).ok()?;
    files.iter().find_map(|file| file.find(&pattern))
}

/// A function with an attribute such as `#[get("/")]`.
pub(super) struct Handler {
    pub(super) name: String,
    /// `GET`
    pub(super) method: String,
    pub(super) path: String,
    pub(super) place: Place,
}

/// The handlers in these files.
pub(super) fn handlers(files: &[File]) -> Vec<Handler> {
    static HANDLER: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r#"(?xm)
            ^[\ \t]* \#\[ (get|post|put|delete|patch|head|options) \( \s* "([^"?]*)[^"]*" [^\]]* \) \]
            (?: \s* (?: \#\[[^\]]*\] | //[^\n]* ) )*
            \s* (?: pub (?:\([^)]*\))? \s+ )? (?: async \s+ )? fn \s+ (\w+)"#;
        Regex::new(pattern).expect("the pattern is well formed")
    });
    let of_file = |file: &File| {
        let found = HANDLER.captures_iter(&file.text).map(|found| Handler {
            name: found[3].to_owned(),
            method: found[1].to_uppercase(),
            path: found[2].to_owned(),
            place: file.place(file.line_at(found.get(1).map_or(0, |it| it.start()))),
        });
        found.collect::<Vec<_>>()
    };
    files.iter().flat_map(of_file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> File {
        File { path: "main.rs".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn handlers_are_found_with_their_lines() {
        let source = file(
            "/// Try `/`.\n#[get(\"/\")]\nfn index() {}\n\n// #[get(\"/old\")]\n// fn old() {}\n\
             #[post(\"/add?<x>\", data = \"<form>\")]\n#[must_use]\npub(crate) async fn add(\n) {}\n",
        );
        let found: Vec<_> = handlers(&[source])
            .into_iter()
            .map(|it| format!("{} {} {} {}", it.method, it.path, it.name, it.place.line))
            .collect();
        assert_eq!(found, ["GET / index 2", "POST /add add 7"]);
    }

    #[test]
    fn a_line_is_shown_with_those_around_it() {
        let place = file("one\ntwo\nthree\nfour\nfive\nsix").place(2);
        let shown: Vec<_> = place.lines.iter().map(|line| (line.number, line.is_it)).collect();
        assert_eq!(shown, [(1, false), (2, true), (3, false), (4, false)]);
    }
}
