//! The options of `curl`.

/// The options of `curl` that are known here and that have a short name.
pub(super) const OPTIONS: [(char, &str); 14] = [
    ('s', "--silent"),
    ('S', "--show-error"),
    ('i', "--include"),
    ('I', "--head"),
    ('v', "--verbose"),
    ('L', "--location"),
    ('b', "--cookie"),
    ('c', "--cookie-jar"),
    ('d', "--data"),
    ('X', "--request"),
    ('H', "--header"),
    ('A', "--user-agent"),
    ('o', "--output"),
    ('w', "--write-out"),
];

/// Those without a value.
pub(super) const FLAGS: [&str; 6] =
    ["--silent", "--show-error", "--include", "--head", "--verbose", "--location"];

/// The long name of an option that has only a letter here.
pub(super) fn named(letter: char) -> Result<&'static str, String> {
    let option = OPTIONS.iter().find(|(short, _)| *short == letter);
    option.map(|(_, long)| *long).ok_or_else(|| format!("curl's -{letter} is not known here"))
}

/// Whether this is an option with a value.
pub(super) fn has_value(option: &str) -> bool {
    let is_known = option == "--data-urlencode" || OPTIONS.iter().any(|(_, it)| *it == option);
    is_known && !FLAGS.contains(&option)
}
