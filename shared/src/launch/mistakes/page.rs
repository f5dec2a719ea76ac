//! Mistakes as HTML. These templates are part of the program: those on the disk may be what is wrong.

use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;

use rocket_dyn_templates::tera::{Context, Tera, Value, escape_html};
use serde::Serialize;

use super::evidence::Evidence;
use super::mistake::Mistake;

static TEMPLATES: LazyLock<Tera> = LazyLock::new(|| {
    let mut tera = Tera::default();
    tera.register_filter("code", |text: &Value, _: &HashMap<_, _>| {
        Ok(code(text.as_str().unwrap_or_default()).into())
    });
    let templates =
        [("notes.html", include_str!("notes.html")), ("page.html", include_str!("page.html"))];
    tera.add_raw_templates(templates).expect("they parse");
    tera
});

/// Escapes a text, and sets what stands between backticks as code.
fn code(text: &str) -> String {
    let escaped = escape_html(text);
    let parts = escaped.split('`').enumerate().map(|(index, part)| match index % 2 {
        1 => format!("<code>{part}</code>"),
        _ => part.to_owned(),
    });
    parts.collect()
}

/// A page of its own.
pub(super) fn whole(evidence: &Evidence<'_>, mistakes: Vec<Mistake>) -> String {
    render("page.html", evidence, None, mistakes)
}

/// A page with what there is to say before its content.
pub(super) fn with(
    evidence: &Evidence<'_>,
    page: &str,
    newer: Option<&Path>,
    mistakes: Vec<Mistake>,
) -> String {
    let notes = render("notes.html", evidence, newer, mistakes);
    page.replacen("<main", &(notes + "<main"), 1)
}

fn render(
    template: &str,
    evidence: &Evidence<'_>,
    newer: Option<&Path>,
    mistakes: Vec<Mistake>,
) -> String {
    #[derive(Serialize)]
    struct View<'a> {
        number: &'a str,
        title: &'a str,
        command: String,
        newer: Option<String>,
        mistakes: Vec<Mistake>,
    }

    let newer = newer.map(|file| file.strip_prefix(&evidence.root).unwrap_or(file));
    let view = View {
        number: &evidence.lesson.number,
        title: &evidence.lesson.title,
        command: evidence.lesson.command(),
        newer: newer.map(|file| file.display().to_string()),
        mistakes,
    };
    let context = Context::from_serialize(view);
    let html = context.and_then(|context| TEMPLATES.render(template, &context));
    html.unwrap_or_else(|error| {
        log::error!("{error:?}");
        String::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_visitor_sent_is_escaped_and_names_are_code() {
        let html = code("<b>`a<b`</b>`");
        assert_eq!(html, "&lt;b&gt;<code>a&lt;b</code>&lt;&#x2F;b&gt;<code></code>");
    }
}
