//! The class as a file: one line for each learner.

use std::path::Path;

use csv::{QuoteStyle, WriterBuilder};
use rocket::http::{Header, Status};
use rocket::{Responder, Route, State, get, routes};
use shared::{Clock, Timestamp};

use super::{Class, Instructor, Room};
use crate::exercise;
use crate::runs::Runs;
use crate::terminal::failed;
use crate::workspace::number;

/// A file that the browser keeps.
#[derive(Responder)]
#[response(content_type = "text/csv; charset=utf-8")]
struct Spreadsheet {
    text: String,
    disposition: Header<'static>,
}

/// Who was there since when, what each has done, and how each has voted.
#[get("/room/class.csv")]
fn class(
    _instructor: Instructor,
    room: &State<Room>,
    runs: &State<Runs>,
    clock: &Clock,
) -> Result<Spreadsheet, Status> {
    spreadsheet(&room.class(), &runs.root, clock.now()).map_err(failed)
}

fn spreadsheet(class: &Class, root: &Path, now: Timestamp) -> Result<Spreadsheet, String> {
    let exercises: Vec<_> = exercise::all(root)?.into_iter().flat_map(|(_, all)| all).collect();
    let polls: Vec<_> = class.asked.iter().chain(&class.poll).collect();
    let mut file = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(vec![]);
    let mut titles = vec!["name".to_owned(), "minutes".to_owned(), "stuck for minutes".to_owned()];
    titles.extend(exercises.iter().map(exercise::Exercise::key));
    for poll in &polls {
        let lesson = number(&poll.question.lesson);
        let title = format!("poll {}, question {lesson}.{}", poll.number, poll.question.number);
        titles.extend([format!("{title} before"), format!("{title} after")]);
        titles.push(format!("{title} right"));
    }
    let mut lines = vec![titles];
    for (number, person) in class.people.all() {
        let minutes = |since: Timestamp| (now.saturating_sub(since) / 60).to_string();
        let mut line = vec![as_text(&person.name), minutes(person.joined)];
        line.push(person.stuck.map_or_else(String::new, minutes));
        line.extend(exercises.iter().map(|it| match person.progress.get(&it.key()) {
            Some(true) => "done".to_owned(),
            Some(false) => "tried".to_owned(),
            None => String::new(),
        }));
        for poll in &polls {
            let choice = |at: usize| (at + 1).to_string();
            let vote = |round| poll.vote_of(number, round).map_or_else(String::new, choice);
            line.extend([vote(0), vote(1), choice(poll.question.right)]);
        }
        lines.push(line);
    }
    for line in lines {
        file.write_record(line).map_err(|error| error.to_string())?;
    }
    let bytes = file.into_inner().map_err(|error| error.to_string())?;
    // Some spreadsheets take a file for UTF-8 only if it begins so.
    let text = format!("\u{feff}{}", String::from_utf8_lossy(&bytes));
    let disposition = Header::new("Content-Disposition", "attachment; filename=\"class.csv\"");
    Ok(Spreadsheet { text, disposition })
}

/// A name that a spreadsheet would take for a formula is shown to be none
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn as_text(name: &str) -> String {
    let is_formula = name.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if is_formula { format!("'{name}") } else { name.to_owned() }
}

pub(super) fn routes() -> Vec<Route> {
    routes![class]
}
