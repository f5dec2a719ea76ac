//! Runs the lessons as a learner does, and visits them as a browser does.

#![expect(clippy::missing_panics_doc, reason = "what fails here fails the test that called it")]

mod shell;

use std::collections::HashMap;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cookie::{Cookie, CookieJar, Key};
use ureq::Agent;

pub use self::shell::{Shell, starter};

/// The root of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("this package is a folder of it")
        .to_owned()
}

/// The folders of the lessons, in their order: `01-hello`, `02-name-form`, … Lesson 00 is none: it is
/// the program that shows them.
#[must_use]
pub fn lessons() -> Vec<String> {
    let folders = root().join("lessons").read_dir().expect("there is a folder of lessons");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.ok()?.file_name().into_string().ok();
    let is_lesson = |name: &String| !name.starts_with("00-");
    let mut names: Vec<_> = folders.filter_map(name).filter(is_lesson).collect();
    names.sort();
    names
}

/// The package of a lesson: `lesson-03` for `03-reset`.
#[must_use]
pub fn package(lesson: &str) -> String {
    format!("lesson-{}", &lesson[..2])
}

/// A secret key as the settings want it, at random.
#[must_use]
pub fn fresh_key() -> String {
    STANDARD.encode(&Key::generate().master()[..32])
}

/// A password for tests.
pub const PASSWORD: &str = "open sesame";

/// The setting of lesson 07 by which that is the admin's password.
pub const ADMIN: (&str, &str) = (
    "ROCKET_ADMIN_PASSWORD_HASH",
    "$argon2id$v=19$m=19456,t=2,p=1$8uVgCSeXCaTFawrL/4gflA$XjtBh6Qg6nbegh73ynRcVBrjLW73VIoBcKOzSQPQ1iE",
);

/// Builds a lesson, as `cargo run` would, and returns its program. Tests that were built for release
/// get the lesson for release.
#[must_use]
pub fn program(lesson: &str) -> PathBuf {
    program_with(lesson, &[])
}

fn program_with(lesson: &str, features: &[&str]) -> PathBuf {
    static BUILT: OnceLock<Mutex<HashMap<String, PathBuf>>> = OnceLock::new();
    let mut known =
        BUILT.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    let build = || {
        let package = package(lesson);
        let cargo = escargot::CargoBuild::new().manifest_path(root().join("Cargo.toml"));
        let cargo = if cfg!(debug_assertions) { cargo } else { cargo.release() };
        let cargo = cargo.features(features.join(","));
        cargo.package(&package).bin(&package).run().expect("the lesson builds").path().to_owned()
    };
    known.entry(lesson.to_owned()).or_insert_with(build).clone()
}

/// The folder of the programs, in which tests may leave files too.
#[must_use]
pub fn target() -> PathBuf {
    let test = std::env::current_exe().expect("it runs");
    test.parent().and_then(Path::parent).expect("it is in target/debug/deps").to_owned()
}

/// Where tests build copies of the workspace that they have changed: one place for all, so that the
/// crates are built once.
#[must_use]
pub fn target_of_copies() -> PathBuf {
    target().join("copies")
}

/// A command that starts a lesson on a free port, with a folder of its own for its files, and with
/// nothing else set but what makes it one server that is patient.
#[must_use]
pub fn command(lesson: &str) -> Command {
    command_with(lesson, &[])
}

/// What [`command`] returns, for a lesson with more features than its own.
#[must_use]
pub fn command_with(lesson: &str, features: &[&str]) -> Command {
    let program = program_with(lesson, features);
    let random = RandomState::new().build_hasher().finish();
    let data = program.with_file_name("test-data").join(format!("{random:016x}"));
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ROCKET_") {
            command.env_remove(name);
        }
    }
    if ["08-database", "09-many-servers"].contains(&lesson) {
        // What a busy machine takes is no outage.
        command.env("ROCKET_DATABASES", "{main={connect_timeout=10}}");
    }
    if lesson == "09-many-servers" {
        // Without a name it would start two servers.
        command.env("ROCKET_SERVER", "A");
    }
    command
        .env("ROCKET_PORT", "0")
        .env("ROCKET_DATA_DIR", data)
        // What a lesson that is killed leaves behind goes with `cargo clean`.
        .env("TMPDIR", target())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A lesson that is running; it stops when this goes away.
pub struct Running {
    child: Child,
    /// Where it can be visited: `http://127.0.0.1:PORT`.
    pub address: String,
    /// What it said when it started, line by line.
    pub banner: Vec<String>,
    /// Collects what it prints after the banner.
    reader: Option<JoinHandle<Vec<String>>>,
    /// Collects what it prints on stderr: the test need not wait until that is read.
    errors: Option<JoinHandle<String>>,
}

impl Running {
    /// Starts a lesson with these settings in the environment.
    #[must_use]
    pub fn start(lesson: &str, settings: &[(&str, &str)]) -> Self {
        Self::from(command(lesson).envs(settings.iter().copied()))
    }

