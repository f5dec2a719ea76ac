//! Every lesson in real Chromium. It is built with the feature `browser` only: `tests/full` asks for it.
#![cfg(feature = "browser")]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod chromium;

use std::process::Command;

use chromium::{Chromium, DESK, ENTER, Look, PROJECTOR, TAB, keep_picture};
use fantoccini::wd::PrintSize;
use serde_json::Value;
use tests::{ADMIN, Browser, PASSWORD, Running, command};

async fn log_in(browser: &Chromium, server: &Running) {
    browser.goto(&server.address).await;
    browser.type_into("username", "Tim").await;
    browser.click("main form button", "Hello, Tim!").await;
}

/// Presses a button of the X-ray, and skips the question if there is one before it.
async fn press(browser: &Chromium, action: &str, then: &str) {
    let form = format!("form[action='/_session/{action}']");
    let is_asked = format!("return document.querySelector(\"details > {form}\") !== null");
    if browser.run(&is_asked).await == true {
        browser.find(&format!("details:has(> {form}) > summary")).await.click().await.unwrap();
        browser.click(&format!("{form} button[value='skip']"), then).await;
    } else {
        browser.click(&format!("{form} button"), then).await;
    }
}

/// Chooses how much time the X-ray's button lets pass, in seconds.
async fn choose_time(browser: &Chromium, seconds: &str) {
    let choose = format!("document.querySelector('[name=seconds]').value = '{seconds}'");
    browser.run(&choose).await;
}

