//! What a learner who makes a mistake reads in the browser, or in the terminal if nothing runs: what is
//! wrong, where, and what to do.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use regex::Regex;
use tests::{Answer, Browser, Running, Templates, command, program, root, target};

const INDEX: &str = "02-name-form/index.html.tera";

fn get(server: &Running, path: &str) -> Answer {
    Browser::new().get(&format!("{}{path}", server.address))
}

/// The text of what the sandbox adds at the head of a page, without its HTML.
fn told(page: &Answer) -> String {
    let notes = Regex::new(r#"(?s)<aside class="(?:mistake|stale)".*?</aside>"#).unwrap();
    let notes: String = notes.find_iter(&page.body).map(|note| note.as_str()).collect();
    let text = Regex::new("<[^>]*>").unwrap().replace_all(&notes, "").into_owned();
    text.replace("&quot;", "\"")
        .replace("&#x2F;", "/")
        .replace("&#x27;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
}

#[track_caller]
fn tells(page: &Answer, status: u16, expected: &[&str]) {
    let told = told(page);
    assert_eq!(page.status, status, "{told}");
    for text in expected {
        assert!(told.contains(text), "{text:?} is not in: {told}");
    }
}

#[test]
fn a_template_that_cannot_be_used_is_told_on_every_page_until_it_is_mended() {
    let templates = Templates::new("mistakes");
    let server = templates.start("02-name-form");
    let good = templates.read(INDEX);
    for (wrong, line, expected) in [
        (
            good.replace("{% endif %}\n    <form", "{% endfi %}\n    <form"),
            9,
            "does not parse: unexpected tag; expected an endif tag",
        ),
        (good.replace("block content", "block contnet"), 2, "Did you mean {% block content %}?"),
        (
            good.replace("extends \"base\"", "extends \"bsae\""),
            1,
            "Did you mean {% extends \"base\" %}?",
        ),
        (format!("\u{feff}{good}"), 1, "not as \u{201c}UTF-8 with BOM\u{201d}"),
    ] {
        templates.write(INDEX, wrong);
        let place = format!("{INDEX}:{line}");
        for path in ["/", "/nowhere"] {
            tells(
                &get(&server, path),
                500,
                &["A template cannot be used", &place, expected, "What to do: "],
            );
        }
        let posted =
            Browser::new().post(&format!("{}/setName", server.address), &[("name", "Ferris")]);
        assert_eq!(
            (posted.status, posted.header("set-cookie").contains("lesson-02=")),
            (500, false)
        );
        assert_eq!(get(&server, "/static/style.css").status, 200);
        templates.write(INDEX, &good);
        let page = get(&server, "/");
        assert_eq!((page.status, told(&page).as_str()), (200, ""), "it comes back by itself");
    }
}

#[test]
fn a_lesson_starts_with_a_template_that_is_broken_and_goes_on_when_it_is_mended() {
    let templates = Templates::new("broken-at-launch");
    let good = templates.read(INDEX);
    templates.write(INDEX, "{% extends \"base\" %}\n{{ name");
    let server = templates.start("02-name-form");
    tells(&get(&server, "/"), 500, &[&format!("{INDEX}:2"), "does not parse"]);
    templates.write(INDEX, good);
    assert_eq!(get(&server, "/").status, 200);
    fs::remove_file(templates.folder().join("base.html.tera")).unwrap();
    tells(&get(&server, "/"), 500, &["base.html.tera: it is missing, and all pages extend it"]);
    templates.restore();
    assert_eq!(get(&server, "/").status, 200);
    server.signal("TERM");
    let (_, output) = server.wait();
    assert!(output.contains("index.html.tera:2: it does not parse"), "{output}");
}

#[test]
fn a_template_that_cannot_be_rendered_says_which_line_and_what_was_meant() {
    let templates = Templates::new("unrendered");
    let server = templates.start("02-name-form");
    let browser = Browser::new();
    let _ = browser.post(&format!("{}/setName", server.address), &[("name", "Ferris")]);
    let good = templates.read(INDEX);
    for (wrong, expected) in [
        ("{{ name | uper }}", ["Filter 'uper' not found", "Did you mean upper?"]),
        ("{{ nmae }}", ["Variable nmae not found", "Spell it as in the handler's context! { … }"]),
        ("{{ inptu(name=\"x\") }}", ["Function 'inptu' not found", "Did you mean input?"]),
        ("{% include \"nowhere\" %}", ["Template '[nowhere]' not found", "Mend the template"]),
    ] {
        templates.write(INDEX, good.replace("{{ name }}", wrong));
        let place = format!("{INDEX}:4");
        let page = browser.get(&server.address);
        tells(&page, 500, &["A template cannot be rendered", &place, expected[0], expected[1]]);
    }
}

#[test]
fn a_template_that_was_moved_away_is_named_with_the_handler_that_wants_it() {
    let templates = Templates::new("moved");
    let server = templates.start("02-name-form");
    let (from, to) =
        (templates.folder().join(INDEX), templates.folder().join("02-name-form/home.html.tera"));
    fs::rename(from, to).unwrap();
    let main = fs::read_to_string(root().join("lessons/02-name-form/src/main.rs")).unwrap();
    let line = 1 + main.lines().position(|line| line.contains("\"02-name-form/index\"")).unwrap();
    let place = format!("lessons/02-name-form/src/main.rs:{line}");
    let file = "there is no file templates/02-name-form/index.html.tera";
    tells(&get(&server, "/"), 500, &["A template is missing", file, &place, "02-name-form/home"]);
}

#[test]
fn a_form_whose_fields_do_not_match_says_which_it_had_and_which_are_wanted() {
    let templates = Templates::new("form");
    templates.change(INDEX, "name=\"name\"", "name=\"nmae\"");
    let server = templates.start("02-name-form");
    let set_name = format!("{}/setName", server.address);
    let page = Browser::new().post(&set_name, &[("nmae", "<b>Ferris</b>")]);
    let expected = [
        "The handler wants name, which was not sent.",
        "The form sent nmae, which no field of NameForm takes.",
        &format!("{INDEX}:13"),
        "(NameForm, lessons/02-name-form/src/main.rs:20)",
        "write name=\"name\" in the template, or call the field of NameForm nmae",
    ];
    tells(&page, 422, &expected);
    assert!(!told(&page).contains("Ferris"), "what was typed is not repeated");
    let blank = Browser::new().post(&set_name, &[("name", " ")]);
    assert_eq!((blank.status, told(&blank).as_str()), (422, ""), "its fields are right");
}

#[test]
fn an_address_without_a_handler_says_which_there_are() {
    let server = Running::start("02-name-form", &[]);
    let page = get(&server, "/setname");
    tells(&page, 404, &["None of this lesson's routes fits GET /setname", "routes![…]"]);
    let told = told(&page);
    let (first, second) =
        (told.find("POST /setName · set_name").unwrap(), told.find("GET / · index").unwrap());
    assert!(first < second, "the nearest first: {told}");
    assert!(!told.contains("/_session") && !told.contains("/docs"), "{told}");
    tells(&get(&server, "/setName"), 405, &["none for GET", "POST /setName", "method=\"post\""]);
    for own in ["/docs/nowhere", "/static/nowhere", "/_lesson/nowhere"] {
        assert_eq!(self::told(&get(&server, own)), "", "{own} is no business of the lesson's");
    }
}

#[test]
fn a_part_of_a_path_of_the_wrong_type_says_which_is_wanted() {
    let server = Running::start("05-stocks", &[]);
    let main = fs::read_to_string(root().join("lessons/05-stocks/src/main.rs")).unwrap();
    let line = 1 + main.lines().position(|line| line == "#[get(\"/blog_posts/<id>\")]").unwrap();
    let place = format!("lessons/05-stocks/src/main.rs:{line}");
    tells(&get(&server, "/blog_posts/abc"), 404, &["<id> must be a u32", "blog_post", &place]);
}

#[test]
fn what_was_sent_is_escaped_and_only_this_machine_is_told() {
    let server = Running::start("02-name-form", &[]);
    let fields = [("<script>alert(1)</script>", "1"), ("`<b>`\"'", "2")];
    let page = Browser::new().post(&format!("{}/setName", server.address), &fields);
    tells(&page, 422, &["<script>alert(1)</script>"]);
    assert!(!page.body.contains("<script>alert") && !page.body.contains("<b>`"), "{}", page.body);
    // Behind a proxy the address is that of the visitor.
    let server = Running::start("05-stocks", &[("ROCKET_IP_HEADER", "X-Real-IP")]);
    let from = |address: &str| {
        let url = format!("{}/blog_posts/abc", server.address);
        told(&Browser::new().post_with(&url, &[], &[("X-Real-IP", address)]))
    };
    assert!(!from("127.0.0.1").is_empty());
    assert_eq!(from("192.0.2.1"), "");
}

#[test]
fn without_the_xray_nothing_of_it_is_there() {
    let server = Running::start("05-stocks", &[("ROCKET_XRAY", "false")]);
    for path in ["/nowhere", "/blog_posts/abc"] {
        let page = get(&server, path);
        assert_eq!((page.status, told(&page).as_str()), (404, ""));
    }
}

#[test]
fn a_source_that_is_newer_than_its_program_is_a_bar_on_every_page() {
    let folder = target().join("test-data").join("older-program");
    fs::create_dir_all(&folder).unwrap();
    let (built, source) = (program("02-name-form"), folder.join("new source.rs"));
    let copy = folder.join(built.file_name().unwrap());
    fs::copy(&built, &copy).unwrap();
    fs::write(&source, "fn main() {}").unwrap();
    let listed = source.display().to_string().replace(' ', "\\ ");
    fs::write(copy.with_extension("d"), format!("lesson-02: {listed}\n")).unwrap();
    let date = |ago| {
        let file = File::options().append(true).open(&source).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(ago)).unwrap();
    };
    date(3600);
    let settings = command("02-name-form");
    let mut command = Command::new(&copy);
    for (name, value) in settings.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let server = Running::from(command);
    let pages = ["/", "/nowhere", "/docs", "/_two"];
    for path in pages {
        assert!(!told(&get(&server, path)).contains("older than its source"), "{path}");
    }
    date(0);
    for path in pages {
        let told = told(&get(&server, path));
        assert!(told.contains("new source.rs was changed after"), "{path}: {told}");
        assert!(told.contains("Ctrl+C, and run cargo run -p lesson-02 again"), "{path}: {told}");
    }
}

/// A copy of the workspace, in which sources are changed and built.
struct Workspace(PathBuf);

impl Workspace {
    fn new() -> Self {
        let copy = target().join("mistakes");
        for file in ["Cargo.toml", "Cargo.lock"] {
            fs::create_dir_all(&copy).unwrap();
            fs::copy(root().join(file), copy.join(file)).unwrap();
        }
        let copy = Self(copy);
        for folder in ["lessons", "shared", "templates", "tests"] {
            copy.restore(folder);
        }
        copy
    }

    /// Copies a folder anew.
    fn restore(&self, folder: &str) {
        let _ = fs::remove_dir_all(self.0.join(folder));
        tests::copy_folder(&root().join(folder), &self.0.join(folder));
    }

    /// Builds a lesson in which texts are replaced, and returns what starts it.
    fn build(&self, lesson: &str, changes: &[(&str, &str)]) -> Command {
        self.restore(&format!("lessons/{lesson}"));
        let main = self.0.join("lessons").join(lesson).join("src/main.rs");
        let mut text = fs::read_to_string(&main).unwrap();
        for (from, to) in changes {
            assert!(text.contains(from), "{lesson} has no {from}");
            text = text.replacen(from, to, 1);
        }
        fs::write(&main, text).unwrap();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--offline", "--package", &tests::package(lesson)]);
        let cargo = cargo.current_dir(&self.0).env("CARGO_TARGET_DIR", tests::target_of_copies());
        let output = cargo.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let program = tests::target_of_copies().join("debug").join(tests::package(lesson));
        let mut command = Command::new(program);
        command.env("ROCKET_PORT", "0").env("ROCKET_DATA_DIR", self.0.join("data"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, lesson: &str, changes: &[(&str, &str)]) -> Running {
        Running::from(&mut self.build(lesson, changes))
    }

    /// What a lesson says that does not start.
    fn refusal(&self, lesson: &str, changes: &[(&str, &str)]) -> String {
        let output = self.build(lesson, changes).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.starts_with(&format!("{lesson} did not start.\n")), "{said}");
        said
    }
}

#[test]
#[ignore = "needs minutes: tests/full"]
fn a_mistake_in_the_source_is_told_where_it_shows() {
    let copy = Workspace::new();
    let main = "lessons/02-name-form/src/main.rs";

    let server = copy.run(
        "02-name-form",
        &[("    name: &'r str", "    nmae: &'r str"), ("valid.name", "valid.nmae")],
    );
    let page = Browser::new().post(&format!("{}/setName", server.address), &[("name", "Ferris")]);
    let wanted = "The handler wants nmae, which was not sent. The form sent name, which no field of NameForm takes.";
    tells(&page, 500, &[wanted, "A template cannot be rendered"]);

    let server = copy.run("02-name-form", &[("routes![index, set_name]", "routes![set_name]")]);
    tells(
        &get(&server, "/"),
        404,
        &["The handler index is not mounted", &format!("{main}:32"), "Add index to routes![…]"],
    );

    let server =
        copy.run("02-name-form", &[("    page(session, None)", "    panic!(\"no <b>name</b>\")")]);
    tells(
        &get(&server, "/"),
        500,
        &["The handler index panicked", "no <b>name</b>", &format!("{main}:34")],
    );

    let said = copy.refusal("04-unregister", &[("        .manage(EmailList::default())\n", "")]);
    assert!(said.contains("asks for `&State<EmailList>`") && said.contains(".manage(…)"), "{said}");
    assert!(said.contains("lessons/04-unregister/src/main.rs:"), "{said}");

    let said = copy.refusal("03-reset", &[("#[get(\"/reset\")]", "#[get(\"/\")]")]);
    assert!(said.contains("`index` (GET /) and `reset` (GET /)"), "{said}");

    let _ = fs::remove_dir_all(copy.0.join("templates/04-unregister"));
    let said = copy.refusal("04-unregister", &[]);
    let folder = copy.0.join("templates/04-unregister");
    assert!(said.contains(&format!("is missing: {}", folder.display())), "{said}");
    assert!(said.contains("shared::lesson(\"04-unregister\")"), "{said}");
}
