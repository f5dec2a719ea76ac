//! A request on its way through the proxy, and the answer on its way back.

use std::io::Cursor;
use std::sync::LazyLock;
use std::time::Duration;

use rocket::Request;
use rocket::http::{Method, Status};
use rocket::response::Response;
use ureq::{Agent, http};

/// What one program says to the next about the connection between them.
const OF_CONNECTIONS: [&str; 6] =
    ["connection", "keep-alive", "transfer-encoding", "content-length", "expect", "upgrade"];

/// The header that says whose request it is. What the visitor has written there is not passed on.
pub(super) const VISITOR: &str = "X-Real-IP";

/// Passes on what is asked as it is: it follows no redirect and takes each status for an answer.
static AGENT: LazyLock<Agent> = LazyLock::new(|| {
    let config = Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let config = config.allow_non_standard_methods(true).max_idle_connections(0);
    config.timeout_global(Some(Duration::from_mins(2))).build().into()
});

/// A request.
#[derive(Clone)]
pub(super) struct Asked {
    method: Method,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Asked {
    pub(super) fn of(req: &Request<'_>, body: Vec<u8>) -> Self {
        let passes = |name: &str| {
            !OF_CONNECTIONS.contains(&name.to_lowercase().as_str())
                && !name.eq_ignore_ascii_case(VISITOR)
        };
        let headers = req.headers().iter().filter(|header| passes(header.name().as_str()));
        let headers = headers.map(|it| (it.name().to_string(), it.value().to_owned()));
        let visitor = req.remote().map(|remote| (VISITOR.to_owned(), remote.ip().to_string()));
        let (method, target) = (req.method(), req.uri().to_string());
        Self { method, target, headers: headers.chain(visitor).collect(), body }
    }

    /// Whether it may be answered by any page without harm.
    pub(super) fn only_reads(&self) -> bool {
        matches!(self.method, Method::Get | Method::Head)
    }

    /// Asks the lesson, and adds the script to a page.
    pub(super) fn send(self, authority: &str, version: u64) -> Result<Response<'static>, String> {
        let url = format!("http://{authority}{}", self.target);
        let mut request = http::Request::builder().method(self.method.as_str()).uri(url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(self.body).map_err(|error| error.to_string())?;
        let mut answer = AGENT.run(request).map_err(|error| error.to_string())?;
        let body = answer.body_mut().read_to_vec().map_err(|error| error.to_string())?;
        let mut response = Response::new();
        response.set_status(Status::new(answer.status().as_u16()));
        for (name, value) in answer.headers() {
            let value = String::from_utf8_lossy(value.as_bytes());
            match name.as_str() {
                name if OF_CONNECTIONS.contains(&name) => {}
                // The script asks for events, of this server itself.
                name @ "content-security-policy" => {
                    response.adjoin_raw_header(name.to_owned(), with_events(&value));
                }
                name => response.adjoin_raw_header(name.to_owned(), value.into_owned()),
            }
        }
        let is_page = response.content_type().is_some_and(|it| it.is_html());
        let body = if is_page { with_script(body, version, self.method) } else { body };
        response.set_sized_body(body.len(), Cursor::new(body));
        Ok(response)
    }
}

fn with_events(policy: &str) -> String {
    match policy.split_once("connect-src ") {
        Some((before, after)) => format!("{before}connect-src 'self' {after}"),
        None => format!("{policy}; connect-src 'self'"),
    }
}

/// A page with the script before its end. It knows how the page came: one that answers a form must
/// not be asked for again.
pub(super) fn with_script(page: Vec<u8>, version: u64, method: Method) -> Vec<u8> {
    let Ok(text) = str::from_utf8(&page) else { return page };
    let Some(end) = text.rfind("</body>") else { return page };
    let (before, after) = text.split_at(end);
    let script = format!(
        "<script src=\"/_watch/reload.js\" data-version=\"{version}\" data-method=\"{method}\" defer></script>\n"
    );
    [before, &script, after].concat().into_bytes()
}
