//! What a terminal may be given.

use crate::text::printable;

/// A text without what a terminal would act on or what hides there, which may have come from a
/// visitor. Rocket's colours go too: pear turns them on for log files.
pub(crate) fn harmless(text: &str) -> String {
    printable(&without_colours(text), |c| matches!(c, '\n' | '\t')).into_owned()
}

/// A text without codes such as `ESC [ 31 m`.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default();
    let is_code = |code: &str| code.chars().all(|c| c.is_ascii_digit() || c == ';');
    let rest = parts.map(|part| match part.split_once('m') {
        Some((code, rest)) if is_code(code) => rest,
        _ => part,
    });
    [first].into_iter().chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_log_cannot_speak_to_the_terminal() {
        for (text, expected) in [
            ("\u{1b}[1;31mred\u{1b}[0m and\n\tplain", "red and\n\tplain"),
            ("\u{1b}[2Jcleared\u{9b}31m", "2Jcleared\\u{9b}31m"),
            ("\u{1b}]0;title\u{7}\r\u{202e}", "\\u{1b}]0;title\\u{7}\\r\\u{202e}"),
            ("\u{1b}[", ""),
        ] {
            assert_eq!(harmless(text), expected);
        }
    }
}
