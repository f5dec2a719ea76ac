//! What an explanation can draw on.

use std::path::PathBuf;

use rocket::Request;

use super::heard::Said;
use super::program::Program;
use super::source::File;
use crate::launch::catalogue::{self, Catalogue, Lesson};
use crate::launch::templates::Problems;

/// What is known of a request and of the program that has answered it.
pub(super) struct Evidence<'r> {
    pub(super) req: &'r Request<'r>,
    pub(super) root: PathBuf,
    pub(super) lesson: &'r Lesson,
    pub(super) program: &'r Program,
    pub(super) problems: &'r Problems,
    /// What the log said meanwhile.
    pub(super) heard: Vec<Said>,
}

impl<'r> Evidence<'r> {
    pub(super) fn of(req: &'r Request<'_>, heard: Vec<Said>) -> Option<Self> {
        let rocket = req.rocket();
        let lesson = rocket.state::<Catalogue>()?.running();
        let (program, problems) = (rocket.state()?, rocket.state()?);
        Some(Self { req, root: catalogue::root().ok()?, lesson, program, problems, heard })
    }

    /// The sources of the lesson, without those of `shared` and without tests.
    pub(super) fn sources(&self) -> Vec<File> {
        let lessons = self.root.join("lessons");
        let sources = self.program.sources().iter().filter(|path| path.starts_with(&lessons));
        sources.filter_map(|path| File::read(&self.root, path)).collect()
    }

    /// Whether the page stands in a frame of another, which says what there is to say.
    pub(super) fn is_in_frame(&self) -> bool {
        self.req.headers().get_one("Sec-Fetch-Dest") == Some("iframe")
    }
}
