//! What a misspelt name was meant to be.

use strsim::damerau_levenshtein;

/// How far one name is from another: how many letters are wrong, missing, too many or swapped.
pub(super) fn distance(one: &str, other: &str) -> usize {
    damerau_levenshtein(&one.to_lowercase(), &other.to_lowercase())
}

/// The name that is nearest to a misspelt one, if any is near: a third of its letters may differ.
pub(super) fn nearest<'a>(
    misspelt: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let near = names.into_iter().map(|name| (distance(misspelt, name), name));
    let (distance, name) = near.min()?;
    (distance <= misspelt.chars().count().div_ceil(3)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_understood_and_another_word_is_not() {
        let blocks = ["title", "content", "script"];
        for (misspelt, meant) in [
            ("contnet", Some("content")),
            ("Content", Some("content")),
            ("tittle", Some("title")),
            ("menu", None),
            ("", None),
        ] {
            assert_eq!(nearest(misspelt, blocks), meant, "{misspelt}");
        }
    }
}
