//! What is said of an exercise that was checked.

use super::Verdict;
use crate::console::Step;
use crate::exercise::Exercise;

/// More lines of an answer are left out: they are there when the command is typed.
const MOST_LINES: usize = 12;

/// A line for an exercise that is done; for another one, what went wrong. The whole story has each
/// command too.
pub(super) fn tell(exercise: &Exercise, verdict: &Verdict<'_>, is_whole: bool) -> String {
    let mark = if verdict.is_passed() { '✓' } else { '✗' };
    let mut lines = vec![format!("{mark} {} ({})", exercise.title, exercise.name)];
    for step in verdict.steps.iter().filter(|step| is_whole || !step.is_right) {
        lines.extend(story(step));
    }
    if let Some(mistake) = verdict.mistake {
        lines.push(format!("  {}", mistake.sentence));
        lines.extend(mistake.text.lines().filter(|_| is_whole).map(|line| format!("  {line}")));
    }
    if !verdict.is_passed() {
        lines.push(format!("  A hint: cargo lesson hint {}", exercise.arguments()));
    }
    lines.join("\n")
}

fn story(step: &Step) -> Vec<String> {
    let mark = if step.is_right { '✓' } else { '✗' };
    let mut lines = vec![format!("  {mark} $ {}", step.command)];
    if !step.is_right {
        let answered = match &step.answered {
            Ok(answer) => shortened(answer),
            Err(problem) => problem.clone(),
        };
        for (what, text) in [("expected", step.expected.join("\n")), ("answered", answered)] {
            lines.push(format!("    {what}:"));
            let text = if text.is_empty() { "(nothing)" } else { &text };
            lines.extend(text.lines().map(|line| format!("      {}", line.trim())));
        }
    }
    lines
}

fn shortened(answer: &str) -> String {
    let lines: Vec<_> = answer.lines().filter(|line| !line.trim().is_empty()).collect();
    let shown = lines.iter().take(MOST_LINES).copied().collect::<Vec<_>>().join("\n");
    match lines.len().saturating_sub(MOST_LINES) {
        0 => shown,
        more => format!("{shown}\n… {more} more lines"),
    }
}
