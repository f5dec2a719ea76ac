//! What to do about the errors that beginners meet: below the compiler's or Rocket's own words.

use regex::Regex;

/// What shows an error, and what to do about it. In the advice `$1` is what was found.
const KNOWN: [(&str, &str); 5] = [
    (
        r"the trait bound `(?:shared::form::|rocket::form::)?(?:Form|Strict|Contextual)<.*FromRequest<",
        "A form comes from the body of the request. Name the argument in the attribute: \
         #[post(\"/…\", data = \"<form>\")].",
    ),
    (
        r"the trait bound `&?(?:'\w+ )?(?:\w+::)*(\w+)(?:<[^`]*>)?: (?:rocket::request::)?FromRequest<",
        "`$1` stands among the arguments of a handler, but it is no guard yet. Write \
         `impl<'r> FromRequest<'r> for $1`; or, if it is a part of the address, name it in the \
         attribute: #[get(\"/…/<name>\")].",
    ),
    (
        r"error\[E0106\]",
        "A type that borrows a text has a lifetime. Where the type is declared write \
         `struct Name<'r>` and `&'r str`; where it is used, `Name<'_>`.",
    ),
    (
        r"launching with unmanaged `",
        "A handler asks for a `&State<…>` of this type, but no value of it was given to Rocket. Add \
         `.manage(…)` with the value before `.mount(…)`, in `rocket()`.",
    ),
    (
        r"warning: function `(\w+)` is never used",
        "The function `$1` is called by nobody. If it is a handler, name it in `routes![…]`.",
    ),
];

/// What to do, a paragraph for each known error in a text, in the order of the text; empty if none is
/// known.
#[must_use]
pub fn on(words: &str) -> String {
    let mut found: Vec<(usize, String)> = vec![];
    for (shows, advice) in KNOWN {
        let Ok(shows) = Regex::new(shows) else { continue };
        for captures in shows.captures_iter(words) {
            let at = captures.get(0).map_or(0, |it| it.start());
            let name = captures.get(1).map_or("", |it| it.as_str());
            // A form is a guard that is missing, too: the first that fits says it.
            if !found.iter().any(|(other, _)| *other == at) {
                found.push((at, format!("What to do: {}", advice.replace("$1", name))));
            }
        }
    }
    found.sort();
    let mut said: Vec<String> = vec![];
    for (_, advice) in found {
        if !said.contains(&advice) {
            said.push(advice);
        }
    }
    said.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::on;

    #[test]
    fn each_of_the_usual_errors_has_its_advice() {
        for (words, advice) in [
            (
                "error[E0277]: the trait bound `shared::form::Form<NameForm<'_>>: FromRequest<'_>` \
                 is not satisfied",
                "data = \"<form>\"",
            ),
            (
                "error[E0277]: the trait bound `User: FromRequest<'_>` is not satisfied",
                "FromRequest<'r> for User",
            ),
            ("error[E0106]: missing lifetime specifier", "struct Name<'r>"),
            ("launching with unmanaged `BTreeSet<String>` state.", "`.manage(…)`"),
            ("warning: function `reset` is never used", "routes![…]"),
        ] {
            let said = on(&format!("{words}\n\n{words}"));
            assert!(said.contains(advice), "{words}: {said}");
            assert_eq!(said.matches("What to do").count(), 1, "{said}");
        }
        assert_eq!(on("error[E0425]: cannot find value `x` in this scope"), "");
    }
}
