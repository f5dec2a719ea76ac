//! The files of a lesson, line by line.

use std::path::Path;

use serde::Serialize;

use super::code::{self, escape};
use crate::launch::files;

/// A file of a lesson, to be shown.
#[derive(Serialize)]
pub(super) struct Source {
    /// From the root of the workspace: `lessons/01-hello/src/main.rs`.
    pub(super) path: String,
    /// Where it stands on its page.
    pub(super) id: String,
    /// Whether it is the one with which one begins to read.
    is_open: bool,
    /// Its lines before the first handler, in the file with which one begins to read: they are folded.
    folded: Vec<Line>,
    lines: Vec<Line>,
    #[serde(skip)]
    text: String,
    /// The functions that are defined in it, and the line of each.
    #[serde(skip)]
    functions: Vec<(String, usize)>,
}

/// A line as HTML.
#[derive(Serialize)]
struct Line {
    /// `main.rs-43`: the file below `src` or below the templates of the lesson, and the number.
    id: String,
    number: usize,
    html: String,
}

impl Source {
    pub(super) fn new(path: String, text: String) -> Self {
        let is_rust = Path::new(&path).extension().is_some_and(|end| end == "rs");
        let html = if is_rust { code::rust(&text, |_| None) } else { escape(&text) };
        let numbered = html.lines().zip(1..).map(|(html, number)| {
            let id = line_id(&path, number);
            Line { id, number, html: html.to_owned() }
        });
        Self {
            lines: numbered.collect(),
            id: path.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect(),
            is_open: false,
            folded: vec![],
            functions: if is_rust { code::functions(&text) } else { vec![] },
            path,
            text,
        }
    }

    /// The files that a learner reads beside a lesson's doc: its sources and templates. Not its
    /// settings, in which secrets may stand: any visitor of the lesson can read this.
    pub(super) fn of(root: &Path, lesson: &str) -> Vec<Self> {
        let folders = [format!("lessons/{lesson}/src"), format!("templates/{lesson}")];
        let paths = folders.iter().flat_map(|folder| {
            let mut files = files::below(&root.join(folder)).unwrap_or_default();
            files.sort_by_cached_key(|file| in_order(file));
            files.into_iter().map(move |file| format!("{folder}/{}", with_slashes(&file)))
        });
        let is_shown = |path: &String| [".rs", ".tera"].iter().any(|end| path.ends_with(end));
        let read = |path: String| Some(Self::new(path.clone(), super::read(&root.join(path))?));
        let mut sources: Vec<_> = paths.filter(is_shown).filter_map(read).collect();
        open_at_the_first_handler(&mut sources);
        sources
    }

    /// How many lines there are before the first handler, if there is one.
    fn before_the_handler(&self) -> Option<usize> {
        let lines: Vec<_> = self.text.lines().map(str::trim_start).collect();
        let route = lines.iter().position(|line| is_route(line))?;
        let comment = lines[..route].iter().rev().take_while(|line| line.starts_with("///"));
        Some(route - comment.count())
    }

    fn line_of(&self, function: &str) -> Option<String> {
        let (_, line) = self.functions.iter().find(|(name, _)| name == function)?;
        Some(line_id(&self.path, *line))
    }

    /// Whether it is the module of this name.
    fn is_module(&self, name: &str) -> bool {
        let file = self.path.strip_suffix("/mod.rs").or_else(|| self.path.strip_suffix(".rs"));
        file.is_some_and(|file| file.rsplit('/').next() == Some(name))
    }
}

/// Opens the first file that has a handler, and folds what stands before it there.
fn open_at_the_first_handler(sources: &mut [Source]) {
    let place = |(at, source): (usize, &Source)| Some((at, source.before_the_handler()?));
    let (at, before) = sources.iter().enumerate().find_map(place).unwrap_or_default();
    if let Some(first) = sources.get_mut(at) {
        first.is_open = true;
        first.folded = first.lines.drain(..before).collect();
    }
}

/// Whether a line is the attribute of a handler.
fn is_route(line: &str) -> bool {
    let methods = ["get", "post", "put", "delete", "patch", "head", "options", "route"];
    let rest = line.strip_prefix("#[").and_then(|line| line.split_once('('));
    rest.is_some_and(|(name, _)| methods.contains(&name))
}

/// `main.rs-43` for line 43 of `lessons/01-hello/src/main.rs`.
fn line_id(path: &str, number: usize) -> String {
    let file = match path.split_once("/src/") {
        Some((_, file)) => file,
        None => path.splitn(3, '/').last().unwrap_or_default(),
    };
    let is_plain = |c: &char| c.is_alphanumeric() || "/._-".contains(*c);
    let file: String = file.chars().map(|c| if is_plain(&c) { c } else { '-' }).collect();
    format!("{file}-{number}")
}