type Stock = (&'static str, &'static str, &'static str);

const STOCKS: [Stock; 2] = [("AAPL", "15", "302.17"), ("SBUX", "100", "87.56")];

async fn add_stock(browser: &Chromium, server: &Running, stock: Stock) {
    browser.goto(&format!("{}/stocks", server.address)).await;
    add_stock_here(browser, stock).await;
}

/// Adds a stock from the page with the list, which may be in a frame.
async fn add_stock_here(browser: &Chromium, (symbol, shares, price): Stock) {
    browser.click("main a.button[href='/add_stock']", "Add a stock").await;
    browser.type_into("stock_symbol", symbol).await;
    browser.type_into("number_of_shares", shares).await;
    browser.type_into("purchase_price", price).await;
    browser.click("form[action='/add_stock'] button", "Total value").await;
}

async fn log_in_as_admin(browser: &Chromium, server: &Running) {
    browser.goto(&format!("{}/admin", server.address)).await;
    browser.type_into("password", PASSWORD).await;
    browser.click("form[action='/login'] button", "The email list, for the admin").await;
}

/// Makes an account in lesson 08 or 09, which logs in with it.
async fn register(browser: &Chromium, server: &Running, name: &str, email: &str) {
    browser.goto(&format!("{}/register", server.address)).await;
    browser.type_into("username", name).await;
    browser.type_into("email", email).await;
    browser.type_into("password", PASSWORD).await;
    browser.click("form[action='/register'] button", &format!("Hello, {name}!")).await;
}

/// Tries to log in to an account of lesson 08 or 09.
async fn log_in_with(
    browser: &Chromium,
    server: &Running,
    (name, password): (&str, &str),
    then: &str,
) {
    browser.goto(&format!("{}/login", server.address)).await;
    browser.type_into("username", name).await;
    browser.type_into("password", password).await;
    browser.click("form[action='/login'] button", then).await;
}

/// Opens the link in the last mail of lesson 08. A lesson prints its mails, and what it has printed
/// is known when it has stopped: so it is started again.
async fn confirm(browser: &Chromium, command: &mut Command, server: Running) -> Running {
    let printed = server.stop();
    let code = printed.rsplit("/confirm/").next().and_then(|rest| rest.lines().next());
    let server = Running::from(command);
    browser.goto(&format!("{}/confirm/{}", server.address, code.unwrap())).await;
    browser.click("form[action^='/confirm/'] button", "Your address is confirmed.").await;
    server
}

/// Changes the password, from the user's own page.
async fn change_password(browser: &Chromium, (old, new): (&str, &str)) {
    browser.click("main a[href='/password']", "The new password").await;
    browser.type_into("current", old).await;
    browser.type_into("password", new).await;
    browser.click("form[action='/password'] button", "Your password is changed").await;
}

/// Deletes the account, from the user's own page.
async fn delete_account(browser: &Chromium, password: &str) {
    browser.click("main a[href='/delete']", "Nobody can bring them back").await;
    browser.type_into("password", password).await;
    browser.click("form[action='/delete'] button", "I have an account").await;
}

async fn open_two_visitors(browser: &Chromium, server: &Running) {
    browser.goto(&format!("{}/_two", server.address)).await;
    for (frame, stock) in (0..).zip(STOCKS) {
        browser.enter_frame(frame).await;
        add_stock_here(browser, stock).await;
        browser.leave_frame().await;
    }
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn a_name_is_remembered_until_the_reset() {
    let server = Running::start("03-reset", &[]);
    let browser = Chromium::open(DESK).await;
    browser.goto(&server.address).await;
    browser.shows("Who are you?").await;
    browser.type_into("name", "Ferris").await;
    browser.click("main form button", "Ferris").await;
    assert_eq!(browser.path().await, "/");
    browser.goto(&server.address).await;
    browser.shows("Ferris").await;
    browser.click("a[href='/reset']", "Who are you?").await;
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn who_signs_up_sees_a_button_and_no_form() {
    let server = Running::start("04-unregister", &[]);
    let browser = Chromium::open(DESK).await;
    browser.goto(&server.address).await;
    browser.type_into("email", "ferris@example.com").await;
    browser.click("main form button", "Thanks!").await;
    assert_eq!(browser.run("return document.querySelectorAll('[name=email]').length").await, 0);
    browser.click("main form button", "We have removed ferris@example.com from the list!").await;
    browser.click("main a.button", "There is nobody on it yet.").await;
    browser.goto(&format!("{}/unregister", server.address)).await;
    browser.shows("405").await;
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn two_browsers_have_two_lists() {
    let server = Running::start("05-stocks", &[]);
    let (one, other) = (Chromium::open(DESK).await, Chromium::open(DESK).await);
    add_stock(&one, &server, STOCKS[0]).await;
    add_stock(&other, &server, STOCKS[1]).await;
    for browser in [&one, &other] {
        browser.goto(&format!("{}/stocks", server.address)).await;
    }
    let (first, second) = (one.main().await, other.main().await);
    assert!(first.contains("$302.17") && !first.contains("SBUX"), "{first}");
    assert!(second.contains("$87.56") && !second.contains("AAPL"), "{second}");
    one.close().await;
    other.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn the_countdown_ends_at_the_login_with_a_reason() {
    let server = Running::start("06-login", &[("ROCKET_SESSION", "{lifetime=10s}")]);
    let browser = Chromium::open(DESK).await;
    log_in(&browser, &server).await;
    browser.shows("a login ends when you log out, and 10 seconds after your last click").await;
    assert_eq!(browser.path().await, "/login");
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn without_javascript_all_works_and_the_page_names_the_time() {
    let server = Running::start("06-login", &[]);
    let browser = Chromium::open(Look { javascript: false, ..DESK }).await;
    log_in(&browser, &server).await;
    assert!(browser.main().await.contains(" UTC."), "{}", browser.main().await);
    let xray = browser.find("#xray").await.text().await.unwrap();
    assert!(xray.contains("An id: random letters"), "{xray}");
    browser.click("main form button", "Any name will do").await;
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn a_visitor_whom_the_admin_removed_reads_so() {
    let server = Running::start("07-admin", &[ADMIN]);
    let (visitor, admin) = (Chromium::open(DESK).await, Chromium::open(DESK).await);
    visitor.goto(&server.address).await;
    visitor.type_into("email", "ferris@example.com").await;
    visitor.click("main form button", "Thanks!").await;
    admin.goto(&server.address).await;
    admin.click("main a[href='/admin']", "Log in as the admin").await;
    log_in_as_admin(&admin, &server).await;
    let remove = "form[action='/admin/remove'] button";
    admin.click(remove, "ferris@example.com is no longer on the list.").await;
    admin.shows("There is nobody on it.").await;
    visitor.click("main form button", "That address isn't on our list").await;
    visitor.close().await;
    admin.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn a_login_can_be_ended_from_another_browser() {
    let server = Running::start("08-database", &[]);
    let (one, other) = (Chromium::open(DESK).await, Chromium::open(DESK).await);
    register(&one, &server, "Ada", "ada@example.com").await;
    add_stock(&one, &server, STOCKS[0]).await;
    log_in_with(&other, &server, ("ada", PASSWORD), "Hello, Ada!").await;
    other.click(".menu a[href='/stocks']", "$302.17").await;
    one.click(".menu a[href='/user']", "End all others").await;
    one.find("form[action^='/logins/'][action$='/end'] button").await.click().await.unwrap();
    one.find("main tbody tr:only-child").await;
    other.click(".menu a[href='/stocks']", "I have no account yet").await;
    assert_eq!(other.path().await, "/login");

    log_in_with(&other, &server, ("ada", PASSWORD), "Hello, Ada!").await;
    one.click(".menu a[href='/user']", "End all others").await;
    change_password(&one, (PASSWORD, "open barley")).await;
    other.click(".menu a[href='/stocks']", "I have no account yet").await;
    log_in_with(&other, &server, ("ada", PASSWORD), "Name or password is wrong.").await;
    log_in_with(&other, &server, ("ada", "open barley"), "Hello, Ada!").await;

    delete_account(&one, "open barley").await;
    other.click(".menu a[href='/stocks']", "I have no account yet").await;
    log_in_with(&other, &server, ("ada", "open barley"), "Name or password is wrong.").await;
    one.close().await;
    other.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn an_account_needs_no_javascript_and_its_session_is_in_the_file() {
    let mut command = command("08-database");
    let server = Running::from(&mut command);
    let browser = Chromium::open(Look { javascript: false, ..DESK }).await;
    register(&browser, &server, "Ada", "ada@example.com").await;
    let xray = browser.find("#xray").await.text().await.unwrap();
    for text in ["in a file on this server", "(the store sqlite)", "It is kept in the file"] {
        assert!(xray.contains(text), "{text} is missing in: {xray}");
    }
    add_stock(&browser, &server, STOCKS[0]).await;
    browser.shows("AAPL was added.").await;
    browser.click("main td form button", "You have none yet.").await;
    browser.click(".menu a[href='/emails']", "Only confirmed addresses can be on it.").await;
    let server = confirm(&browser, &mut command, server).await;
    browser.click("main a[href='/user']", "It is confirmed.").await;
    browser.click(".menu a[href='/emails']", "Sign up as ada@example.com").await;
    browser.click("form[action='/signup'] button", "Thanks!").await;
    let gone = "We have removed ada@example.com from the list!";
    browser.click("form[action='/unregister'] button", gone).await;
    browser.click(".menu a[href='/user']", "Hello, Ada!").await;
    change_password(&browser, (PASSWORD, "open barley")).await;
    browser.click("form[action='/logout'] button", "I have no account yet").await;
    log_in_with(&browser, &server, ("Ada", "open barley"), "Hello, Ada!").await;
    delete_account(&browser, "open barley").await;
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn the_page_says_which_server_has_answered() {
    let server = Running::start("09-many-servers", &[]);
    let browser = Chromium::open(DESK).await;
    register(&browser, &server, "Ada", "ada@example.com").await;
    browser.goto(&server.address).await;
    browser.shows("Server A").await;
    browser.shows("knows that you are Ada").await;
    assert_eq!(browser.path().await, "/server");
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn the_keyboard_alone_will_do() {
    let server = Running::start("02-name-form", &[]);
    let browser = Chromium::open(DESK).await;
    browser.goto(&server.address).await;
    browser.type_keys(TAB).await;
    assert_eq!(browser.run("return document.activeElement.className").await, "skip");
    browser.tab_until("return document.activeElement.name === 'name'").await;
    browser.type_keys("Ferris").await;
    browser.type_keys(ENTER).await;
    browser.shows("The server knows you again").await;
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn the_xray_stays_as_it_was_left_and_explains_each_part() {
    let server = Running::start("06-login", &[]);
    let browser = Chromium::open(DESK).await;
    browser.goto(&server.address).await;
    let is_open = "return document.getElementById('xray').open";
    assert_eq!(browser.run(is_open).await, true);
    browser.find("#xray > summary").await.click().await.unwrap();
    log_in(&browser, &server).await;
    assert_eq!(browser.run(is_open).await, false);
    browser.find("#xray > summary").await.click().await.unwrap();
    log_in_again(&browser, &server).await;
    assert_eq!(browser.run(is_open).await, true);
    let seen = "const part = document.querySelectorAll('.part')[1]; part.focus();
        return getComputedStyle(part.querySelector('[role=note]')).display";
    assert_eq!(browser.run(seen).await, "block");
    let xray = browser.find("#xray").await.text().await.unwrap();
    for text in ["POST /login 303 → /user", "+ user \"Tim\"", "No script on the page can read it"]
    {
        assert!(xray.contains(text), "{text} is missing in: {xray}");
    }
    browser.close().await;
}

async fn log_in_again(browser: &Chromium, server: &Running) {
    browser.click("main form button", "Any name will do").await;
    log_in(browser, server).await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn the_buttons_of_the_xray_do_what_they_say() {
    let server = Running::start("06-login", &[]);
    for javascript in [true, false] {
        let browser = Chromium::open(Look { javascript, ..DESK }).await;
        log_in(&browser, &server).await;
        press(&browser, "change", "Your session has expired").await;
        press(&browser, "restore", "Hello, Tim!").await;
        press(&browser, "forget", "Any name will do").await;
        press(&browser, "restore", "Hello, Tim!").await;
        choose_time(&browser, "60").await;
        press(&browser, "age", "Hello, Tim!").await;
        choose_time(&browser, "3600").await;
        press(&browser, "age", "Your session has expired").await;
        browser.close().await;
    }
}

/// Where the buttons are, whether the page's state, the verdict and the buttons are in view as a whole,
/// and where the focus is.
const VIEW: &str = "
    const place = (element) => element.getBoundingClientRect();
    const buttons = [...document.querySelectorAll('.hands-on > form > button, .hands-on summary')];
    const isSeen = (element) => place(element).top >= 0 && place(element).bottom <= innerHeight;
    return {
        places: buttons.map((it) => `${it.textContent} ${Math.round(place(it).x)} ${Math.round(place(it).y)}`),
        seen: [document.querySelector('main h1'), document.getElementById('verdict'), ...buttons].every(isSeen)
            && document.getElementById('verdict').scrollHeight <= document.getElementById('verdict').clientHeight,
        scrolled: scrollY,
        focus: document.activeElement.id,
    }";

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn the_page_the_verdict_and_the_buttons_are_in_one_view_and_nothing_moves() {
    for lesson in ["02-name-form", "03-reset", "05-stocks", "06-login"] {
        let server = Running::start(lesson, &[]);
        let browser = Chromium::open(PROJECTOR).await;
        browser.goto(&server.address).await;
        match lesson {
            "05-stocks" => {
                for stock in [STOCKS[0], STOCKS[1], ("X", "3", "0.1")] {
                    add_stock(&browser, &server, stock).await;
                }
            }
            "06-login" => log_in(&browser, &server).await,
            _ => {
                browser.type_into("name", "Ferris").await;
                browser.click("main form button", "Ferris").await;
            }
        }
        let before = browser.run(VIEW).await;
        assert_eq!(before["places"].as_array().unwrap().len(), 4, "{lesson}: {before}");
        assert_eq!((&before["seen"], &before["scrolled"]), (&true.into(), &0.into()), "{lesson}");
        for action in ["change", "restore", "forget", "restore", "age", "age"] {
            if action == "age" {
                choose_time(&browser, "86400").await;
            }
            press(&browser, action, "").await;
            let after = browser.run(VIEW).await;
            let place = format!("{lesson}, {action}: {after}");
            assert_eq!(after["places"], before["places"], "{place}");
            assert_eq!((&after["seen"], &after["scrolled"]), (&true.into(), &0.into()), "{place}");
            assert_eq!(after["focus"], "verdict", "{place}");
        }
        browser.close().await;
    }
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn two_visitors_on_one_screen_have_two_lists() {
    let server = Running::start("05-stocks", &[]);
    let browser = Chromium::open(DESK).await;
    open_two_visitors(&browser, &server).await;
    for (frame, (symbol, _, price)) in (0..).zip(STOCKS) {
        browser.enter_frame(frame).await;
        browser.find("a[href='/']").await.click().await.unwrap();
        browser.shows("Total value").await;
        let list = browser.main().await;
        assert!(list.contains(symbol) && list.contains(price), "{list}");
        let others = STOCKS.iter().filter(|(other, ..)| *other != symbol);
        assert!(others.into_iter().all(|(other, ..)| !list.contains(other)), "{list}");
        let xray = browser.run("return document.getElementById('xray') !== null").await;
        assert_eq!(xray, true, "each has its X-ray");
        browser.leave_frame().await;
    }
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn two_visitors_have_names_and_most_of_the_screen() {
    let server = Running::start("05-stocks", &[]);
    let browser = Chromium::open(PROJECTOR).await;
    for scheme in ["light", "dark"] {
        browser.look(Look { scheme, ..PROJECTOR }).await;
        browser.goto(&format!("{}/_two", server.address)).await;
        browser.find("iframe").await;
        let seen = "return [...document.querySelectorAll('figure')].map(side => [
            side.querySelector('figcaption').innerText,
            getComputedStyle(side.querySelector('iframe')).borderColor,
            Math.round(side.querySelector('iframe').getBoundingClientRect().top),
            Math.round(side.querySelector('iframe').getBoundingClientRect().bottom)])";
        let seen = browser.run(seen).await;
        assert_eq!((&seen[0][0], &seen[1][0]), (&"Left visitor".into(), &"Right visitor".into()));
        assert_ne!(seen[0][1], seen[1][1], "each side has its colour");
        for side in [&seen[0], &seen[1]] {
            let (top, bottom) = (side[2].as_u64().unwrap(), side[3].as_u64().unwrap());
            assert!(top < 100 && bottom - top > 400 && bottom <= 633, "{seen}");
        }
    }
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn the_doc_stands_beside_its_source_and_the_page_in_a_drawer() {
    let server = Running::start("02-name-form", &[]);
    let browser = Chromium::open(Look { javascript: false, ..PROJECTOR }).await;
    browser.goto(&format!("{}/docs", server.address)).await;
    let seen = async |id: &str| browser.find(id).await.is_displayed().await.unwrap();
    assert!(seen("#doc").await && seen("#source").await && !seen("#page iframe").await);
    browser.find("#page > summary").await.click().await.unwrap();
    browser.enter_frame(0).await;
    browser.type_into("name", "Ferris").await;
    browser.click("main form button", "The server knows you again").await;
    browser.leave_frame().await;
    browser.find("#page > summary").await.click().await.unwrap();
    assert!(!seen("#page iframe").await);
    browser.look(Look { width: 390, javascript: false, ..DESK }).await;
    assert!(seen("#doc").await && !seen("#source").await);
    browser.find(".tabs a[href='#source']").await.click().await.unwrap();
    assert!(!seen("#doc").await && seen("#source").await);
    browser.goto(&format!("{}/docs#questions", server.address)).await;
    assert!(seen("#doc").await && !seen("#source").await, "a part of the doc is in the doc");
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn the_source_opens_at_the_first_handler_eighty_columns_wide() {
    let server = Running::start("02-name-form", &[]);
    let browser = Chromium::open(PROJECTOR).await;
    browser.goto(&format!("{}/docs", server.address)).await;
    let first = "return [...document.querySelectorAll('.line')]
        .find(line => line.checkVisibility({ contentVisibilityAuto: true }) && line.getClientRects().length).id";
    assert_eq!(browser.run(first).await, "main.rs-31");
    let columns = "const line = document.getElementById('main.rs-31');
        const letter = document.createRange();
        letter.setStart(line.firstChild.firstChild, 0);
        letter.setEnd(line.firstChild.firstChild, 1);
        const left = letter.getBoundingClientRect();
        return (line.getBoundingClientRect().right - left.left) / left.width";
    let columns = browser.run(columns).await.as_f64().unwrap();
    assert!(columns >= 80.0, "{columns}");
    let size = "return ['#doc', '.line'].map(it =>
        parseFloat(getComputedStyle(document.querySelector(it)).fontSize))";
    let size = browser.run(size).await;
    assert!(size[1].as_f64() >= size[0].as_f64().map(|doc| doc * 0.9), "{size}");
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn a_function_in_the_doc_leads_to_its_line_and_that_is_marked() {
    let server = Running::start("02-name-form", &[]);
    let source =
        std::fs::read_to_string(tests::root().join("lessons/02-name-form/src/main.rs")).unwrap();
    let line = 1 + source.lines().position(|line| line.starts_with("fn is_name(")).unwrap();
    let browser = Chromium::open(Look { javascript: false, ..PROJECTOR }).await;
    for (width, scheme) in [(1280, "light"), (1280, "dark"), (390, "light")] {
        browser.look(Look { width, scheme, javascript: false, ..PROJECTOR }).await;
        browser.goto(&format!("{}/docs?{width}{scheme}", server.address)).await;
        // By the keyboard: it is in the fold before the first handler, which opens.
        let mention = browser.find(&format!("#doc a[href='#main.rs-{line}']")).await;
        mention.send_keys("\u{e007}").await.unwrap();
        let seen = "const line = document.querySelector('.line:target'), box = line.getBoundingClientRect();
            return [line.innerText, getComputedStyle(line).backgroundColor,
                box.top >= 0 && box.bottom <= innerHeight && line.checkVisibility(), scrollY]";
        let seen = browser.run(seen).await;
        assert!(seen[0].as_str().unwrap().contains("fn is_name("), "{seen}");
        assert_ne!(seen[1], "rgba(0, 0, 0, 0)", "{width} {scheme}: it is marked");
        assert_eq!(seen[2], true, "{width} {scheme}: it is in sight");
        assert!(width == 390 || seen[3] == 0, "{scheme}: the page around it stays: {seen}");
    }
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn the_pictures_can_be_read_on_a_telephone() {
    let server = Running::start("08-database", &[]);
    let browser = Chromium::open(DESK).await;
    register(&browser, &server, "Ada", "ada@example.com").await;
    let _ = browser.console().await;
    for scheme in ["light", "dark"] {
        browser.look(Look { width: 390, scheme, ..DESK }).await;
        browser.goto(&format!("{}/user", server.address)).await;
        browser.run("document.getElementById('xray').open = true").await;
        let seen =
            "const svg = document.querySelector('#xray svg'), box = svg.getBoundingClientRect();
            const text = [...svg.querySelectorAll('text')];
            return [box.right <= document.documentElement.clientWidth,
                Math.min(...text.map(it => it.getBoundingClientRect().left - box.left)) >= 0,
                Math.min(...text.map(it => box.right - it.getBoundingClientRect().right)) >= 0,
                14 * box.width / 400]";
        let seen = browser.run(seen).await;
        assert_eq!([&seen[0], &seen[1], &seen[2]], [&true, &true, &true], "{scheme}: {seen}");
        assert!(seen[3].as_f64().unwrap() >= 11.0, "{scheme}: letters of {} pixels", seen[3]);
        assert_eq!(browser.console().await, Vec::<String>::new(), "{scheme}");
    }
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn pages_print_as_ink_on_paper() {
    let server = Running::start("05-stocks", &[]);
    let browser = Chromium::open(Look { scheme: "dark", ..DESK }).await;
    browser.goto(&format!("{}/add_stock", server.address)).await;
    browser.print_view().await;
    let style = async |css: &str, property: &str| {
        let script = format!("return getComputedStyle(document.querySelector('{css}')).{property}");
        browser.run(&script).await.as_str().unwrap().to_owned()
    };
    assert_eq!(style("body", "color").await, "rgb(29, 31, 35)");
    assert_eq!(style("html", "colorScheme").await, "light", "pictures follow it");
    assert_eq!(style("main", "backgroundColor").await, "rgb(255, 255, 255)");
    for (css, display) in
        [("main input", "block"), ("aside", "none"), ("nav", "none"), ("main button", "none")]
    {
        assert_eq!(style(css, "display").await, display, "{css}");
    }
    browser.close().await;
}

/// A learner gets one sheet for each lesson: `PRINTED=folder tests/full` keeps them to look at.
#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn the_page_to_hand_out_is_one_sheet_of_paper() {
    let server = Running::start("02-name-form", &[]);
    let browser = Chromium::open(Look { scheme: "dark", ..DESK }).await;
    browser.goto(&format!("{}/docs/handout", server.address)).await;
    assert_eq!(browser.path().await, "/docs/handouts/02-name-form");
    let mut printed = vec![];
    for lesson in tests::lessons() {
        browser.goto(&format!("{}/docs/handouts/{lesson}", server.address)).await;
        browser.shows("Afterwards you can say").await;
        for (paper, size) in [("A4", PrintSize::A4), ("Letter", PrintSize::US_LETTER)] {
            let pdf = browser.print(size).await;
            if let Ok(folder) = std::env::var("PRINTED") {
                std::fs::write(format!("{folder}/{lesson}-{paper}.pdf"), &pdf).unwrap();
            }
            printed.push((lesson.clone(), paper, pages(&pdf)));
        }
    }
    let is_more = |(_, _, pages): &&(String, &str, usize)| *pages != 2;
    assert_eq!(printed.iter().find(is_more), None, "two sides: {printed:?}");
    browser.print_view().await;
    let shown = "return ['header', 'nav', 'aside', 'footer', '.on-screen'].filter(it =>
        [...document.querySelectorAll(it)].some(found => found.checkVisibility()))";
    assert_eq!(browser.run(shown).await, Value::Array(vec![]), "only the page itself is printed");
    assert!(browser.run("return document.querySelector('.name').checkVisibility()").await == true);
    browser.close().await;
}

/// How many pages a PDF has, by what its tree of pages says itself. Chromium writes that as plain text.
fn pages(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf);
    text.matches("/Type /Page\n").count() + text.matches("/Type /Page /").count()
}

#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn every_page_is_in_order_at_every_width_and_in_both_schemes() {
    let axe = std::env::var("AXE").expect("AXE is the path of axe-core: tests/full installs it");
    let axe = std::fs::read_to_string(axe).unwrap();
    assert_eq!(PAGES.map(|(lesson, ..)| lesson.to_owned()).as_slice(), tests::lessons());
    for (lesson, before, after) in PAGES {
        let mut command = command(lesson);
        let mut server = Running::from(command.envs([ADMIN]));
        let browser = Chromium::open(DESK).await;
        are_in_order(&browser, &server, &axe, (lesson, before)).await;
        server = fill(lesson, &browser, &mut command, server).await;
        are_in_order(&browser, &server, &axe, (lesson, after)).await;
        browser.close().await;
    }
}

/// The pages of each lesson: those for all visitors, and those after [`fill`].
const PAGES: [(&str, &[&str], &[&str]); 9] = [
    ("01-hello", &["/", "/nowhere", "/docs", "/docs/stores", "/docs/handouts/01-hello"], &[]),
    ("02-name-form", &["/", "/_two"], &[]),
    ("03-reset", &["/"], &[]),
    ("04-unregister", &["/", "/unregister", "/_lesson/05-stocks"], &[]),
    ("05-stocks", &[], &["/stocks", "/add_stock", "/blog_posts/17"]),
    ("06-login", &["/login", "/login?ended=true", "/logout"], &[]),
    ("07-admin", &["/", "/login"], &["/", "/admin"]),
    (
        "08-database",
        &["/login", "/register", "/confirm/AAAAAAAAAAAAAAAAAAAAAA", "/docs"],
        &["/user", "/stocks", "/add_stock", "/emails", "/password", "/delete"],
    ),
    ("09-many-servers", &["/login"], &["/server", "/user"]),
];

/// Logs in, and puts the longest that there can be on the pages.
async fn fill(
    lesson: &str,
    browser: &Chromium,
    command: &mut Command,
    mut server: Running,
) -> Running {
    let (name, email) = ("m".repeat(100), format!("{}@example.com", "m".repeat(242)));
    if lesson == "07-admin" {
        browser.goto(&server.address).await;
        browser.type_into("email", &email).await;
        browser.click("main form button", "Thanks!").await;
        log_in_as_admin(browser, &server).await;
    }
    if ["08-database", "09-many-servers"].contains(&lesson) {
        register(browser, &server, &name, &email).await;
    }
    if lesson == "08-database" {
        server = confirm(browser, command, server).await;
        let login = [("username", name.as_str()), ("password", PASSWORD)];
        let _ = Browser::new().post_and_follow(&server, "/login", &login);
    }
    if ["05-stocks", "08-database"].contains(&lesson) {
        add_stock(browser, &server, ("ABCDEFGHIJ", "1000000000", "999999999.9999")).await;
    }
    server
}

async fn are_in_order(
    browser: &Chromium,
    server: &Running,
    axe: &str,
    (lesson, paths): (&str, &[&str]),
) {
    for path in paths {
        for (width, scheme) in [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")] {
            browser.look(Look { width, scheme, ..DESK }).await;
            browser.goto(&format!("{}{path}", server.address)).await;
            browser.run("document.querySelectorAll('details').forEach(it => it.open = true)").await;
            let place = format!("{lesson}{path} {width} {scheme}");
            assert_eq!(Some(&*browser.path().await), path.split('?').next(), "{place}");
            is_in_order(browser, server, axe, &place).await;
        }
    }
}

async fn is_in_order(browser: &Chromium, server: &Running, axe: &str, place: &str) {
    let overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(browser.run(overflow).await, 0, "{place} scrolls sideways");
    let requests =
        browser.run("return performance.getEntriesByType('resource').map(it => it.name)").await;
    let port = server.address.rsplit(':').next().unwrap();
    let two = ["", "left.", "right."].map(|side| format!("http://{side}two.localhost:{port}/"));
    for url in requests.as_array().unwrap().iter().map(|url| url.as_str().unwrap()) {
        let is_own =
            url.starts_with(&server.address) || two.iter().any(|host| url.starts_with(host));
        assert!(is_own, "{place} asks for {url}");
    }
    // The status of a page that is an error is no fault of its own.
    let is_fault = |line: &String| !line.contains("responded with a status of 40");
    let faults: Vec<_> = browser.console().await.into_iter().filter(is_fault).collect();
    assert!(faults.is_empty(), "{place}: {faults:?}");
    browser.run(axe).await;
    let check = "const done = arguments[arguments.length - 1];
        axe.run(document, { iframes: false }).then(found => done(found.violations.map(it =>
            it.id + ': ' + it.nodes.map(node => node.html + ' ' + node.failureSummary).join(' | '))))";
    let violations = browser.run_async(check).await;
    assert_eq!(violations, Value::Array(vec![]), "{place}");
}

/// Makes the pictures of the README and the docs: `PICTURES=docs/pictures tests/full`.
#[tokio::test]
#[ignore = "needs Chromium: tests/full"]
async fn the_pictures_can_be_taken() {
    let server = Running::start("05-stocks", &[]);
    let browser = Chromium::open(DESK).await;
    for stock in STOCKS {
        add_stock(&browser, &server, stock).await;
    }
    keep_picture("05-stocks.png", &browser.picture(900).await);
    open_two_visitors(&browser, &server).await;
    keep_picture("two-visitors.png", &browser.picture(900).await);
    let server = Running::start("06-login", &[]);
    log_in(&browser, &server).await;
    keep_picture("06-login.png", &browser.picture(900).await);
    let server = Running::start("08-database", &[]);
    register(&browser, &server, "Ada", "ada@example.com").await;
    let login = [("username", "Ada"), ("password", PASSWORD)];
    let _ = Browser::new().post_and_follow(&server, "/login", &login);
    browser.goto(&format!("{}/user", server.address)).await;
    browser.run("document.getElementById('xray').open = false").await;
    keep_picture("08-logins.png", &browser.picture(900).await);
    let server = Running::start("04-unregister", &[]);
    browser.goto(&format!("{}/docs", server.address)).await;
    keep_picture("docs.png", &browser.picture(900).await);
    browser.close().await;
}
