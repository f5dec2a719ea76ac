//! A real `bash` with a real `curl`, for what the terminal of `cargo lesson check` imitates.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use lesson_00::console::Start;
use lesson_00::server::Server;
use tempfile::TempDir;

use crate::{command, lessons, package};

/// What starts lessons for a terminal or a shell, as the tests start them.
#[must_use]
pub fn starter() -> Start {
    Box::new(|wanted, settings| {
        let lesson = lessons().into_iter().find(|lesson| package(lesson) == wanted);
        let lesson = lesson.ok_or_else(|| format!("there is no {wanted}"))?;
        let mut command = command(&lesson);
        // Lesson 09 without a name is two servers, as for its reader.
        command.env_remove("ROCKET_SERVER");
        Server::start(command.envs(settings.iter().map(|(name, value)| (name, value))), |_| {})
    })
}

/// Runs the line in the file, and says by a null that it has ended. Instead of `cargo` there is a
/// function, which leaves a note of what shall run.
const SCRIPT: &str = r#"
cargo() {
    echo "$3" >.run
    env | grep ^ROCKET_ >>.run
}
while read -r; do
    . ./.line 2>&1 </dev/null
    printf '\0'
done
"#;

/// A shell in a folder of its own, in which one lesson runs at a time.
pub struct Shell {
    package: String,
    start: Start,
    server: Option<Server>,
    bash: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    folder: TempDir,
}

impl Shell {
    /// A shell whose first `curl` starts this package, unless `cargo run` has started one before.
    #[must_use]
    pub fn new(package: &str, start: Start) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let mut command = Command::new("bash");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ROCKET_") {
                command.env_remove(name);
            }
        }
        // Here `curl` finds its settings.
        command.env("CURL_HOME", folder.path()).env("LC_ALL", "C.UTF-8");
        command.current_dir(folder.path()).args(["-c", SCRIPT]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut bash = command.spawn().expect("there is bash");
        let stdin = bash.stdin.take().expect("it is piped");
        let stdout = BufReader::new(bash.stdout.take().expect("it is piped"));
        Self { package: package.to_owned(), start, server: None, bash, stdin, stdout, folder }
    }

    /// Runs a line, and returns what is then on the screen.
    ///
    /// # Errors
    ///
    /// The lesson cannot be started.
    pub fn run(&mut self, line: &str) -> Result<String, String> {
        if self.server.is_none() && line.contains("curl") {
            self.start(&[])?;
        }
        fs::write(self.folder.path().join(".line"), line).expect("the folder is its own");
        self.stdin.write_all(b"\n").expect("bash runs");
        let mut screen = vec![];
        self.stdout.read_until(b'\0', &mut screen).expect("bash runs");
        if screen.pop() != Some(b'\0') {
            return Err("bash has ended".to_owned());
        }
        let note = self.folder.path().join(".run");
        if let Ok(text) = fs::read_to_string(&note) {
            fs::remove_file(note).expect("the folder is its own");
            let (package, settings) = text.split_once('\n').unwrap_or_default();
            package.clone_into(&mut self.package);
            let settings = settings.lines().filter_map(|line| line.split_once('='));
            let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
            self.start(&settings.collect::<Vec<_>>())?;
        }
        Ok(String::from_utf8_lossy(&screen).replace('\r', ""))
    }

    /// Starts the lesson, and tells `curl` where it is, as it runs on a free port. At a terminal, `curl`
    /// shows no meter above a page.
    fn start(&mut self, settings: &[(String, String)]) -> Result<(), String> {
        self.server = None;
        let server = self.server.insert((self.start)(&self.package, settings)?);
        let known = self.package.trim_start_matches("lesson-");
        let mut places = vec![(format!("127.0.0.1:80{known}"), server.authority())];
        places.extend(server.second().map(|second| ("127.0.0.1:8010".to_owned(), second)));
        let places = places.iter().map(|(known, real)| format!("connect-to = {known}:{real}\n"));
        let settings = "no-progress-meter\nnoproxy = *\n".to_owned() + &places.collect::<String>();
        fs::write(self.folder.path().join(".curlrc"), settings).expect("the folder is its own");
        Ok(())
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.bash.kill();
        let _ = self.bash.wait();
    }
}
