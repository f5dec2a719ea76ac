//! Servers under load, each on the first core.

use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tests::{Browser, Redis, command_with, fresh_key};

/// A process that stops when this goes away.
pub(crate) struct Process(Child);

impl Process {
    #[allow(dead_code, reason = "not every benchmark asks")]
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// How a server is started, and where it is then.
pub(crate) struct Server {
    pub(crate) name: &'static str,
    pub(crate) command: Command,
    pub(crate) port: u16,
}

impl Server {
    /// Lesson 02 in release, with its sessions in this store.
    pub(crate) fn lesson(store: &'static str, port: u16, redis: &Redis) -> Self {
        let mut command = command_with("02-name-form", &["shared/redis", "shared/sqlite"]);
        let url = if store == "redis" { redis.url() } else { String::new() };
        command.env("ROCKET_SESSION", format!("{{store={store},url={url:?}}}"));
        Self::new(store, command, port)
    }

    pub(crate) fn new(name: &'static str, mut command: Command, port: u16) -> Self {
        command.env("ROCKET_PORT", port.to_string()).env("ROCKET_SECRET_KEY", fresh_key());
        command.env("ROCKET_LOG_LEVEL", "off");
        Self { name, command, port }
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Starts it on the first core, for which it makes its threads, and waits until it answers.
    pub(crate) fn start(&self) -> Process {
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", "0"]).arg(self.command.get_program());
        command.args(self.command.get_args());
        for (name, value) in self.command.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(folder) = self.command.get_current_dir() {
            command.current_dir(folder);
        }
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let process = Process(child.expect("there is taskset (util-linux)"));
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return process;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("{} does not answer on port {}", self.name, self.port);
    }

    /// Tells it a name, and returns the cookie that it sets for that.
    pub(crate) fn visitor(&self) -> String {
        let browser = Browser::new();
        let _ = browser.post(&format!("{}/setName", self.address()), &[("name", "Ferris")]);
        let page = browser.get(&self.address()).body;
        assert!(page.contains("<h1>Ferris</h1>"), "{} forgot the name:\n{page}", self.name);
        browser.cookies()
    }
}
