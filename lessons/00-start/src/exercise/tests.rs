//! What a file must have to be an exercise.

use super::*;

const TEXT: &str = "\
# Count *the* names

Count them.

```rust
session.update
```

## Hints

<details><summary>A nudge</summary>

Look at `update`.

</details>

<details><summary>More</summary>

It is here.

</details>

## It is right when

```console
$ curl http://127.0.0.1:8002/
1
```

## If it is not

### The number never changes.

You read it only.

```console
$ curl http://127.0.0.1:8002/
0
```

```diff
--- a
+++ a
```

## A solution

```diff
--- b
+++ b
```

Because.
";

#[test]
fn each_part_of_the_file_is_what_its_heading_says() {
    let exercise = Exercise::read("02-name-form", "count", TEXT).unwrap();
    assert_eq!(exercise.title, "Count *the* names");
    assert_eq!(exercise.task, "Count them.\n\n```rust\nsession.update\n```");
    let hints: Vec<_> = exercise.hints.iter().map(|it| (&*it.summary, &*it.text)).collect();
    assert_eq!(hints, [("A nudge", "Look at `update`."), ("More", "It is here.")]);
    assert_eq!(exercise.check.text, "$ curl http://127.0.0.1:8002/\n1\n");
    assert_eq!(exercise.check.line, 25);
    let [mistake] = &*exercise.mistakes else { panic!("there is one") };
    assert_eq!(mistake.sentence, "The number never changes.");
    assert_eq!(mistake.text, "You read it only.");
    assert!(mistake.check.text.ends_with("0\n") && mistake.diff.text.starts_with("--- a"));
    assert!(exercise.solution.text.starts_with("--- b"));
    assert!(exercise.explained.ends_with("Because."));
    assert_eq!(exercise.key(), "02-name-form/count");
}

#[test]
fn what_is_missing_is_named() {
    for (cut, named) in [
        ("## Hints", "## Hints"),
        ("### The number never changes.\n", "If it is not"),
        ("```diff\n--- b\n+++ b\n```", "one block of `diff`"),
        ("</details>", "a hint is"),
    ] {
        let problem = Exercise::read("02-name-form", "count", &TEXT.replace(cut, ""));
        let Err(problem) = problem else {
            assert_eq!(named, "If it is not", "it is an exercise without known mistakes");
            continue;
        };
        assert!(problem.starts_with("lessons/02-name-form/exercises/count.md: "), "{problem}");
        assert!(problem.contains(named), "{problem}");
    }
}
