//! A small workspace with a lesson that is built within a second, and `cargo lesson` in it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use tempfile::TempDir;
use tests::{Browser, comes_true, root};

/// A lesson without Rocket: it says the address as the others do, ends with its stdin as they do, and
/// shows a word, the template, its process, its key and the visitor's address.
const MAIN: &str = r#"
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpListener;
use std::{env, fs, process, thread};

const WORD: &str = "one";

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("  open     http://{}\n  stop     Ctrl+C", listener.local_addr().unwrap());
    thread::spawn(|| {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        process::exit(0);
    });
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let head: Vec<_> = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|it| !it.is_empty()).collect();
        let template = fs::read_to_string("templates/03-mini/index.html.tera").unwrap();
        let key = env::var("ROCKET_SECRET_KEY").unwrap_or_default();
        let visitor = head.iter().find_map(|it| it.to_lowercase().strip_prefix("x-real-ip: ").map(str::to_owned)).unwrap_or_default();
        let body = format!("<body>{} {WORD} {template} process={} key={key} visitor={visitor} </body>", head[0], process::id());
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\
            Content-Security-Policy: default-src 'none'; script-src 'self'; form-action 'self'\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    }
}
"#;

const EXERCISE: &str = r#"# Say two

Say "two".

## Hints

<details><summary>A nudge</summary>

Look at the constant.

</details>

<details><summary>Nearly all</summary>

It is `WORD`.

</details>

## It is right when

```console
$ curl -s http://127.0.0.1:8003/ | grep -c two
1
```

## If it is not

### It says three.

Count again.

```console
$ curl -s http://127.0.0.1:8003/ | grep -c three
1
```

```diff
--- a/lessons/03-mini/src/main.rs
+++ b/lessons/03-mini/src/main.rs
@@ -6 +6 @@
-const WORD: &str = "one";
+const WORD: &str = "three";
```

## A solution

```diff
--- a/lessons/03-mini/src/main.rs
+++ b/lessons/03-mini/src/main.rs
@@ -6 +6 @@
-const WORD: &str = "one";
+const WORD: &str = "two";
```

That is all.
"#;

pub(crate) const SOURCE: &str = "lessons/03-mini/src/main.rs";
pub(crate) const TEMPLATE: &str = "templates/03-mini/index.html.tera";

pub(crate) struct Workspace(TempDir);

impl Workspace {
    pub(crate) fn new() -> Self {
        let workspace = Self(tempfile::tempdir_in(tests::target()).unwrap());
        let package = "[package]\nname = \"lesson-03\"\nedition = \"2024\"\n";
        let workspace_of = "[workspace]\nresolver = \"3\"\nmembers = [\"lessons/*\"]\n";
        for (file, text) in [
            ("Cargo.toml", workspace_of),
            (".gitignore", "/target/\n/lessons/*/data/\n"),
            ("lessons/03-mini/Cargo.toml", package),
            ("lessons/03-mini/Rocket.toml", "[default]\ntitle = \"Mini\"\nport = 8003\n"),
            ("lessons/03-mini/exercises/say-two.md", EXERCISE),
            ("lessons/03-mini/data/kept", ""),
            (SOURCE, MAIN),
            (TEMPLATE, "red"),
        ] {
            workspace.write(file, text);
        }
        for file in ["templates/00-start/not_ready.html.tera", "shared/static/style.css"] {
            workspace.write(file, &fs::read_to_string(root().join(file)).unwrap());
        }
        workspace
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let file = self.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path().join(file)).unwrap()
    }

    /// Saves the source with another word.
    pub(crate) fn say(&self, word: &str) {
        self.write(SOURCE, &MAIN.replace("\"one\"", &format!("{word:?}")));
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(tests::program("00-start"));
        command.current_dir(self.path()).args(arguments).env_remove("CARGO_TARGET_DIR");
        command.env("CARGO_NET_OFFLINE", "true").stdin(Stdio::null());
        // It lies within the repository, and is no part of it.
        command.env("GIT_CEILING_DIRECTORIES", tests::target());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        said(self.command(arguments).output().unwrap())
    }

    pub(crate) fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.current_dir(self.path()).args(["-c", "user.name=x", "-c", "user.email=x@example.com"]);
        assert!(git.args(arguments).output().unwrap().status.success(), "{arguments:?}");
    }

    /// `cargo lesson 03`, on a free port.
    pub(crate) fn watch(&self) -> Tool {
        self.start(&["03"], free_port())
    }

    pub(crate) fn start(&self, arguments: &[&str], port: u16) -> Tool {
        Tool::start(&mut self.command(arguments), port)
    }
}

fn collect(from: impl Read + Send + 'static, into: Arc<Mutex<String>>) {
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            into.lock().unwrap().extend([&line, "\n"]);
        }
    });
}

pub(crate) fn said(output: Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// A port that was free a moment ago, as was that of lesson 03 if the start page has this one.
pub(crate) fn free_port() -> u16 {
    loop {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if port < u16::MAX - 3 && TcpListener::bind(("127.0.0.1", port + 3)).is_ok() {
            return port;
        }
    }
}

/// A `cargo lesson` that runs until this goes away.
pub(crate) struct Tool {
    pub(crate) child: Child,
    pub(crate) address: String,
    said: Arc<Mutex<String>>,
}

impl Tool {
    pub(crate) fn start(command: &mut Command, port: u16) -> Self {
        command.env("ROCKET_PORT", port.to_string());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        collect(child.stdout.take().unwrap(), said.clone());
        collect(child.stderr.take().unwrap(), said.clone());
        Self { child, address: format!("http://127.0.0.1:{port}"), said }
    }

    pub(crate) fn page(&self) -> String {
        Browser::new().try_get(&self.address).map_or_else(|_| String::new(), |answer| answer.body)
    }

    /// The page, as soon as it has this text.
    pub(crate) fn page_with(&self, text: &str) -> String {
        let mut page = String::new();
        let is_there = comes_true(|| {
            page = self.page();
            page.contains(text)
        });
        assert!(is_there, "{text:?}: {page}\n{}", self.said());
        page
    }

    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// How often cargo has begun to build something, and how often it has come to an end.
    pub(crate) fn builds(&self) -> (usize, usize) {
        let said = self.said();
        (said.matches("Compiling").count(), said.matches("Finished").count())
    }

    /// It has built so often, and no more.
    pub(crate) fn has_built(&self, times: usize) {
        assert!(comes_true(|| self.builds() == (times, times)), "{times}: {}", self.said());
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What stands behind `name=` in a page.
pub(crate) fn value(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("{name}=")).unwrap_or_else(|| panic!("{page}"));
    let end = rest.find([' ', '<', '>']).unwrap_or(rest.len());
    rest[..end].trim_matches('"').to_owned()
}

/// Whether a process is there.
pub(crate) fn is_alive(process: &str) -> bool {
    PathBuf::from("/proc").join(process).exists()
}
