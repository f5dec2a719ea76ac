//! What guards every page: security headers, and no change on behalf of another site.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::uri::Origin;
use rocket::http::{Header, Method, Status};
use rocket::shield::{Frame, Policy, Referrer, Shield};
use rocket::{Data, Request, Route, post, routes};

use crate::access_log::note_arrival;

/// Where requests go that another site has sent.
const REFUSED: &str = "/_refused";

/// Only what this server itself serves, no frames around it, no inline scripts or styles.
#[derive(Default)]
struct ContentSecurityPolicy;

impl Policy for ContentSecurityPolicy {
    const NAME: &'static str = "Content-Security-Policy";

    fn header(&self) -> Header<'static> {
        let policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        Header::new(Self::NAME, policy)
    }
}

/// The security headers of every response.
pub(crate) fn headers() -> Shield {
    Shield::default().enable(ContentSecurityPolicy).enable(Frame::Deny).enable(Referrer::SameOrigin)
}

/// Answers 403 to requests that would change something and come from a page of another origin
/// (ASVS 3.5.1). Browsers say where a request comes from; a page cannot make them lie.
pub(crate) struct SameOrigin;

#[rocket::async_trait]
impl Fairing for SameOrigin {
    fn info(&self) -> Info {
        let (name, kind) = ("Same origin", Kind::Request);
        Info { name, kind }
    }

    async fn on_request(&self, req: &mut Request<'_>, _: &mut Data<'_>) {
        let is_safe = matches!(req.method(), Method::Get | Method::Head | Method::Options);
        if !is_safe && is_from_elsewhere(req) {
            note_arrival(req);
            // A fairing cannot answer, but it can send the request where the answer is known.
            req.set_method(Method::Post);
            req.set_uri(Origin::path_only(REFUSED));
        }
    }
}

fn is_from_elsewhere(req: &Request<'_>) -> bool {
    let header = |name| req.headers().get_one(name);
    match (header("Sec-Fetch-Site"), header("Origin")) {
        (Some(site), _) => site != "same-origin" && site != "none",
        // Old browsers, and those that came by plain http from another machine.
        (None, Some(origin)) => {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            authority.is_none() || authority != header("Host")
        }
        // Not a browser.
        (None, None) => false,
    }
}

#[post("/_refused")]
fn refused() -> Status {
    Status::Forbidden
}

pub(crate) fn routes() -> Vec<Route> {
    routes![refused]
}
