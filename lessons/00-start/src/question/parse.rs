//! Reading the questions of a doc: which fold is what.

use super::{Question, html};

/// A line of the doc, and which one it is, from 1.
type Line<'t> = (usize, &'t str);

/// In which line something is missing, and what.
type Wrong = (usize, String);

/// A fold of the doc.
struct Fold<'t> {
    /// The line in which it begins.
    line: usize,
    /// What it says while it is shut.
    summary: &'t str,
    /// What is in it, with the folds within.
    lines: Vec<Line<'t>>,
}

impl<'t> Fold<'t> {
    fn add(&mut self, line: usize, text: &'t str) -> Result<(), Wrong> {
        if self.lines.is_empty() && !text.is_empty() {
            let form = "above this line stands an empty one, or it is not read as Markdown";
            return Err((line, form.to_owned()));
        }
        self.lines.push((line, text));
        Ok(())
    }
}

/// Reads the questions of a lesson's doc.
pub(super) fn read(lesson: &str, doc: &str) -> Result<Vec<Question>, Wrong> {
    let lines: Vec<_> = (1..).zip(doc.lines().map(str::trim_end)).collect();
    let heading = lines.iter().position(|(_, line)| *line == "## Questions");
    let missing = || (lines.len(), "it ends without the heading `## Questions`".to_owned());
    let heading = heading.ok_or_else(missing)?;
    let below = &lines[heading + 1..];
    let end = below.iter().position(|(_, line)| line.starts_with("## ")).unwrap_or(below.len());
    let (folds, _) = folds(&below[..end])?;
    if folds.is_empty() {
        let form = "below it stands no `<details><summary>The question</summary>`";
        return Err((heading + 1, form.to_owned()));
    }
    let numbered = (1..).zip(&folds);
    numbered.map(|(number, fold)| question(lesson, number, fold)).collect()
}

/// The folds of these lines, and the lines outside them.
fn folds<'t>(lines: &[Line<'t>]) -> Result<(Vec<Fold<'t>>, Vec<&'t str>), Wrong> {
    let (mut folds, mut outside, mut depth) = (Vec::<Fold<'t>>::new(), vec![], 0_usize);
    for &(line, text) in lines {
        let (opens, closes) = (text.starts_with("<details>"), text == "</details>");
        match (depth, folds.last_mut()) {
            (0, _) if opens => {
                let summary = summary(line, text)?;
                folds.push(Fold { line, summary, lines: vec![] });
            }
            (0, _) if closes => return Err((line, "this `</details>` closes nothing".to_owned())),
            (1, _) if closes => {}
            (1.., Some(fold)) => fold.add(line, text)?,
            _ => outside.push(text),
        }
        depth = depth + usize::from(opens) - usize::from(closes);
    }
    match folds.last() {
        Some(fold) if depth > 0 => Err((fold.line, "`</details>` is missing".to_owned())),
        _ => Ok((folds, outside)),
    }
}

/// What stands between `<summary>` and `</summary>`. It is HTML: no Markdown is read there.
fn summary(line: usize, text: &str) -> Result<&str, Wrong> {
    let inner = text.strip_prefix("<details><summary>");
    let inner = inner.and_then(|rest| rest.strip_suffix("</summary>"));
    let form = "a fold begins with `<details><summary>…</summary>`, all in one line";
    let inner = inner.ok_or_else(|| (line, form.to_owned()))?;
    if inner.replace("<code>", "").replace("</code>", "").contains(['<', '>', '`']) {
        let form = "a summary holds text and `<code>…</code>`: no Markdown, no other HTML";
        return Err((line, form.to_owned()));
    }
    Ok(inner)
}

fn question(lesson: &str, number: usize, fold: &Fold<'_>) -> Result<Question, Wrong> {
    let wrong = |line: usize, what: &str| (line, what.to_owned());
    let (folds, outside) = folds(&fold.lines)?;
    let [answer] = &*folds else {
        return Err(wrong(fold.line, "within the question stands one fold, the answer"));
    };
    let choices = html::items(&outside.join("\n")).ok_or_else(|| {
        wrong(fold.line, "beside the answer stand the choices, a list with numbers from 1")
    })?;
    let text: Vec<_> = answer.lines.iter().map(|(_, text)| *text).collect();
    let text = text.join("\n");
    let (right, why) = right(text.trim()).ok_or_else(|| {
        wrong(answer.line, "the answer begins with the number of the right choice: `**2.** `")
    })?;
    if !(1..=choices.len()).contains(&right) {
        return Err((answer.line, format!("there is no choice {right}")));
    }
    Ok(Question {
        lesson: lesson.to_owned(),
        number,
        text: fold.summary.to_owned(),
        choices,
        right: right - 1,
        answer: html::block(why),
    })
}

/// The number with which an answer begins, and the rest: `**2.** Because …`.
fn right(answer: &str) -> Option<(usize, &str)> {
    let (number, why) = answer.strip_prefix("**")?.split_once(".** ")?;
    Some((number.parse().ok()?, why))
}
