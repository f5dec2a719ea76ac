//! `cargo lesson`, as a learner runs it: real processes, in a workspace of their own.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

#[cfg(feature = "browser")]
mod browser;
#[cfg(feature = "browser")]
#[allow(dead_code, reason = "the lessons' tests in Chromium do more")]
#[path = "../browser/chromium.rs"]
mod chromium;
mod room;
mod workspace;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;

use tests::{Browser, comes_true};

use crate::workspace::{SOURCE, TEMPLATE, Workspace, free_port, is_alive, value};

#[test]
fn a_saved_file_is_built_and_the_key_is_kept() {
    let workspace = Workspace::new();
    let tool = workspace.watch();
    let before = tool.page_with(" one ");
    workspace.say("two");
    let after = tool.page_with(" two ");
    assert_ne!(value(&before, "process"), value(&after, "process"));
    assert_eq!(value(&before, "key"), value(&after, "key"));
    assert!(value(&after, "data-version") > value(&before, "data-version"));
    assert!(comes_true(|| tool.said().contains("built    lesson 03 again")), "{}", tool.said());
    assert!(comes_true(|| !is_alive(&value(&before, "process"))), "the old one has ended");
}

#[test]
fn several_saves_at_once_are_one_build() {
    let workspace = Workspace::new();
    let tool = workspace.watch();
    tool.page_with(" one ");
    for word in ["two", "three", "four"] {
        workspace.say(word);
        workspace.write("lessons/03-mini/src/other.rs", word);
    }
    tool.page_with(" four ");
    workspace.say("five");
    tool.page_with(" five ");
    tool.has_built(3);
}

#[test]
fn a_save_during_a_build_starts_the_next() {
    let workspace = Workspace::new();
    // It is built slowly: first a program of its own runs.
    let slow = "fn main() { std::thread::sleep(std::time::Duration::from_secs(2)); }";
    workspace.write("lessons/03-mini/build.rs", slow);
    let tool = workspace.watch();
    tool.page_with(" one ");
    workspace.say("two");
    assert!(comes_true(|| tool.builds() == (2, 1)), "{}", tool.said());
    workspace.say("three");
    tool.page_with(" three ");
    tool.has_built(3);
}

#[test]
fn a_template_alone_needs_no_build() {
    let workspace = Workspace::new();
    let tool = workspace.watch();
    let before = tool.page_with(" red ");
    workspace.write(TEMPLATE, "green");
    let version = value(&before, "data-version");
    assert!(comes_true(|| value(&tool.page(), "data-version") != version));
    let after = tool.page_with(" green ");
    assert_eq!(value(&before, "process"), value(&after, "process"));
    tool.has_built(1);
}

