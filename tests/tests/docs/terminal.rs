//! The terminal of a reader: it knows `curl`, variables (`KEY=$(…)`, then `$KEY`) and the few small
//! commands that the docs use.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::iter;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use cookie::{Cookie, CookieJar};
use tests::{Running, agent, command, fresh_key, lessons, package};
use ureq::Agent;
use ureq::http::{Method, Request};

/// A terminal in which one lesson runs at a time.
pub(crate) struct Terminal {
    lesson: String,
    server: Option<Running>,
    agent: Agent,
    jars: HashMap<String, CookieJar>,
    variables: HashMap<String, String>,
}

impl Terminal {
    /// A terminal whose first `curl` starts this lesson, unless `cargo run` has started one before.
    pub(crate) fn new(lesson: &str) -> Self {
        let (agent, lesson) = (agent(), lesson.to_owned());
        let (jars, variables) = (HashMap::new(), HashMap::new());
        Self { lesson, server: None, agent, jars, variables }
    }

    /// Runs a line, and returns what it prints.
    pub(crate) fn run(&mut self, line: &str) -> Result<String, String> {
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
        let settings = words.iter().take_while(|word| word.contains('=')).count();
        let (settings, words) = words.split_at(settings);
        if let ["cargo", "run", "-p", name] = words.iter().map(|it| &**it).collect::<Vec<_>>()[..] {
            let lesson = lessons().into_iter().find(|lesson| package(lesson) == name);
            self.lesson = lesson.ok_or_else(|| format!("there is no {name}"))?;
            self.start(settings);
            return Ok(String::new());
        }
        let mut output: Option<Vec<u8>> = None;
        for words in words.split(|word| word == "|") {
            let (name, arguments) = words.split_first().ok_or("a command is missing")?;
            output = Some(match (&**name, output) {
                ("curl", None) => self.curl(arguments)?,
                ("openssl", None) => random(arguments)?,
                (name, Some(input)) => filter(name, arguments, &input)?,
                (name, None) => return Err(format!("`{name}` is not known here")),
            });
        }
        Ok(String::from_utf8_lossy(&output.unwrap_or_default()).into_owned())
    }

    fn start(&mut self, settings: &[String]) {
        let mut command = command(&self.lesson);
        // Lesson 09 without a name is two servers, as for its reader.
        command.env_remove("ROCKET_SERVER");
        for (name, value) in settings.iter().filter_map(|setting| setting.split_once('=')) {
            command.env(name, value);
        }
        self.server = Some(Running::from(&mut command));
    }

    fn curl(&mut self, arguments: &[String]) -> Result<Vec<u8>, String> {
        if self.server.is_none() {
            self.start(&[]);
        }
        let mut request = Curl::read(arguments)?;
        let mut output = vec![];
        for url in expand(&request.url)? {
            request.url = url;
            output.extend(self.exchange(&request)?);
        }
        Ok(output)
    }

