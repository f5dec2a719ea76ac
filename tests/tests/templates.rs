//! The templates on disk, as people and their systems leave them.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

use tests::{Answer, Browser, Running, command, root};

/// A copy of all templates; it goes with the test.
struct Templates(PathBuf);

impl Templates {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("templates-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let copy = Self(folder);
        copy.restore();
        copy
    }

    /// What `git restore` does.
    fn restore(&self) {
        copy(&root().join("templates"), &self.0);
    }

    fn start(&self) -> Running {
        Running::from(command("06-login").env("ROCKET_TEMPLATE_DIR", &self.0))
    }

    fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        fs::write(self.0.join(file), text).unwrap();
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap()
    }
}

impl Drop for Templates {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in from.read_dir().unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(path, to).unwrap();
        }
    }
}

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
    let server = templates.start();
    assert!(login(&server).body.contains("action=\"/login\""));
    add("");
    templates.write(LOGIN, templates.read(LOGIN).replace("<h1>", "<h1>Changed: "));
    let page = login(&server).body;
    assert!(page.contains("<h1>Changed: "), "{page}");
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_page() {
    let templates = Templates::new("marks");
    let mark = |file: &str| templates.write(file, format!("\u{feff}{}", templates.read(file)));
    mark(LOGIN);
    mark("base.html.tera");
    let server = templates.start();
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
    let server = templates.start();
    for folder in ["06-login", ""] {
        fs::remove_dir_all(templates.0.join(folder)).unwrap();
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
fn a_template_that_does_not_parse_is_named_where_it_stands() {
    let templates = Templates::new("broken");
    let server = templates.start();
    let good = templates.read(LOGIN);
    templates.write(LOGIN, "{% if %}");
    assert_eq!(login(&server).status, 200, "the old page stays");
    templates.write(LOGIN, good.replace("<h1>", "<h1>Mended: "));
    assert!(login(&server).body.contains("<h1>Mended: "));
    server.signal("TERM");
    let (_, output) = server.wait();
    assert!(output.contains(&templates.0.join(LOGIN).display().to_string()), "{output}");
}
