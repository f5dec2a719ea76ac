//! A handler, a guard or a template that failed: 500.

use std::path::Path;

use super::evidence::Evidence;
use super::mistake::{Fact, Mistake};
use super::source::File;
use super::template;

/// Why, as far as the log said it.
pub(super) fn explain(evidence: &Evidence<'_>) -> Option<Mistake> {
    template::failed(evidence).or_else(|| panicked(evidence)).or_else(|| said(evidence))
}

fn panicked(evidence: &Evidence<'_>) -> Option<Mistake> {
    let mut heard = evidence.heard.iter();
    let (said, (file, line)) = heard.find_map(|it| Some((it, it.place.as_ref()?)))?;
    // Those of other crates are not the learner's to mend.
    let is_here = Path::new(file).is_relative();
    let source = is_here.then(|| File::read(&evidence.root, &evidence.root.join(file))).flatten();
    let place = source.map(|source| source.place(*line as usize));
    // The folder in which a machine keeps its crates is left out.
    let parts: Vec<_> = file.split(['/', '\\']).collect();
    let crates = parts[parts.len().saturating_sub(4)..].join("/");
    let elsewhere =
        Fact { name: "In another crate".to_owned(), items: vec![format!("`{crates}:{line}`")] };
    Some(Mistake {
        title: format!("The handler{} panicked", handler(evidence)),
        text: said.text.clone(),
        facts: if place.is_some() { vec![] } else { vec![elsewhere] },
        mend: "Mend what this line relies on, or answer with an error instead of a panic; then stop the \
               lesson with Ctrl+C and run it again. With `RUST_BACKTRACE=1` the terminal also says what \
               led there."
            .to_owned(),
        place,
    })
}

fn said(evidence: &Evidence<'_>) -> Option<Mistake> {
    let (last, before) = evidence.heard.split_last()?;
    let facts = match before {
        [] => vec![],
        _ => vec![Fact {
            name: "Before that the log said".to_owned(),
            items: before.iter().map(|said| said.text.clone()).collect(),
        }],
    };
    Some(Mistake {
        title: format!("The handler{} failed", handler(evidence)),
        text: last.text.clone(),
        place: None,
        facts,
        mend: "This is what the log of this request says: look for its words in the source."
            .to_owned(),
    })
}

/// The name of the handler that was asked, if it has one.
fn handler(evidence: &Evidence<'_>) -> String {
    let name = evidence.req.route().and_then(|route| route.name.as_deref());
    name.map_or_else(String::new, |name| format!(" `{name}`"))
}
