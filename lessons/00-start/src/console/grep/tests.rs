use super::*;

#[test]
fn a_pattern_means_what_it_means_to_grep() {
    for (arguments, lines) in [
        (&["^a.*c$"][..], "abc\n"),
        (&["$3.1"], "$3.1\n"),
        (&["b+"], "b+\n"),
        (&["-E", "b+"], "abc\nb+\n"),
        (&[r"a\|3"], "abc\n$3.1\n"),
        (&["-ic", "B"], "2\n"),
        (&["-v", "b"], "$3.1\n[x]\n"),
        (&["-F", "3.1"], "$3.1\n"),
        (&["-F", "*"], ""),
        (&["[[]x[]]"], "[x]\n"),
        (&["-o", "[^a[]."], "bc\n$3\n.1\nb+\nx]\n"),
        (&["*"], ""),
        (&["^*"], ""),
        (&["[]x]]"], "[x]\n"),
        (&["[[:digit:]]"], "$3.1\n"),
        (&[r"\(^b\|1$\)"], "$3.1\nb+\n"),
    ] {
        assert_eq!(run(arguments, "abc\n$3.1\nb+\n[x]\n").as_deref(), Ok(lines), "{arguments:?}");
    }
    for refused in [&["-q", "a"][..], &["a", "file"], &["-o", r"a\|ab"], &[r"\(a"], &[r"\d"], &[]] {
        assert!(run(refused, "a\n").is_err(), "{refused:?}");
    }
}
