//! What guards every page: security headers, no change on behalf of another site, and none by a
//! request that is not whole or can be read in more than one way.

use std::net::Ipv6Addr;
use std::sync::LazyLock;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::uri::{Host, Origin};
use rocket::http::{Method, Status};
use rocket::{Data, Request, Response, Route, post, routes};

use crate::header;
use crate::http::access_log::note_arrival;
use crate::refusal::refuse;

/// Where requests go that another site has sent.
const REFUSED: &str = "/_refused";
/// Where requests go of which only a part has come, or more than there should be, or that are malformed.
const MALFORMED: &str = "/_malformed";

/// How many bytes of a body Rocket has looked at before its fairings: it looks for another method.
const LOOKED_AT: usize = "_method=delete".len();

/// No guessing of types, and no address for other sites.
const HEADERS: [(&str, &str); 2] =
    [("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin")];

/// The header of the policy.
pub(crate) const POLICY: &str = "Content-Security-Policy";

/// The Content-Security-Policy of every page: nothing but what this server itself serves, no scripts or
/// styles within the page, and frames around it only in `framed_by`, such as `'none'`. A page that needs
/// more sets the header itself, to this and what it adds.
///
/// ```
/// let policy = format!("{}; connect-src 'self'", shared::policy("'none'"));
/// assert!(policy.starts_with("default-src 'none'"));
/// ```
#[must_use]
pub fn policy(framed_by: &str) -> String {
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors "
        .to_owned()
        + framed_by
}

/// The policy of a page that no other may show in a frame.
pub(crate) static UNFRAMED: LazyLock<String> = LazyLock::new(|| policy("'none'"));
/// The policy of one that another page of this server shows in a frame.
static FRAMED: LazyLock<String> = LazyLock::new(|| policy("'self'"));

/// Sets the security headers of a response, and this policy unless it has one already.
pub(crate) fn set_headers(res: &mut Response<'_>, policy: &'static str) {
    for (name, value) in HEADERS {
        res.set_raw_header(name, value);
    }
    if header::values(res.headers(), POLICY).next().is_none() {
        res.set_raw_header(POLICY, policy);
    }
}

/// Whether a page of this server itself wants to show this one in a frame, as the docs do.
fn is_framed_by_itself(req: &Request<'_>) -> bool {
    let says =
        |name, value| header::values(req.headers(), name).next().is_some_and(|it| it == value);
    says("Sec-Fetch-Dest", "iframe") && says("Sec-Fetch-Site", "same-origin")
}

/// Refuses requests that may not be what a visitor wants, and sets the security headers of every response.
pub(crate) struct Protection;

#[rocket::async_trait]
impl Fairing for Protection {
    fn info(&self) -> Info {
        Info { name: "Protection", kind: Kind::Request | Kind::Response }
    }

    async fn on_request(&self, req: &mut Request<'_>, data: &mut Data<'_>) {
        let is_safe = matches!(req.method(), Method::Get | Method::Head | Method::Options);
        if let Some(reason) = malformed_because(req, data).await {
            refuse(req, reason);
            send_to(MALFORMED, req);
        } else if !is_safe && is_from_elsewhere(req) {
            send_to(REFUSED, req);
        }
    }

    async fn on_response<'r>(&self, req: &'r Request<'_>, res: &mut Response<'r>) {
        set_headers(res, if is_framed_by_itself(req) { &FRAMED } else { &UNFRAMED });
    }
}

/// A fairing cannot answer, but it can send the request where the answer is known.
fn send_to(path: &'static str, req: &mut Request<'_>) {
    note_arrival(req);
    req.set_method(Method::Post);
    req.set_uri(Origin::path_only(path));
}

/// Whether a page of another origin has sent it (ASVS 3.5.1). Browsers say where a request comes from; a
/// page cannot make them lie.
fn is_from_elsewhere(req: &Request<'_>) -> bool {
    let headers = |name| req.headers().get(name).collect::<Vec<_>>();
    match (headers("Sec-Fetch-Site").as_slice(), headers("Origin").as_slice()) {
        ([site], _) => *site != "same-origin" && *site != "none",
        // Old browsers, and those that came by plain http from another machine.
        ([], [origin]) => {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            authority.is_none() || authority != req.headers().get_one("Host")
        }
        // Not a browser.
        ([], []) => false,
        // No browser says it twice.
        _ => true,
    }
}

/// Why a request is answered with 400, if it is.
async fn malformed_because(req: &Request<'_>, data: &mut Data<'_>) -> Option<&'static str> {
    if !is_whole(req, data).await {
        Some("The request is cut off, or a GET with a body. Nothing was changed.")
    } else if req.remote().is_some() && !names_one_host(req) {
        // Rocket's client for tests has no connection, and need not name a host.
        Some("The request has no header Host, more than one, or one that is not a host.")
    } else if !is_utf8(req.uri()) {
        Some("The address is not UTF-8.")
    } else {
        None
    }
}

/// Whether all of a request has come, and no more than there should be.
///
/// If the client was gone, or spoke nonsense, within the first bytes of the body, Rocket says nothing,
/// and `name=Fe` of `name=Ferris` would pass for a whole form; what goes wrong later it finds itself.
/// Browsers send no GET or HEAD with a body: it is a form that says `_method=get`, which Rocket believes.
async fn is_whole(req: &Request<'_>, data: &mut Data<'_>) -> bool {
    // This reads no more, unless that has failed.
    let is_cut_off = !data.peek_complete() && data.peek(LOOKED_AT).await.len() < LOOKED_AT;
    let only_asks = matches!(req.method(), Method::Get | Method::Head);
    !is_cut_off && (!only_asks || data.peek(1).await.is_empty())
}

/// Whether a request names one host (RFC 9112, 3.2): without, two programs could read it differently.
/// No browser sends such a one. Rocket 0.5.2 tells neither the version of HTTP nor the host of
/// `GET http://host/`: HTTP/1.0 must name one too.
///
/// Rocket has read the first of them, and takes what stands before an `@` for a part of it.
fn names_one_host(req: &Request<'_>) -> bool {
    let mut hosts = header::values(req.headers(), "Host");
    match (hosts.next(), hosts.next()) {
        (Some(text), None) => !text.contains('@') && req.host().is_some_and(is_host),
        _ => false,
    }
}

/// A name, an IPv4 address or an IPv6 address in brackets, and a port if it is not the usual one.
fn is_host(host: &Host<'_>) -> bool {
    let name = host.domain().as_str();
    match name.strip_prefix('[') {
        Some(address) => address.trim_end_matches(']').parse::<Ipv6Addr>().is_ok(),
        None => !name.is_empty() && !name.contains('%'),
    }
}

fn is_utf8(address: &Origin<'_>) -> bool {
    let query = address.query().is_none_or(|query| query.raw().percent_decode().is_ok());
    query && address.path().raw().percent_decode().is_ok()
}

#[post("/_refused")]
fn refused() -> Status {
    Status::Forbidden
}

#[post("/_malformed")]
fn malformed() -> Status {
    Status::BadRequest
}

pub(crate) fn routes() -> Vec<Route> {
    routes![refused, malformed]
}
