//! What a line with `curl` asks for.

use ureq::http::Method;

use super::{options, value};

/// What the line says, option by option.
#[derive(Default)]
pub(super) struct Request {
    flags: Vec<String>,
    pub(super) method: Option<Method>,
    pub(super) url: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) data: Option<String>,
    /// The jars from which cookies come, or the cookies themselves.
    pub(super) send: Vec<String>,
    pub(super) keep: Option<String>,
    pub(super) write_out: String,
    is_mute: bool,
}

impl Request {
    pub(super) fn read(arguments: &[String]) -> Result<Self, String> {
        let mut request = Self::default();
        let mut arguments = arguments.iter().map(String::as_str);
        while let Some(argument) = arguments.next() {
            if argument.starts_with("--") {
                if !request.flag(argument) {
                    request.option(argument, arguments.next())?;
                }
            } else if let Some(letters) = argument.strip_prefix('-') {
                for (at, letter) in letters.char_indices() {
                    let option = options::named(letter)?;
                    if !request.flag(option) {
                        // The value follows at once, or is the next argument.
                        let behind = &letters[at + letter.len_utf8()..];
                        let value = Some(behind).filter(|value| !value.is_empty());
                        request.option(option, value.or_else(|| arguments.next()))?;
                        break;
                    }
                }
            } else if request.url.replace(argument.to_owned()).is_some() {
                return Err("curl with two addresses is not known here".to_owned());
            }
        }
        if request.has("--head") && request.data.is_some() {
            return Err("curl's -I and -d do not go together".to_owned());
        }
        Ok(request)
    }

    /// Notes an option without a value, and says whether this is one.
    fn flag(&mut self, option: &str) -> bool {
        let is_flag = options::FLAGS.contains(&option);
        self.flags.extend(is_flag.then(|| option.to_owned()));
        is_flag
    }

    /// Whether this option without a value is there.
    pub(super) fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|it| it == flag)
    }

    fn option(&mut self, option: &str, value: Option<&str>) -> Result<(), String> {
        if !options::has_value(option) {
            return Err(format!("curl's {option} is not known here"));
        }
        let value = value.ok_or_else(|| format!("curl's {option} wants a value"))?;
        match option {
            "--cookie" => self.send.push(value.to_owned()),
            "--cookie-jar" => self.keep = Some(value.to_owned()),
            "--request" if value == "HEAD" => return Err("for HEAD, curl has -I".to_owned()),
            "--request" => self.method = Some(value.parse().map_err(|_| "no such method")?),
            "--output" if value == "/dev/null" => self.is_mute = true,
            "--output" => return Err("of curl's -o only `-o /dev/null` is known here".to_owned()),
            "--write-out" => value.clone_into(&mut self.write_out),
            "--user-agent" => self.headers.push(("User-Agent".to_owned(), value.to_owned())),
            "--header" => {
                let header = value.split_once(':').filter(|(_, value)| !value.trim().is_empty());
                let (name, value) = header.ok_or("a header is `Name: value`")?;
                self.headers.push((name.to_owned(), value.trim().to_owned()));
            }
            _ => {
                let more =
                    if option == "--data" { value::plain(value) } else { value::encoded(value) }?;
                let before = self.data.take().map(|data| data + "&");
                self.data = Some(before.unwrap_or_default() + &more);
            }
        }
        Ok(())
    }

    /// Whether the heads of answers are printed: with `-o` they go where the page goes.
    pub(super) fn shows_head(&self) -> bool {
        (self.has("--include") || self.has("--head")) && !self.is_mute
    }

    pub(super) fn shows_body(&self) -> bool {
        !self.has("--head") && !self.is_mute
    }
}