/// Where the function stands that a doc mentions: `set_name`, `set_name()` or `auth::login`, in the
/// file that the doc has named last, or else in the first that has it. A word that is a text of the
/// lesson too, such as the key of a value in the session, may well be that.
pub(super) fn line_of(sources: &[Source], mention: &str, named: Option<&str>) -> Option<String> {
    let (path, is_call) = match mention.split_once('(') {
        Some((path, rest)) if rest.ends_with(')') => (path, true),
        Some(_) => return None,
        None => (mention, false),
    };
    let module = path.rsplit_once("::").map(|(modules, _)| modules.rsplit("::").next());
    let function = path.rsplit("::").next()?;
    let text = format!("\"{function}\"");
    if !is_call && module.is_none() && sources.iter().any(|source| source.text.contains(&text)) {
        return None;
    }
    let is_named = |source: &&Source| Some(source.path.as_str()) == named;
    let fits = |source: &&Source| module.flatten().is_none_or(|module| source.is_module(module));
    let nearest_first = sources.iter().filter(is_named).chain(sources);
    nearest_first.filter(fits).find_map(|source| source.line_of(function))
}

/// `main.rs` is where one begins to read, then come the modules, each folder from its `mod.rs` on, and
/// the tests are where one ends.
fn in_order(file: &Path) -> impl Ord + use<> {
    let (is_main, is_tests) = (file == Path::new("main.rs"), file == Path::new("tests.rs"));
    let place = if file.ends_with("mod.rs") { file.with_file_name("") } else { file.to_owned() };
    (!is_main, is_tests, place)
}

/// A path as the docs write it, on Windows too.
fn with_slashes(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lesson: &str) -> Vec<Source> {
        Source::of(&crate::launch::catalogue::root().unwrap(), lesson)
    }

    #[test]
    fn the_files_in_folders_are_there_too_from_the_main_to_the_tests() {
        let sources = of("08-database");
        let paths =
            sources.iter().filter_map(|it| it.path.strip_prefix("lessons/08-database/src/"));
        let paths: Vec<_> = paths.collect();
        assert_eq!(paths[..3], ["main.rs", "db/mod.rs", "db/accounts.rs"]);
        assert!(paths.contains(&"pages/auth.rs") && paths.contains(&"user.rs"), "{paths:?}");
        assert_eq!(paths.last(), Some(&"tests.rs"));
    }

    #[test]
    fn a_lesson_begins_with_its_main() {
        let sources = of("01-hello");
        assert_eq!(sources[0].path, "lessons/01-hello/src/main.rs");
        assert_eq!(sources.last().unwrap().path, "templates/01-hello/index.html.tera");
    }

    #[test]
    fn it_opens_at_the_first_handler_with_its_comment() {
        let text = "//! Card.\n\nuse x;\n\n/// Try.\n/// More.\n#[get(\"/\")]\nfn index() {}\n";
        let file =
            |name: &str, text: &str| Source::new(format!("lessons/x/src/{name}"), text.to_owned());
        let mut sources = [file("main.rs", "#[getter(x)]\nfn x() {}"), file("pages/a.rs", text)];
        open_at_the_first_handler(&mut sources);
        assert!(!sources[0].is_open && sources[1].is_open);
        assert_eq!((sources[1].folded.len(), sources[1].lines[0].number), (4, 5));
        let mut without = [file("main.rs", "fn main() {}")];
        open_at_the_first_handler(&mut without);
        assert!(without[0].is_open && without[0].folded.is_empty());
        open_at_the_first_handler(&mut []);
    }

    #[test]
    fn each_line_has_its_place() {
        let id =
            |path: &str| Source::new(path.to_owned(), "one\ntwo".to_owned()).lines[1].id.clone();
        assert_eq!(id("lessons/01-hello/src/main.rs"), "main.rs-2");
        assert_eq!(id("lessons/08-database/src/pages/auth.rs"), "pages/auth.rs-2");
        assert_eq!(id("templates/01-hello/index.html.tera"), "index.html.tera-2");
        assert_eq!(id("templates/01-hello/a \"b\".tera"), "a--b-.tera-2");
    }

    #[test]
    fn a_mention_leads_to_the_line_of_the_function() {
        let file =
            |name: &str, text: &str| Source::new(format!("lessons/x/src/{name}"), text.to_owned());
        let sources = [
            file("main.rs", "fn index() {}\nfn user() { get(\"user\") }"),
            file("pages/auth.rs", "\nfn index() {}\nfn login() {}"),
            file("db/mod.rs", "fn up() {}"),
        ];
        let line = |mention: &str| line_of(&sources, mention, None);
        assert_eq!(line("index").as_deref(), Some("main.rs-1"));
        assert_eq!(line("login()").as_deref(), Some("pages/auth.rs-3"));
        assert_eq!(line("pages::auth::index").as_deref(), Some("pages/auth.rs-2"));
        assert_eq!(line("db::up(…)").as_deref(), Some("db/mod.rs-1"));
        for other in
            ["user", "clear", "session.index()", "Redirect::login", "index(", "uri!(index)"]
        {
            assert_eq!(line(other), None, "{other}");
        }
        assert_eq!(line("user()").as_deref(), Some("main.rs-2"));
        let named = line_of(&sources, "index", Some("lessons/x/src/pages/auth.rs"));
        assert_eq!(named.as_deref(), Some("pages/auth.rs-2"));
    }
}