    fn exchange(&mut self, request: &Curl) -> Result<Vec<u8>, String> {
        let server = self.server.as_ref().ok_or("nothing runs")?;
        let known = format!("127.0.0.1:80{}", &self.lesson[..2]);
        let mut places = vec![(known.clone(), server.authority().to_owned())];
        // The second server of lesson 09.
        let row = server.banner.iter().find_map(|line| line.trim().strip_prefix("servers "));
        let second = row.and_then(|row| row.rsplit_once("B http://"));
        places.extend(second.map(|(_, it)| ("127.0.0.1:8010".to_owned(), it.to_owned())));
        let place = places.iter().find(|(known, _)| request.url.contains(known.as_str()));
        let (known, real) = place.ok_or_else(|| format!("the address is http://{known}/…"))?;
        let url = request.url.replace(known, real);
        let mut builder = Request::builder().method(request.method.clone()).uri(url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let cookies = request.cookies(&self.jars);
        if !cookies.is_empty() {
            builder = builder.header("Cookie", cookies);
        }
        let answer = match &request.data {
            Some(data) => self.agent.run(builder.body(data.clone()).map_err(|it| it.to_string())?),
            None => self.agent.run(builder.body(()).map_err(|it| it.to_string())?),
        };
        let mut answer = answer.map_err(|error| error.to_string())?;
        let mut head = format!("HTTP/1.1 {}\n", answer.status());
        for (name, value) in answer.headers() {
            let value = String::from_utf8_lossy(value.as_bytes());
            head.extend([name.as_str(), ": ", &value, "\n"]);
            if let (Some(jar), "set-cookie") = (&request.keep, name.as_str()) {
                keep(self.jars.entry(jar.clone()).or_default(), &value);
            }
        }
        let body = answer.body_mut().read_to_string().map_err(|error| error.to_string())?;
        let mut output = match request.show {
            Show::Page => String::new(),
            Show::Head => head + "\n",
            Show::Both => request.exchange(known, &head),
        };
        if !request.hide_body && request.method != Method::HEAD {
            output += &body;
        }
        for (known, real) in &places {
            output = output.replace(real, known);
        }
        Ok(output.into_bytes())
    }
}

fn keep(jar: &mut CookieJar, line: &str) {
    if let Ok(cookie) = Cookie::parse(line.to_owned()) {
        if cookie.max_age() == Some(cookie::time::Duration::ZERO) {
            jar.force_remove(cookie.name());
        } else {
            jar.add_original(Cookie::new(cookie.name().to_owned(), cookie.value().to_owned()));
        }
    }
}

/// What a line with `curl` asks for.
#[derive(Default)]
struct Curl {
    method: Method,
    url: String,
    headers: Vec<(String, String)>,
    data: Option<String>,
    /// The jar from which cookies come, or the cookies themselves.
    send: Vec<String>,
    keep: Option<String>,
    show: Show,
    hide_body: bool,
}

/// What comes before the page.
#[derive(Default)]
enum Show {
    #[default]
    Page,
    Head,
    Both,
}

impl Curl {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let (mut curl, mut method) = (Self::default(), None);
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().cloned().ok_or(format!("{argument} wants a value"));
            match argument.as_str() {
                "-s" => {}
                "-i" | "-si" | "-is" => curl.show = Show::Head,
                "-v" | "-sv" => curl.show = Show::Both,
                "-I" | "-sI" => (curl.show, method) = (Show::Head, Some(Method::HEAD)),
                "-c" => curl.keep = Some(value()?),
                "-b" => curl.send.push(value()?),
                "-X" => method = Some(value()?.parse().map_err(|_| "no such method")?),
                "-o" => curl.hide_body = value()? == "/dev/null",
                "-d" => {
                    let more = value()?;
                    curl.data = Some(curl.data.map_or(more.clone(), |data| data + "&" + &more));
                }
                "-H" => {
                    let header = value()?;
                    let (name, value) = header.split_once(':').ok_or("a header has a colon")?;
                    curl.headers.push((name.to_owned(), value.trim().to_owned()));
                }
                url if url.starts_with("http://") => url.clone_into(&mut curl.url),
                other => return Err(format!("curl's {other} is not known here")),
            }
        }
        if curl.data.is_some() && !curl.headers.iter().any(|(name, _)| name == "Content-Type") {
            let form = "application/x-www-form-urlencoded";
            curl.headers.push(("Content-Type".to_owned(), form.to_owned()));
        }
        let usual = if curl.data.is_some() { Method::POST } else { Method::GET };
        curl.method = method.unwrap_or(usual);
        Ok(curl)
    }

    /// The heads of request and answer, as `-v` shows them among other things.
    fn exchange(&self, host: &str, answer: &str) -> String {
        let path = self.url.splitn(4, '/').nth(3).unwrap_or_default();
        let mut lines = vec![format!("> {} /{path} HTTP/1.1", self.method)];
        lines.push(format!("> Host: {host}"));
        lines.extend(["> User-Agent: curl/8".to_owned(), "> Accept: */*".to_owned()]);
        lines.extend(self.headers.iter().map(|(name, value)| format!("> {name}: {value}")));
        lines.push("> ".to_owned());
        lines.extend(answer.lines().map(|line| format!("< {line}")));
        lines.join("\n") + "\n< \n"
    }

    fn cookies(&self, jars: &HashMap<String, CookieJar>) -> String {
        let of = |send: &String| match jars.get(send) {
            Some(jar) => jar.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            None if send.contains('=') => send.clone(),
            None => String::new(),
        };
        self.send.iter().map(of).filter(|sent| !sent.is_empty()).collect::<Vec<_>>().join("; ")
    }
}

