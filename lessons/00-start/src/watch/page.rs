//! The page that is shown while a lesson is built, and while it cannot be.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use rocket::http::{ContentType, Method, Status};
use rocket::response::Response;
use rocket_dyn_templates::tera::{Context, Tera};

use super::asked::with_script;
use super::stage::{Now, State};
use crate::workspace::Lesson;

/// Nothing but the style sheet and the script of this server.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The page for a lesson that does not run. It has 503, and comes again by itself.
pub(super) fn of(root: &Path, lesson: &Lesson, state: &State) -> Response<'static> {
    let (words, advice) = match &state.now {
        Now::Broken { words, advice } => (&**words, &**advice),
        Now::Building | Now::Running(_) => ("", ""),
    };
    let mut context = Context::new();
    context.insert("lesson", lesson);
    context.insert("words", words);
    context.insert("advice", &advice.split("\n\n").filter(|it| !it.is_empty()).collect::<Vec<_>>());
    let template = fs::read_to_string(root.join("templates/00-start/not_ready.html.tera"));
    let page = template.map_err(|error| error.to_string()).and_then(|template| {
        Tera::one_off(&template, &context, true).map_err(|error| error.to_string())
    });
    let body = with_script(page.unwrap_or_else(|error| error).into(), state.version, Method::Get);
    let mut response = Response::build();
    response.status(Status::ServiceUnavailable).header(ContentType::HTML);
    response.raw_header("Content-Security-Policy", POLICY).raw_header("Cache-Control", "no-store");
    // For browsers without JavaScript.
    response.raw_header("Refresh", "2").raw_header("X-Content-Type-Options", "nosniff");
    response.sized_body(body.len(), Cursor::new(body)).finalize()
}
