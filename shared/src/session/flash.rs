//! Messages for the next page, kept in the session and shown once.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The key that Flask uses too.
pub(super) const KEY: &str = "_flashes";

/// How many messages wait for a page at most, and how many bytes of JSON they take together, so that
/// they fit into any cookie. The oldest make room.
const MOST: usize = 10;
const BYTES: usize = 1000;

pub(super) fn add(values: &mut Map<String, Value>, message: &str) {
    let mut all = waiting(values);
    all.push(message.to_owned());
    while all.len() > MOST || all.iter().map(|it| size(it)).sum::<usize>() > BYTES {
        all.remove(0);
    }
    values.insert(KEY.to_owned(), all.into());
}

/// A message that another request adds meanwhile stays for the next page, unless it says the same.
pub(super) fn remove(values: &mut Map<String, Value>, shown: &[String]) {
    let mut rest = waiting(values);
    for message in shown {
        if let Some(at) = rest.iter().position(|it| it == message) {
            rest.remove(at);
        }
    }
    if rest.is_empty() {
        values.remove(KEY);
    } else {
        values.insert(KEY.to_owned(), rest.into());
    }
}

fn waiting(values: &Map<String, Value>) -> Vec<String> {
    values.get(KEY).and_then(|all| Vec::deserialize(all).ok()).unwrap_or_default()
}

/// The bytes that a message takes in JSON at most, with its quotes and a comma.
fn size(message: &str) -> usize {
    message.chars().map(size_of_char).sum::<usize>() + "\"\",".len()
}

fn size_of_char(c: char) -> usize {
    match c {
        '"' | '\\' => 2,
        c if c.is_control() => "\\u0000".len(),
        c => c.len_utf8(),
    }
}

/// A message that alone would take more than all may loses its end.
pub(super) fn cut(mut message: String) -> String {
    let mut bytes = size("…");
    let end = message.char_indices().find(|(_, c)| {
        bytes += size_of_char(*c);
        bytes > BYTES
    });
    if let Some((end, _)) = end {
        message.truncate(end);
        message.push('…');
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_takes_more_than_its_room() {
        for text in ["x", "\"", "\\", "\u{1}", "\n", "é", "🦀"] {
            let long = cut(text.repeat(2_000));
            assert!(long.ends_with('…'), "{text:?}");
            let mut values = Map::new();
            add(&mut values, &long);
            assert_eq!(waiting(&values), [long], "{text:?}");
            let json = values[KEY].to_string().len();
            assert!(json <= BYTES + "[]".len(), "{text:?}: {json}");
        }
        assert_eq!(cut("AAPL was added.".to_owned()), "AAPL was added.");
    }
}
