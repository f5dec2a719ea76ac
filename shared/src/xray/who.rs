//! A word for each browser, by which people tell visitors apart in the terminal.

const WORDS: [&str; 24] = [
    "otter", "heron", "fox", "lynx", "mole", "swan", "crab", "moth", "bear", "toad", "wren",
    "seal", "hare", "newt", "crow", "elk", "bee", "owl", "carp", "goat", "wasp", "lark", "pike",
    "mouse",
];

/// The word for the browser that came after so many others: `otter`, `heron`, …, `otter 2`, …
pub(super) fn word(before: usize) -> String {
    let (round, word) = (before / WORDS.len() + 1, WORDS[before % WORDS.len()]);
    if round == 1 { word.to_owned() } else { format!("{word} {round}") }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_browsers_have_one_word() {
        let words: HashSet<_> = (0..1000).map(word).collect();
        assert_eq!(words.len(), 1000);
        assert_eq!([word(0), word(24)], ["otter", "otter 2"]);
    }
}
