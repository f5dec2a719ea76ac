//! What a request did to its session, in a few lines.

use std::fmt;
use std::panic::Location;

use rocket::Request;
use serde::{Serialize, Serializer};

use super::diff::differences;
use crate::clock::Timestamp;
use crate::session::{COOKIE_LIMIT, Effect, Record, Sessions};

/// A change in a few words, and the line of the lesson that made it.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) text: String,
    pub(super) line: Option<Line>,
}

impl Change {
    pub(super) fn new(text: impl Into<String>, place: Option<&'static Location<'static>>) -> Self {
        Self { text: text.into(), line: place.map(Line::at) }
    }
}

/// `+ name "Ferris"  main.rs:43`
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        self.line.as_ref().map_or(Ok(()), |line| write!(f, "  {}", line.place))
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A line of code.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Line {
    /// `pages/auth.rs:43`
    pub(super) place: String,
    /// Where it stands in `/docs`, which shows the files of the lesson that runs.
    pub(super) link: Option<String>,
}

impl Line {
    fn at(place: &Location<'_>) -> Self {
        Self::new(place.file(), place.line())
    }

    /// A lesson may have taken a file of another: then there is `..` in its path.
    fn new(path: &str, line: u32) -> Self {
        let path = path.replace('\\', "/");
        let file = path.rsplit_once("/src/").map_or(path.as_str(), |(_, file)| file);
        let is_in_docs = path.contains("lessons/") && !path.contains("/../");
        Self {
            place: format!("{file}:{line}"),
            link: is_in_docs.then(|| format!("/docs#{file}-{line}")),
        }
    }
}

/// What changed, worked out once per request.
struct Changes(Vec<Change>);

/// Tells what a button of the X-ray has done; the first note of a request counts.
pub(super) fn note(req: &Request<'_>, text: impl Into<String>) {
    let text = text.into();
    req.local_cache(|| Changes(vec![Change::new(text, None)]));
}

/// What was noted, or else what changed in the session that was saved.
pub(super) fn changes<'r>(req: &'r Request<'_>) -> &'r [Change] {
    &req.local_cache(|| Changes(session_changes(req))).0
}

/// The changes in a line each, none if nothing changed: that a session lives on is no change.
fn session_changes(req: &Request<'_>) -> Vec<Change> {
    let (Some(effect), Some(sessions)) = (Effect::of(req), req.rocket().state::<Sessions>()) else {
        return vec![];
    };
    let nothing = Record::default();
    let (before, after) = (effect.before.as_deref(), effect.after.as_deref());
    let (old, new) = (before.unwrap_or(&nothing), after.unwrap_or(&nothing));
    let differences = differences(&old.values, &new.values);
    let mut lines: Vec<_> = differences
        .iter()
        .map(|(key, difference)| Change::new(difference.to_string(), effect.place(key)))
        .collect();
    let is_replaced = effect.renewed.is_some() && before.is_some() && after.is_some();
    if is_replaced && sessions.settings.store.is_on_the_server() {
        let text = "new id, and the one from before is worth nothing";
        lines.push(Change::new(text, effect.renewed));
    }
    let is_another = before.map(|it| it.created) != after.map(|it| it.created);
    if lines.is_empty() && !is_another {
        return lines;
    }
    let name = &sessions.cookie_name;
    match (&effect.cookie, after) {
        (Some(_), None) => {
            lines.push(Change::new(format!("cookie {name} removed"), effect.cleared));
        }
        (Some(cookie), Some(record)) => {
            let (bytes, limit) = (name.len() + cookie.value().len(), COOKIE_LIMIT);
            let left = clock(record.expires.saturating_sub(effect.now));
            let size = format!("name and value take {bytes} of {limit} bytes");
            lines.push(Change::new(format!("cookie {name} set: {size}, ends in {left}"), None));
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

/// The time of day: `14:02 UTC`.
pub(super) fn utc(at: Timestamp) -> String {
    format!("{:02}:{:02} UTC", at / 3600 % 24, at / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_reads_as_on_a_clock() {
        assert_eq!([clock(0), clock(300), clock(61)], ["0:00", "5:00", "1:01"]);
        assert_eq!([clock(3600), clock(43_200)], ["1:00:00", "12:00:00"]);
        assert_eq!([utc(0), utc(86_400 + 50_520)], ["00:00 UTC", "14:02 UTC"]);
    }

    #[test]
    fn a_line_is_named_as_the_docs_name_it() {
        let line = |place: &str, link: Option<&str>| Line {
            place: place.to_owned(),
            link: link.map(str::to_owned),
        };
        for (path, expected) in [
            ("lessons/02-name-form/src/main.rs", line("main.rs:7", Some("/docs#main.rs-7"))),
            (
                r"lessons\08-database\src\pages\auth.rs",
                line("pages/auth.rs:7", Some("/docs#pages/auth.rs-7")),
            ),
            ("lessons/09-many-servers/src/../../08-database/src/user.rs", line("user.rs:7", None)),
            ("shared/src/form.rs", line("form.rs:7", None)),
        ] {
            assert_eq!(Line::new(path, 7), expected);
        }
    }

    #[test]
    fn a_change_is_told_with_its_line() {
        let here = Location::caller();
        let told = Change::new("+ name \"Ferris\"", Some(here)).to_string();
        assert_eq!(told, format!("+ name \"Ferris\"  xray/story.rs:{}", here.line()));
    }
}
