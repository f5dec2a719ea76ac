//! A line, taken apart as a shell does: words, quotes, variables and pipes. What a shell would do
//! otherwise with a character is refused, and never passed on as if it were text.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::iter::Peekable;
use std::str::Chars;

/// The commands of a line: each reads what the one before it prints.
pub(super) fn commands(
    line: &str,
    variables: &HashMap<String, String>,
) -> Result<Vec<Vec<String>>, String> {
    let (mut commands, mut word, mut quote) = (vec![vec![]], None::<String>, None);
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '$') => {
                let value = value(&mut rest, quote, variables)?;
                if quote.is_none() && value.contains(char::is_whitespace) {
                    return Err("a variable with blanks in it stands between double quotes".into());
                }
                if !value.is_empty() {
                    word.get_or_insert_default().push_str(&value);
                }
            }
            (None | Some('"'), '`') => return Err("`…` is not known here".into()),
            (None, '\\') => word.get_or_insert_default().extend(rest.next()),
            (Some('"'), '\\') => {
                let is_escape = rest.peek().is_some_and(|next| "\"\\$`".contains(*next));
                let kept = if is_escape { rest.next() } else { Some(c) };
                word.get_or_insert_default().extend(kept);
            }
            (None, ' ' | '\t') => last(&mut commands).extend(word.take()),
            (None, '|') if rest.peek() != Some(&'|') => {
                last(&mut commands).extend(word.take());
                commands.push(vec![]);
            }
            (None, '#') if word.is_none() => break,
            (None, '{') if begins_a_setting(last(&mut commands), word.as_deref()) => {
                word.get_or_insert_default().push(c);
            }
            (None, '|' | '&' | ';' | '<' | '>' | '(' | ')' | '{') => {
                return Err(format!(
                    "`{c}` is not known here: one command a line, and quotes around an address or \
                     a value with this character"
                ));
            }
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err("the quotes do not match".into());
    }
    last(&mut commands).extend(word);
    Ok(commands)
}

fn last(commands: &mut [Vec<String>]) -> &mut Vec<String> {
    commands.last_mut().expect("it begins with one")
}

/// `NAME=value`, in two.
pub(super) fn setting(word: &str) -> Option<(&str, &str)> {
    word.split_once('=').filter(|(name, _)| is_name(name))
}

/// Whether a variable may be called so.
pub(super) fn is_name(text: &str) -> bool {
    let is_part = |c: char| c == '_' || c.is_ascii_alphanumeric();
    text.chars().all(is_part) && text.starts_with(|c: char| !c.is_ascii_digit())
}

/// In a setting before a command, and only there, a shell leaves braces alone.
fn begins_a_setting(before: &[String], word: Option<&str>) -> bool {
    before.iter().all(|word| setting(word).is_some()) && word.and_then(setting).is_some()
}

/// What stands for a `$` and the name behind it.
fn value(
    rest: &mut Peekable<Chars<'_>>,
    quote: Option<char>,
    variables: &HashMap<String, String>,
) -> Result<String, String> {
    let is_braced = rest.next_if_eq(&'{').is_some();
    let mut name = String::new();
    while let Some(c) = rest.next_if(|c| *c == '_' || c.is_ascii_alphanumeric()) {
        name.push(c);
    }
    if is_braced && rest.next_if_eq(&'}').is_none() {
        return Err("of `${…}` only `${NAME}` is known here".into());
    }
    match rest.peek() {
        _ if is_name(&name) => {
            let value = variables.get(&name).cloned();
            value.ok_or_else(|| format!("`${name}` has no value here"))
        }
        Some('(') => Err("of `$(…)` only `NAME=$(…)` is known here".into()),
        Some('\'') if quote.is_none() => Err("`$'…'` is not known here".into()),
        Some('?' | '$' | '!' | '@' | '*' | '#' | '-') => Err("such a `$` is not known here".into()),
        _ if name.is_empty() && !is_braced => Ok("$".into()),
        _ => Err(format!("`${name}` is not known here")),
    }
}