    /// Starts what [`command`] returned, and waits until it says its address.
    #[must_use]
    pub fn from(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let mut lines =
            BufReader::new(child.stdout.take().expect("it is piped")).lines().map_while(Result::ok);
        let mut banner = vec![];
        for line in lines.by_ref() {
            banner.push(line);
            if banner.last().is_some_and(|line| line.trim_start().starts_with("stop")) {
                break;
            }
        }
        let address = banner.iter().find_map(|line| line.trim().strip_prefix("open"));
        let Some(address) = address.map(|address| address.trim().to_owned()) else {
            let output = child.wait_with_output().expect("it ends");
            panic!("it did not start: {}", String::from_utf8_lossy(&output.stderr));
        };
        let reader = Some(thread::spawn(move || lines.collect()));
        let stderr = child.stderr.take();
        let errors =
            stderr.map(|it| thread::spawn(move || io::read_to_string(it).unwrap_or_default()));
        Self { child, address, banner, reader, errors }
    }

    /// `127.0.0.1:PORT`
    #[must_use]
    pub fn authority(&self) -> &str {
        self.address.trim_start_matches("http://")
    }

    /// The memory that it takes (the resident set), in KiB; `None` where the system does not tell.
    #[must_use]
    pub fn memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix(" kB")?.parse().ok()
    }

    /// Tells it to end, so that it writes its last lines, and returns all that it has printed.
    #[must_use]
    pub fn stop(mut self) -> String {
        self.signal("TERM");
        self.output()
    }

    /// Sends it a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Waits until it ends, and returns its exit code, if it has one, and all that it has printed,
    /// on stderr too.
    #[must_use]
    pub fn wait(mut self) -> (Option<i32>, String) {
        let output = self.output();
        let errors = self.errors.take().and_then(|reader| reader.join().ok()).unwrap_or_default();
        let status = self.child.wait().expect("it is a child of this process");
        (status.code(), output + "\n" + &errors)
    }

    fn output(&mut self) -> String {
        let rest = self.reader.take().and_then(|reader| reader.join().ok()).unwrap_or_default();
        [self.banner.as_slice(), &rest].concat().join("\n")
    }
}

fn signal(child: &Child, name: &str) {
    let pid = child.id().to_string();
    let sent = Command::new("kill").args([&format!("-{name}"), &pid]).status();
    assert!(sent.expect("there is kill").success(), "{name} to {pid}");
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so, a minute at most, and says whether it is.
#[must_use]
pub fn comes_true(mut is_so: impl FnMut() -> bool) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_mins(1) {
        if is_so() {
            return true;
        }
        thread::sleep(Duration::from_millis(1));
    }
    false
}

/// A Redis of our own; it stops when this goes away.
pub struct Redis {
    child: Child,
    socket: PathBuf,
}

impl Redis {
    /// Starts it on a socket with this name.
    #[must_use]
    pub fn start(name: &str) -> Self {
        let socket = target().join(format!("{name}-{}.sock", std::process::id()));
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--save", "", "--unixsocket"]).arg(&socket);
        let mut child = command.stdout(Stdio::null()).spawn().expect("there is redis-server");
        let mut ask = Command::new("redis-cli");
        ask.arg("-s").arg(&socket).arg("ping");
        let mut answers = || ask.output().is_ok_and(|said| said.stdout == b"PONG\n");
        let has_expired = |child: &mut Child| child.try_wait().is_ok_and(|status| status.is_some());
        let _ = comes_true(|| answers() || has_expired(&mut child));
        assert!(answers(), "redis-server does not answer on {}", socket.display());
        Self { child, socket }
    }

    /// The number of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where it is, as the setting `session.url` wants it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.socket.display())
    }

    /// Sends it a signal, such as `STOP`.
    pub fn signal(&self, name: &str) {
        signal(&self.child, name);
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.socket);
    }
}

/// A browser's way with HTTP: it keeps cookies, for a host whatever the port. It follows no redirect
/// by itself.
pub struct Browser {
    agent: Agent,
    jar: Mutex<CookieJar>,
}

/// What a server answered.
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The header lines, names in small letters.
    pub headers: Vec<(String, String)>,
    /// The page.
    pub body: String,
}

/// What sends requests, follows no redirect, and waits for no answer for ever.
#[must_use]
pub fn agent() -> Agent {
    let config = Agent::config_builder().http_status_as_error(false).max_redirects(0);
    config.timeout_global(Some(Duration::from_mins(1))).build().into()
}

impl Default for Browser {
    fn default() -> Self {
        Self::new()
    }
}

impl Browser {
    /// A browser with an empty cookie jar.
    #[must_use]
    pub fn new() -> Self {
        Self { agent: agent(), jar: Mutex::default() }
    }

    fn jar(&self) -> MutexGuard<'_, CookieJar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives it a cookie, as an attacker might.
    pub fn plant(&self, name: &str, value: &str) {
        self.jar().add_original(Cookie::new(name.to_owned(), value.to_owned()));
    }

