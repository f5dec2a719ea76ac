//! Code as HTML: Rust with a class for each kind of word, a diff with one for each kind of line.

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

const KEYWORDS: [&str; 28] = [
    "as", "async", "await", "const", "crate", "dyn", "else", "enum", "fn", "for", "if", "impl",
    "in", "let", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "static", "struct",
    "super", "type", "use", "where",
];

/// A block of code in a language, as Markdown names it. In Rust a function whose name stands where it
/// is defined links to its `address`, if it has one.
pub(super) fn in_language(
    language: &str,
    text: &str,
    address: impl Fn(&str) -> Option<String>,
) -> String {
    match language {
        "rust" => rust(text, address),
        "diff" => diff(text),
        _ => escape(text),
    }
}

/// The words of some Rust: what kind of word, and whether it is the name of a function that is defined here.
fn words(text: &str) -> impl Iterator<Item = (TokenKind, &str, bool)> {
    let (mut at, mut is_next) = (0, false);
    tokenize(text, FrontmatterAllowed::No).map(move |token| {
        let begin = at;
        at += token.len as usize;
        let word = &text[begin..at];
        let is_name = is_next && token.kind == TokenKind::Ident;
        is_next = word == "fn" || is_next && token.kind == TokenKind::Whitespace;
        (token.kind, word, is_name)
    })
}

/// The functions that are defined in some Rust, and the line of each.
pub(super) fn functions(text: &str) -> Vec<(String, usize)> {
    let (mut found, mut line) = (vec![], 1);
    for (_, word, is_name) in words(text) {
        if is_name {
            found.push((word.to_owned(), line));
        }
        line += word.matches('\n').count();
    }
    found
}

/// Rust. A token of several lines is closed and opened again at each end of a line.
pub(super) fn rust(text: &str, address: impl Fn(&str) -> Option<String>) -> String {
    let mut html = String::new();
    for (kind, word, is_name) in words(text) {
        let class = match kind {
            TokenKind::LineComment { .. } | TokenKind::BlockComment { .. } => "comment",
            TokenKind::Literal {
                kind: LiteralKind::Int { .. } | LiteralKind::Float { .. },
                ..
            } => "number",
            TokenKind::Literal { .. } => "string",
            TokenKind::Ident if KEYWORDS.contains(&word) => "keyword",
            _ => "",
        };
        let to = Some(word).filter(|_| is_name).and_then(&address);
        let word = escape(word);
        if let Some(to) = to {
            html.extend(["<a href=\"", &to, "\">", &word, "</a>"]);
        } else if class.is_empty() {
            html.push_str(&word);
        } else {
            let (open, close) = (format!("<span class=\"{class}\">"), "</span>");
            let lines = word.replace('\n', &format!("{close}\n{open}"));
            html.extend([&open, &lines, close]);
        }
    }
    html
}

/// A diff, in which the names of the files count as neither added nor removed.
fn diff(text: &str) -> String {
    let line = |line: &str| {
        let html = escape(line);
        let is_name = line.starts_with("+++ ") || line.starts_with("--- ");
        match line.chars().next() {
            Some('+') if !is_name => format!("<ins>{html}</ins>"),
            Some('-') if !is_name => format!("<del>{html}</del>"),
            Some('@') => format!("<span class=\"comment\">{html}</span>"),
            _ => html,
        }
    };
    text.split_inclusive('\n').map(line).collect()
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust_has_colours_and_nothing_is_lost() {
        let text = "/// One <b>.\nfn one<'a>() -> &'a str { \"1 & 2\" }\n/* two\nlines */";
        let html = rust(text, |_| None);
        assert!(html.starts_with("<span class=\"comment\">/// One &lt;b&gt;.</span>\n"), "{html}");
        assert!(html.contains("<span class=\"keyword\">fn</span> one"), "{html}");
        assert!(html.contains("<span class=\"string\">\"1 &amp; 2\"</span>"), "{html}");
        assert!(html.ends_with(
            "<span class=\"comment\">/* two</span>\n<span class=\"comment\">lines */</span>"
        ));
        assert_eq!(html.lines().count(), text.lines().count());
    }

    #[test]
    fn a_function_is_known_where_it_is_defined_and_only_there() {
        let text =
            "// fn no()\n\nfn one(f: fn(u8)) {\n    two(\"fn three()\");\n}\n\nasync fn two() {}";
        assert_eq!(functions(text), [("one".to_owned(), 3), ("two".to_owned(), 7)]);
        let html = rust(text, |name| Some(format!("#{name}")));
        assert_eq!(html.matches("<a href=").count(), 2, "{html}");
        assert!(html.contains("<a href=\"#two\">two</a>() {}"), "{html}");
    }

    #[test]
    fn what_a_diff_adds_and_removes_is_marked_and_the_names_of_files_are_not() {
        let html = diff("--- a/x\n+++ b/x\n@@ -1 +1 @@\n same\n-old <b>\n+new\n");
        assert_eq!(
            html,
            "--- a/x\n+++ b/x\n<span class=\"comment\">@@ -1 +1 @@\n</span> same\n\
             <del>-old &lt;b&gt;\n</del><ins>+new\n</ins>"
        );
    }
}
