//! The terminal of a learner: it knows `curl`, `cargo run -p`, variables (`KEY=$(…)`, then `$KEY`) and
//! a few small commands.

use std::collections::HashMap;

use super::curl::Curl;
use super::printed::Printed;
use super::unknown::unknown;
use super::{filter, words};
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
        let assignment = assignment.filter(|(name, _)| words::is_name(name));
        let (_, command) = assignment.unwrap_or(("", line));
        let Printed { aside, mut output } = self.pipeline(command)?;
        if let Some((name, _)) = assignment {
            self.variables.insert(name.to_owned(), output.trim_end_matches('\n').to_owned());
            output.clear();
        }
        let printed = aside + &output;
        Ok(printed.replace('\r', ""))
    }

    fn pipeline(&mut self, line: &str) -> Result<Printed, String> {
        let mut commands = words::commands(line, &self.variables)?;
        let settings = commands[0].iter().map_while(|word| words::setting(word));
        let settings: Vec<_> =
            settings.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        commands[0].drain(..settings.len());
        let mut printed: Option<Printed> = None;
        for command in &commands {
            let words: Vec<_> = command.iter().map(String::as_str).collect();
            printed = Some(match (words.as_slice(), printed) {
                ([], None) if commands.len() == 1 => {
                    self.variables.extend(settings.iter().cloned());
                    Printed::default()
                }
                (["cargo", "run", "-p", package], None) if commands.len() == 1 => {
                    (*package).clone_into(&mut self.package);
                    self.start(&settings)?;
                    Printed::default()
                }
                (["curl", ..], None) => self.curl(&command[1..])?,
                (["openssl", ..], None) => {
                    Printed { output: filter::openssl(&command[1..])?, ..Printed::default() }
                }
                ([name, ..], Some(Printed { aside, output })) => {
                    Printed { aside, output: filter::run(name, &command[1..], &output)? }
                }
                ([name, arguments @ ..], None) => return Err(unknown(name, arguments)),
                ([], _) => return Err("a command is missing".to_owned()),
            });
        }
        Ok(printed.unwrap_or_default())
    }

    fn start(&mut self, settings: &[(String, String)]) -> Result<(), String> {
        self.server = None;
        self.server = Some((self.start)(&self.package, settings)?);
        Ok(())
    }

    fn curl(&mut self, arguments: &[String]) -> Result<Printed, String> {
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
