//! The room: a class that visits `cargo lesson room`.

use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

use shared::addresses_of_this_machine;
use tests::{Answer, Browser, comes_true};

use crate::workspace::{self, Tool, Workspace, free_port, value};

const DOC: &str = "# Mini\n\n## Questions\n\n<details><summary>Where is the <code>word</code>?</summary>\n
1. In the cookie.\n2. In the program.\n3. In the <b>form</b>.\n\n<details><summary>The answer</summary>\n
**2.** It is a constant.\n\n</details>\n\n</details>\n";

pub(crate) fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("docs/03-mini.md", DOC);
    workspace
}

pub(crate) fn open(workspace: &Workspace) -> Tool {
    let tool = workspace.start(&["room"], free_port());
    tool.page_with("The lessons");
    tool
}

/// A learner with a browser.
struct Learner<'t>(Browser, &'t Tool);

impl<'t> Learner<'t> {
    fn join(tool: &'t Tool, name: &str) -> Self {
        let learner = Self(Browser::new(), tool);
        let answer = learner.post("/join", &[("name", name), ("new", name), ("code", "")]);
        assert_eq!((answer.status, answer.header("location")), (303, "/join"), "{}", answer.body);
        learner
    }

    fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.0.post(&format!("{}{path}", self.1.address), form)
    }

    fn page(&self) -> String {
        self.0.get(&format!("{}/join", self.1.address)).body
    }
}

fn steer(tool: &Tool, path: &str, form: &[(&str, &str)]) {
    let answer = Browser::new().post(&format!("{}{path}", tool.address), form);
    assert_eq!(answer.status, 303, "{path}: {}", answer.body);
}

fn get(tool: &Tool, path: &str) -> Answer {
    Browser::new().get(&format!("{}{path}", tool.address))
}

fn board(tool: &Tool) -> String {
    get(tool, "/room").body
}

/// A class with a question, in which some are stuck and some have done something.
#[cfg(feature = "browser")]
pub(crate) fn a_class_votes(tool: &Tool) {
    steer(tool, "/room/ask", &[("question", "02-name-form/1")]);
    let names = ["Ada", "Grace", "Radia", "Barbara", "Edsger", "Hedy", "Linus", "Margaret"];
    for (at, name) in names.into_iter().enumerate() {
        let learner = Learner::join(tool, name);
        let done = format!("{{\"02-name-form/count-the-names\": {}}}", at % 3 == 0);
        learner.post("/join/progress", &[("progress", &done)]);
        learner.post(&format!("/join/stuck/{}", name == "Radia"), &[]);
        if at < 6 {
            learner.post(&format!("/join/vote/1/0/{}", at % 3), &[]);
        }
    }
}

#[test]
fn there_is_no_room_unless_it_is_opened() {
    let workspace = workspace();
    let tool = workspace.start(&[], free_port());
    tool.page_with("The lessons");
    for path in ["/room", "/join", "/room/class.csv", "/room/events", "/join/events"] {
        assert_eq!(get(&tool, path).status, 404, "{path}");
    }
}

