//! What the pages of a lesson can say.

use std::path::PathBuf;
use std::sync::LazyLock;

use regex::Regex;

use crate::{files, read};

/// Where anything may stand: `{{ name }}` in a template, `{}` in a string of a source.
static HOLE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{\{[^}]*\}\}|\{[^{}]*\}").unwrap());

/// All texts of its templates and sources.
pub(crate) struct Screen {
    /// Texts that stand as they are, one in a line.
    fixed: String,
    /// Texts with holes.
    with_holes: Vec<Regex>,
}

impl Screen {
    pub(crate) fn of(lesson: &str) -> Self {
        let mut screen = Self { fixed: String::new(), with_holes: vec![] };
        let mut folders = vec![format!("templates/{lesson}")];
        let mut sources = vec![format!("lessons/{lesson}/src"), "shared/src".to_owned()];
        if lesson.starts_with("09") {
            folders.push("templates/08-database".to_owned());
            sources.push("lessons/08-database/src".to_owned());
        }
        let above = ["base", "error", "not_running", "two", "two_by_hand", "xray"];
        let above = above.map(|name| PathBuf::from(format!("templates/{name}.html.tera")));
        for file in folders.iter().flat_map(files).chain(above) {
            screen.read_template(&read(file));
        }
        let is_test = |file: &PathBuf| file.ends_with("tests.rs");
        for file in sources.iter().flat_map(files).filter(|file| !is_test(file)) {
            screen.read_source(&read(file));
        }
        screen
    }

    pub(crate) fn says(&self, text: &str) -> bool {
        self.fixed.contains(text) || self.with_holes.iter().any(|piece| piece.is_match(text))
    }

    fn read_template(&mut self, text: &str) {
        let string = Regex::new(r#""([^"]*)""#).unwrap();
        for found in string.captures_iter(text) {
            self.add(&found[1]);
        }
        let tag = Regex::new(r"(?s)<[^>]*>|\{%.*?%\}|\{#.*?#\}").unwrap();
        let inline = Regex::new("</?(a|b|code|i|small|span)( [^>]*)?>").unwrap();
        for piece in tag.split(text) {
            self.add(piece);
        }
        for piece in tag.split(&inline.replace_all(text, "")) {
            self.add(piece);
        }
    }

    /// Reads the strings of a source: not those of its unit tests or comments, which no page shows.
    fn read_source(&mut self, text: &str) {
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = lines.collect::<Vec<_>>().join("\n");
        let string = Regex::new(r#""((?:[^"\\]|\\.|\\\n)*)""#).unwrap();
        let continued = Regex::new(r"\\\n\s*").unwrap();
        for found in string.captures_iter(&code) {
            self.add(&continued.replace_all(&found[1], ""));
        }
    }

    fn add(&mut self, piece: &str) {
        let piece = piece.split_whitespace().collect::<Vec<_>>().join(" ");
        let parts: Vec<_> = HOLE.split(&piece).map(regex::escape).collect();
        // What is nearly all holes could say anything.
        let says_enough =
            HOLE.replace_all(&piece, "").chars().filter(|c| c.is_alphabetic()).count() >= 4;
        if parts.len() == 1 {
            self.fixed.push_str(&piece);
            self.fixed.push('\n');
        } else if says_enough {
            self.with_holes.push(Regex::new(&format!("^{}$", parts.join(".+"))).unwrap());
        }
    }
}
