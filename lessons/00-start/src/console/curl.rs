//! `curl`: asks the lesson, and keeps cookies in jars.

use std::collections::HashMap;
use std::time::Duration;

use cookie::time;
use cookie::{Cookie, CookieJar};
use ureq::Agent;
use ureq::http::{self, Method};

use super::request::{Request, Show};

/// What sends requests and keeps cookies. It follows no redirect, and waits for no answer for ever.
pub(super) struct Curl {
    agent: Agent,
    jars: HashMap<String, CookieJar>,
}

impl Curl {
    pub(super) fn new() -> Self {
        let config = Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let config = config.allow_non_standard_methods(true);
        let agent = config.timeout_global(Some(Duration::from_mins(1))).build().into();
        Self { agent, jars: HashMap::new() }
    }

    /// Runs a line with `curl`. What goes to a host in the block goes to where that server is, and nothing
    /// goes elsewhere. `places` has both, the host first.
    pub(super) fn run(
        &mut self,
        arguments: &[String],
        places: &[(String, String)],
    ) -> Result<Vec<u8>, String> {
        let request = Request::read(arguments)?;
        let mut output = vec![];
        for url in request.urls()? {
            let found = places.iter().find_map(|(known, real)| {
                let path = url.strip_prefix("http://")?.strip_prefix(known.as_str())?;
                let is_path = path.is_empty() || path.starts_with(['/', '?']);
                is_path.then(|| (known, format!("http://{real}{path}")))
            });
            let Some((known, url)) = found else {
                return Err(format!("the address is http://{}/…", places[0].0));
            };
            let shown = self.exchange(&request, &url, known)?;
            let as_in_the_block =
                |text: String, (known, real): &(String, String)| text.replace(real, known);
            output.extend(places.iter().fold(shown, as_in_the_block).into_bytes());
        }
        Ok(output)
    }

    fn exchange(&mut self, request: &Request, url: &str, known: &str) -> Result<String, String> {
        let mut builder = http::Request::builder().method(request.method.clone()).uri(url);
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
        let mut answer = answer.map_err(|error| format!("no answer came ({error})"))?;
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
        Ok(output)
    }
}

fn keep(jar: &mut CookieJar, line: &str) {
    if let Ok(cookie) = Cookie::parse(line.to_owned()) {
        if cookie.max_age() == Some(time::Duration::ZERO) {
            jar.force_remove(cookie.name());
        } else {
            jar.add_original(Cookie::new(cookie.name().to_owned(), cookie.value().to_owned()));
        }
    }
}
