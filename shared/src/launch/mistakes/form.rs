//! A form whose fields are not those that its handler wants.

use regex::escape;

use super::evidence::Evidence;
use super::mistake::{Fact, Mistake, quoted};
use super::{source, template};
use crate::form::Mismatch;

/// What does not match, if anything.
pub(super) fn explain(evidence: &Evidence<'_>) -> Option<Mistake> {
    let found = Mismatch::of(evidence.req)?;
    let form = &found.form;
    let sources = evidence.sources();
    let definition = source::find(&sources, &format!(r"\bstruct\s+{}\b", escape(form)));
    let field = found.unexpected.first();
    let field = field.and_then(|name| {
        let pattern = format!(r#"\bname\s*=\s*["']{}["']"#, escape(name));
        source::find(&template::files(evidence), &pattern)
    });
    let defined = definition.as_ref().map_or_else(String::new, |it| format!(", `{}`", it.short()));
    Some(Mistake {
        title: "The form and its handler do not match".to_owned(),
        text: in_words(found),
        facts: vec![
            Fact {
                name: format!("The handler wants (`{form}`{defined})"),
                items: quoted(&found.wanted),
            },
            Fact { name: "The form sent".to_owned(), items: quoted(&found.sent) },
        ],
        mend: mend(found),
        place: field.or(definition),
    })
}

fn in_words(found: &Mismatch) -> String {
    let list = |names: &[String]| quoted(names).join(", ");
    let missing = (!found.missing.is_empty())
        .then(|| format!("The handler wants {}, which was not sent.", list(&found.missing)));
    let unexpected = (!found.unexpected.is_empty()).then(|| {
        format!(
            "The form sent {}, which no field of `{}` takes.",
            list(&found.unexpected),
            found.form
        )
    });
    [missing, unexpected].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn mend(found: &Mismatch) -> String {
    let form = &found.form;
    match (found.missing.first(), found.unexpected.first()) {
        (Some(missing), Some(unexpected)) => format!(
            "The name must be the same in both places: write `name=\"{missing}\"` in the template, or \
             call the field of `{form}` `{unexpected}`."
        ),
        (Some(missing), None) => format!(
            "Give the form in the template a field with `name=\"{missing}\"`, or take `{missing}` out \
             of `{form}`."
        ),
        (None, unexpected) => {
            let name = unexpected.map_or("", String::as_str);
            format!(
                "Give `{form}` a field `{name}`, or take `name=\"{name}\"` out of the template."
            )
        }
    }
}
