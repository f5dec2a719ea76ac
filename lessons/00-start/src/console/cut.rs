//! `cut`: a part of each line.

use super::unknown::unknown;

/// Of each line the characters `-c` or the fields `-f` that are in a range.
pub(super) fn run(arguments: &[&str], text: &str) -> Result<String, String> {
    match arguments {
        [range] if range.starts_with("-c") => cut(text, &range[2..], None),
        ["-d", delimiter, "-f", fields] => cut(text, fields, Some(delimiter)),
        [delimiter, fields] if delimiter.starts_with("-d") && fields.starts_with("-f") => {
            cut(text, &fields[2..], Some(&delimiter[2..]))
        }
        _ => Err(unknown("cut", arguments)),
    }
}

/// The bytes or fields of each line that are in a range: `3`, `3-`, `-3`, `3-5`. A line without the
/// delimiter stays as it is.
fn cut(text: &str, range: &str, delimiter: Option<&str>) -> Result<String, String> {
    let (from, to) = range.split_once('-').unwrap_or((range, range));
    let number = |text: &str, otherwise| match text {
        "" if range.len() > 1 => Ok(otherwise),
        _ => text.parse().ok().filter(|number| *number > 0).ok_or("cut's range is FROM-TO"),
    };
    let (from, to) = (number(from, 1_usize)?, number(to, usize::MAX)?);
    let count = to.checked_sub(from).ok_or("cut's range is FROM-TO")?.saturating_add(1);
    if delimiter.is_some_and(|delimiter| delimiter.len() != 1) {
        return Err("cut's delimiter is one character".to_owned());
    }
    let of = |line: &str| match delimiter {
        None => {
            let bytes: Vec<_> = line.bytes().skip(from - 1).take(count).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        }
        Some(delimiter) if line.contains(delimiter) => {
            let fields: Vec<_> = line.split(delimiter).skip(from - 1).take(count).collect();
            fields.join(delimiter)
        }
        Some(_) => line.to_owned(),
    };
    Ok(text.split_terminator('\n').map(|line| of(line) + "\n").collect())
}
