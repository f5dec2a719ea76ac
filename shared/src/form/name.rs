//! A person's name.

use std::borrow::Cow;

use rocket::form::{self, FromFormField, ValueField};
use serde::Serialize;
use unicode_normalization::char::is_combining_mark;

use crate::text::{hidden, is_joiner, is_space, normalize};

/// How many characters a name may have.
const LONGEST: usize = 100;

/// A name as it is kept, or why it is none: 1 to 100 characters that can be seen, on one line.
///
/// It has one spelling: accents are parts of their letters (Unicode's form NFC), and one space is
/// enough anywhere (RFC 8266). Joiners and variation selectors count as characters that can be seen
/// where scripts and emoji need them.
///
/// # Errors
///
/// What is wrong with it, as a sentence for the visitor.
///
/// ```
/// use shared::form::name;
///
/// assert_eq!(name("  Rene\u{301} ").unwrap(), "Ren\u{e9}");
/// assert_eq!(name("می\u{200c}خواهم").unwrap(), "می\u{200c}خواهم");
/// assert!(name("Fer\u{200b}ris").is_err());
/// ```
pub fn name(typed: &str) -> Result<Cow<'_, str>, String> {
    let mut name = normalize(typed.trim_matches(is_space));
    if name.contains("  ") {
        name = name.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").into();
    }
    if name.chars().count() > LONGEST {
        return Err(format!("A name has {LONGEST} characters at most."));
    }
    if let Some(hidden) = hidden(&name) {
        let code = u32::from(hidden);
        return Err(format!("A name is one line of ordinary characters, without U+{code:04X}."));
    }
    if !shows_something(&name) {
        return Err("Please type a name.".to_owned());
    }
    Ok(name)
}

/// Whether a text shows something, and hides nothing.
///
/// ```
/// use shared::form::is_visible;
///
/// assert!(is_visible("Ferris"));
/// assert!(!is_visible("  ") && !is_visible("Fer\u{200b}ris"));
/// ```
#[must_use]
pub fn is_visible(text: &str) -> bool {
    let text = normalize(text);
    shows_something(&text) && hidden(&text).is_none()
}

fn shows_something(text: &str) -> bool {
    !text.chars().all(|c| c == ' ' || is_combining_mark(c) || is_joiner(c))
}

/// What [`name`] takes, as the field of a form.
///
/// ```
/// use rocket::form::{FromFormField, ValueField};
/// use shared::form::Name;
///
/// let typed = |text| Name::from_value(ValueField::from_value(text));
/// assert_eq!(typed("  Ferris ").unwrap().as_str(), "Ferris");
/// assert!(typed("   ").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Name<'v>(Cow<'v, str>);

impl Name<'_> {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'v> FromFormField<'v> for Name<'v> {
    fn from_value(field: ValueField<'v>) -> form::Result<'v, Self> {
        Ok(Self(name(field.value).map_err(form::Error::validation)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_scripts_stay_as_they_are() {
        for typed in [
            "नमस्ते",
            "สวัสดี",
            "שָׁלוֹם",
            "👩‍👩‍👧",
            "می\u{200c}خواهم",
            "රාජ\u{dca}\u{200d}ය",
            "രാജന\u{d4d}\u{200d}",
            "葛\u{e0100}城",
            "❤\u{fe0f}\u{200d}🔥",
            "👩🏽\u{200d}🚀",
            "1\u{fe0f}\u{20e3}",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "ᠮᠣᠩ\u{180b}",
            "阿Q",
            "Иван",
            "Weiß",
            "O’Hara-Łukasz",
            "한글",
            "ﷺ",
            "🫪",
        ] {
            assert_eq!(name(typed).as_deref(), Ok(typed), "{}", typed.escape_unicode());
        }
    }

    #[test]
    fn what_cannot_be_seen_is_no_name_nor_in_one() {
        let hidden = "\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{180b}\u{180e}\u{200b}\u{200c}\u{200d}\
            \u{200e}\u{2028}\u{2029}\u{202e}\u{2060}\u{2064}\u{2065}\u{2067}\u{206f}\u{2800}\u{3164}\u{e000}\
            \u{fdd0}\u{fe0f}\u{feff}\u{ffa0}\u{fff9}\u{fffc}\u{ffff}\u{378}\u{1d159}\u{1d173}\u{e0001}\
            \u{e0041}\u{e0100}\u{f0000}\u{10ffff}\u{0}\u{7f}\u{9b}\t\n";
        for c in hidden.chars() {
            for typed in [format!("{c}"), format!("Fer{c}ris"), format!("{c}Ferris{c}")] {
                let why = name(&typed).expect_err(&typed.escape_unicode().to_string());
                assert!(why.ends_with(&format!("without U+{:04X}.", u32::from(c))), "{why}");
            }
        }
        for typed in ["", " ", "\u{a0}", "\u{3000}\u{2003}", "\u{301}", "\u{5b0}\u{200d}"] {
            let why = "Please type a name.".to_owned();
            assert_eq!(name(typed), Err(why), "{}", typed.escape_unicode());
        }
    }

    #[test]
    fn a_name_has_one_spelling() {
        for (typed, kept) in [
            ("Rene\u{301}", "Ren\u{e9}"),
            ("\u{212b}sa", "\u{c5}sa"),
            ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
            ("q\u{307}\u{323}", "q\u{323}\u{307}"),
            ("\u{3000}田中\u{3000}太郎\u{a0}", "田中 太郎"),
            ("Ada   Lovelace", "Ada Lovelace"),
        ] {
            assert_eq!(name(typed).as_deref(), Ok(kept));
            assert_eq!(name(kept).as_deref(), Ok(kept));
        }
    }

    #[test]
    fn a_name_is_as_long_as_it_is_kept() {
        let longest = "e\u{301}".repeat(100);
        assert_eq!(name(&longest).map(|name| name.chars().count()), Ok(100));
        // This letter has no spelling of fewer than two characters.
        let grows = "\u{958}".repeat(51);
        assert!(name(&grows).unwrap_err().contains("100 characters"));
    }
}
