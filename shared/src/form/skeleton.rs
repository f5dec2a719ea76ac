//! What names that a reader takes for one another have in common.

use unicode_normalization::UnicodeNormalization;

/// What is left of a name without all by which two may differ and still look alike: large or small
/// letters, their width, joiners (Unicode's form NFKC, as RFC 8266 wants it to compare names), and
/// whether a letter is one of ASCII's or looks like it, as Cyrillic `а` does (Unicode's UTS 39).
///
/// ASCII's own letters are told apart: `l` is not `1`, nor is `m` the same as `rn`. Case is that of
/// RFC 8265, which has `ß` and `ss` differ.
///
/// ```
/// use shared::form::skeleton;
///
/// assert_eq!(skeleton("Ｆｅｒｒｉｓ"), "ferris");
/// assert_eq!(skeleton("F\u{435}rris"), skeleton("FERRIS"));
/// assert_ne!(skeleton("Иван"), skeleton("Ivan"));
/// ```
#[must_use]
pub fn skeleton(name: &str) -> String {
    let small = name.nfkc().collect::<String>().to_lowercase();
    small.nfd().flat_map(|c| like_ascii(c).chars().collect::<Vec<_>>()).nfc().collect()
}

/// The letters of ASCII that this one looks like, as a small letter or as a capital, or itself.
fn like_ascii(c: char) -> String {
    if c.is_ascii() {
        return c.into();
    }
    let mut capital = c.to_uppercase();
    let capital = if capital.len() == 1 { capital.next() } else { None };
    let mut looks = [Some(c), capital].into_iter().flatten().map(looks_like);
    looks.find(|look| look.is_ascii()).unwrap_or_else(|| c.into())
}

/// What a character looks like; for a joiner, nothing.
fn looks_like(c: char) -> String {
    let look: String = unicode_security::skeleton(c.encode_utf8(&mut [0; 4])).collect();
    look.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_one() {
        for (name, others) in [
            (
                "ferris",
                "Ferris FERRIS Ｆｅｒｒｉｓ Fer\u{200d}ris Fer\u{200b}ris Fer\u{ad}ris \u{feff}Ferris",
            ),
            (
                "ferris",
                "F\u{435}rris F\u{415}RRIS Ferr\u{131}s Ferr\u{456}s FERR\u{399}S 𝐅𝐞𝐫𝐫𝐢𝐬 ferri\u{17f}",
            ),
            ("karl", "КARL Кarl \u{39a}arl kar\u{217c}"),
            ("coco", "Сосо СОСО С\u{3bf}с\u{585}"),
            ("ren\u{e9}", "René Rene\u{301} REN\u{c9} R\u{435}n\u{435}\u{301}"),
            ("2nd", "²ⁿᵈ ２nd"),
            ("ffi", "ﬃ"),
            ("o'hara", "O’Hara"),
        ] {
            for other in others.split(' ') {
                assert_eq!(skeleton(other), name, "{}", other.escape_unicode());
            }
        }
        for [one, other] in [
            ["Ивaн", "Иван"],
            ["ВЕРА", "вера"],
            ["ΣΊΣΥΦΟΣ", "Σίσυφος"],
            ["می\u{200c}خواهم", "میخواهم"],
            ["ﺏﺎﺑﺍ", "بابا"],
            ["❤\u{fe0f}", "❤"],
            ["ガ", "ｶﾞ"],
            ["葛\u{e0100}", "葛"],
            ["STRAẞE", "straße"],
        ] {
            assert_eq!(skeleton(one), skeleton(other));
        }
    }

    #[test]
    fn what_looks_different_is_not_one() {
        let names = "Ferris Corro Férris Ivan Иван Иванна Modern Rnodern Lan Ian 1an Ali All A1i Rene René \
            Weiß Weiss Müller Mueller Muller Łukasz Lukasz Ørsted Orsted नमस्ते नमस्त สวัสดี สวัสคี שלום 山田 山口 👩‍👩‍👧 👩‍👩‍👦 ❤ ♡";
        let keys: std::collections::HashSet<_> = names.split_whitespace().map(skeleton).collect();
        assert_eq!(keys.len(), names.split_whitespace().count(), "{keys:?}");
    }

    #[test]
    fn ordinary_names_keep_the_key_of_small_letters() {
        for name in [
            "Ferris",
            "Modern Times 10",
            "René",
            "Müller",
            "Weiß",
            "Łukasz",
            "Bjørn",
            "山田 太郎",
            "한글",
        ] {
            assert_eq!(skeleton(name), name.to_lowercase());
        }
    }
}
