//! The start page and a watched lesson in real Chromium.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::chromium::{Chromium, DESK, ENTER, Look, keep_picture};
use crate::room;
use crate::workspace::{TEMPLATE, Tool, Workspace, free_port};

const WIDTHS_AND_SCHEMES: [(u32, &str); 4] =
    [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")];

async fn is_in_order(browser: &Chromium, place: &str) {
    let axe = std::env::var("AXE").expect("AXE is the path of axe-core: tests/full installs it");
    let axe = std::fs::read_to_string(axe).unwrap();
    let overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(browser.run(overflow).await, 0, "{place} scrolls sideways");
    let faults = browser.console().await;
    let faults: Vec<_> = faults.iter().filter(|line| !line.contains("status of 50")).collect();
    assert!(faults.is_empty(), "{place}: {faults:?}");
    browser.run(&axe).await;
    let check = "const done = arguments[arguments.length - 1];
        axe.run(document).then(found => done(found.violations.map(it =>
            it.id + ': ' + it.nodes.map(node => node.html + ' ' + node.failureSummary).join(' | '))))";
    assert_eq!(browser.run_async(check).await, Value::Array(vec![]), "{place}");
}

async fn is_in_order_in_every_look(browser: &Chromium, tool: &Tool, name: &str) {
    for (width, scheme) in WIDTHS_AND_SCHEMES {
        browser.look(Look { width, scheme, ..DESK }).await;
        browser.goto(&tool.address).await;
        is_in_order(browser, &format!("{name} {width} {scheme}")).await;
    }
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn the_start_page_is_in_order_and_needs_neither_mouse_nor_javascript() {
    let workspace = Workspace::new();
    let tool = workspace.start(&[], free_port());
    tool.page_with("The lessons");
    let browser = Chromium::open(DESK).await;
    is_in_order_in_every_look(&browser, &tool, "nothing runs").await;

    browser.look(DESK).await;
    browser.goto(&tool.address).await;
    let on_start = "return document.activeElement.matches('form[action^=\"/start/\"] button')";
    browser.tab_until(on_start).await;
    browser.type_keys(ENTER).await;
    browser.shows("It runs: ").await;
    is_in_order_in_every_look(&browser, &tool, "a lesson runs").await;
    browser.close().await;

    let plain = Chromium::open(Look { javascript: false, ..DESK }).await;
    plain.goto(&tool.address).await;
    plain.click("form[action='/stop/03'] button", "It is stopped.").await;
    plain.find("form[action='/start/03'] button").await.click().await.unwrap();
    plain.shows("It runs: ").await;
    plain.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn a_page_loads_itself_and_keeps_what_was_typed() {
    let form = "<main><form method=post action=/send><input name=name><button>Send</button></form>";
    let workspace = Workspace::new();
    workspace.write(TEMPLATE, &format!("{form}red</main>"));
    let tool = workspace.watch();
    tool.page_with("red");
    let browser = Chromium::open(DESK).await;
    browser.goto(&tool.address).await;
    browser.type_into("name", "Ferris").await;
    let typed = "return document.querySelector('[name=name]').value";

    workspace.write(TEMPLATE, &format!("{form}green</main>"));
    browser.shows("green").await;
    assert_eq!(browser.run(typed).await, "Ferris", "the form is the same");
    let changed = form.replace("<input", "<input name=other><input");
    workspace.write(TEMPLATE, &format!("{changed}blue</main>"));
    browser.shows("blue").await;
    assert_eq!(browser.run(typed).await, "", "the form is another one");

    // What answers a form is not asked for again: the form would be sent again.
    browser.find("button").await.click().await.unwrap();
    browser.find("[data-method=POST]").await;
    workspace.write(TEMPLATE, &format!("{form}white</main>"));
    browser.shows("white").await;
    assert_eq!(browser.path().await, "/");
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn the_page_of_a_lesson_that_does_not_build_is_in_order_and_goes_on() {
    let workspace = Workspace::new();
    workspace.say("two\" x \"");
    let broken = workspace.read(crate::workspace::SOURCE).replace('\\', "");
    workspace.write(crate::workspace::SOURCE, &broken);
    let tool = workspace.watch();
    tool.page_with("does not run");
    let browser = Chromium::open(DESK).await;
    is_in_order_in_every_look(&browser, &tool, "broken").await;
    workspace.write(TEMPLATE, "<main>red</main>");
    workspace.say("two");
    browser.shows("red").await;
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn the_room_is_in_order_and_shows_by_itself_what_is_new() {
    let workspace = room::workspace();
    let tool = room::open(&workspace);
    let (at, mut phone) =
        (|path: &str| format!("{}{path}", tool.address), Chromium::open(DESK).await);
    phone.look(Look { width: 390, ..DESK }).await;
    phone.goto(&at("/join")).await;
    is_in_order(&phone, "the door").await;
    let board = Chromium::open(DESK).await;
    board.goto(&at("/room")).await;
    board.shows("0 in the room").await;
    phone.type_into("name", "Tim").await;
    phone.click("form[action='/join'] button", "Hello, Tim!").await;
    board.shows("1 in the room").await;
    phone.click("#stuck-button", "The board says that you are stuck.").await;
    board.shows("1 stuck").await;

    board.click("form[action='/room/ask'] button", "0 of 1 have voted").await;
    phone.shows("Where is the word?").await;
    phone.tab_until("return document.activeElement.id === 'vote-2'").await;
    phone.type_keys(ENTER).await;
    board.shows("1 of 1 have voted").await;
    for (browser, place) in [(&phone, "/join"), (&board, "/room")] {
        for (width, scheme) in WIDTHS_AND_SCHEMES {
            browser.look(Look { width, scheme, ..DESK }).await;
            browser.goto(&at(place)).await;
            is_in_order(browser, &format!("{place}, a vote, {width} {scheme}")).await;
        }
    }
    board.click("#go-on", "Convince your neighbour!").await;
    phone.shows("Convince your neighbour!").await;
    board.click("#go-on", "0 of 1 have voted again").await;
    phone.find("#vote-2").await;
    board.click("#go-on", "It is a constant.").await;
    phone.shows("It is a constant.").await;
    for (browser, place) in [(&phone, "the answer"), (&board, "the answer on the board")] {
        is_in_order(browser, place).await;
    }
    phone.close().await;
    board.close().await;

    phone = Chromium::open(Look { javascript: false, ..DESK }).await;
    phone.goto(&at("/join")).await;
    phone.type_into("name", "Ada").await;
    phone.click("form[action='/join'] button", "Hello, Ada!").await;
    phone.shows("show what is new").await;
    phone.close().await;
}

/// Makes the pictures of the start page and of the room: `PICTURES=docs/pictures tests/full`.
#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn the_pictures_can_be_taken() {
    let tool = Tool::start(&mut room_of_the_lessons(), free_port());
    tool.page_with("The lessons");
    let browser = Chromium::open(DESK).await;
    browser.goto(&tool.address).await;
    keep_picture("start.png", &browser.picture(900).await);
    room::a_class_votes(&tool);
    browser.goto(&format!("{}/room", tool.address)).await;
    keep_picture("room.png", &browser.picture(900).await);
    browser.close().await;
}

/// With all lessons and their docs.
fn room_of_the_lessons() -> Command {
    let mut command = Command::new(tests::program("00-start"));
    command.current_dir(tests::root()).arg("room").stdin(Stdio::null());
    command
}
