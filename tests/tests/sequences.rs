//! The pictures of who sends what to whom, drawn from what the real lessons are sent and answer.
//! `UPDATE_DOCS=1 cargo test -p tests --test sequences` draws them again.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;

use shared::testing::{Picture, Step};
use tests::{ADMIN, Answer, Browser, PASSWORD, Running, lessons, root};

/// The lane of the lesson, and those of the two browsers.
const SERVER: usize = 1;
const LANES: [usize; 2] = [0, 2];

/// A browser, the path, and the fields if it sends a form.
type Click = (usize, &'static str, &'static [(&'static str, &'static str)]);

/// What happens in each lesson's picture.
fn story(lesson: &str) -> Vec<Click> {
    const NAME: &[(&str, &str)] = &[("name", "Ferris")];
    const EMAIL: &[(&str, &str)] = &[("email", "ferris@example.com")];
    const AAPL: &[(&str, &str)] =
        &[("stock_symbol", "AAPL"), ("number_of_shares", "15"), ("purchase_price", "302.17")];
    const ADA: &[(&str, &str)] =
        &[("username", "Ada"), ("email", "ada@example.com"), ("password", "open sesame")];
    match &lesson[..2] {
        "01" => vec![(0, "/", &[]), (0, "/", &[])],
        "02" => vec![(0, "/", &[]), (0, "/setName", NAME), (0, "/", &[])],
        "03" => vec![(0, "/setName", NAME), (0, "/", &[]), (0, "/reset", &[]), (0, "/", &[])],
        "04" => vec![(0, "/signup", EMAIL), (0, "/", &[]), (0, "/unregister", &[("", "")])],
        "05" => vec![(0, "/add_stock", AAPL), (0, "/stocks", &[]), (1, "/stocks", &[])],
        "06" => vec![
            (0, "/user", &[]),
            (0, "/login", &[("username", "Tim")]),
            (0, "/user", &[]),
            (0, "/logout", &[("", "")]),
            (0, "/user", &[]),
        ],
        "07" => vec![
            (0, "/signup", EMAIL),
            (1, "/admin", &[]),
            (1, "/login", &[("password", PASSWORD)]),
            (1, "/admin/remove", EMAIL),
            (0, "/unregister", &[("", "")]),
        ],
        "08" => vec![(0, "/register", ADA), (0, "/add_stock", AAPL), (0, "/stocks", &[])],
        "09" => vec![(0, "/register", ADA), (0, "/server", &[]), (0, "/logout", &[("", "")])],
        _ => panic!("what happens in {lesson}?"),
    }
}

/// Does what the story says to the real lesson: a request and an answer for each click.
fn play(lesson: &str) -> Vec<Step> {
    let server = Running::start(lesson, &[ADMIN]);
    let browsers = [Browser::new(), Browser::new()];
    let cookie = tests::package(lesson);
    let exchange = |(browser, path, fields): Click| {
        let (visitor, url) = (&browsers[browser], format!("{}{path}", server.address));
        let sent = visitor.has(&cookie).then(|| format!("Cookie: {cookie}=…"));
        let method = if fields.is_empty() { "GET" } else { "POST" };
        let answer = match fields {
            [] => visitor.get(&url),
            [("", "")] => visitor.post(&url, &[]),
            fields => visitor.post(&url, fields),
        };
        let typed = fields.iter().filter(|(name, _)| !name.is_empty()).map(typed);
        let lane = LANES[browser];
        let request = Step::new(lane, SERVER, format!("{method} {path}")).cookie(sent).notes(typed);
        [request, Step::new(SERVER, lane, told(&answer)).cookie(set(&answer, &cookie))]
    };
    story(lesson).into_iter().flat_map(exchange).collect()
}

/// A password is not shown.
fn typed((name, value): &(&str, &str)) -> String {
    let value = if *name == "password" { "…" } else { value };
    format!("{name}={value}")
}

fn told(answer: &Answer) -> String {
    match answer.header("location") {
        "" => format!("{}  {}", answer.status, heading(&answer.body)),
        location => format!("{} → {location}", answer.status),
    }
}

fn set(answer: &Answer, cookie: &str) -> Option<String> {
    let mut set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    let rest = set.find_map(|(_, line)| line.strip_prefix(&format!("{cookie}=")))?;
    let is_removed = rest.contains("Max-Age=0");
    Some(format!("Set-Cookie: {cookie}={}", if is_removed { "; Max-Age=0" } else { "…" }))
}

/// What a page says first.
fn heading(page: &str) -> String {
    let (_, rest) = page.split_once("<h1>").unwrap_or_default();
    let heading = rest.split("</h1>").next().unwrap_or_default();
    heading.replace("<small>", "").replace("</small>", "")
}

fn draw(lesson: &str) -> String {
    let (steps, number) = (play(lesson), &lesson[..2]);
    let mut lanes = vec!["browser".to_owned(), format!("lesson {number}")];
    if steps.iter().any(|step| step.from == LANES[1]) {
        lanes.push("another browser".to_owned());
    }
    Picture { title: format!("Lesson {number}: who sends what to whom"), lanes, steps }.file()
}

#[test]
fn every_picture_shows_what_happens() {
    for lesson in lessons() {
        let picture = draw(&lesson);
        let name = format!("docs/pictures/{}-sequence.svg", &lesson[..2]);
        let file = root().join(&name);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&file, &picture).unwrap();
        }
        let drawn = fs::read_to_string(&file).unwrap_or_default();
        assert!(drawn == picture, "{name}: with UPDATE_DOCS=1 this test draws it again");
    }
}
