//! What all templates of a lesson have: the frame around each page, and two functions.

mod copy;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rocket::fairing::Fairing;
use rocket_dyn_templates::tera::{Context, Tera};
use rocket_dyn_templates::{Engines, Template};
use serde_json::{Value, json};

pub(super) use self::copy::{name_the_originals, remove_copy};
use super::catalogue::Catalogue;
use crate::form;

/// The template that all pages extend.
const BASE: &str = "base";

/// The templates, in which `base` knows the lesson, and `input(form=form, name="…", label="…")` is a field of a form.
pub(crate) fn fairing(lessons: &Catalogue) -> impl Fairing + use<> {
    let lesson = lessons.running();
    let facts = json!({
        "number": lesson.number,
        "title": lesson.title,
        "doc": lesson.doc(),
        "source": lesson.source(),
        "templates": format!("templates/{}/", lesson.folder),
        "before": lessons.before(),
        "after": lessons.after(),
    });
    let loaded = Arc::new(AtomicUsize::new(0));
    let count = loaded.clone();
    let engine = Template::try_custom(move |Engines { tera }: &mut Engines| {
        tera.register_function("input", form::Input);
        fill_in_base(tera, &facts)?;
        count.fetch_add(1, Ordering::SeqCst);
        Ok(())
    });
    copy::Templates::new(engine, loaded)
}

/// Renders the base template for the first time, with what is known of the lesson at launch: no page
/// has to do it again. What stands there between `raw` and `endraw` is left for each page.
fn fill_in_base(tera: &mut Tera, lesson: &Value) -> rocket_dyn_templates::tera::Result<()> {
    let mut context = Context::new();
    context.insert("lesson", lesson);
    let base = tera.render(BASE, &context)?;
    tera.add_raw_template(BASE, &base)
}
