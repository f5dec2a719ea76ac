//! How a field of a form looks: for all templates.

use std::collections::HashMap;

use rocket_dyn_templates::tera::{self, Function, escape_html};
use serde_json::Value;

/// `{{ input(form=form, name="email", label="Email") }}`: a field of a form with its label, what was
/// typed into it, and what was wrong with that. `form` is Rocket's form context.
///
/// More arguments, for those that need them: `type` (a password is never shown again), `hint`, and
/// `more` attributes, as they are.
pub(crate) struct Input;

impl Function for Input {
    fn call(&self, args: &HashMap<String, Value>) -> tera::Result<Value> {
        Ok(html(args).into())
    }

    fn is_safe(&self) -> bool {
        true
    }
}

fn html(args: &HashMap<String, Value>) -> String {
    let text = |arg| args.get(arg).and_then(Value::as_str).unwrap_or_default();
    let of_form = |what| args.get("form")?.get(what)?.get(text("name"))?.as_array();
    let [name, label, hint] = ["name", "label", "hint"].map(|arg| escape_html(text(arg)));
    let kind = if text("type").is_empty() { "text" } else { text("type") };
    let more = text("more");

    let typed = of_form("values").and_then(|values| values.first()?.as_str()).unwrap_or_default();
    let value = match kind {
        "password" => String::new(),
        _ => format!(r#" value="{}""#, escape_html(typed)),
    };
    let errors = of_form("errors").map(|errors| errors.iter().map(in_words).collect::<String>());
    let (invalid, note) = match errors {
        Some(errors) => (r#" aria-invalid="true""#, note("error", &name, &errors)),
        None if hint.is_empty() => ("", String::new()),
        None => ("", note("hint", &name, &hint)),
    };
    let described_by = match note.as_str() {
        "" => String::new(),
        _ => format!(r#" aria-describedby="{name}-note""#),
    };
    format!(
        r#"<p class="field">
    <label for="{name}">{label}</label>
    <input type="{kind}" id="{name}" name="{name}"{value} required {more}{invalid}{described_by}>
    {note}
  </p>"#
    )
}

fn note(class: &str, name: &str, text: &str) -> String {
    format!(r#"<span class="{class}" id="{name}-note">{text}</span>"#)
}

fn in_words(error: &Value) -> String {
    match error["msg"].as_str() {
        Some("missing") | None => "Please fill this in. ".to_owned(),
        Some(words) => escape_html(words) + " ",
    }
}

#[cfg(test)]
mod tests {
    use rocket_dyn_templates::tera::{Context, Tera};
    use serde_json::json;

    use super::*;

    fn render(call: &str, form: Value) -> String {
        let mut tera = Tera::default();
        tera.register_function("input", Input);
        tera.add_raw_template("page.html", call).unwrap();
        tera.render("page.html", &Context::from_value(json!({ "form": form })).unwrap()).unwrap()
    }

    #[test]
    fn what_was_typed_and_what_was_wrong_are_escaped() {
        let form = json!({
            "values": { "name": [r#""><script>"#] },
            "errors": { "name": [{ "msg": "no <b>" }, { "msg": "missing" }] },
        });
        let html =
            render(r#"{{ input(form=form, name="name", label="A < B", hint="Any") }}"#, form);
        assert!(html.contains(r#"value="&quot;&gt;&lt;script&gt;" required"#), "{html}");
        assert!(html.contains(r#"<label for="name">A &lt; B</label>"#), "{html}");
        assert!(html.contains(r#"aria-invalid="true" aria-describedby="name-note""#), "{html}");
        assert!(html.contains("no &lt;b&gt; Please fill this in."), "{html}");
        assert!(!html.contains("Any"), "{html}");
    }

    #[test]
    fn a_password_is_never_shown_again() {
        let form = json!({ "values": { "password": ["open sesame"] }, "errors": {} });
        let call = r#"{{ input(form=form, name="password", label="Password", type="password") }}"#;
        let html = render(call, form);
        assert!(!html.contains("sesame") && !html.contains("aria"), "{html}");
    }

    #[test]
    fn an_untouched_field_shows_its_hint() {
        let call = r#"{{ input(form=form, name="price", label="Price", hint="As 1.50", more='inputmode="decimal"') }}"#;
        let html = render(call, json!({}));
        let input = r#"<input type="text" id="price" name="price" value="" required inputmode="decimal" aria-describedby="price-note">"#;
        assert!(html.contains(input), "{html}");
        assert!(html.contains(r#"<span class="hint" id="price-note">As 1.50</span>"#), "{html}");
    }
}
