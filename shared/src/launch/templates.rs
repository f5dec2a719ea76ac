//! What all templates of a lesson have: the frame around each page, and two functions.

mod check;
mod copy;
mod problem;
mod used;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rocket::fairing::Fairing;
use rocket_dyn_templates::tera::{Context, Result, Tera};
use rocket_dyn_templates::{Engines, Template};
use serde_json::{Value, json};

pub(super) use self::check::{culprit, line_of_culprit, name_of};
pub(super) use self::copy::remove_copy;
pub(super) use self::problem::{Problem, Problems};
use self::used::Used;
use super::catalogue::Catalogue;
use crate::form;

/// The template that all pages extend.
const BASE: &str = "base";

/// The templates, in which `base` knows the lesson, and `input(form=form, name="…", label="…")` is a field of a form.
pub(crate) fn fairing(
    lessons: &Catalogue,
    xray_is_on: bool,
    mistakes_are_explained: bool,
) -> impl Fairing + use<> {
    let lesson = lessons.running();
    let facts = json!({
        "number": lesson.number,
        "title": lesson.title,
        "doc": lesson.doc(),
        "source": lesson.source(),
        "templates": format!("templates/{}/", lesson.folder),
        "before": lessons.before(),
        "after": lessons.after(),
        "xray": xray_is_on,
    });
    let loaded = Arc::new(AtomicUsize::new(0));
    let (count, known) = (loaded.clone(), facts.clone());
    let engine = Template::try_custom(move |Engines { tera }: &mut Engines| {
        customize(tera, &known)?;
        count.fetch_add(1, Ordering::SeqCst);
        Ok(())
    });
    copy::Templates::new(engine, loaded, Used::by(&lesson.folder), facts, mistakes_are_explained)
}

/// Gives Tera what the templates of the lessons use.
fn customize(tera: &mut Tera, lesson: &Value) -> Result<()> {
    tera.register_function("input", form::Input);
    // It is not there if it does not parse: the learner is told, and no page is rendered.
    if tera.get_template_names().any(|name| name == BASE) {
        fill_in_base(tera, lesson)?;
    }
    Ok(())
}

/// Renders the base template for the first time, with what is known of the lesson at launch: no page
/// has to do it again. What stands there between `raw` and `endraw` is left for each page.
///
/// Without this, with `lesson` from a function of Tera, a page of lesson 02 takes 177,673 instructions in
/// place of 99,456, by `tests/benches/profile private`.
fn fill_in_base(tera: &mut Tera, lesson: &Value) -> Result<()> {
    let mut context = Context::new();
    context.insert("lesson", lesson);
    let base = tera.render(BASE, &context)?;
    tera.add_raw_template(BASE, &base)
}
