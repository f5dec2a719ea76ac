//! Times as a person says them.

use std::time::Duration;

/// Says a time in its two largest units, rounded down to seconds.
///
/// ```
/// use std::time::Duration;
/// use shared::in_words;
///
/// assert_eq!(in_words(Duration::from_secs(300)), "5 minutes");
/// assert_eq!(in_words(Duration::from_secs(3661)), "1 hour and 1 minute");
/// assert_eq!(in_words(Duration::from_secs(0)), "0 seconds");
/// ```
#[must_use]
pub fn in_words(time: Duration) -> String {
    let mut rest = time.as_secs();
    let mut parts = vec![];
    for (name, seconds) in [("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)] {
        match rest / seconds {
            0 => {}
            1 => parts.push(format!("1 {name}")),
            n => parts.push(format!("{n} {name}s")),
        }
        rest %= seconds;
    }
    parts.truncate(2);
    if parts.is_empty() {
        parts.push("0 seconds".to_owned());
    }
    parts.join(" and ")
}
