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
        r"(?s)State<(?:\w+::)*(\w+).*?(?:unmanaged|not managed|manage)",
        "A handler asks for `&State<$1>`, but nothing of this type was given to Rocket. Add \
         `.manage(…)` with its value before `.mount(…)`, in `rocket()`.",
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
            let advice = format!("What to do: {}", advice.replace("$1", name));
            // A form is no guard: what the first one says is not said otherwise by the second.
            if !found.iter().any(|(other, said)| *other == at || *said == advice) {
                found.push((at, advice));
            }
        }
    }
    found.sort();
    found.into_iter().map(|(_, advice)| advice).collect::<Vec<_>>().join("\n\n")
}
