//! What the start page shows of each lesson.

use rocket::http::Header;
use rocket::response::{self, Responder};
use rocket::{Request, State};
use rocket_dyn_templates::Template;
use serde::Serialize;

use crate::exercise;
use crate::ports;
use crate::progress;
use crate::runs::Runs;
use crate::watch::Now;
use crate::workspace::Lesson;

/// A lesson and its exercises.
#[derive(Serialize)]
pub(super) struct Row {
    number: String,
    address: String,
    /// Where the class finds it.
    for_others: Option<String>,
    how: How,
    exercises: Vec<Exercise>,
    #[serde(flatten)]
    lesson: Lesson,
}

/// How a lesson is.
#[derive(Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum How {
    Stopped,
    Building,
    Running,
    /// It was started here, but cannot be built or has ended.
    Broken,
    /// Something uses its port that was not started here.
    Elsewhere,
}

#[derive(Serialize)]
struct Exercise {
    title: String,
    is_done: bool,
}

impl Row {
    pub(super) fn is_building(&self) -> bool {
        self.how == How::Building
    }
}

pub(super) async fn rows(runs: &State<Runs>) -> Result<Vec<Row>, String> {
    let progress = progress::read(&runs.root);
    let host_for_others = runs.is_open.then(|| runs.reach().host());
    let mut rows = vec![];
    for (lesson, exercises) in exercise::all(&runs.root)? {
        let is_done = |it: &exercise::Exercise| progress.get(&it.key()) == Some(&true);
        let exercises = exercises
            .into_iter()
            .map(|it| Exercise { is_done: is_done(&it), title: it.title })
            .collect();
        let (number, port) = (lesson.number().to_owned(), runs.port(&lesson));
        let how = match runs.state(&lesson).await {
            Some(Now::Building) => How::Building,
            Some(Now::Running(_)) => How::Running,
            Some(Now::Broken { .. }) => How::Broken,
            None if ports::check(port).is_err() => How::Elsewhere,
            None => How::Stopped,
        };
        let address = format!("http://127.0.0.1:{port}/");
        let for_others = host_for_others.map(|host| format!("http://{host}:{port}/"));
        rows.push(Row { number, address, for_others, how, exercises, lesson });
    }
    Ok(rows)
}

/// A page, which the browser asks for again if something is under way.
pub(super) enum Fresh {
    Done(Template),
    /// After so many seconds.
    UnderWay(Template, u8),
}

impl Fresh {
    /// What is said only once must be read first.
    pub(super) fn new(page: Template, is_under_way: bool, is_said_once: bool) -> Self {
        let seconds = if is_said_once { 15 } else { 2 };
        if is_under_way { Self::UnderWay(page, seconds) } else { Self::Done(page) }
    }
}

impl<'r> Responder<'r, 'static> for Fresh {
    fn respond_to(self, req: &'r Request<'_>) -> response::Result<'static> {
        match self {
            Self::Done(page) => page.respond_to(req),
            Self::UnderWay(page, seconds) => {
                let mut response = page.respond_to(req)?;
                response.set_header(Header::new("Refresh", seconds.to_string()));
                Ok(response)
            }
        }
    }
}
