//! The repository keeps its own rules.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;
use tests::{lessons, package, root};

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn toml(path: impl AsRef<Path>) -> toml::Table {
    let path = path.as_ref();
    read(path).parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files of the repository, by their paths from its root with `/`. A new one in a folder counts
/// too; one at the top was left there by an experiment.
fn files() -> Vec<String> {
    let mut found = listed("--cached");
    if found.is_empty() {
        found = all_files();
    } else {
        found.extend(listed("--others").into_iter().filter(|file| file.contains('/')));
    }
    found.retain(|file| root().join(file).exists());
    assert!(found.len() > 50, "{}", found.len());
    found
}

/// What git knows, or does not know and has not been told to ignore; nothing where there is no git.
fn listed(which: &str) -> Vec<String> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--exclude-standard", which]).current_dir(root());
    let said = git.output().map_or_else(|_| vec![], |output| output.stdout);
    String::from_utf8(said).unwrap().split_terminator('\0').map(str::to_owned).collect()
}

/// All files of a copy that has no git, but what cargo and running lessons keep.
fn all_files() -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if ![".git", "target", "data"].iter().any(|kept| path.ends_with(kept)) {
                    walk(&path, found);
                }
            } else {
                found.push(path);
            }
        }
    }

    let (root, mut found) = (root(), vec![]);
    walk(&root, &mut found);
    let relative =
        |path: &PathBuf| path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
    found.iter().map(relative).collect()
}

fn rust_files() -> Vec<String> {
    let is_rust = |file: &String| Path::new(file).extension().is_some_and(|end| end == "rs");
    files().into_iter().filter(is_rust).collect()
}

#[test]
fn a_lesson_is_whole() {
    for lesson in lessons() {
        let (number, package) = (&lesson[..2], package(&lesson));
        assert!(root().join("templates").join(&lesson).is_dir(), "{lesson} has its templates");
        assert!(
            read(format!("lessons/{lesson}/src/tests.rs")).contains("#[test]"),
            "{lesson} has its tests"
        );

        let doc = read(format!("docs/{lesson}.md"));
        assert!(
            doc.contains(&format!("cargo run -p {package}")),
            "docs/{lesson}.md says how to run it"
        );
        assert!(
            doc.contains(&format!("lessons/{lesson}/src/main.rs")),
            "docs/{lesson}.md says where the code is"
        );

        let row = format!("| [{number}](docs/{lesson}.md) |");
        let readme = read("README.md");
        let row = readme
            .lines()
            .find(|line| line.starts_with(&row))
            .unwrap_or_else(|| panic!("README: {row}"));
        assert!(row.contains(&format!("lessons/{lesson}/src/main.rs")), "README: {row}");

        let main = read(format!("lessons/{lesson}/src/main.rs"));
        assert!(
            main.starts_with(&format!("//! # Lesson {number}: ")),
            "{lesson} opens with its card"
        );
        assert!(
            main.contains(&format!("`cargo run -p {package}`")),
            "{lesson}: its card says how to run it"
        );
        assert!(main.contains(&format!("`docs/{lesson}.md`")), "{lesson}: its card names its doc");
    }
}

#[test]
fn a_lesson_is_read_in_one_sitting() {
    let of_a_lesson = |file: &String| file.starts_with("lessons/") && !file.ends_with("tests.rs");
    for file in rust_files().into_iter().filter(of_a_lesson) {
        let lines = read(&file).lines().count();
        assert!(lines <= 120, "{file} has {lines} lines, more than 120");
    }
}

/// The floors of `shared/src` from the top down: each room uses only those on floors below its own.
const FLOORS: [&[&str]; 9] = [
    &["testing"],
    &["servers"],
    &["launch"],
    &["xray"],
    &["http"],
    &["database", "form", "password"],
    &["session"],
    &["config"],
    &["clock", "header", "id", "refusal", "terminal", "text"],
];

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// The rooms that a source uses, with the line: what it names after `crate::`, in whatever way.
/// Unit tests may use any.
fn uses(text: &str) -> Vec<(usize, String)> {
    let named = Regex::new(r"crate::(?:\{([^;]*)\};|(\w+))").unwrap();
    let inner = Regex::new(r"\w*::?\{[^{}]*\}|::\w+").unwrap();
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let mut found = vec![];
    for use_of in named.captures_iter(code) {
        let line = code[..use_of.get(0).unwrap().start()].lines().count();
        let is_doc = code.lines().nth(line - 1).is_some_and(|it| it.trim().starts_with("//"));
        let rooms = use_of.get(1).or(use_of.get(2)).unwrap().as_str();
        for room in inner.replace_all(rooms, "").split(',').map(str::trim) {
            if !is_doc && !room.is_empty() {
                found.push((line, room.to_owned()));
            }
        }
    }
    found
}

