//! The docs, served by the lesson: `/docs` shows its own beside its source and the page itself.

mod markdown;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use rocket::fs::NamedFile;
use rocket::http::Header;
use rocket::{Responder, Route, State, get, routes};
use rocket_dyn_templates::{Template, context};

use self::source::Source;
use super::catalogue::{self, Catalogue};
use crate::http::host::HostName;
use crate::http::protection::{self, POLICY};

/// A page that may show others of this server in a frame.
#[derive(Responder)]
struct Page {
    template: Template,
    policy: Header<'static>,
}

/// The doc of the lesson that runs, beside its source and its page. All is read anew each time: what
/// changes on the disk changes here.
#[get("/docs")]
fn docs(lessons: &State<Catalogue>, host: HostName) -> Option<Page> {
    let (root, lesson) = (catalogue::root().ok()?, lessons.running());
    let sources = Source::of(&root, &lesson.folder);
    let doc = doc(&root, &lesson.folder, &sources, &host)?;
    let policy = format!("{}; frame-src 'self'", protection::policy("'none'"));
    let template = Template::render("docs", context! { doc, sources });
    Some(Page { template, policy: Header::new(POLICY, policy) })
}

/// Another doc, such as `/docs/security`.
#[get("/docs/<name>")]
fn other_doc(name: &str, host: HostName) -> Option<Template> {
    let doc = doc(&catalogue::root().ok()?, name, &[], &host)?;
    Some(Template::render("doc", context! { name, doc }))
}

#[get("/docs/pictures/<name>")]
async fn picture(name: &str) -> Option<NamedFile> {
    let folder = catalogue::root().ok()?.join("docs/pictures");
    NamedFile::open(folder.join(file_name(name)?)).await.ok()
}

/// A doc as HTML.
fn doc(root: &Path, name: &str, sources: &[Source], host: &HostName) -> Option<String> {
    let file = root.join("docs").join(file_name(name)?).with_extension("md");
    Some(markdown::to_html(&read(&file)?, name, sources, &host.0))
}

/// A text without the byte order mark that some editors begin it with.
fn read(file: &Path) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    Some(text.trim_start_matches('\u{feff}').to_owned())
}

/// The name of a file in a folder, and no way out of it.
fn file_name(name: &str) -> Option<PathBuf> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    (name.chars().all(allowed) && !name.starts_with('.')).then(|| name.into())
}

pub(crate) fn routes() -> Vec<Route> {
    routes![docs, other_doc, picture]
}
