//! A Set-Cookie line, part by part, with what each part means.

use serde::Serialize;

/// The line and its parts.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SetCookie {
    pub(super) line: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, Serialize)]
struct Part {
    text: String,
    meaning: &'static str,
}

impl SetCookie {
    pub(super) fn explain(line: &str) -> Self {
        let mut parts = vec![];
        for (index, text) in line.split("; ").enumerate() {
            let name = text.split('=').next().unwrap_or_default();
            let meaning = match (index, name) {
                (0, _) if text.ends_with('=') => {
                    "The name, and an empty value: the browser shall forget it."
                }
                (0, _) => "The name and the value, which the browser sends back with each request.",
                (_, "HttpOnly") => "No script on the page can read it, only the server.",
                (_, "SameSite") => {
                    "Lax: the browser does not send it along with forms that other sites send here."
                }
                (_, "Secure") => "It is sent over https only.",
                (_, "Path") => "It is sent with requests below this path: with all of them.",
                (_, "Max-Age") if text == "Max-Age=0" => {
                    "It is over at once: the browser drops it."
                }
                (_, "Max-Age") => {
                    "The browser keeps it for so many seconds, even if it is closed meanwhile. The server counts for itself."
                }
                (_, "Expires") => "The same as Max-Age, as a date, for very old browsers.",
                _ => "Something that this page does not know.",
            };
            parts.push(Part { text: text.to_owned(), meaning });
        }
        Self { line: line.to_owned(), parts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_that_a_session_sets_is_explained() {
        let line = "a=b; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=300; Expires=Fri, 20 Nov";
        let explained = SetCookie::explain(line);
        assert_eq!(explained.parts.len(), 7);
        assert!(explained.parts.iter().all(|part| !part.meaning.contains("not know")));
        assert_eq!(explained.line, line);
    }
}
