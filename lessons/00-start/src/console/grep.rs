//! `grep`, with the options that docs and exercises use.

#[cfg(test)]
mod tests;

use std::iter::Peekable;
use std::str::Chars;

use regex::RegexBuilder;

/// The lines of a text that a pattern matches.
pub(super) fn run(arguments: &[&str], text: &str) -> Result<String, String> {
    let is_option = |it: &&&str| it.len() > 1 && it.starts_with('-');
    let (options, [wanted]) = arguments.split_at(arguments.iter().take_while(is_option).count())
    else {
        return Err("grep wants one pattern, behind its options".to_owned());
    };
    let options: String = options.iter().map(|it| &it[1..]).collect();
    if let Some(other) = options.chars().find(|it| !"ciovEF".contains(*it)) {
        return Err(format!("grep's -{other} is not known here"));
    }
    let has = |option| options.contains(option);
    let pattern = match (has('F'), has('E')) {
        (true, _) => regex::escape(wanted),
        (false, is_extended) => extended(wanted, !is_extended)?,
    };
    if has('o') && pattern.contains('|') {
        return Err("grep's -o with one of several patterns is not known here".to_owned());
    }
    let pattern = RegexBuilder::new(&pattern).case_insensitive(has('i')).build();
    let pattern = pattern.map_err(|_| format!("grep's pattern {wanted:?} is not known here"))?;
    let lines = text.split_terminator('\n').filter(|line| pattern.is_match(line) != has('v'));
    let found: Vec<_> = if has('c') {
        vec![lines.count().to_string()]
    } else if has('o') {
        let found = lines.flat_map(|line| pattern.find_iter(line)).map(|it| it.as_str().to_owned());
        found.filter(|it| !it.is_empty()).collect()
    } else {
        lines.map(str::to_owned).collect()
    };
    Ok(found.into_iter().map(|line| line + "\n").collect())
}

/// A pattern of `grep` as one of Rust. In a basic one `+ ? | ( ) { }` are text without a `\` and
/// have a meaning behind one.
fn extended(pattern: &str, is_basic: bool) -> Result<String, String> {
    let (mut made, mut rest) = (String::new(), pattern.chars().peekable());
    while let Some(c) = rest.next() {
        let begins = made.is_empty()
            || ["(", "|"].iter().any(|it| made.ends_with(it)) && !made.ends_with(r"\(");
        let ends = matches!(rest.clone().take(2).collect::<String>().as_str(), "" | r"\)" | r"\|");
        match c {
            '[' => brackets(&mut rest, &mut made).ok_or("grep's [ wants a ]")?,
            '\\' => match rest.next() {
                Some(next) if is_basic && "+?|(){}".contains(next) => made.push(next),
                Some(next) if next.is_alphanumeric() && !"wWsSbB".contains(next) => {
                    return Err(format!("grep's \\{next} is not known here"));
                }
                next => made.extend([c].into_iter().chain(next)),
            },
            '+' | '?' | '|' | '(' | ')' | '{' | '}' if is_basic => made.extend(['\\', c]),
            '*' if is_basic && (begins || made == "^") => made += r"\*",
            '^' if is_basic && !begins => made += r"\^",
            '$' if is_basic && !ends => made += r"\$",
            _ => made.push(c),
        }
    }
    Ok(made)
}

/// The rest of `[…]`, in which only `[:…:]` and `^` have a meaning.
fn brackets(rest: &mut Peekable<Chars<'_>>, made: &mut String) -> Option<()> {
    made.push('[');
    made.extend(rest.next_if_eq(&'^'));
    let mut next = rest.next()?;
    loop {
        match next {
            '[' if rest.peek() == Some(&':') => {
                made.push('[');
                made.extend(rest.by_ref().take_while(|c| *c != ']'));
                made.push(']');
            }
            '[' | ']' | '\\' | '&' | '~' => made.extend(['\\', next]),
            _ => made.push(next),
        }
        next = rest.next()?;
        if next == ']' {
            made.push(']');
            return Some(());
        }
    }
}
