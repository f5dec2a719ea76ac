//! What a learner is told in the browser when something is wrong: a template that cannot be used, a form
//! whose fields do not match, an address without a handler, a handler that fails, a program that is older
//! than its source.
//!
//! Only in debug builds, only while the X-ray is on, and only for browsers on this machine: the pages
//! show lines of source. When it is off, nothing of this is attached.

mod evidence;
mod fault;
mod form;
pub(super) mod heard;
mod mistake;
mod not_found;
mod page;
mod program;
mod source;
mod template;

use std::io::Cursor;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::figment::Figment;
use rocket::http::uri::Origin;
use rocket::http::{ContentType, Method, Status};
use rocket::route::{Handler, Outcome};
use rocket::{Build, Data, Request, Response, Rocket, Route};

use self::evidence::Evidence;
use self::mistake::Mistake;
use self::program::Program;
use super::templates::Problems;
use crate::http::access_log::note_arrival;
use crate::session::is_file;
use crate::xray;

/// Where requests go while the lesson's templates are not in order: no handler runs whose page could not
/// be shown.
const STOPPED: &str = "/_mistake";

/// Whether mistakes are explained in the browser.
pub(super) fn are_explained(figment: &Figment) -> bool {
    cfg!(debug_assertions) && xray::is_on(figment)
}

/// Adds the explanations, if they are wanted.
pub(super) fn attach_if_explained(rocket: Rocket<Build>) -> Rocket<Build> {
    if !are_explained(rocket.figment()) {
        return rocket;
    }
    heard::listen();
    let methods = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];
    let stopped = methods.map(|method| Route::new(method, STOPPED, Stopped));
    rocket.manage(Program::running()).attach(Mistakes).mount("/", stopped)
}

/// Whether a path is one of the sandbox's own, which every lesson has.
fn is_sandbox(path: &str) -> bool {
    let first = path.split('/').find(|part| !part.is_empty()).unwrap_or_default();
    first.starts_with('_') || matches!(first, "docs" | "static")
}

struct Mistakes;

#[rocket::async_trait]
impl Fairing for Mistakes {
    fn info(&self) -> Info {
        Info { name: "Mistakes", kind: Kind::Request | Kind::Response }
    }

    async fn on_request(&self, req: &mut Request<'_>, _: &mut Data<'_>) {
        if is_broken(req) && !is_sandbox(req.uri().path().as_str()) {
            note_arrival(req);
            req.set_uri(Origin::path_only(STOPPED));
        }
    }

    async fn on_response<'r>(&self, req: &'r Request<'_>, res: &mut Response<'r>) {
        let heard = heard::take();
        let is_near = req.client_ip().is_some_and(|address| address.to_canonical().is_loopback());
        if !is_near || is_file(req) {
            return;
        }
        let Some(evidence) = Evidence::of(req, heard) else { return };
        let problems = evidence.problems.all();
        if req.uri().path() == STOPPED && !problems.is_empty() {
            let mistakes = problems.iter().map(|it| template::broken(&evidence, it)).collect();
            let page = page::whole(&evidence, mistakes);
            res.set_header(ContentType::HTML);
            res.set_sized_body(page.len(), Cursor::new(page));
        } else if res.content_type().is_some_and(|it| it.is_html()) {
            add(&evidence, res).await;
        }
    }
}

/// Puts what there is to say at the head of a page.
async fn add(evidence: &Evidence<'_>, res: &mut Response<'_>) {
    let newer = if evidence.is_in_frame() { None } else { evidence.program.newer_file() };
    let mistakes = mistakes(evidence, res.status());
    if newer.is_none() && mistakes.is_empty() {
        return;
    }
    let Ok(body) = res.body_mut().to_string().await else { return };
    let body = page::with(evidence, &body, newer.as_deref(), mistakes);
    res.set_sized_body(body.len(), Cursor::new(body));
}

/// What went wrong with a request of the lesson.
fn mistakes(evidence: &Evidence<'_>, status: Status) -> Vec<Mistake> {
    let route = evidence.req.route().map_or("", |route| route.uri.path());
    if is_sandbox(route) {
        return vec![];
    }
    let of_status = match status.code {
        404 | 405 => Some(not_found::explain(evidence, status)),
        500 => fault::explain(evidence),
        _ => None,
    };
    [form::explain(evidence), of_status].into_iter().flatten().collect()
}

/// Whether the lesson's templates are not in order.
fn is_broken(req: &Request<'_>) -> bool {
    req.rocket().state().is_some_and(|problems: &Problems| !problems.all().is_empty())
}

/// Answers in place of every handler while the templates are not in order.
#[derive(Clone)]
struct Stopped;

#[rocket::async_trait]
impl Handler for Stopped {
    async fn handle<'r>(&self, req: &'r Request<'_>, _: Data<'r>) -> Outcome<'r> {
        let is_sent_here = is_broken(req);
        Outcome::Error(if is_sent_here { Status::InternalServerError } else { Status::NotFound })
    }
}