/// The addresses for which one with a range stands: `…?[1-3]` is `…?1`, `…?2` and `…?3`.
fn expand(url: &str) -> Result<Vec<String>, String> {
    let Some((before, (range, after))) =
        url.split_once('[').and_then(|(before, rest)| Some((before, rest.split_once(']')?)))
    else {
        return Ok(vec![url.to_owned()]);
    };
    let number = |text: &str| text.parse::<u32>().map_err(|_| "a range is [FROM-TO]".to_owned());
    let (from, to) = range.split_once('-').ok_or("a range is [FROM-TO]")?;
    Ok((number(from)?..=number(to)?).map(|n| format!("{before}{n}{after}")).collect())
}

/// `openssl rand`: a key for a lesson, or so many random bytes in hexadecimal.
fn random(arguments: &[String]) -> Result<Vec<u8>, String> {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["rand", "-base64", "32"] => Ok(fresh_key().into_bytes()),
        ["rand", "-hex", number] => {
            let number: usize = number.parse().map_err(|_| "openssl's number is a number")?;
            let sixteen = || format!("{:016x}", RandomState::new().build_hasher().finish());
            let digits: String = iter::repeat_with(sixteen).take(number.div_ceil(8)).collect();
            Ok(digits.bytes().take(2 * number).collect())
        }
        _ => Err(format!("`openssl {}` is not known here", arguments.join(" "))),
    }
}

fn filter(name: &str, arguments: &[String], input: &[u8]) -> Result<Vec<u8>, String> {
    let text = String::from_utf8_lossy(input).into_owned();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let lines = |change: &dyn Fn(&str) -> Option<String>| {
        let lines = text.lines().filter_map(change).map(|line| line + "\n");
        Ok(lines.collect::<String>().into_bytes())
    };
    match (name, arguments.as_slice()) {
        ("cut", [delimiter, field]) if delimiter.starts_with("-d") && field.starts_with("-f") => {
            let number: usize = field[2..].parse().map_err(|_| "cut's field is a number")?;
            lines(&|line| Some(line.split(&delimiter[2..]).nth(number - 1)?.to_owned()))
        }
        ("cut", [range]) if range.starts_with("-c") => {
            let (from, to) = range[2..].split_once('-').ok_or("cut -cFROM-TO")?;
            let from: usize = from.parse().unwrap_or(1);
            let to: usize = to.parse().unwrap_or(usize::MAX);
            lines(&|line| Some(line.chars().take(to).skip(from - 1).collect()))
        }
        ("tr", [from, to]) => {
            let change = |c| from.chars().zip(to.chars()).find(|(old, _)| *old == c);
            let change = |c| change(c).map_or(c, |(_, new)| new);
            Ok(text.chars().map(change).collect::<String>().into_bytes())
        }
        ("base64", ["-d"]) => {
            let text = text.trim();
            let decoded = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text));
            decoded.map_err(|error| error.to_string())
        }
        ("grep", ["-i", wanted]) => {
            let wanted = wanted.to_lowercase();
            lines(&|line| line.to_lowercase().contains(&wanted).then(|| line.to_owned()))
        }
        ("grep", ["-c", wanted]) => {
            let count = text.lines().filter(|line| line.contains(wanted)).count();
            Ok(format!("{count}\n").into_bytes())
        }
        ("grep", [wanted]) => lines(&|line| line.contains(wanted).then(|| line.to_owned())),
        ("head", ["-n", number]) => {
            let number = number.parse().map_err(|_| "head's number is a number")?;
            let lines: Vec<_> = text.lines().take(number).collect();
            Ok((lines.join("\n") + "\n").into_bytes())
        }
        _ => Err(format!("`{name} {}` is not known here", arguments.join(" "))),
    }
}