#[test]
fn an_open_page_hears_of_it() {
    let workspace = Workspace::new();
    let tool = workspace.watch();
    let version = value(&tool.page_with(" one "), "data-version");
    let mut stream = TcpStream::connect(tool.address.trim_start_matches("http://")).unwrap();
    write!(stream, "GET /_watch/events HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    let mut events = lines.filter_map(|line| line.strip_prefix("data:").map(str::to_owned));
    assert_eq!(events.next(), Some(version.clone()));
    workspace.say("two");
    let comes_other = events.any(|event| event > version);
    assert!(comes_other);
}

#[test]
fn a_file_that_takes_the_place_of_another_is_noticed() {
    let workspace = Workspace::new();
    let tool = workspace.watch();
    tool.page_with(" one ");
    let text = workspace.read(SOURCE).replace("\"one\"", "\"two\"");
    workspace.write("lessons/03-mini/src/.main.rs.new", &text);
    let path = |file: &str| workspace.path().join(file);
    fs::rename(path("lessons/03-mini/src/.main.rs.new"), path(SOURCE)).unwrap();
    tool.page_with(" two ");
}

#[test]
fn what_a_lesson_keeps_starts_nothing() {
    let workspace = Workspace::new();
    let tool = workspace.watch();
    tool.page_with(" one ");
    for file in ["lessons/03-mini/data/kept.rs", "target/x.rs", "shared/target/x.rs"] {
        workspace.write(file, "text");
    }
    workspace.say("two");
    tool.page_with(" two ");
    tool.has_built(2);
}

#[test]
fn what_does_not_build_is_said_in_page_and_terminal() {
    let workspace = Workspace::new();
    let tool = workspace.watch();
    tool.page_with(" one ");
    let wrong = workspace
        .read(SOURCE)
        .replace("const WORD: &str", "struct S { a: &str }\nconst WORD: &str");
    workspace.write(SOURCE, &wrong);
    let page = tool.page_with("does not run");
    assert!(page.contains("missing lifetime specifier"), "{page}");
    assert!(page.contains("What to do: ") && page.contains("struct Name&lt;&#x27;r&gt;"), "{page}");
    let goes_on = ["/_watch/reload.js", "http-equiv=\"refresh\""];
    assert!(goes_on.iter().all(|way| page.contains(way)), "with and without scripts: {page}");
    let said = tool.said();
    assert!(said.contains("missing lifetime specifier") && said.contains("What to do: "), "{said}");
    workspace.say("two");
    tool.page_with(" two ");
}

#[test]
fn a_lesson_that_ends_at_once_leaves_its_words() {
    let workspace = Workspace::new();
    let tool = workspace.watch();
    tool.page_with(" one ");
    let ends =
        workspace.read(SOURCE).replace("fn main() {", "fn main() {\n    panic!(\"no oil\");");
    workspace.write(
        SOURCE,
        &ends.replace("\n    let listener", "\n    #[allow(unreachable_code)]\n    let listener"),
    );
    let page = tool.page_with("does not run");
    assert!(page.contains("no oil"), "{page}");
    assert!(tool.said().contains("no oil"));
}

#[test]
fn a_lesson_that_ends_later_is_noticed() {
    let workspace = Workspace::new();
    let tool = workspace.watch();
    let process = value(&tool.page_with(" one "), "process");
    let killed = std::process::Command::new("kill").args(["-9", &process]).status().unwrap();
    assert!(killed.success());
    assert!(tool.page_with("does not run").contains("The lesson ended."));
}

#[test]
fn a_port_that_is_taken_is_said_with_the_way_out() {
    let workspace = Workspace::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = workspace.command(&["03"]).env("ROCKET_PORT", &port).output().unwrap();
    let (code, said) = workspace::said(output);
    assert_eq!(code, Some(1));
    assert!(said.contains(&format!("Port {port} cannot be used")), "{said}");
    assert!(said.contains("ROCKET_PORT="), "{said}");
}

#[test]
fn the_pages_of_the_lesson_pass_through_unchanged_but_for_the_script() {
    let workspace = Workspace::new();
    let tool = workspace.watch();
    tool.page_with(" one ");
    let answer = Browser::new().post(&format!("{}/a%20b?c=d", tool.address), &[("x", "y")]);
    assert!(answer.body.contains("POST /a%20b?c=d HTTP/1.1"), "{}", answer.body);
    assert_eq!(value(&answer.body, "data-method"), "POST");
    assert_eq!(
        answer.header("content-security-policy"),
        "default-src 'none'; script-src 'self'; form-action 'self'; connect-src 'self'"
    );
}

/// Ctrl+C reaches both, but what ends the command alone must end the lesson, too.
#[test]
fn no_lesson_is_left_behind() {
    for signal in ["-TERM", "-INT", "-KILL"] {
        let workspace = Workspace::new();
        let port = free_port();
        let mut tool = workspace.start(&["03"], port);
        let process = value(&tool.page_with(" one "), "process");
        tool.signal(signal);
        let _ = tool.child.wait();
        assert!(comes_true(|| !is_alive(&process)), "{signal}");
        let again = workspace.start(&["03"], port);
        again.page_with(" one ");
    }
}

#[test]
fn an_exercise_is_done_when_the_lesson_behaves_so() {
    let workspace = Workspace::new();
    let (code, said) = workspace.run(&["check", "3"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("✗ Say two") && said.contains("expected:\n      1"), "{said}");
    assert!(said.contains("answered:\n      0") && !said.contains("It says three."), "{said}");
    assert!(workspace.read("target/progress.json").contains("\"03-mini/say-two\": false"));

    workspace.say("three");
    let (code, said) = workspace.run(&["check", "03", "say-two"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("It says three.\n  Count again."), "{said}");

    workspace.say("two");
    let (code, said) = workspace.run(&["check"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("✓ Say two"), "{said}");
    assert!(workspace.read("target/progress.json").contains("\"03-mini/say-two\": true"));
    assert!(workspace.run(&["list"]).1.contains("✓ say-two"));
    assert!(workspace.run(&["next"]).1.contains("All exercises are done."));

    workspace.write(SOURCE, "fn main() { x }");
    let (code, said) = workspace.run(&["check", "03"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("cannot find value `x`") && said.contains("does not build"), "{said}");
    assert!(workspace.read("target/progress.json").contains("\"03-mini/say-two\": false"));
}

#[test]
fn hints_come_one_after_the_other_and_then_the_solution() {
    let workspace = Workspace::new();
    let run = |arguments: &[&str]| workspace.run(arguments).1;
    assert!(run(&["next"]).contains("Say \"two\"."));
    let first = run(&["hint"]);
    assert!(first.contains("Look at the constant.") && !first.contains("`WORD`"), "{first}");
    assert!(first.contains("cargo lesson hint 03 say-two 2"), "{first}");
    assert!(run(&["hint", "03", "say-two", "2"]).contains("It is `WORD`."));
    let (code, said) = workspace.run(&["hint", "03", "say-two", "3"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("cargo lesson solution 03 say-two"), "{said}");
    assert!(run(&["solution", "03", "say-two"]).contains("+const WORD: &str = \"two\";"));
    let (code, said) = workspace.run(&["hint", "03", "say-ten"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("say-two"), "it names those that are there: {said}");
}

#[test]
fn reset_asks_keeps_a_copy_and_takes_new_files_away() {
    let workspace = Workspace::new();
    let (code, said) = workspace.run(&["diff", "03"]);
    assert!(code == Some(1) && said.contains("git"), "without git: {said}");
    for arguments in [&["init", "-q"][..], &["add", "."], &["commit", "-qm", "x"]] {
        workspace.git(arguments);
    }
    assert!(workspace.run(&["diff", "03"]).1.contains("Lesson 03 is as it was."));
    workspace.say("two");
    workspace.write("lessons/03-mini/src/new.rs", "mine");
    workspace.git(&["add", "lessons/03-mini/src/new.rs"]);
    workspace.write("templates/03-mini/new.html.tera", "mine");
    let changes = workspace.run(&["diff", "03"]).1;
    assert!(changes.contains("+const WORD: &str = \"two\";"), "{changes}");
    assert!(changes.contains("new: templates/03-mini/new.html.tera"), "{changes}");

    let (code, said) = workspace.run(&["reset", "03"]);
    assert!(code == Some(1) && said.contains("Nothing was changed."), "{said}");
    assert!(workspace.read(SOURCE).contains("two"));

    let mut reset = workspace.command(&["reset", "03"]);
    let mut reset = reset.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    reset.stdin.take().unwrap().write_all(b"y\n").unwrap();
    let (code, said) = workspace::said(reset.wait_with_output().unwrap());
    assert_eq!(code, Some(0), "{said}");
    assert!(workspace.read(SOURCE).contains("\"one\""));
    for new in ["lessons/03-mini/src/new.rs", "templates/03-mini/new.html.tera"] {
        assert!(!workspace.path().join(new).exists(), "{new}");
    }
    assert!(workspace.path().join("lessons/03-mini/data/kept").exists(), "what it keeps stays");
    let copy = said.lines().last().unwrap().rsplit_once(": ").unwrap().1.to_owned();
    assert!(workspace.read(&format!("{copy}/{SOURCE}")).contains("two"));
    assert_eq!(workspace.read(&format!("{copy}/lessons/03-mini/src/new.rs")), "mine");
}

#[test]
fn the_start_page_starts_and_stops_a_lesson() {
    let workspace = Workspace::new();
    let first = free_port();
    let tool = workspace.start(&[], first);
    let page = tool.page_with("The lessons");
    assert!(page.contains("03 Mini") && page.contains("Go on with <b>Say two</b>"), "{page}");
    let browser = Browser::new();
    let answer = browser.post(&format!("{}/start/03", tool.address), &[]);
    assert_eq!((answer.status, answer.header("location")), (303, "/"));
    let page = tool.page_with("It runs: ");
    assert!(page.contains("action=\"/stop/03\"") && !page.contains("action=\"/start/03\""));
    let lesson = format!("http://127.0.0.1:{}", first + 3);
    let process = value(&browser.get(&lesson).body, "process");
    assert_eq!(browser.post(&format!("{}/stop/03", tool.address), &[]).status, 303);
    assert!(tool.page().contains("action=\"/start/03\""));
    assert!(comes_true(|| !is_alive(&process)));
    assert!(browser.try_get(&lesson).is_err());
}

#[test]
fn the_start_page_is_for_its_own_name_and_its_own_forms_only() {
    let workspace = Workspace::new();
    let tool = workspace.start(&[], free_port());
    tool.page_with("The lessons");
    let (browser, start) = (Browser::new(), format!("{}/start/03", tool.address));
    let foreign = browser.post_with(&start, &[], &[("Origin", "http://evil.example")]);
    assert_eq!(foreign.status, 403);
    let port = tool.address.rsplit(':').next().unwrap();
    for host in
        ["evil.example".to_owned(), format!("evil.example:{port}"), "127.0.0.1:1".to_owned()]
    {
        let rebound = browser.post_with(&start, &[], &[("Host", &host)]);
        assert_eq!(rebound.status, 421, "{host}");
        assert_eq!(browser.get_from(&host, &tool.address).status, 421, "{host}");
    }
    for nonsense in ["99", "00", "3%20--help", "..%2F03-mini"] {
        let answer =
            browser.post(&format!("{}/start/{nonsense}", tool.address), &[("lesson", "03")]);
        assert!([303, 404].contains(&answer.status), "{nonsense}: {}", answer.status);
    }
    assert!(!tool.page().contains("action=\"/stop/"), "nothing was started");
}

#[test]
fn the_start_page_listens_on_this_machine_only() {
    let workspace = Workspace::new();
    let port = free_port();
    let mut command = workspace.command(&[]);
    command.env("ROCKET_ADDRESS", "0.0.0.0").env("ROCKET_PORT", port.to_string());
    let mut tool = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(tool.stdout.take().unwrap()).lines().map_while(Result::ok);
    let open = lines.take_while(|line| !line.contains("stop ")).find(|line| line.contains("open "));
    let elsewhere = TcpStream::connect(("127.0.0.2", port));
    let _ = tool.kill();
    let _ = tool.wait();
    assert!(open.unwrap().contains("http://127.0.0.1:"));
    assert!(elsewhere.is_err(), "it answers to one address");
}
