//! The values of `curl`'s options that have a form of their own.

use std::fmt::Write;

/// The addresses for which one with a range stands: `…?[1-3]` is `…?1`, `…?2` and `…?3`.
pub(super) fn urls(url: &str) -> Result<Vec<String>, String> {
    let wrong = || "of curl's ranges one `[FROM-TO]` is known here".to_owned();
    if url.contains(['{', '}']) {
        return Err(wrong());
    }
    let Some((before, rest)) = url.split_once('[') else { return Ok(vec![url.to_owned()]) };
    let (range, after) = rest.split_once(']').ok_or_else(wrong)?;
    let (from, to) = range.split_once('-').ok_or_else(wrong)?;
    // `[01-10]` would be as wide as it is written.
    let number = |text: &str| text.parse().ok().filter(|_| !text.starts_with('0'));
    let (from, to): (u32, u32) = number(from).zip(number(to)).ok_or_else(wrong)?;
    if from > to || after.contains('[') {
        return Err(wrong());
    }
    Ok((from..=to).map(|n| format!("{before}{n}{after}")).collect())
}

/// What `-w` prints behind an answer of this status.
pub(super) fn written(format: &str, status: u16) -> Result<String, String> {
    let status = status.to_string();
    let written = format.replace("%{http_code}", &status).replace("%{response_code}", &status);
    let written = written.replace("\\n", "\n");
    if written.contains(['%', '\\']) || written.starts_with('@') {
        return Err("of curl's -w only %{http_code} and \\n are known here".to_owned());
    }
    Ok(written)
}

/// What `-d` sends.
pub(super) fn plain(value: &str) -> Result<String, String> {
    if value.starts_with('@') {
        return Err("curl's -d with a file is not known here".to_owned());
    }
    Ok(value.to_owned())
}

/// What `--data-urlencode` sends: `name=value` with the value as a form encodes it.
pub(super) fn encoded(value: &str) -> Result<String, String> {
    let (name, text) = value.split_once('=').unwrap_or(("", value));
    if name.contains('@') || text.len() == value.len() && text.contains('@') {
        return Err("curl's --data-urlencode with a file is not known here".to_owned());
    }
    let mut made = if name.is_empty() { String::new() } else { format!("{name}=") };
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            made.push(byte.into());
        } else {
            let _ = write!(made, "%{byte:02X}");
        }
    }
    Ok(made)
}