/// Says which use of a room runs upstairs, or stays on its floor, if one does.
fn upstairs(file: &str, text: &str, alias: &BTreeMap<String, String>) -> Option<String> {
    let inside = file.strip_prefix("shared/src/")?;
    let room = inside.split('/').next()?.trim_end_matches(".rs");
    let own = floor(room).unwrap_or_else(|| panic!("{file}: {room} is on no floor"));
    uses(text).into_iter().find_map(|(line, name)| {
        let used = alias.get(&name).unwrap_or(&name);
        let theirs = floor(used).unwrap_or_else(|| panic!("{file}:{line}: crate::{name}?"));
        (used != room && theirs <= own)
            .then(|| format!("{file}:{line}: {room} uses {used}, which is not below it"))
    })
}

/// The room of each name that the crate gives others at its top: `Session` is `session`'s.
fn aliases() -> BTreeMap<String, String> {
    let reexport = Regex::new(r"(?m)^pub use (\w+)::(?:\{([^}]*)\}|(\w+));").unwrap();
    let lib = read("shared/src/lib.rs");
    let names = reexport.captures_iter(&lib).flat_map(|found| {
        let names = found.get(2).or(found.get(3)).unwrap().as_str().split(',');
        names.map(|name| (name.trim().to_owned(), found[1].to_owned())).collect::<Vec<_>>()
    });
    names.collect()
}

#[test]
fn a_room_uses_only_those_below_it() {
    let rooms = rust_files().into_iter().filter(|file| file.starts_with("shared/src/"));
    let is_room = |file: &String| file != "shared/src/lib.rs" && !file.ends_with("/tests.rs");
    let rooms: Vec<_> = rooms.filter(is_room).collect();
    assert!(rooms.len() > 30);
    let alias = aliases();
    assert_eq!(alias["Session"], "session");
    for file in rooms {
        assert_eq!(upstairs(&file, &read(&file), &alias), None);
    }
}

#[test]
fn a_use_that_runs_upstairs_is_named() {
    let alias = aliases();
    let of_session = |text| upstairs("shared/src/session/load.rs", text, &alias);
    for wrong in [
        "use crate::http::error_pages;",
        "use crate::clock::Clock;\nuse crate::xray::story;",
        "use crate::{\n    config::{secret, settings},\n    launch::lesson,\n};",
        "fn f() {\n    crate::lesson(\"x\")\n}",
    ] {
        let named = of_session(wrong).expect(wrong);
        assert!(named.starts_with("shared/src/session/load.rs:"), "{named}");
    }
    let fine =
        "use crate::config::secret;\n// crate::http\n#[cfg(test)]\nmod tests {\n crate::testing";
    assert_eq!(of_session(fine), None);
    let same_floor = upstairs("shared/src/form.rs", "use crate::database::Pool;", &alias);
    assert!(same_floor.unwrap().contains("form uses database"));
}

#[test]
fn a_lesson_has_its_own_port_and_cookie() {
    for lesson in lessons() {
        let number: i64 = lesson[..2].parse().unwrap();
        let settings = toml(format!("lessons/{lesson}/Rocket.toml"));
        assert_eq!(settings["default"]["port"].as_integer(), Some(8000 + number), "{lesson}");
        assert_eq!(
            settings["default"]["session"]["cookie"].as_str(),
            Some(&*package(&lesson)),
            "{lesson}"
        );
        assert!(settings["default"]["title"].is_str(), "{lesson}");
    }
}

#[test]
fn a_lesson_keeps_its_session_where_the_course_says() {
    let stores = [
        "private", "private", "private", "memory", "signed", "memory", "memory", "sqlite", "sqlite",
    ];
    let kept = |lesson: String| {
        let settings = toml(format!("lessons/{lesson}/Rocket.toml"));
        settings["default"]["session"]["store"].as_str().unwrap().to_owned()
    };
    assert_eq!(lessons().into_iter().map(kept).collect::<Vec<_>>(), stores);
}

#[test]
fn versions_and_lints_stand_once() {
    let members = lessons().into_iter().map(|lesson| format!("lessons/{lesson}"));
    let others = ["lessons/00-start", "shared", "tests"].map(str::to_owned);
    for member in members.chain(others) {
        let manifest = toml(format!("{member}/Cargo.toml"));
        let is_of_the_workspace =
            |value: Option<&toml::Value>| value.and_then(|it| it.get("workspace")?.as_bool());
        assert_eq!(
            is_of_the_workspace(manifest.get("lints")),
            Some(true),
            "{member} opts in to the lints"
        );
        for table in ["dependencies", "dev-dependencies"] {
            let Some(dependencies) = manifest.get(table).and_then(toml::Value::as_table) else {
                continue;
            };
            for (name, value) in dependencies {
                assert_eq!(
                    is_of_the_workspace(Some(value)),
                    Some(true),
                    "{member}: {name} has its version in the workspace"
                );
                // The tests run blocks of `console` as the command `cargo lesson` does.
                let is_tool = name == "lesson-00" && member == "tests";
                assert!(
                    is_tool || !name.starts_with("lesson-"),
                    "{member}: no package uses a lesson"
                );
            }
        }
        for field in ["version", "edition", "rust-version", "license", "publish"] {
            assert!(
                manifest["package"][field].is_table(),
                "{member}: {field} stands in the workspace"
            );
        }
    }
}

