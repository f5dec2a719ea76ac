//! The docs, served by the lesson: `/docs` shows its own beside its source and the page itself,
//! `/docs/exercises/…` its exercises, and `/docs/handout` the page to print for a class.

mod code;
mod exercises;
mod heading;
mod markdown;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use rocket::fs::NamedFile;
use rocket::http::Header;
use rocket::response::Redirect;
use rocket::{Responder, Route, State, get, routes, uri};
use rocket_dyn_templates::{Template, context};

use self::exercises::Progress;
use self::markdown::Doc;
use self::source::Source;
use super::catalogue::{self, Catalogue};
use crate::http::host::HostName;
use crate::http::protection::{self, POLICY};

/// Where the doc of the lesson stands, and its source.
const DOCS: &str = "/docs";

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
    let workspace = Workspace::of(lessons, host)?;
    let doc = workspace.doc(&workspace.lesson, "")?;
    let policy = format!("{}; frame-src 'self'", protection::policy("'none'"));
    let template = Template::render("docs", context! { doc, sources: workspace.sources });
    Some(Page { template, policy: Header::new(POLICY, policy) })
}

/// Another doc, such as `/docs/security`.
#[get("/docs/<name>")]
fn other_doc(name: &str, lessons: &State<Catalogue>, host: HostName) -> Option<Template> {
    let doc = Workspace::of(lessons, host)?.doc(name, DOCS)?;
    Some(Template::render("doc", context! { name, doc }))
}

/// An exercise of the lesson that runs.
#[get("/docs/exercises/<name>")]
fn exercise(name: &str, lessons: &State<Catalogue>, host: HostName) -> Option<Template> {
    let workspace = Workspace::of(lessons, host)?;
    let file = exercises::file(&workspace.root, &workspace.lesson, name)?;
    let path = format!("lessons/{}/exercises/{name}.md", workspace.lesson);
    let doc = workspace.html(&file, &path, DOCS)?;
    let is_done = workspace.progress.is_done(&workspace.lesson, name);
    Some(Template::render("doc", context! { name, doc, is_done, is_exercise: true }))
}

/// The page to hand out for the lesson that runs.
#[get("/docs/handout")]
fn own_handout(lessons: &State<Catalogue>) -> Redirect {
    Redirect::to(uri!(handout(lessons.running().folder.as_str())))
}

/// The page to hand out for a lesson: one that runs shows those of all, so a class needs one printer
/// and one address.
#[get("/docs/handouts/<name>")]
fn handout(name: &str, lessons: &State<Catalogue>, host: HostName) -> Option<Template> {
    let workspace = Workspace::of(lessons, host)?;
    let path = format!("docs/handouts/{}.md", file_name(name)?.display());
    let doc = workspace.html(&workspace.root.join(&path), &path, DOCS)?;
    Some(Template::render("doc", context! { name, doc, is_handout: true }))
}

#[get("/docs/pictures/<name>")]
async fn picture(name: &str) -> Option<NamedFile> {
    let folder = catalogue::root().ok()?.join("docs/pictures");
    NamedFile::open(folder.join(file_name(name)?)).await.ok()
}

/// The workspace as it is now on the disk.
struct Workspace {
    root: PathBuf,
    /// The folder of the lesson that runs, and its files.
    lesson: String,
    sources: Vec<Source>,
    progress: Progress,
    /// The host by which the visitor came: other machines reach the lessons by it too.
    host: HostName,
}

impl Workspace {
    fn of(lessons: &Catalogue, host: HostName) -> Option<Self> {
        let (root, lesson) = (catalogue::root().ok()?, lessons.running().folder.clone());
        let (sources, progress) = (Source::of(&root, &lesson), Progress::read(&root));
        Some(Self { root, lesson, sources, progress, host })
    }

    /// A doc as HTML, on a page beside the sources or on one without them.
    fn doc(&self, name: &str, sources_at: &str) -> Option<String> {
        let path = format!("docs/{}.md", file_name(name)?.display());
        self.html(&self.root.join(&path), &path, sources_at)
    }

    fn html(&self, file: &Path, path: &str, shown_at: &str) -> Option<String> {
        let Self { lesson, sources, progress, host, .. } = self;
        let doc = Doc { path, lesson, sources, shown_at, progress, host: &host.0 };
        Some(doc.to_html(&read(file)?))
    }
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
    routes![docs, other_doc, exercise, own_handout, handout, picture]
}
