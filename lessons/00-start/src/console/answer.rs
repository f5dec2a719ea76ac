//! A block: commands one after the other, and whether each answers as it is written.

use regex::Regex;

use super::Terminal;

/// A command of a block that was run.
#[derive(Clone, Debug)]
pub struct Step {
    /// The command's line in the block, from 1.
    pub line: usize,
    /// As it was typed, in one line.
    pub command: String,
    /// The lines that the block wants; `…` stands for what varies.
    pub expected: Vec<String>,
    /// What came, or why the command cannot be run.
    pub answered: Result<String, String>,
    /// Whether it is what the block wants.
    pub is_right: bool,
}

/// Runs the commands of a block, up to the first that does not answer as it is written.
pub fn run(terminal: &mut Terminal, block: &str) -> Vec<Step> {
    run_with(|command| terminal.run(command), block)
}

/// Runs the commands of a block in a terminal of another kind.
pub fn run_with(
    mut terminal: impl FnMut(&str) -> Result<String, String>,
    block: &str,
) -> Vec<Step> {
    let mut steps = vec![];
    for (line, command, expected) in commands(block) {
        let answered = match command {
            Some(ref command) => terminal(command),
            None => Err("a command begins with `$ `".to_owned()),
        };
        let is_right = answered.as_ref().is_ok_and(|output| matches(output, &expected));
        steps.push(Step {
            line,
            command: command.unwrap_or_default(),
            expected,
            answered,
            is_right,
        });
        if !is_right {
            break;
        }
    }
    steps
}

/// The commands of a block, each with its line and the lines that it shall answer. A command goes on
/// in the next line behind a `\`.
fn commands(block: &str) -> Vec<(usize, Option<String>, Vec<String>)> {
    let mut found: Vec<(usize, Option<String>, Vec<String>)> = vec![];
    let mut lines = block.lines().enumerate().map(|(at, line)| (at + 1, line));
    while let Some((at, line)) = lines.next() {
        match (line.strip_prefix("$ "), found.last_mut()) {
            (Some(begun), _) => {
                let mut command = begun.to_owned();
                while command.ends_with('\\') {
                    command.pop();
                    command += lines.next().map_or("", |(_, line)| line.trim());
                }
                found.push((at, Some(command), vec![]));
            }
            (None, Some((_, _, expected))) => expected.push(line.to_owned()),
            (None, None) => found.push((at, None, vec![])),
        }
    }
    found
}

/// Whether this is the answer: `…` stands for any characters of a line, and alone for any lines.
fn matches(output: &str, expected: &[String]) -> bool {
    let line = |line: &String| match line.trim() {
        "…" => r"(?:.*\n)*?".to_owned(),
        _ => format!("{}\n", line.split('…').map(regex::escape).collect::<Vec<_>>().join(".*")),
    };
    let pattern: String = expected.iter().map(line).collect();
    let output: String = output.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    Regex::new(&format!("^{pattern}$")).is_ok_and(|pattern| pattern.is_match(&output))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_answer(output: &str, expected: &[&str]) -> bool {
        matches(output, &expected.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn an_ellipsis_stands_for_what_varies_and_for_no_more() {
        assert!(is_answer("a 17 b\n", &["a … b"]));
        assert!(!is_answer("a 17 c\n", &["a … b"]));
        assert!(is_answer("1\n2\n3\n", &["1", "…", "3"]));
        assert!(is_answer("1\n3\n", &["1", "…", "3"]));
        assert!(!is_answer("1\n2\n", &["1"]));
        assert!(!is_answer("a\n", &[]));
        assert!(!is_answer("1.5\n", &["1_5"]) && !is_answer("125\n", &["1.5"]));
    }

    #[test]
    fn a_command_goes_on_behind_a_backslash() {
        let found = commands("$ curl -s \\\n    http://x/\nanswer\n$ next\n");
        assert_eq!(found[0], (1, Some("curl -s http://x/".to_owned()), vec!["answer".to_owned()]));
        assert_eq!(found[1], (4, Some("next".to_owned()), vec![]));
        assert_eq!(commands("no command\n"), [(1, None, vec![])]);
    }
}
