//! The files of a lesson: which of them have changed, and what that means.

use std::path::Path;
use std::sync::mpsc::Sender;
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode};
use notify_debouncer_mini::{DebounceEventResult, DebouncedEventKind, Debouncer, new_debouncer};

use crate::workspace::Lesson;

/// Saves that are no further apart are one.
const TOGETHER: Duration = Duration::from_millis(50);

/// What must be done because of a change; what comes later does all that comes before it, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    /// Load the pages again.
    Page,
    /// Build, and start what is new.
    Source,
    /// Build, and start again in any case.
    Settings,
    /// End.
    End,
}

pub(super) type Watcher = Debouncer<RecommendedWatcher>;

/// Tells of changes, as long as what it returns is there. Folders are watched and not files: many
/// editors save by putting a new file in the place of the old one.
pub(super) fn watch(root: &Path, lesson: &Lesson, tell: Sender<Change>) -> Result<Watcher, String> {
    let within = root.to_owned();
    let hear = move |events: DebounceEventResult| {
        let events = events.unwrap_or_default().into_iter();
        let at_rest = events.filter(|event| event.kind == DebouncedEventKind::Any);
        if let Some(change) = at_rest.filter_map(|event| meaning(&within, &event.path)).max() {
            let _ = tell.send(change);
        }
    };
    let cannot = |error| format!("The files cannot be watched: {error}.");
    let mut watcher = new_debouncer(TOGETHER, hear).map_err(cannot)?;
    let mut folders = vec![root.join("lessons").join(&lesson.folder)];
    folders.extend(["shared", "templates"].map(|folder| root.join(folder)));
    for folder in folders {
        watcher.watcher().watch(&folder, RecursiveMode::Recursive).map_err(cannot)?;
    }
    Ok(watcher)
}

/// What a change of this file means; `None` if the lesson does not read it.
fn meaning(root: &Path, file: &Path) -> Option<Change> {
    let path = file.strip_prefix(root).unwrap_or(file);
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    let name = parts.last()?;
    if name.starts_with('.') || parts.iter().any(|part| part == "data" || part == "target") {
        return None;
    }
    let end = path.extension()?.to_string_lossy().into_owned();
    match &*end {
        _ if name == "Rocket.toml" => Some(Change::Settings),
        "tera" | "css" | "js" | "svg" => Some(Change::Page),
        "rs" | "toml" | "sql" => Some(Change::Source),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_heard_of_if_the_lesson_reads_it() {
        let of = |path: &str| meaning(Path::new("/w"), &Path::new("/w").join(path));
        assert_eq!(of("lessons/03-reset/src/main.rs"), Some(Change::Source));
        assert_eq!(of("lessons/03-reset/Rocket.toml"), Some(Change::Settings));
        assert_eq!(of("templates/03-reset/index.html.tera"), Some(Change::Page));
        assert_eq!(of("shared/static/style.css"), Some(Change::Page));
        for other in [
            "lessons/08-database/data/lesson.db",
            "lessons/08-database/data/x.rs",
            "shared/target/debug/x.rs",
            "lessons/03-reset/src/.main.rs.swp",
            "lessons/03-reset/src/main.rs~",
            "lessons/03-reset/src/4913",
            "lessons/03-reset/exercises/x.md",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
