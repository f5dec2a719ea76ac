//! Two visitors on one screen: the lesson twice, in frames with cookie jars of their own.
//!
//! Cookies belong to a host. `left.two.localhost` and `right.two.localhost` are two of them, and both
//! are this machine. They are one site with `two.localhost`, so the browser sends their cookies along
//! into frames of a page there.

use rocket::http::Header;
use rocket::{Request, Responder, Response, Route, get, routes};
use rocket_dyn_templates::{Template, context};

use super::route_path;
use crate::http::host::{HostName, Port};
use crate::http::protection::{self, POLICY};

/// Where the page with the frames stands.
const HOST: &str = "two.localhost";
const FRAMES: [&str; 2] = ["left.two.localhost", "right.two.localhost"];
/// Where the page stands.
pub(super) const PATH: &str = "/_two";

/// A page that may load what other pages may not.
#[derive(Responder)]
struct Page {
    template: Template,
    policy: Header<'static>,
}

/// On any other host the page leads to the right one, if the browser can find that: it must run on this
/// machine.
#[get("/_two")]
fn two(host: HostName, port: Port) -> Page {
    let Port(port) = port;
    let base = format!("http://{HOST}:{port}");
    let (name, policy) = if host.0 == HOST {
        ("two", format!("frame-src {}", FRAMES.map(|host| format!("http://{host}:*")).join(" ")))
    } else {
        ("two_by_hand", format!("connect-src {base}"))
    };
    let frames = FRAMES.map(|host| format!("http://{host}:{port}/"));
    let policy = format!("{}; {policy}", protection::policy("'none'"));
    let is_here = host.is_local();
    Page {
        template: Template::render(name, context! { base, frames, is_here, without_xray: true }),
        policy: Header::new(POLICY, policy),
    }
}

/// Whether this is the lesson within one of the two frames.
pub(super) fn is_in_frame(req: &Request<'_>) -> bool {
    FRAMES.contains(&HostName::of(req).0.as_str())
}

/// Lets the page show these hosts in its frames, as no other page may.
pub(super) fn allow_frame(req: &Request<'_>, res: &mut Response<'_>) {
    if is_in_frame(req) && route_path(req) != PATH {
        let policy = protection::policy(&format!("http://{HOST}:*"));
        res.set_raw_header(POLICY, policy);
    }
}

pub(super) fn routes() -> Vec<Route> {
    routes![two]
}
