//! `tr`: other characters for those of a set.

use super::unknown::unknown;

/// The text without the characters of a set (`-d`), or with those of another one in their place.
pub(super) fn run(arguments: &[&str], text: &str) -> Result<String, String> {
    match arguments {
        ["-d", set] => {
            let set = characters(set)?;
            Ok(text.chars().filter(|c| !set.contains(c)).collect())
        }
        [from, to] if !from.starts_with('-') => {
            let (from, to) = (characters(from)?, characters(to)?);
            let last = *to.last().ok_or("tr's second set has characters")?;
            // Of two places the last one counts.
            let place = |c| from.iter().rposition(|old| *old == c);
            let change = |c| place(c).map_or(c, |at| to.get(at).copied().unwrap_or(last));
            Ok(text.chars().map(change).collect())
        }
        _ => Err(unknown("tr", arguments)),
    }
}

/// The characters of a set of `tr`: `a-z` stands for all from `a` to `z`.
fn characters(set: &str) -> Result<Vec<char>, String> {
    if !set.is_ascii() {
        return Err("tr's sets are of ASCII here, as it would take another character apart".into());
    }
    let (mut found, mut rest) = (vec![], set);
    while let Some(c) = rest.chars().next() {
        rest = &rest[1..];
        let c = match (c, rest.chars().next()) {
            ('\\', Some(escaped)) => {
                rest = &rest[1..];
                match escaped {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    '\\' => '\\',
                    other => return Err(format!("tr's \\{other} is not known here")),
                }
            }
            ('[', Some(':' | '=')) => return Err("tr's [:…:] is not known here".to_owned()),
            _ => c,
        };
        match rest.strip_prefix('-').and_then(|rest| rest.chars().next()) {
            Some(end) if end >= c && end != '\\' => {
                found.extend(c..=end);
                rest = &rest[2..];
            }
            Some(_) => return Err(format!("tr's {set:?} is not known here")),
            None => found.push(c),
        }
    }
    Ok(found)
}
