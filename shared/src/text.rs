//! What can be seen of a text, and which spellings of it are one.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use unicode_normalization::UnicodeNormalization;

/// A character that is seen, with what may follow it; or else one in the group `hidden`.
///
/// Joiners and variation selectors are not seen themselves. They may follow a character whose look
/// they can change: an emoji, an ideograph, a letter of a script that joins its letters.
static SEEN_OR_HIDDEN: LazyLock<Regex> = LazyLock::new(|| {
    // Unicode calls these letters and symbols, but they show nothing.
    let blank = r"\u{2800}\u{fffc}\u{13441}\u{13442}\u{1d159}";
    let kinds = r"\p{L}\p{M}\p{N}\p{P}\p{S}\p{Extended_Pictographic}\x20";
    let seen = format!(r"[{kinds}--[\p{{Default_Ignorable_Code_Point}}{blank}]]");
    let changes = format!(r"[{seen}--[\p{{Latin}}\p{{Greek}}\p{{Cyrillic}}\p{{ASCII}}]]");
    let pattern = format!(
        r"(?x)
        [0-9\#*] \ufe0f \u20e3                     # 1️⃣
        | 🏴 [\U000e0020-\U000e007e]+ \U000e007f   # the flags of England, Scotland and Wales
        | {changes} \p{{Variation_Selector}}? [\u200c\u200d]?
        | {seen}
        | (?<hidden> (?s:.) )"
    );
    Regex::new(&pattern).expect("the pattern is well formed")
});

/// The first character of a text that cannot be seen where it stands.
pub(crate) fn hidden(text: &str) -> Option<char> {
    let mut found = SEEN_OR_HIDDEN.captures_iter(text).filter_map(|found| found.name("hidden"));
    found.next()?.as_str().chars().next()
}

/// The text for a terminal: a character that it would act on, or that hides, is escaped, unless it
/// is one to keep.
pub(crate) fn printable(text: &str, is_kept: fn(char) -> bool) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return Cow::Borrowed(text);
    }
    SEEN_OR_HIDDEN.replace_all(text, |found: &Captures<'_>| match found.name("hidden") {
        Some(hidden) if !hidden.as_str().contains(is_kept) => {
            hidden.as_str().escape_default().to_string()
        }
        _ => found[0].to_owned(),
    })
}

/// The two characters that join letters and emoji, or keep them apart.
pub(crate) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// A space of any width, but none that ends a line.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')
}

/// The one spelling of a text that can be typed in several: accents are parts of their letters
/// (Unicode's form NFC), and a space is a space, however wide.
///
/// This is all that RFC 8265 does to a password (`OpaqueString`).
pub(crate) fn normalize(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if is_space(c) { ' ' } else { c }).nfc().collect())
}
