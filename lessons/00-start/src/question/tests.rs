//! What a doc must have for its questions to be asked.

use super::*;

const DOC: &str = "\
# Lesson 02: a form

<details><summary>A fold elsewhere</summary>

</details>

## Questions

<details><summary>What does <code>update</code> do?</summary>

1. It reads a value & nothing else.
2. It changes a value `in place`, on
   the *current* one: <b>.
3. It removes a value.

<details><summary>The answer</summary>

**2.** As [stores.md](stores.md) says.

- **1.** That is `get`.
- **3.** That is `<take>`, <i>.

</details>

</details>

<details><summary>Is it so?</summary>

1. Yes.
2. No.

<details><summary>The answer</summary>

**1.** It is.

</details>

</details>

## Where to read on

<details><summary>No question</summary>

</details>
";

fn read(doc: &str) -> Result<Vec<Question>, String> {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("docs")).unwrap();
    fs::write(root.path().join("docs/02-name-form.md"), doc).unwrap();
    of_lesson(root.path(), "02-name-form")
}

#[test]
fn each_fold_below_the_heading_is_a_question() {
    let [first, second] = &*read(DOC).unwrap() else { panic!("there are two") };
    assert_eq!((&*first.lesson, first.number, first.right), ("02-name-form", 1, 1));
    assert_eq!(first.text, "What does <code>update</code> do?");
    assert_eq!((second.number, &*second.text, second.right), (2, "Is it so?", 0));
    assert_eq!(second.choices, ["Yes.", "No."]);
    assert_eq!(second.answer, "<p>It is.</p>");
}

#[test]
fn code_stays_code_and_all_other_html_is_text() {
    let first = &read(DOC).unwrap()[0];
    assert_eq!(
        first.choices,
        [
            "It reads a value &amp; nothing else.",
            "It changes a value <code>in place</code>, on the current one: &lt;b&gt;.",
            "It removes a value.",
        ]
    );
    let answer = "<p>As stores.md says.</p>\n<ul>\n\
        <li><strong>1.</strong> That is <code>get</code>.</li>\n\
        <li><strong>3.</strong> That is <code>&lt;take&gt;</code>, &lt;i&gt;.</li>\n</ul>";
    assert_eq!(first.answer, answer);
}

#[test]
fn what_is_missing_is_named_with_its_line() {
    for (cut, instead, line, named) in [
        ("## Questions", "## Answers", 44, "`## Questions`"),
        ("## Questions", "## Questions\n\n## No more", 7, "stands no"),
        ("<code>update</code>", "`update`", 9, "`<code>…</code>`"),
        ("<code>update</code>", "<b>update</b>", 9, "`<code>…</code>`"),
        ("do?</summary>", "do?", 9, "all in one line"),
        ("do?</summary>\n\n", "do?</summary>\n", 10, "an empty one"),
        ("1. It reads", "2. It reads", 9, "a list with numbers from 1"),
        ("1. It reads", "So:\n\n1. It reads", 9, "a list with numbers from 1"),
        ("**2.**", "2.", 16, "begins with the number"),
        ("**2.**", "**4.**", 16, "no choice 4"),
        ("**2.**", "**0.**", 16, "no choice 0"),
        ("</details>\n\n</details>\n\n<details><summary>Is", "<details><summary>Is", 9, "missing"),
        ("</details>\n\n## Where", "</details>\n\n</details>\n\n## Where", 40, "closes nothing"),
    ] {
        let problem = read(&DOC.replacen(cut, instead, 1)).unwrap_err();
        let place = format!("docs/02-name-form.md:{line}: ");
        assert!(problem.starts_with(&place) && problem.contains(named), "{cut}: {problem}");
    }
}

#[test]
fn a_question_has_one_answer() {
    let answer = "<details><summary>The answer</summary>\n\n**1.** It is.\n\n</details>\n";
    for doc in [DOC.replace(answer, ""), DOC.replace(answer, &format!("{answer}\n{answer}"))] {
        let problem = read(&doc).unwrap_err();
        assert!(
            problem.ends_with(":27: within the question stands one fold, the answer"),
            "{problem}"
        );
    }
}

#[test]
fn a_doc_that_is_not_there_is_named() {
    let root = tempfile::tempdir().unwrap();
    let problem = of_lesson(root.path(), "02-name-form").unwrap_err();
    assert!(problem.contains("02-name-form.md") && problem.contains("cannot be read"), "{problem}");
}

#[test]
fn all_are_those_of_each_lesson_in_order() {
    let root = workspace::root().unwrap();
    let all: Vec<_> = all(&root).unwrap().into_iter().map(|it| (it.lesson, it.number)).collect();
    assert!(all.is_sorted(), "{all:?}");
    for lesson in workspace::lessons(&root).unwrap() {
        assert!(all.contains(&(lesson.folder, 1)), "{all:?}");
    }
}
