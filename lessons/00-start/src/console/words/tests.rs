use super::*;

fn read(line: &str) -> Result<Vec<Vec<String>>, String> {
    let variables = [("ID", "17"), ("IDS", "1 2"), ("NONE", "")];
    commands(line, &variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
}

#[test]
fn words_are_those_of_a_shell() {
    for (line, words) in [
        ("a  'b c' \"d e\" f\\ g", &["a", "b c", "d e", "f g"][..]),
        (r#"'$ID' "$ID" ${ID}x /$ID "$IDS""#, &["$ID", "17", "17x", "/17", "1 2"]),
        (r#""\$ID \" \n" \$ID '\'"#, &["$ID \" \\n", "$ID", "\\"]),
        ("a'b'\"c\" '' # the end", &["abc", ""]),
        ("$NONE a$NONE \"$NONE\" 1$", &["a", "", "1$"]),
        ("A={b=\"c\",d=1} run 'x={1,2}'", &["A={b=c,d=1}", "run", "x={1,2}"]),
        ("it's'", &["its"]),
    ] {
        assert_eq!(read(line), Ok(vec![words.iter().map(ToString::to_string).collect()]));
    }
    let two = vec![vec!["a".to_owned()], vec!["b|".to_owned(), "c".to_owned()]];
    assert_eq!(read("a|b'|' c"), Ok(two));
}

#[test]
fn what_only_a_shell_can_do_is_refused() {
    for line in [
        "a; b",
        "a && b",
        "a || b",
        "a & b",
        "a > b",
        "a 2>&1",
        "a < b",
        "(a)",
        "a x={1,2}",
        "a `b`",
        "a $(b)",
        "a \"$(b)\"",
        "a $HOME",
        "a ${ID:-1}",
        "a $IDS",
        "a $?",
        "a $1",
        "a $'b'",
        "it's",
    ] {
        assert!(read(line).is_err(), "{line}");
    }
}