    /// Whether it has a cookie of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.jar().get(name).is_some()
    }

    /// The value of a cookie that it has.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<String> {
        self.jar().get(name).map(|cookie| cookie.value().to_owned())
    }

    /// Its cookies as it sends them.
    #[must_use]
    pub fn cookies(&self) -> String {
        self.jar().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    fn keep(&self, answer: Answer) -> Answer {
        for (_, line) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let cookie = Cookie::parse(line.clone()).expect("a cookie is well formed");
            match cookie.max_age() {
                Some(age) if age.is_zero() => self.jar().force_remove(cookie.name()),
                _ => self
                    .jar()
                    .add_original(Cookie::new(cookie.name().to_owned(), cookie.value().to_owned())),
            }
        }
        answer
    }

    /// Opens a page under another name of the server.
    #[must_use]
    pub fn get_from(&self, host: &str, url: &str) -> Answer {
        Answer::of(self.agent.get(url).header("Host", host).call()).expect("there is an answer")
    }

    /// Opens a page.
    #[must_use]
    pub fn get(&self, url: &str) -> Answer {
        self.try_get(url).expect("there is an answer")
    }

    /// Opens a page of a server that may be gone before it has sent all of it.
    ///
    /// # Errors
    ///
    /// No answer came, or not all of it.
    pub fn try_get(&self, url: &str) -> Result<Answer, ureq::Error> {
        let sent = self.agent.get(url).header("Cookie", self.cookies()).call();
        Ok(self.keep(Answer::of(sent)?))
    }

    /// Sends a form.
    #[must_use]
    pub fn post(&self, url: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_with(url, fields, &[])
    }

    /// Sends a form with more headers.
    #[must_use]
    pub fn post_with(
        &self,
        url: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        self.try_post(url, fields, headers).expect("there is an answer")
    }

    /// Sends a form to a server that may be gone before it has answered.
    ///
    /// # Errors
    ///
    /// No answer came, or not all of it.
    pub fn try_post(
        &self,
        url: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Result<Answer, ureq::Error> {
        let mut request = self.agent.post(url).header("Cookie", self.cookies());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = request.send_form(fields.iter().copied());
        Ok(self.keep(Answer::of(sent)?))
    }

    /// Sends a form and opens the page to which the answer leads.
    #[must_use]
    pub fn post_and_follow(&self, server: &Running, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post(&format!("{}{path}", server.address), fields);
        self.get(&format!("{}{}", server.address, answer.header("location")))
    }
}

/// Opens an account with lesson 08 or 09 at this address, and returns the browser that is logged in.
#[must_use]
pub fn register(address: &str, name: &str, password: &str) -> Browser {
    let browser = Browser::new();
    let account = [("username", name), ("email", "a@example.com"), ("password", password)];
    let answer = browser.post(&format!("{address}/register"), &account);
    assert_eq!((answer.status, answer.header("location")), (303, "/user"), "{}", answer.body);
    browser
}

impl Answer {
    fn of(
        sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Self, ureq::Error> {
        let (parts, mut body) = sent?.into_parts();
        let text = |value: &ureq::http::HeaderValue| {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        Ok(Self {
            status: parts.status.as_u16(),
            headers: parts
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), text(value)))
                .collect(),
            body: body.read_to_string()?,
        })
    }

    /// The first line of a header; empty if there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }
}

/// A copy of all templates, to be changed; it goes with the test.
pub struct Templates(PathBuf);

impl Templates {
    /// Copies them into a folder of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("templates-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let copy = Self(folder);
        copy.restore();
        copy
    }

    /// Where they are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// What `git restore` does.
    pub fn restore(&self) {
        copy_folder(&root().join("templates"), &self.0);
    }

    /// What [`command`] returns, for a lesson that takes these templates.
    #[must_use]
    pub fn command(&self, lesson: &str) -> Command {
        let mut command = command(lesson);
        command.env("ROCKET_TEMPLATE_DIR", &self.0);
        command
    }

    /// Starts a lesson that takes them.
    #[must_use]
    pub fn start(&self, lesson: &str) -> Running {
        self.start_with(lesson, &[])
    }

    /// Starts a lesson that takes them, with these settings in the environment.
    #[must_use]
    pub fn start_with(&self, lesson: &str, settings: &[(&str, &str)]) -> Running {
        Running::from(self.command(lesson).envs(settings.iter().copied()))
    }

    /// Replaces a file.
    pub fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        fs::write(self.0.join(file), text).expect("it can be written");
    }

    /// Reads a file.
    #[must_use]
    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).expect("it is there")
    }

    /// Replaces a text in a file.
    pub fn change(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} has no {from}");
        self.write(file, text.replace(from, to));
    }
}

impl Drop for Templates {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Copies a folder and those below it.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in from.read_dir().expect("it is a folder").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &to);
        } else {
            fs::copy(path, to).expect("it can be copied");
        }
    }
}
