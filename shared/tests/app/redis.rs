//! A real Redis that belongs to one test.

#![allow(dead_code, reason = "not every file of tests needs all of it")]

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// It keeps nothing, listens on a socket in a folder of its own, and ends with the test.
pub(crate) struct Redis {
    server: Option<Child>,
    folder: TempDir,
}

impl Redis {
    /// Starts it and waits until it answers.
    pub(crate) fn start() -> Self {
        let mut redis = Self { server: None, folder: TempDir::new().unwrap() };
        redis.start_again();
        redis
    }

    pub(crate) fn start_again(&mut self) {
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--save", "", "--unixsocket"]).arg(self.socket());
        let child = command.current_dir(self.folder.path()).stdout(Stdio::null()).spawn();
        self.server = Some(child.expect("redis-server is installed: tests/full does it"));
        let begin = Instant::now();
        while redis::Client::open(self.url()).unwrap().get_connection().is_err() {
            assert!(begin.elapsed() < Duration::from_secs(10), "Redis does not answer");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Kills it: what it held is lost.
    pub(crate) fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
        let _ = std::fs::remove_file(self.socket());
    }

    /// Asks it something.
    pub(crate) fn ask<T: redis::FromRedisValue>(&self, command: &redis::Cmd) -> T {
        command
            .query(&mut redis::Client::open(self.url()).unwrap().get_connection().unwrap())
            .unwrap()
    }

    pub(crate) fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("redis.sock")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}
