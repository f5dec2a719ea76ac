//! The terminal of a learner: it knows `curl`, `cargo run -p`, variables (`KEY=$(…)`, then `$KEY`) and
//! a few small commands.

use std::collections::HashMap;

use super::curl::Curl;
use super::filter;
use crate::server::Server;

/// Starts a package, such as `lesson-02`, with settings in its environment.
pub type Start = Box<dyn FnMut(&str, &[(String, String)]) -> Result<Server, String>>;

/// Where the second server of lesson 09 is.
const SECOND: &str = "127.0.0.1:8010";

/// A terminal in which one lesson runs at a time, with cookie jars and variables of its own.
pub struct Terminal {
    package: String,
    start: Start,
    // Its connections end before the server, which would wait for them.
    curl: Curl,
    server: Option<Server>,
    variables: HashMap<String, String>,
}

impl Terminal {
    /// A terminal whose first `curl` starts this package, unless `cargo run` has started one before.
    #[must_use]
    pub fn new(package: &str, start: Start) -> Self {
        let (package, curl, variables) = (package.to_owned(), Curl::new(), HashMap::new());
        Self { package, start, server: None, curl, variables }
    }

    /// Runs a line, and returns what it prints.
    pub fn run(&mut self, line: &str) -> Result<String, String> {
        let assignment = line.strip_suffix(')').and_then(|line| line.split_once("=$("));
        if let Some((name, line)) = assignment.filter(|(name, _)| !name.contains(' ')) {
            let output = self.run(line)?;
            self.variables.insert(format!("${name}"), output.trim_end().to_owned());
            return Ok(String::new());
        }
        let line = self
            .variables
            .iter()
            .fold(line.to_owned(), |line, (name, value)| line.replace(name.as_str(), value));
        let words = shlex::split(&line).ok_or("the quotes do not match")?;
        let settings = words.iter().map_while(|word| word.split_once('='));
        let settings: Vec<_> =
            settings.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let words = &words[settings.len()..];
        if let ["cargo", "run", "-p", package] =
            words.iter().map(|it| &**it).collect::<Vec<_>>()[..]
        {
            package.clone_into(&mut self.package);
            self.start(&settings)?;
            return Ok(String::new());
        }
        let mut output: Option<Vec<u8>> = None;
        for words in words.split(|word| word == "|") {
            let (name, arguments) = words.split_first().ok_or("a command is missing")?;
            output = Some(match (&**name, output) {
                ("curl", None) => self.curl(arguments)?,
                ("openssl", None) => filter::openssl(arguments)?,
                (name, Some(input)) => filter::run(name, arguments, &input)?,
                (name, None) => return Err(format!("`{name}` is not known here")),
            });
        }
        Ok(String::from_utf8_lossy(&output.unwrap_or_default()).into_owned())
    }

    fn start(&mut self, settings: &[(String, String)]) -> Result<(), String> {
        self.server = None;
        self.server = Some((self.start)(&self.package, settings)?);
        Ok(())
    }

    fn curl(&mut self, arguments: &[String]) -> Result<Vec<u8>, String> {
        if self.server.is_none() {
            self.start(&[])?;
        }
        let server = self.server.as_mut().ok_or("nothing runs")?;
        let known = format!("127.0.0.1:80{}", self.package.trim_start_matches("lesson-"));
        let mut places = vec![(known, server.authority().to_owned())];
        places.extend(server.second().map(|second| (SECOND.to_owned(), second.to_owned())));
        let output = self.curl.run(arguments, &places);
        output.map_err(|problem| match server.last_words() {
            Some(words) => format!("{problem}, because the lesson has ended:\n{words}"),
            None => problem,
        })
    }
}