#[test]
fn the_class_votes_before_and_after_the_discussion() {
    let workspace = workspace();
    let tool = open(&workspace);
    let (ada, tim) = (Learner::join(&tool, "Ada"), Learner::join(&tool, "Tim"));
    assert!(board(&tool).contains("Where is the word?"), "it can be chosen");
    steer(&tool, "/room/ask", &[("question", "03-mini/1")]);
    let page = ada.page();
    assert!(page.contains("Where is the <code>word</code>?"), "{page}");
    assert!(page.contains("2. In the program."), "{page}");
    assert!(page.contains("In the &lt;b&gt;form&lt;/b&gt;."), "{page}");
    ada.post("/join/vote/1/0/0", &[]);
    ada.post("/join/vote/1/0/2", &[]);
    tim.post("/join/vote/1/0/1", &[]);
    for older in ["1/0/7", "1/1/0", "0/0/0"] {
        tim.post(&format!("/join/vote/{older}"), &[]);
    }
    steer(&tool, "/room/ask", &[("question", "03-mini/1")]);
    let now = board(&tool);
    assert!(now.contains("<b>2</b> of 2 have voted"), "{now}");
    assert!(!now.contains("<meter") && !now.contains("constant"), "no vote is shown yet: {now}");

    steer(&tool, "/room/go-on/0", &[]);
    steer(&tool, "/room/go-on/0", &[]);
    assert!(ada.page().contains("Convince your neighbour!"), "pressed twice it goes on once");
    ada.post("/join/vote/1/0/1", &[]);
    assert!(ada.page().contains("The vote had ended."));
    steer(&tool, "/room/go-on/1", &[]);
    ada.post("/join/vote/1/0/0", &[]);
    ada.post("/join/vote/1/1/1", &[]);
    steer(&tool, "/room/go-on/2", &[]);
    let now = board(&tool);
    for (text, votes) in
        [("In the program.", "value=\"1\"></meter> 1 · after"), ("form", "> 1 · after")]
    {
        let (_, choice) = now.split_once(text).unwrap();
        let (choice, _) = choice.split_once("</li>").unwrap();
        assert!(choice.contains(votes), "{text}: {choice}");
    }
    assert!(now.contains("It is a constant.") && ada.page().contains("It is a constant."));

    steer(&tool, "/room/end", &[]);
    let csv = get(&tool, "/room/class.csv");
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert!(csv.body.contains("\"poll 1, question 03.1 before\",\"poll 1, question 03.1 after\""));
    assert!(csv.body.contains(r#""Ada","0","","","3","2","2""#), "{}", csv.body);
    assert!(csv.body.contains(r#""Tim","0","","","2","","2""#), "{}", csv.body);
}

#[test]
fn the_list_of_questions_goes_on_by_itself() {
    let workspace = workspace();
    let (_, question) = DOC.split_once("## Questions").unwrap();
    workspace.write("docs/03-mini.md", &format!("{DOC}{}", question.replace("word", "key")));
    let tool = open(&workspace);
    let stands_at = |number| board(&tool).contains(&format!("value=\"03-mini/{number}\" selected"));
    assert!(stands_at(1));
    steer(&tool, "/room/ask", &[("question", "03-mini/1")]);
    assert!(stands_at(2));
    steer(&tool, "/room/end", &[]);
    assert!(stands_at(2), "also when it has ended");
}

#[test]
fn who_is_stuck_stands_first() {
    let workspace = workspace();
    let tool = open(&workspace);
    let (_ada, tim) = (Learner::join(&tool, "Ada"), Learner::join(&tool, "Tim"));
    tim.post("/join/stuck/true", &[]);
    let now = board(&tool);
    assert!(now.contains("1 stuck"), "{now}");
    assert!(now.find("<b>Tim</b>").unwrap() < now.find("<b>Ada</b>").unwrap(), "{now}");
    assert!(tim.page().contains("I can go on"));
    tim.post("/join/stuck/false", &[]);
    assert!(!board(&tool).contains("1 stuck"));
}

#[test]
fn a_name_is_text_visible_and_there_once() {
    let workspace = workspace();
    let tool = open(&workspace);
    Learner::join(&tool, "<script>alert(1)</script>");
    Learner::join(&tool, "=1+1");
    assert!(!board(&tool).contains("<script>alert"));
    assert!(get(&tool, "/room/class.csv").body.contains("\"'=1+1\","));
    let visitor = Learner(Browser::new(), &tool);
    let long = "x".repeat(500);
    for (name, status) in [("", 422), ("\u{200b}", 422), (&*long, 422), (" =1+1 ", 409)] {
        let answer = visitor.post("/join", &[("name", name), ("new", ""), ("code", "")]);
        assert_eq!(answer.status, status, "{name:?}");
        assert!(answer.body.contains("role=\"alert\""), "{name:?}: {}", answer.body);
    }
    steer(&tool, "/room/door/close", &[]);
    assert!(
        visitor
            .post("/join", &[("name", "Tim"), ("new", "x"), ("code", "")])
            .body
            .contains("The door is closed.")
    );
    steer(&tool, "/room/door/open", &[]);
    let tim = Learner::join(&tool, "Tim");
    let number = board(&tool);
    let number =
        number.split("/room/remove/").last().unwrap().split('"').next().unwrap().to_owned();
    steer(&tool, &format!("/room/remove/{number}"), &[]);
    assert!(tim.page().contains("Join the room"), "Tim is out");
    let again = Learner::join(&tool, "Tim");
    let twice = Learner::join(&tool, "Tim");
    assert_eq!(board(&tool).matches("<b>Tim</b>").count(), 1, "pressed twice, joined once");
    for (name, status) in [("=1+1", 409), (&*"x".repeat(41), 409), ("Timothy", 303)] {
        let answer = twice.post("/join", &[("name", name), ("new", ""), ("code", "")]);
        assert_eq!(answer.status, status, "{name}");
    }
    assert!(again.page().contains("Hello, Timothy!"), "another name, and still the same learner");
    let page = again.page();
    let code = page.split("Your code is <b>").nth(1).unwrap().split('<').next().unwrap();
    let phone = Learner(Browser::new(), &tool);
    let by_code = phone.post("/join", &[("name", "timothy"), ("new", ""), ("code", code)]);
    assert_eq!(by_code.status, 303, "{code}: {}", by_code.body);
    assert!(phone.page().contains("Hello, Timothy!"));
    again.post("/join/leave", &[]);
    assert!(again.page().contains("Join the room"));
    assert!(!board(&tool).contains("Timothy"));
    steer(&tool, "/room/remove", &[]);
    assert!(board(&tool).contains("0 in the room"));
}

#[test]
fn five_hundred_find_room_and_no_more() {
    let workspace = workspace();
    let tool = open(&workspace);
    for number in 0..500 {
        Learner::join(&tool, &format!("Learner {number}"));
    }
    let late = Learner(Browser::new(), &tool)
        .post("/join", &[("name", "Late"), ("new", "x"), ("code", "")]);
    assert_eq!(late.status, 409);
    assert!(late.body.contains("The room is full."), "{}", late.body);
    assert!(board(&tool).contains("500 in the room"));
}

#[test]
fn the_checks_on_a_learners_machine_are_on_the_board() {
    let (there, here) = (workspace(), Workspace::new());
    let tool = open(&there);
    let address = tool.address.trim_start_matches("http://").to_owned();
    let address = address.as_str();
    let (code, said) = here.run(&["join", address, "Tim"]);
    assert!(code == Some(0) && said.contains("Tim is in the room"), "{said}");
    let code = said.split("the code ").nth(1).unwrap().split('.').next().unwrap();
    assert_eq!(here.run(&["join", address, "Tim"]).0, Some(0), "a second time it is the same one");
    let other = Workspace::new();
    let (status, said) = other.run(&["join", address, "tim"]);
    assert!(status == Some(1) && said.contains("This name is taken"), "{said}");
    let tim = Learner(Browser::new(), &tool);
    tim.post("/join", &[("name", "Tim"), ("new", ""), ("code", code)]);
    here.say("two");
    let (_, said) = here.run(&["check", "03"]);
    assert!(said.contains(&format!("The room at {address} knows it, as Tim's.")), "{said}");
    assert!(board(&tool).contains("title=\"say-two\""));
    assert!(tim.page().contains("Lesson 03: say-two"), "browser and terminal are one");
    let made_up = "{\"03-mini/say-ten\": true, \"<b>\": true}";
    assert_eq!(tim.post("/join/progress", &[("progress", made_up)]).status, 200);
    assert!(!board(&tool).contains("say-ten"), "it is no exercise");
    assert_eq!(tim.post("/join/progress", &[("progress", "say-two")]).status, 422);
    assert!(get(&tool, "/room/class.csv").body.contains(r#""Tim","0","","done""#));

    tim.post("/join/leave", &[]);
    let (code, said) = here.run(&["check", "03"]);
    assert!(code == Some(0) && said.contains("You are no longer in the room."), "{said}");
    let (_, said) = here.run(&["join", "--leave"]);
    assert!(said.contains("tells the room no more"), "{said}");
    assert!(!here.run(&["check", "03"]).1.contains("room"));

    assert!(!board(&tool).contains("<b>Tim</b>"));
    drop(tool);
    let (code, said) = here.run(&["join", address, "Tim"]);
    assert!(code == Some(1) && said.contains(&format!("there is no room at {address}")), "{said}");
}

/// What a page hears, until it is dropped.
fn events(learner: &Learner<'_>, path: &str) -> impl Iterator<Item = String> {
    let host = learner.1.address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    let cookies = learner.0.cookies();
    let head = format!("Host: {host}\r\nConnection: close\r\nCookie: {cookies}");
    write!(stream, "GET {path} HTTP/1.1\r\n{head}\r\n\r\n").unwrap();
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.filter_map(|line| line.strip_prefix("data:").map(str::to_owned))
}

#[test]
fn a_page_hears_what_is_new() {
    let workspace = workspace();
    let tool = open(&workspace);
    let tim = Learner::join(&tool, "Tim");
    let (mut board, mut learner) = (events(&tim, "/room/events"), events(&tim, "/join/events"));
    assert_eq!((board.next(), learner.next()), (Some("1".to_owned()), Some("0".to_owned())));
    Learner::join(&tool, "Ada");
    assert_eq!(board.next().as_deref(), Some("2"));
    steer(&tool, "/room/ask", &[("question", "03-mini/1")]);
    let news = learner.find(|version| version != "0");
    assert_eq!(news.as_deref(), Some("1"), "who joins is no news for the others");
    assert_eq!(get(&tool, "/join/events").status, 410, "only for those in the room");
}

#[test]
fn a_learner_has_twenty_pages_that_hear_it() {
    let workspace = workspace();
    let tool = open(&workspace);
    let (tim, ada) = (Learner::join(&tool, "Tim"), Learner::join(&tool, "Ada"));
    let mut pages: Vec<_> = (0..20).map(|_| events(&tim, "/join/events")).collect();
    assert!(pages.iter_mut().all(|page| page.next().is_some()));
    assert!(events(&tim, "/join/events").next().is_none());
    assert!(events(&ada, "/join/events").next().is_some(), "the places are Tim's own");
}

#[test]
fn a_lesson_is_on_the_learners_pages_as_soon_as_it_runs() {
    let workspace = workspace();
    let tool = open(&workspace);
    let tim = Learner::join(&tool, "Tim");
    steer(&tool, "/start/03", &[]);
    tool.page_with("It runs: ");
    steer(&tool, "/stop/03", &[]);
    assert!(!tim.page().contains("03 Mini"));
    let mut news = events(&tim, "/join/events");
    let begin = Instant::now();
    steer(&tool, "/start/03", &[]);
    let is_there = news.any(|_| tim.page().contains("03 Mini"));
    assert!(is_there && begin.elapsed() < Duration::from_secs(9), "{:?}", begin.elapsed());
}

#[test]
fn the_instructor_chooses_the_address_that_the_board_shows() {
    let workspace = workspace();
    let tool = open(&workspace);
    for address in addresses_of_this_machine() {
        let is_for_phones = address.is_ipv4() && !address.is_loopback();
        steer(&tool, &format!("/room/address/{address}"), &[]);
        let shown = format!("<p class=\"address\">{address}:");
        assert_eq!(board(&tool).contains(&shown), is_for_phones, "{address}");
    }
}

#[test]
fn what_lessons_keep_is_deleted_between_classes() {
    let workspace = workspace();
    let kept = workspace.path().join("lessons/03-mini/data/kept");
    let (code, said) = workspace.run(&["room", "--reset"]);
    assert!(code == Some(1) && said.contains("Nothing was deleted."), "{said}");
    assert!(said.contains("lessons/03-mini/data") && kept.exists(), "{said}");
    let mut reset = workspace.command(&["room", "--reset"]);
    let mut reset = reset.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    reset.stdin.take().unwrap().write_all(b"y\n").unwrap();
    let (code, said) = workspace::said(reset.wait_with_output().unwrap());
    assert!(code == Some(0) && !kept.exists(), "{said}");
    assert!(workspace.run(&["room", "--reset"]).1.contains("The lessons keep no data."));
    let tool = workspace.watch();
    tool.page_with(" one ");
    let (code, said) = workspace.run(&["room", "--reset", "--yes"]);
    assert!(code == Some(1) && said.contains("stop it first"), "whatever its port: {said}");
}

fn in_the_network(tool: &Tool) -> String {
    let all = addresses_of_this_machine();
    let mut others = all.iter().filter(|it| it.is_ipv4() && !it.is_loopback());
    let other: &IpAddr = others.next().expect("this machine is in a network");
    tool.address.replace("127.0.0.1", &other.to_string())
}

#[test]
#[ignore = "needs a network: tests/full"]
fn only_the_machine_itself_steers() {
    let workspace = workspace();
    let tool = open(&workspace);
    let (browser, there) = (Browser::new(), in_the_network(&tool));
    let port = tool.address.rsplit(':').next().unwrap();
    let answer = browser.get(&there);
    assert_eq!((answer.status, answer.header("location")), (303, "/join"));
    assert!(browser.get(&format!("{there}/join")).body.contains("Your name in the room"));
    let local = format!("127.0.0.1:{port}");
    let answer = browser.get(&format!("{there}/room"));
    assert_eq!((answer.status, answer.header("location")), (303, "/join"));
    for path in ["/room/class.csv", "/room/qr.svg", "/room/events"] {
        assert_eq!(browser.get(&format!("{there}{path}")).status, 403, "{path}");
        let rebound = browser.get_from(&local, &format!("{there}{path}"));
        assert_eq!(rebound.status, 403, "{path} by the name of this machine");
    }
    for path in [
        "/start/03",
        "/stop/03",
        "/start",
        "/stop",
        "/room/ask",
        "/room/go-on/0",
        "/room/end",
        "/room/door/close",
        "/room/address/127.0.0.1",
        "/room/remove",
        "/room/remove/1",
    ] {
        let claims = [("X-Real-IP", "127.0.0.1"), ("X-Forwarded-For", "127.0.0.1")];
        let form = [("question", "03-mini/1")];
        let answer = browser.post_with(&format!("{there}{path}"), &form, &claims);
        assert_eq!(answer.status, 403, "{path}");
        let foreign = [("Origin", "http://evil.example")];
        let answer = browser.post_with(&format!("{}{path}", tool.address), &form, &foreign);
        assert_eq!(answer.status, 403, "{path} by another site");
    }
    for path in ["/", "/room", "/join"] {
        let rebound = browser.get_from(&format!("evil.example:{port}"), &format!("{there}{path}"));
        assert_eq!(rebound.status, 421, "{path}");
    }
    assert!(!board(&tool).contains("The door is closed."));
}

#[test]
#[ignore = "needs a network: tests/full"]
fn the_class_visits_what_was_started_and_each_has_its_own_address() {
    let workspace = workspace();
    let tool = open(&workspace);
    let tim = Learner::join(&tool, "Tim");
    steer(&tool, "/start/03", &[]);
    tool.page_with("It runs: ");
    let there = in_the_network(&tool);
    let port: u16 = tool.address.rsplit(':').next().unwrap().parse().unwrap();
    let host = there.trim_start_matches("http://").split(':').next().unwrap();
    let lesson = format!("http://{host}:{}/", port + 3);
    let shown = |address: &str| address.replace('/', "&#x2F;");
    assert!(tool.page().contains(&shown(&lesson)), "the address that others can open");
    let by_the_same_name = format!("http://127.0.0.1:{}/", port + 3);
    assert!(tim.page().contains(&shown(&by_the_same_name)), "{}", tim.page());
    let browser = Browser::new();
    let mut page = String::new();
    assert!(comes_true(|| {
        page = browser.try_get(&lesson).map_or_else(|_| String::new(), |answer| answer.body);
        page.contains(" one ")
    }));
    assert_eq!(value(&page, "visitor"), host);
    let lie = browser.post_with(&lesson, &[], &[("X-Real-IP", "127.0.0.1")]).body;
    assert_eq!(value(&lie, "visitor"), host);
}
