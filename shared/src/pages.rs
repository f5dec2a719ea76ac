//! The templates with what every page shows, and the pages for errors.

use std::collections::BTreeSet;
use std::io::Cursor;

use rocket::fairing::Fairing;
use rocket::http::{ContentType, Header, Method, Status};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use rocket::{Catcher, catch, catchers};
use rocket_dyn_templates::{Engines, Template, context};
use serde_json::{Value, json};

use crate::catalogue::Place;
use crate::static_files;

/// Templates in which `lesson()` tells what the base template shows on every page.
pub(crate) fn templates(place: &Place) -> impl Fairing + use<> {
    let Place { lesson, before, after } = place;
    let facts = json!({
        "number": lesson.number,
        "title": lesson.title,
        "doc": lesson.doc(),
        "source": lesson.source(),
        "templates": format!("templates/{}/", lesson.folder),
        "before": before,
        "after": after,
        "static": static_files::folder(),
    });
    Template::custom(move |engines: &mut Engines| {
        let facts = facts.clone();
        let lesson =
            move |_: &_| -> rocket_dyn_templates::tera::Result<Value> { Ok(facts.clone()) };
        engines.tera.register_function("lesson", lesson);
    })
}

/// What an error page says: a title, and what the visitor can do.
fn words(status: Status) -> (&'static str, &'static str) {
    match status.code {
        400 => ("That request makes no sense", "Go back and try again."),
        403 => (
            "Sent from somewhere else",
            "This change was asked for by a page of another site, so nothing was changed. Open this lesson itself and use its own form.",
        ),
        404 => ("There is no such page", "Check the address, or begin at the first page."),
        405 => (
            "Not with this method",
            "This address does something, so it wants a form that is sent (POST), not a link that is followed (GET).",
        ),
        413 => (
            "Too large",
            "What was sent, or the session with it, is larger than allowed. Nothing was changed: go back and send less.",
        ),
        415 => (
            "Not a form",
            "This address takes what a form sends (application/x-www-form-urlencoded).",
        ),
        422 => ("Something is wrong with what was sent", "Go back and check each field."),
        429 => ("Too many tries", "Wait a minute and try again."),
        503 => (
            "The sessions cannot be reached",
            "This is not your fault and nothing is lost. Try again in a moment.",
        ),
        code if code < 500 => ("That did not work", "Go back and try again."),
        _ => (
            "Something broke on the server",
            "This is not your fault. Whoever runs the lesson finds the reason in the terminal.",
        ),
    }
}

/// Renders the page for a status. Where templates cannot be used, the words alone must do.
fn error_page(req: &Request<'_>, status: Status) -> (ContentType, String) {
    let (title, advice) = words(status);
    let page = context! { code: status.code, title, advice };
    match Template::show(req.rocket(), "error", page) {
        Some(html) => (ContentType::HTML, html),
        None => (ContentType::Plain, format!("{} {title}. {advice}\n", status.code)),
    }
}

/// Turns a response that is finished into an error page. Its headers stay, but for those that were
/// about the old body, the way on, and cookies.
pub(crate) fn replace_by_error(req: &Request<'_>, res: &mut Response<'_>, status: Status) {
    for header in ["Location", "Set-Cookie", "Content-Type"] {
        res.remove_header(header);
    }
    let (content_type, body) = error_page(req, status);
    res.set_status(status);
    res.set_header(content_type);
    res.set_sized_body(body.len(), Cursor::new(body));
}

struct ErrorPage(Status);

impl<'r> Responder<'r, 'static> for ErrorPage {
    fn respond_to(self, req: &'r Request<'_>) -> response::Result<'static> {
        let status = match self.0 {
            // A part of the path that its handler cannot take, as in `/blog_posts/x`.
            Status::UnprocessableEntity if !req.method().supports_payload() => Status::NotFound,
            status => status,
        };
        let allowed = if status == Status::NotFound { other_methods(req) } else { BTreeSet::new() };
        let status = if allowed.is_empty() { status } else { Status::MethodNotAllowed };
        let mut res = error_page(req, status).respond_to(req)?;
        res.set_status(status);
        if !allowed.is_empty() {
            let allowed = allowed.into_iter().collect::<Vec<_>>().join(", ");
            res.set_header(Header::new("Allow", allowed));
        }
        Ok(res)
    }
}

/// The methods with which there is a page at this address, if there is none with the method asked
/// for: Rocket 0.5 says 404 to both.
fn other_methods(req: &Request<'_>) -> BTreeSet<&'static str> {
    let path = req.uri().path();
    let here = req.rocket().routes().filter(|route| matches(route.uri.path(), path.as_str()));
    let methods: BTreeSet<_> = here.map(|route| route.method.as_str()).collect();
    let asked = if req.method() == Method::Head { Method::Get } else { req.method() };
    if methods.contains(asked.as_str()) {
        return BTreeSet::new();
    }
    methods
}

/// Whether a route's path, in which `<part>` stands for anything, is that of a request.
fn matches(route: &str, path: &str) -> bool {
    let mut wanted = route.split('/').filter(|part| !part.is_empty());
    let mut given = path.split('/').filter(|part| !part.is_empty());
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(part), _) if part.ends_with("..>") => return true,
            (Some(part), Some(segment)) if part.starts_with('<') || part == segment => {}
            _ => return false,
        }
    }
}

#[catch(default)]
fn error(status: Status, _req: &Request<'_>) -> ErrorPage {
    ErrorPage(status)
}

/// A page for every error.
pub(crate) fn catchers() -> Vec<Catcher> {
    catchers![error]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_matches_its_paths_only() {
        assert!(matches("/", "/"));
        assert!(matches("/unregister", "/unregister"));
        assert!(matches("/blog_posts/<id>", "/blog_posts/17"));
        assert!(matches("/files/<path..>", "/files/a/b"));
        assert!(!matches("/unregister", "/"));
        assert!(!matches("/blog_posts/<id>", "/blog_posts"));
        assert!(!matches("/blog_posts/<id>", "/blog_posts/17/x"));
    }
}
