//! What a request did to its session, in a few lines.

use rocket::Request;

use super::diff::differences;
use crate::session::{COOKIE_LIMIT, Effect, Record, Sessions};

/// What changed, worked out once per request.
struct Changes(Vec<String>);

/// Tells what a button of the X-ray has done; the first note of a request counts.
pub(super) fn note(req: &Request<'_>, text: impl Into<String>) {
    let text = text.into();
    req.local_cache(|| Changes(vec![text]));
}

/// What was noted, or else what changed in the session that was saved.
pub(super) fn changes<'r>(req: &'r Request<'_>) -> &'r [String] {
    &req.local_cache(|| Changes(session_changes(req))).0
}

/// The changes in a line each, none if nothing changed: that a session lives on is no change.
fn session_changes(req: &Request<'_>) -> Vec<String> {
    let (Some(effect), Some(sessions)) = (Effect::of(req), req.rocket().state::<Sessions>()) else {
        return vec![];
    };
    let nothing = Record::default();
    let (before, after) = (effect.before.as_deref(), effect.after.as_deref());
    let (old, new) = (before.unwrap_or(&nothing), after.unwrap_or(&nothing));
    let mut lines: Vec<_> =
        differences(&old.values, &new.values).iter().map(ToString::to_string).collect();
    let is_replaced = effect.renewed && before.is_some() && after.is_some();
    if is_replaced && sessions.settings.store.is_on_the_server() {
        lines.push("new id, and the one from before is worth nothing".to_owned());
    }
    let is_another = before.map(|it| it.created) != after.map(|it| it.created);
    if lines.is_empty() && !is_another {
        return lines;
    }
    let name = &sessions.cookie_name;
    match (&effect.cookie, after) {
        (Some(_), None) => lines.push(format!("cookie {name} removed")),
        (Some(cookie), Some(record)) => {
            let (bytes, limit) = (name.len() + cookie.value().len(), COOKIE_LIMIT);
            let left = clock(record.expires.saturating_sub(effect.now));
            lines.push(format!("cookie {name} set, {bytes} of {limit} bytes, ends in {left}"));
        }
        (None, _) => {}
    }
    lines
}

/// Seconds as a clock shows them: `5:00`, or `12:00:00`.
pub(super) fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        hours => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_reads_as_on_a_clock() {
        assert_eq!([clock(0), clock(300), clock(61)], ["0:00", "5:00", "1:01"]);
        assert_eq!([clock(3600), clock(43_200)], ["1:00:00", "12:00:00"]);
    }
}
