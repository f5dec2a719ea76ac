//! The style sheet, the script and the icon, built into the program: a classroom may be offline.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use rocket::http::{ContentType, Header};
use rocket::{Responder, Route, get, routes};
use rocket_dyn_templates::tera::{self, Function};
use serde_json::Value;

/// A file and its address; a changed file has another one, so that browsers may keep it.
struct StaticFile {
    name: &'static str,
    content_type: ContentType,
    content: &'static str,
}

static FILES: [StaticFile; 5] = [
    StaticFile {
        name: "style.css",
        content_type: ContentType::CSS,
        content: include_str!("../../static/style.css"),
    },
    StaticFile {
        name: "countdown.js",
        content_type: ContentType::JavaScript,
        content: include_str!("../../static/countdown.js"),
    },
    StaticFile {
        name: "xray.js",
        content_type: ContentType::JavaScript,
        content: include_str!("../../static/xray.js"),
    },
    StaticFile {
        name: "two.js",
        content_type: ContentType::JavaScript,
        content: include_str!("../../static/two.js"),
    },
    StaticFile {
        name: "icon.svg",
        content_type: ContentType::SVG,
        content: include_str!("../../static/icon.svg"),
    },
];

#[derive(Responder)]
struct Kept {
    content: &'static str,
    content_type: ContentType,
    cache: Header<'static>,
}

#[get("/static/<_version>/<name>")]
fn file(_version: &str, name: &str) -> Option<Kept> {
    let StaticFile { content, content_type, .. } = FILES.iter().find(|file| file.name == name)?;
    Some(Kept {
        content,
        content_type: content_type.clone(),
        cache: Header::new("Cache-Control", "public, max-age=86400"),
    })
}

/// The folder under which the files are found: a checksum of them all.
static FOLDER: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = DefaultHasher::new();
    for file in &FILES {
        file.content.hash(&mut hasher);
    }
    format!("/static/{:016x}", hasher.finish())
});

/// `{{ static_file(name="style.css") }}`, in templates: the address of a file.
pub(crate) struct Address;

impl Function for Address {
    fn call(&self, args: &HashMap<String, Value>) -> tera::Result<Value> {
        let name = args.get("name").and_then(Value::as_str).unwrap_or_default();
        if !FILES.iter().any(|file| file.name == name) {
            return Err(format!("there is no static file {name:?}").into());
        }
        Ok(format!("{}/{name}", *FOLDER).into())
    }

    fn is_safe(&self) -> bool {
        true
    }
}

pub(crate) fn routes() -> Vec<Route> {
    routes![file]
}
