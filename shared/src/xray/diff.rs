//! What changed between two sets of values.

use std::fmt;

use serde_json::{Map, Value};

use crate::text::printable;

/// One value that came, went or became another.
#[derive(Debug, PartialEq)]
pub(crate) struct Difference {
    /// Where it is: `name`, or `stocks[0]`.
    pub(crate) path: String,
    /// What it was, in short.
    pub(crate) before: Option<String>,
    /// What it is, in short.
    pub(crate) after: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match (&self.before, &self.after) {
            (None, Some(after)) => write!(f, "+ {path} {after}"),
            (Some(before), None) => write!(f, "- {path} {before}"),
            (Some(before), Some(after)) => write!(f, "~ {path} {before} → {after}"),
            (None, None) => Ok(()),
        }
    }
}

/// The differences, each with its key, in alphabetical order; lists element by element.
pub(crate) fn differences<'v>(
    before: &'v Map<String, Value>,
    after: &'v Map<String, Value>,
) -> Vec<(&'v String, Difference)> {
    let mut keys: Vec<_> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    let mut found = vec![];
    for key in keys {
        let mut of_key = vec![];
        compare(in_short(key), before.get(key), after.get(key), &mut of_key);
        found.extend(of_key.into_iter().map(|difference| (key, difference)));
    }
    found
}

fn compare(
    path: String,
    before: Option<&Value>,
    after: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    if before == after {
        return;
    }
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned();
    let (old, new) = (list(before), list(after));
    let is_list = |value: Option<&Value>| value.is_none_or(Value::is_array);
    if is_list(before) && is_list(after) {
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        if !(old.is_empty() && new.is_empty()) {
            for index in 0..old.len().max(new.len()) {
                compare(format!("{path}[{index}]"), old.get(index), new.get(index), found);
            }
            return;
        }
    }
    found.push(Difference { path, before: before.map(summary), after: after.map(summary) });
}

/// A value in a few words, on one line.
fn summary(value: &Value) -> String {
    let text = match value {
        Value::String(text) => format!("\"{text}\""),
        Value::Object(object) => {
            let pair = |(key, value): (&String, &Value)| match value {
                Value::String(text) => format!("{key} {text}"),
                other => format!("{key} {other}"),
            };
            object.iter().map(pair).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    };
    in_short(&text)
}

/// At most 100 characters, all of them visible, and none that a terminal would act on.
fn in_short(text: &str) -> String {
    const LONGEST: usize = 100;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => printable(&text[..end], |_| false).into_owned() + "…",
        None => printable(text, |_| false).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: Value, after: Value) -> Vec<String> {
        let [before, after] = [before, after].map(|value| value.as_object().cloned().unwrap());
        differences(&before, &after).iter().map(|(_, it)| it.to_string()).collect()
    }

    #[test]
    fn what_comes_goes_and_changes_is_told() {
        assert_eq!(told(json!({}), json!({"name": "Ferris"})), ["+ name \"Ferris\""]);
        assert_eq!(told(json!({"name": "Ferris"}), json!({})), ["- name \"Ferris\""]);
        assert_eq!(told(json!({"n": 1}), json!({"n": 2})), ["~ n 1 → 2"]);
        assert_eq!(told(json!({"n": 1}), json!({"n": 1})), [""; 0]);
    }

    #[test]
    fn a_list_is_told_element_by_element() {
        let stock = json!({"symbol": "AAPL", "shares": 15});
        assert_eq!(
            told(json!({}), json!({"stocks": [stock]})),
            ["+ stocks[0] shares 15, symbol AAPL"]
        );
        let more = json!({"stocks": [stock, {"symbol": "SBUX"}]});
        assert_eq!(told(json!({"stocks": [stock]}), more), ["+ stocks[1] symbol SBUX"]);
        assert_eq!(told(json!({"stocks": []}), json!({})), ["- stocks []"]);
        assert_eq!(told(json!({"a": [1]}), json!({"a": 2})), ["~ a [1] → 2"]);
    }

    #[test]
    fn a_value_cannot_speak_to_the_terminal() {
        let told = told(json!({}), json!({"na\u{1b}me": "a\u{1b}[31m\n\u{9b}\u{202e}é"}));
        assert_eq!(told, ["+ na\\u{1b}me \"a\\u{1b}[31m\\n\\u{9b}\\u{202e}é\""]);
    }

    #[test]
    fn a_value_is_shown_as_it_is() {
        for name in ["नमस्ते", "สวัสดี", "שָׁלוֹם", "👩‍👩‍👧", "می\u{200c}خواهم", "❤\u{fe0f}", "Ren\u{e9}"]
        {
            assert_eq!(told(json!({}), json!({"name": name})), [format!("+ name \"{name}\"")]);
        }
    }

    #[test]
    fn what_hides_in_a_value_is_shown() {
        let told = told(json!({}), json!({"x": "a\u{200b}b\u{3164}c\u{200d}d\u{2066}e\u{e0041}"}));
        assert_eq!(told, ["+ x \"a\\u{200b}b\\u{3164}c\\u{200d}d\\u{2066}e\\u{e0041}\""]);
    }

    #[test]
    fn a_long_value_is_cut() {
        let told = told(json!({}), json!({"text": "x".repeat(5000)}));
        assert!(told[0].chars().count() < 120 && told[0].ends_with('…'));
    }
}
