//! Reading an exercise: which part of its file is what.

use pulldown_cmark::HeadingLevel;

use super::{Exercise, Mistake, parts};

impl Exercise {
    /// Reads the text of a file, or says what is missing in it.
    pub fn read(lesson: &str, name: &str, text: &str) -> Result<Self, String> {
        let path = format!("lessons/{lesson}/exercises/{name}.md");
        let wrong = |what: String| format!("{path}: {what}");
        let parts = parts::of(text);
        let at = |title: &str| {
            let is_it = |part: &parts::Part| part.level == HeadingLevel::H2 && part.title == title;
            let at = parts.iter().position(is_it);
            at.ok_or_else(|| wrong(format!("the heading `## {title}` is missing")))
        };
        let first = parts.first().filter(|part| part.level == HeadingLevel::H1);
        let first = first.ok_or_else(|| wrong("it begins with `# ` and its title".to_owned()))?;
        let (hints, right) = (&parts[at("Hints")?], &parts[at("It is right when")?]);
        let (mistakes, solution) = (at("If it is not")?, &parts[at("A solution")?]);
        if hints.folds.is_empty() {
            let form = "a hint is `<details><summary>…</summary>`, its text, and `</details>`";
            return Err(wrong(form.to_owned()));
        }
        let mistakes = parts[mistakes + 1..].iter().take_while(|it| it.level == HeadingLevel::H3);
        let mistakes = mistakes.map(|part| {
            let (check, diff) = (part.block("console")?, part.block("diff")?);
            let (sentence, text) = (part.title.clone(), part.prose());
            Ok(Mistake { sentence, text, check, diff })
        });
        Ok(Self {
            lesson: lesson.to_owned(),
            name: name.to_owned(),
            title: first.title.clone(),
            task: first.text.trim().to_owned(),
            hints: hints.folds.clone(),
            check: right.block("console").map_err(wrong)?,
            mistakes: mistakes.collect::<Result<_, String>>().map_err(wrong)?,
            solution: solution.block("diff").map_err(wrong)?,
            explained: solution.text.trim().to_owned(),
            path: path.clone(),
        })
    }
}
