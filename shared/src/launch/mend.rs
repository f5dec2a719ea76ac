//! What to do about a mistake in the lesson that keeps Rocket from launching it.

use std::fs;

use super::catalogue;

/// Rocket's reasons, with what is to be done where that is known: `reasons` is what was logged on the
/// way, and `summary` what Rocket said at the end, which counts if it said nothing else.
pub(super) fn explain(reasons: &[String], summary: &[String]) -> String {
    let lines = if reasons.is_empty() { summary } else { reasons };
    let lines = lines.iter().filter_map(|line| {
        if line.contains("routing collisions") || line.contains("ranking routes") {
            return None;
        }
        let mended = unmanaged(line, summary).or_else(|| collision(line));
        Some(mended.unwrap_or_else(|| line.clone()))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A handler wants a `State` that Rocket was not given.
fn unmanaged(line: &str, summary: &[String]) -> Option<String> {
    let full = line.split_once("unmanaged `")?.1.split_once("` state")?.0;
    let mut places = summary.iter().filter(|it| it.contains(full));
    let place = places.find_map(|it| it.rsplit_once(" (")?.1.strip_suffix(')'));
    let short = place.and_then(as_written).unwrap_or_else(|| full.to_owned());
    let place = place.map_or_else(String::new, |place| format!(" ({place})"));
    Some(format!(
        "A handler{place} asks for `&State<{short}>`, and Rocket was given none.\n\
         Give it one before the launch, beside `.mount(…)`: `.manage(…)` with a `{short}`."
    ))
}

/// The type as the source has it: `EmailList` of `emails: &State<EmailList>`.
fn as_written(place: &str) -> Option<String> {
    let mut parts = place.rsplitn(3, ':');
    let (_column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
    let text = fs::read_to_string(catalogue::root().ok()?.join(file)).ok()?;
    let line = text.lines().nth(line.parse::<usize>().ok()?.checked_sub(1)?)?;
    let (_, kind) = line.split_once("State<")?;
    let mut depth = 1;
    let end = kind.find(|c| {
        depth += match c {
            '<' => 1,
            '>' => -1,
            _ => 0,
        };
        depth == 0
    })?;
    Some(kind[..end].to_owned())
}

/// Two handlers for one address: `(index) GET / collides with (home) GET /`.
fn collision(line: &str) -> Option<String> {
    let (one, other) = line.split_once(" collides with ")?;
    let described = |route: &str| {
        let (name, address) = route.trim().strip_prefix('(')?.split_once(") ")?;
        Some((name.to_owned(), format!("`{name}` ({})", address.trim())))
    };
    let ((_, one), (name, other)) = (described(one)?, described(other)?);
    Some(format!(
        "Two handlers answer the same address: {one} and {other}.\n\
         Give `{name}` another path, or take one of the two out of `routes![…]`; if both shall stay, \
         `rank = 2` in the attribute of `{name}` has it asked second."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[&str]) -> Vec<String> {
        text.iter().map(|&line| line.to_owned()).collect()
    }

    #[test]
    fn a_state_that_is_not_managed_is_named_with_the_mend() {
        let reasons = lines(&["launching with unmanaged `a::List<b::String>` state."]);
        let summary = lines(&[
            "Rocket failed to launch due to aborting sentinels:",
            "&rocket::state::State<a::List<b::String>> (lessons/x.rs:1:2)",
        ]);
        let said = explain(&reasons, &summary);
        assert!(
            said.starts_with("A handler (lessons/x.rs:1:2) asks for `&State<a::List<b::String>>`")
        );
        assert!(said.contains(".manage(…)"), "{said}");
    }

    #[test]
    fn two_handlers_for_one_address_are_both_named() {
        let summary = lines(&[
            "Rocket failed to launch due to the following routing collisions:",
            "(index) GET / collides with (home) GET /",
            "Note: Route collisions can usually be resolved by ranking routes.",
        ]);
        let said = explain(&[], &summary);
        let begins = "Two handlers answer the same address: `index` (GET /) and `home` (GET /).\n";
        assert!(said.starts_with(begins), "{said}");
    }

    #[test]
    fn what_is_not_known_stays_as_it_was_said() {
        let (reasons, summary) =
            (lines(&["no such file"]), lines(&["failing fairings:", "Sessions"]));
        assert_eq!(explain(&reasons, &summary), "no such file");
        assert_eq!(explain(&[], &summary), "failing fairings:\nSessions");
    }
}
