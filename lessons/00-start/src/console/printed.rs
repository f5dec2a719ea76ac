//! What a line prints.

use ureq::Body;
use ureq::http::Response;

use super::call::{Call, Place};

/// What has been printed: for the reader alone, and for the reader or the next command.
#[derive(Default)]
pub(super) struct Printed {
    pub(super) aside: String,
    pub(super) output: String,
}

impl Printed {
    /// Tells the heads of request and answer, as `curl -v` does among other things.
    pub(super) fn tell(
        &mut self,
        call: &Call<'_>,
        place: &Place<'_>,
        headers: &[(String, String)],
        answer: &str,
    ) {
        self.aside.extend(["> ", call.method.as_str(), " ", place.path, " HTTP/1.1\n"]);
        self.aside.extend(headers.iter().map(|(name, value)| format!("> {name}: {value}\n")));
        self.aside += "> \n";
        self.aside.extend(answer.lines().map(|line| format!("< {line}\n")));
    }

    /// Where a server says where it is, this becomes what the block says.
    pub(super) fn as_in_the_block(&mut self, places: &[(String, String)]) {
        for (known, real) in places {
            self.aside = self.aside.replace(real, known);
            self.output = self.output.replace(real, known);
        }
    }
}

/// The head of an answer, with the empty line at its end.
pub(super) fn head(answer: &Response<Body>) -> String {
    let mut head = format!("HTTP/1.1 {}\r\n", answer.status());
    for (name, value) in answer.headers() {
        head.extend([name.as_str(), ": ", &String::from_utf8_lossy(value.as_bytes()), "\r\n"]);
    }
    head + "\r\n"
}