/// The features with which each crate is built that a package needs, for this machine.
fn features(of: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--locked", "--edges=normal,build,features", "--prefix=none"]);
    let output = cargo.arg("--format={p}|{f}").args(of).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut features = BTreeMap::<_, BTreeSet<_>>::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        if let Some((package, list)) = line.trim_end_matches(" (*)").split_once('|') {
            let list = list.split(',').map(str::to_owned);
            features.entry(package.to_owned()).or_default().extend(list);
        }
    }
    features
}

#[test]
fn rocket_is_built_once_for_all_lessons_and_the_tests() {
    let everything = features(&["--workspace"]);
    for lesson in lessons().into_iter().chain(["00-start".to_owned()]) {
        for (package, own) in features(&["--package", &self::package(&lesson)]) {
            let may_differ = ["shared ", "sqlx "].iter().any(|name| package.starts_with(name));
            assert!(may_differ || own == everything[&package], "{lesson}: {package} has {own:?}");
        }
    }
}

#[test]
fn no_sql_of_lesson_08_knows_a_form_or_a_page() {
    let (forms, above) = ("FromForm|form::[A-Z{]", "crate::pages");
    for (folder, unwanted) in [
        ("lessons/08-database/src/db/", format!("{forms}|{above}|crate::user")),
        ("lessons/08-database/src/user.rs", format!("{forms}|{above}")),
    ] {
        let unwanted = Regex::new(&unwanted).unwrap();
        let files: Vec<_> = files().into_iter().filter(|file| file.starts_with(folder)).collect();
        assert!(!files.is_empty(), "{folder}");
        for file in files {
            let text = read(&file);
            let found = unwanted.find(&text).map(|found| found.as_str().to_owned());
            assert_eq!(found, None, "{file}");
        }
    }
}

#[test]
fn nothing_else_stands_at_the_top() {
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "README.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "lessons",
        "shared",
        "templates",
        "docs",
        "tests",
    ];
    for file in files() {
        let top = file.split('/').next().unwrap();
        assert!(top.starts_with('.') || allowed.contains(&top), "{file}");
    }
}

#[test]
fn no_key_is_in_the_repository() {
    let key = Regex::new("[A-Za-z0-9+/]{43}=|[0-9a-f]{64}|BEGIN [A-Z ]*PRIVATE KEY").unwrap();
    for file in files().iter().filter(|file| *file != "Cargo.lock") {
        let text = String::from_utf8_lossy(&fs::read(root().join(file)).unwrap()).into_owned();
        assert_eq!(key.find(&text).map(|found| found.as_str().to_owned()), None, "{file}");
    }
}

#[test]
fn nothing_is_read_from_another_host() {
    let outside = Regex::new(r#"(src|href|action|url)\s*[=(]\s*["']?(https?:)?//"#).unwrap();
    for file in files()
        .iter()
        .filter(|file| file.starts_with("templates/") || file.starts_with("shared/static/"))
    {
        assert!(!outside.is_match(&read(file)), "{file}");
    }
}

/// Rocket's own `Form` replaces what is not UTF-8, and more: `shared/src/form/body.rs` tells.
#[test]
fn no_lesson_takes_forms_that_are_altered_or_never_end() {
    let rockets_own = Regex::new(r"(?m)^\s*use rocket::form::(\{[^}]*\b)?Form\b").unwrap();
    let is_checked =
        |file: &&String| file.starts_with("lessons/") || file.starts_with("shared/src/");
    for file in rust_files().iter().filter(is_checked) {
        let found = rockets_own.find(&read(file)).is_some();
        assert!(!found, "{file}: take Form from shared::form");
    }
}

#[test]
fn every_ignored_test_says_what_it_needs() {
    for file in
        files().iter().filter(|file| Path::new(file).extension().is_some_and(|end| end == "rs"))
    {
        for line in
            read(file.as_str()).lines().map(str::trim).filter(|line| line.starts_with("#[ignore"))
        {
            assert!(
                line.starts_with("#[ignore = \"needs ") && line.ends_with(": tests/full\"]"),
                "{file}: {line}"
            );
        }
    }
}

#[test]
fn every_test_that_a_page_names_is_there() {
    let sources: String = rust_files().into_iter().map(read).collect();
    let page = read("docs/security.md");
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| source"));
    let attacks = page.lines().filter_map(|line| line.split_once(". Tests: "));
    let lists = rows.map(|row| row.rsplit(" | ").next().unwrap().trim_end_matches(" |"));
    let lists = lists.chain(attacks.map(|(_, tests)| tests.trim_end_matches('.')));
    let map = read("docs/architecture.md");
    let (_, never) = map.split_once("| never | held by |\n|---|---|\n").unwrap();
    let held = never.lines().map(|row| row.rsplit(" | ").next().unwrap().trim_end_matches(" |"));
    let lists = lists.chain(held);
    for test in lists.flat_map(|tests| tests.split(", ")).map(|test| test.trim_matches('`')) {
        let is_there = [format!("fn {test}("), format!("    {test},\n")]
            .iter()
            .any(|text| sources.contains(text));
        assert!(is_there, "a page names {test}, which is nowhere");
    }
    assert!(page.matches(". Tests: `").count() >= 10, "each attack says what holds it");
}
