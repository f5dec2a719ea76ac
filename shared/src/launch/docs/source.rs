//! The files of a lesson with line numbers and colours.

use std::path::Path;

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};
use serde::Serialize;

use crate::launch::files;

/// A file of a lesson, to be shown.
#[derive(Serialize)]
pub(super) struct Source {
    /// From the root of the workspace: `lessons/01-hello/src/main.rs`.
    pub(super) path: String,
    /// Where it stands on its page.
    pub(super) id: String,
    /// Its lines as HTML.
    lines: Vec<String>,
}

impl Source {
    pub(super) fn new(path: String, text: &str) -> Self {
        let id = path.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        let is_rust = Path::new(&path).extension().is_some_and(|end| end == "rs");
        let html = if is_rust { colour(text) } else { escape(text) };
        Self { path, id, lines: html.lines().map(str::to_owned).collect() }
    }

    /// The files that a learner reads beside a lesson's doc: its sources and templates. Not its
    /// settings, in which secrets may stand: any visitor of the lesson can read this.
    pub(super) fn of(root: &Path, lesson: &str) -> Vec<Self> {
        let folders = [format!("lessons/{lesson}/src"), format!("templates/{lesson}")];
        let paths = folders.iter().flat_map(|folder| {
            let mut files = files::below(&root.join(folder)).unwrap_or_default();
            files.sort_by_cached_key(|file| in_order(file));
            files.into_iter().map(move |file| format!("{folder}/{}", with_slashes(&file)))
        });
        let is_shown = |path: &String| [".rs", ".tera"].iter().any(|end| path.ends_with(end));
        let read = |path: String| Some(Self::new(path.clone(), &super::read(&root.join(path))?));
        paths.filter(is_shown).filter_map(read).collect()
    }
}

/// `main.rs` is where one begins to read, then come the modules, each folder from its `mod.rs` on, and
/// the tests are where one ends.
fn in_order(file: &Path) -> impl Ord + use<> {
    let (is_main, is_tests) = (file == Path::new("main.rs"), file == Path::new("tests.rs"));
    let place = if file.ends_with("mod.rs") { file.with_file_name("") } else { file.to_owned() };
    (!is_main, is_tests, place)
}

/// A path as the docs write it, on Windows too.
fn with_slashes(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

const KEYWORDS: [&str; 28] = [
    "as", "async", "await", "const", "crate", "dyn", "else", "enum", "fn", "for", "if", "impl",
    "in", "let", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "static", "struct",
    "super", "type", "use", "where",
];

/// Rust as HTML with a class for each kind of word. A token of several lines is closed and opened
/// again at each end of a line.
fn colour(text: &str) -> String {
    let (mut html, mut at) = (String::new(), 0);
    for token in tokenize(text, FrontmatterAllowed::No) {
        let end = at + token.len as usize;
        let word = &text[at..end];
        at = end;
        let class = match token.kind {
            TokenKind::LineComment { .. } | TokenKind::BlockComment { .. } => "comment",
            TokenKind::Literal {
                kind: LiteralKind::Int { .. } | LiteralKind::Float { .. },
                ..
            } => "number",
            TokenKind::Literal { .. } => "string",
            TokenKind::Ident if KEYWORDS.contains(&word) => "keyword",
            _ => "",
        };
        let word = escape(word);
        if class.is_empty() {
            html.push_str(&word);
        } else {
            let (open, close) = (format!("<span class=\"{class}\">"), "</span>");
            let lines = word.replace('\n', &format!("{close}\n{open}"));
            html.extend([&open, &lines, close]);
        }
    }
    html
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust_has_colours_and_nothing_is_lost() {
        let text = "/// One <b>.\nfn one<'a>() -> &'a str { \"1 & 2\" }\n/* two\nlines */";
        let html = colour(text);
        assert!(html.starts_with("<span class=\"comment\">/// One &lt;b&gt;.</span>\n"), "{html}");
        assert!(html.contains("<span class=\"keyword\">fn</span> one"), "{html}");
        assert!(html.contains("<span class=\"string\">\"1 &amp; 2\"</span>"), "{html}");
        assert!(html.ends_with(
            "<span class=\"comment\">/* two</span>\n<span class=\"comment\">lines */</span>"
        ));
        assert_eq!(html.lines().count(), text.lines().count());
    }

    #[test]
    fn the_files_in_folders_are_there_too_from_the_main_to_the_tests() {
        let root = crate::launch::catalogue::root().unwrap();
        let sources = Source::of(&root, "08-database");
        let paths =
            sources.iter().filter_map(|it| it.path.strip_prefix("lessons/08-database/src/"));
        let paths: Vec<_> = paths.collect();
        assert_eq!(paths[..3], ["main.rs", "db/mod.rs", "db/accounts.rs"]);
        assert!(paths.contains(&"pages/auth.rs") && paths.contains(&"user.rs"), "{paths:?}");
        assert_eq!(paths.last(), Some(&"tests.rs"));
    }

    #[test]
    fn a_lesson_begins_with_its_main() {
        let root = crate::launch::catalogue::root().unwrap();
        let sources = Source::of(&root, "01-hello");
        assert_eq!(sources[0].path, "lessons/01-hello/src/main.rs");
        assert_eq!(sources.last().unwrap().path, "templates/01-hello/index.html.tera");
    }
}
