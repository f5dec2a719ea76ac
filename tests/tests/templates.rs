//! The templates on disk, as people and their systems leave them.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;

use tests::{Answer, Browser, Running, Templates};

fn login(server: &Running) -> Answer {
    Browser::new().get(&format!("{}/login", server.address))
}

const LOGIN: &str = "06-login/login.html.tera";

#[test]
fn files_of_a_system_or_an_editor_are_no_templates() {
    let templates = Templates::new("other-files");
    let add = |folder: &str| {
        for name in [
            "._login.html.tera",
            ".login.html.tera.swp",
            ".#login.html.tera",
            "#login.html.tera#",
            "login.html.tera~",
            ".DS_Store",
            "Thumbs.db",
            "desktop.ini",
        ] {
            templates.write(&format!("{folder}{name}"), b"\x00\x05\x16\x07\xff{% {{");
        }
    };
    add("06-login/");
    let server = templates.start("06-login");
    assert!(login(&server).body.contains("action=\"/login\""));
    add("");
    templates.write(LOGIN, templates.read(LOGIN).replace("<h1>", "<h1>Changed: "));
    let page = login(&server).body;
    assert!(page.contains("<h1>Changed: "), "{page}");
}

/// The page of the X-ray tells a learner of it; where there is none, it does no harm.
#[test]
fn a_byte_order_mark_is_no_part_of_a_page() {
    let templates = Templates::new("marks");
    let mark = |file: &str| templates.write(file, format!("\u{feff}{}", templates.read(file)));
    mark(LOGIN);
    mark("base.html.tera");
    let server = templates.start_with("06-login", &[("ROCKET_XRAY", "false")]);
    mark("error.html.tera");
    for path in ["/login", "/nowhere"] {
        let page = Browser::new().get(&format!("{}{path}", server.address)).body;
        assert!(page.starts_with("<!"), "{page}");
        assert!(!page.contains('\u{feff}'), "{page}");
    }
}

#[test]
fn templates_that_go_and_come_back_are_there_again() {
    let templates = Templates::new("come-back");
    let server = templates.start("06-login");
    for folder in ["06-login", ""] {
        fs::remove_dir_all(templates.folder().join(folder)).unwrap();
        let page = login(&server);
        assert!(page.status == 200 || page.status == 500, "{}", page.status);
        templates.restore();
        assert_eq!(login(&server).status, 200);
        for round in ["once", "twice", "three times"] {
            templates.write(LOGIN, templates.read(LOGIN).replace("<h1>", &format!("<h1>{round} ")));
            let page = login(&server).body;
            assert!(page.contains(&format!("<h1>{round} ")), "{page}");
        }
    }
}

#[test]
fn without_the_xray_the_old_page_stays_and_the_terminal_names_the_template() {
    let templates = Templates::new("broken");
    let server = templates.start_with("06-login", &[("ROCKET_XRAY", "false")]);
    let good = templates.read(LOGIN);
    templates.write(LOGIN, "{% if %}");
    let page = login(&server);
    assert_eq!(page.status, 200, "the old page stays");
    assert!(!page.body.contains("class=\"mistake\""), "{}", page.body);
    templates.write(LOGIN, good.replace("<h1>", "<h1>Mended: "));
    assert!(login(&server).body.contains("<h1>Mended: "));
    server.signal("TERM");
    let (_, output) = server.wait();
    let place = format!("{}:1: it does not parse", templates.folder().join(LOGIN).display());
    assert!(output.contains(&place), "{output}");
}

#[test]
fn without_the_xray_a_template_that_does_not_parse_stops_the_launch() {
    let templates = Templates::new("no-launch");
    templates.write(LOGIN, "{% if %}");
    let mut command = templates.command("06-login");
    let output = command.env("ROCKET_XRAY", "false").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("06-login did not start.\n"), "{said}");
    assert!(said.contains("login.html.tera:1: it does not parse"), "{said}");
}

#[test]
fn a_broken_template_of_another_lesson_stops_nothing() {
    let templates = Templates::new("other-lesson");
    templates.write("05-stocks/stocks.html.tera", "{% if %}");
    let server = templates.start("06-login");
    assert_eq!(login(&server).status, 200);
    templates.write("03-reset/index.html.tera", "{% extends \"bsae\" %}");
    templates.write(LOGIN, templates.read(LOGIN).replace("<h1>", "<h1>Changed: "));
    assert!(login(&server).body.contains("<h1>Changed: "));
}
