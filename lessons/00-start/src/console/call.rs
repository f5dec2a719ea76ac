//! A request of `curl` on its way, which a redirect may change.

use ureq::Body;
use ureq::http::{Method, Response, StatusCode};

use super::jar::Jar;
use super::request::Request;

/// The version that this `curl` is like.
const USER_AGENT: &str = "curl/8.17.0";

/// A request to one address.
pub(super) struct Call<'r> {
    request: &'r Request,
    pub(super) method: Method,
    pub(super) data: Option<String>,
    pub(super) url: String,
}

/// Where an address leads: the host as it is known, the one that it is, and the path.
pub(super) struct Place<'u> {
    pub(super) known: &'u str,
    pub(super) real: &'u str,
    pub(super) path: &'u str,
}

impl<'r> Call<'r> {
    pub(super) fn new(request: &'r Request, url: String) -> Self {
        let usual = match &request.data {
            _ if request.has("--head") => Method::HEAD,
            Some(_) => Method::POST,
            None => Method::GET,
        };
        let method = request.method.clone().unwrap_or(usual);
        Self { request, method, data: request.data.clone(), url }
    }

    /// One of the places, each of which has the known host first.
    pub(super) fn place<'u>(&'u self, places: &'u [(String, String)]) -> Result<Place<'u>, String> {
        let place = places.iter().find_map(|(known, real)| {
            let path = self.url.strip_prefix("http://")?.strip_prefix(known.as_str())?;
            let path = path.split('#').next().unwrap_or(path);
            let path = if path.is_empty() { "/" } else { path };
            path.starts_with('/').then_some(Place { known, real, path })
        });
        let url = &self.url;
        let place = place.ok_or_else(|| {
            format!("{url:?} is not known here: the address is http://{}/…", places[0].0)
        })?;
        if without_query(place.path).split('/').any(|part| [".", ".."].contains(&part)) {
            return Err("an address with `.` or `..` between its `/` is not known here".to_owned());
        }
        Ok(place)
    }

    /// The lines of the head, below its first.
    pub(super) fn headers(&self, place: &Place<'_>, jar: Option<&Jar>) -> Vec<(String, String)> {
        let own = &self.request.headers;
        let has = |name: &str| own.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        let header = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let usual = [("Host", place.known), ("User-Agent", USER_AGENT), ("Accept", "*/*")];
        let usual = usual.into_iter().filter(|(name, _)| !has(name));
        let mut headers: Vec<_> = usual.map(header).collect();
        let mut cookies = jar.map(|it| it.sent_to(without_query(place.path))).unwrap_or_default();
        cookies.extend(self.request.send.iter().filter(|send| send.contains('=')).cloned());
        if !cookies.is_empty() {
            headers.push(header(("Cookie", &cookies.join("; "))));
        }
        headers.extend(own.iter().cloned());
        if let Some(data) = &self.data {
            headers.push(header(("Content-Length", &data.len().to_string())));
            if !has("Content-Type") {
                headers.push(header(("Content-Type", "application/x-www-form-urlencoded")));
            }
        }
        headers
    }

    /// The request to which an answer leads.
    pub(super) fn redirected(self, status: StatusCode, url: String) -> Self {
        if [307, 308].contains(&status.as_u16()) {
            return Self { url, ..self };
        }
        let is_kept = self.request.method.is_some() || self.method == Method::HEAD;
        let method = if is_kept { self.method } else { Method::GET };
        Self { method, data: None, url, ..self }
    }
}

/// Where the answer sends on to.
pub(super) fn location(answer: &Response<Body>, place: &Place<'_>) -> Option<String> {
    if ![301, 302, 303, 307, 308].contains(&answer.status().as_u16()) {
        return None;
    }
    let location = answer.headers().get("location")?.to_str().ok()?;
    let is_path = location.starts_with('/');
    Some(if is_path { format!("http://{}{location}", place.known) } else { location.to_owned() })
}

pub(super) fn without_query(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}
