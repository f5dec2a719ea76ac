//! What a line with `curl` asks for.

use std::collections::HashMap;

use cookie::CookieJar;
use ureq::http::Method;

/// The options of `curl` that are known here.
#[derive(Default)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) data: Option<String>,
    /// The jar from which cookies come, or the cookies themselves.
    pub(super) send: Vec<String>,
    pub(super) keep: Option<String>,
    pub(super) show: Show,
    pub(super) hide_body: bool,
}

/// What comes before the page.
#[derive(Default)]
pub(super) enum Show {
    #[default]
    Page,
    Head,
    Both,
}

impl Request {
    pub(super) fn read(arguments: &[String]) -> Result<Self, String> {
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
    pub(super) fn exchange(&self, host: &str, answer: &str) -> String {
        let path = self.url.splitn(4, '/').nth(3).unwrap_or_default();
        let mut lines = vec![format!("> {} /{path} HTTP/1.1", self.method)];
        lines.push(format!("> Host: {host}"));
        lines.extend(["> User-Agent: curl/8".to_owned(), "> Accept: */*".to_owned()]);
        lines.extend(self.headers.iter().map(|(name, value)| format!("> {name}: {value}")));
        lines.push("> ".to_owned());
        lines.extend(answer.lines().map(|line| format!("< {line}")));
        lines.join("\n") + "\n< \n"
    }

    /// The header `Cookie`, empty if there is nothing to send.
    pub(super) fn cookies(&self, jars: &HashMap<String, CookieJar>) -> String {
        let of = |send: &String| match jars.get(send) {
            Some(jar) => jar.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            None if send.contains('=') => send.clone(),
            None => String::new(),
        };
        self.send.iter().map(of).filter(|sent| !sent.is_empty()).collect::<Vec<_>>().join("; ")
    }

    /// The addresses for which one with a range stands: `…?[1-3]` is `…?1`, `…?2` and `…?3`.
    pub(super) fn urls(&self) -> Result<Vec<String>, String> {
        let Some((before, (range, after))) = self
            .url
            .split_once('[')
            .and_then(|(before, rest)| Some((before, rest.split_once(']')?)))
        else {
            return Ok(vec![self.url.clone()]);
        };
        let number = |text: &str| text.parse().map_err(|_| "a range is [FROM-TO]".to_owned());
        let (from, to) = range.split_once('-').ok_or("a range is [FROM-TO]")?;
        let (from, to): (u32, u32) = (number(from)?, number(to)?);
        Ok((from..=to).map(|n| format!("{before}{n}{after}")).collect())
    }
}
