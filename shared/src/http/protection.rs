//! What guards every page: security headers, no change on behalf of another site, and none by a
//! request that is not whole or can be read in more than one way.

use std::net::Ipv6Addr;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::uri::{Authority, Origin};
use rocket::http::{Method, Status};
use rocket::{Data, Request, Response, Route, post, routes};

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

/// The policy: nothing but what this server itself serves, no scripts or styles
/// within the page, and frames around it only in `framed_by`.
pub(crate) fn policy(framed_by: &str) -> String {
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors {framed_by}"
    )
}

/// Sets the security headers of a response; a policy that it has already stands.
pub(crate) fn set_headers(res: &mut Response<'_>) {
    for (name, value) in HEADERS {
        res.set_raw_header(name, value);
    }
    if !res.headers().contains(POLICY) {
        res.set_raw_header(POLICY, policy("'none'"));
    }
}

/// Whether a page of this server itself wants to show this one in a frame, as the docs do.
fn is_framed_by_itself(req: &Request<'_>) -> bool {
    let header = |name| req.headers().get_one(name);
    header("Sec-Fetch-Dest") == Some("iframe") && header("Sec-Fetch-Site") == Some("same-origin")
}

/// Sets the security headers of every response.
pub(crate) struct SecurityHeaders;

#[rocket::async_trait]
impl Fairing for SecurityHeaders {
    fn info(&self) -> Info {
        Info { name: "Security headers", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, req: &'r Request<'_>, res: &mut Response<'r>) {
        if is_framed_by_itself(req) && !res.headers().contains(POLICY) {
            res.set_raw_header(POLICY, policy("'self'"));
        }
        set_headers(res);
    }
}

/// Answers 403 to requests that would change something and come from a page of another origin
/// (ASVS 3.5.1). Browsers say where a request comes from; a page cannot make them lie.
pub(crate) struct SameOrigin;

#[rocket::async_trait]
impl Fairing for SameOrigin {
    fn info(&self) -> Info {
        Info { name: "Same origin", kind: Kind::Request }
    }

    async fn on_request(&self, req: &mut Request<'_>, _: &mut Data<'_>) {
        let is_safe = matches!(req.method(), Method::Get | Method::Head | Method::Options);
        if !is_safe && is_from_elsewhere(req) {
            send_to(REFUSED, req);
        }
    }
}

/// A fairing cannot answer, but it can send the request where the answer is known.
fn send_to(path: &'static str, req: &mut Request<'_>) {
    note_arrival(req);
    req.set_method(Method::Post);
    req.set_uri(Origin::path_only(path));
}

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

/// Answers 400 to requests whose client was gone, or spoke nonsense, within the first bytes of the
/// body. When Rocket fails to read those it says nothing, and `name=Fe` of `name=Ferris` would pass
/// for a whole form; what goes wrong later it finds itself. And to a GET or HEAD with a body: browsers
/// send none, so it is a form that says `_method=get`, which Rocket believes.
pub(crate) struct WholeBody;

#[rocket::async_trait]
impl Fairing for WholeBody {
    fn info(&self) -> Info {
        Info { name: "Whole body", kind: Kind::Request }
    }

    async fn on_request(&self, req: &mut Request<'_>, data: &mut Data<'_>) {
        // This reads no more, unless that has failed.
        let is_cut_off = !data.peek_complete() && data.peek(LOOKED_AT).await.len() < LOOKED_AT;
        let only_asks = matches!(req.method(), Method::Get | Method::Head);
        if is_cut_off || only_asks && !data.peek(1).await.is_empty() {
            refuse(req, "The request is cut off, or a GET with a body. Nothing was changed.");
            send_to(MALFORMED, req);
        }
    }
}

/// Answers 400 to requests that two programs could read differently: with no host, several, or one that
/// is none (RFC 9112, 3.2), and with an address that is not UTF-8. No browser sends them. Rocket 0.5.2
/// tells neither the version of HTTP nor the host of `GET http://host/`: HTTP/1.0 must name one too.
pub(crate) struct WellFormed;

#[rocket::async_trait]
impl Fairing for WellFormed {
    fn info(&self) -> Info {
        Info { name: "Well-formed request", kind: Kind::Request }
    }

    async fn on_request(&self, req: &mut Request<'_>, _: &mut Data<'_>) {
        let reason = if !names_one_host(req) {
            "The request has no header Host, more than one, or one that is not a host."
        } else if !is_utf8(req.uri()) {
            "The address is not UTF-8."
        } else {
            return;
        };
        refuse(req, reason);
        send_to(MALFORMED, req);
    }
}

fn names_one_host(req: &Request<'_>) -> bool {
    let hosts: Vec<_> = req.headers().get("Host").collect();
    match hosts.as_slice() {
        [host] => is_host(host),
        // Rocket's client for tests names none, and has no connection.
        [] => req.remote().is_none(),
        _ => false,
    }
}

/// A name, an IPv4 address or an IPv6 address in brackets, and a port if it is not the usual one.
fn is_host(text: &str) -> bool {
    let Ok(authority) = Authority::parse(text) else {
        return false;
    };
    let name = authority.host();
    let is_name = match name.strip_prefix('[') {
        Some(address) => address.trim_end_matches(']').parse::<Ipv6Addr>().is_ok(),
        None => !name.is_empty() && !name.contains('%'),
    };
    is_name && authority.user_info().is_none()
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
