//! A ready Rocket for a lesson.

use std::env;
use std::path::{Path, PathBuf};

use rocket::data::{Limits, ToByteUnit};
use rocket::fairing::AdHoc;
use rocket::figment::providers::{Format, Serialized, Toml};
use rocket::figment::{Figment, Profile};
use rocket::fs::FileServer;
use rocket::shield::Shield;
use rocket::{Build, Config, Rocket};
use serde::de::IgnoredAny;

use super::catalogue::{self, Catalogue, Lesson};
use super::{banner, docs, failures, leash, lesson_link, logger, mistakes, shutdown, templates};
use crate::config::settings::{explain, place};
use crate::config::{environment, secret};
use crate::http::{access_log, error_pages, protection};
use crate::session::SessionFairing;
use crate::terminal::{self, Stream, say};
use crate::xray;

/// How large a body may be, of whatever kind, unless the setting `limits` says otherwise. The largest
/// form of the lessons has three fields of a few hundred bytes, each of which takes three when encoded.
const BODY_LIMIT: u64 = 8 * 1024;

/// The most that a form may be allowed: it is kept in memory while it arrives.
const LARGEST_LIMIT: u64 = 1024 * 1024;

/// The kinds of body that Rocket would let be larger.
const BODIES: [&str; 5] = ["data-form", "file", "form", "json", "msgpack"];

/// Gives the Rocket of a lesson, ready but for its routes: settings, templates, style sheet, error
/// pages, sessions, protection, and a few words on the terminal.
///
/// `folder` is the lesson's folder below `lessons/`; its templates are in the folder of the same
/// name below `templates/`.
///
/// # Errors
///
/// Whatever keeps the lesson from starting, from a wrong setting to a port that is taken, ends the
/// program: one message on stderr, exit code 1.
///
/// ```no_run
/// use rocket::{get, launch, routes};
///
/// #[get("/")]
/// fn index() -> &'static str {
///     "Hello from Rocket!"
/// }
///
/// #[launch]
/// fn rocket() -> _ {
///     shared::lesson("01-hello").mount("/", routes![index])
/// }
/// ```
#[must_use]
pub fn lesson(folder: &str) -> Rocket<Build> {
    build(folder).unwrap_or_else(|problem| failures::stop(folder, &problem))
}

fn build(folder: &str) -> Result<Rocket<Build>, String> {
    let root = catalogue::root()?;
    let templates = root.join("templates").join(folder);
    let static_files = root.join("shared/static");
    for (what, needed) in [("its templates", &templates), ("the style sheet", &static_files)] {
        if !needed.is_dir() {
            return Err(format!(
                "the folder of {what} is missing: {}\n\
                 Put it back, or mend the name in `shared::lesson({folder:?})`.",
                needed.display()
            ));
        }
    }
    let lessons = Catalogue::read(&root, folder)?;
    let lesson = lessons.running();
    let figment = settings(&root, lesson)?;
    check(&figment)?;
    failures::explain_failures(lesson, &figment);
    shutdown::note_grace(&figment);
    logger::install(&figment);
    let xray_is_on = xray::is_on(&figment);
    let mistakes_are_explained = mistakes::are_explained(&figment);
    let rocket = rocket::custom(figment);
    #[cfg(feature = "database")]
    let rocket = rocket.attach(crate::http::mailbox::fairing());
    let rocket = rocket
        .attach(templates::fairing(&lessons, xray_is_on, mistakes_are_explained))
        .attach(Shield::new())
        .attach(SessionFairing)
        .attach(AdHoc::on_ignite("Around the lesson", |rocket| async {
            // From here they come after the fairings of the lesson, and the log comes last.
            let rocket = rocket.attach(error_pages::PageForRefused);
            let rocket = xray::attach_if_on(mistakes::attach_if_explained(rocket));
            access_log::attach_if_wanted(rocket.attach(protection::Protection))
        }))
        .attach(banner::fairing(lesson.clone()))
        .attach(leash::fairing())
        .attach(shutdown::Moment)
        .manage(lessons)
        .manage(terminal::FlushAtEnd)
        .register("/", error_pages::catchers())
        .mount("/", [protection::routes(), lesson_link::routes()].concat())
        .mount("/static", FileServer::from(static_files))
        .mount("/", docs::routes());
    Ok(rocket)
}

/// The settings in layers: the launcher's own, the lesson's `Rocket.toml`, the environment.
fn settings(root: &Path, lesson: &Lesson) -> Result<Figment, String> {
    let file = env::var_os("ROCKET_CONFIG")
        .map_or_else(|| catalogue::config_file(root, &lesson.folder), PathBuf::from);
    if !file.is_file() {
        return Err(format!("ROCKET_CONFIG: there is no file {}", file.display()));
    }
    let limit = |limits: Limits, body| limits.limit(body, BODY_LIMIT.bytes());
    let limits = BODIES.into_iter().fold(Limits::default(), limit);
    let files = Figment::from(Config { limits, ..Config::default() })
        .merge(Serialized::default("template_dir", root.join("templates")))
        // Which software runs here is not told.
        .merge(Serialized::default("ident", false))
        // A header in which a visitor may claim any address is believed only where a proxy sets it.
        .merge(Serialized::default("ip_header", false))
        .merge(Serialized::default("data_dir", catalogue::data_folder(root, &lesson.folder)))
        .merge(Serialized::default("session.cookie", lesson.package()))
        .merge(Toml::file_exact(file).nested())
        .select(Profile::from_env_or("ROCKET_PROFILE", Config::DEFAULT_PROFILE));
    let settings = environment::on_top_of(&files)?;
    for line in environment::unknown(&settings, &files) {
        say(Stream::Stderr, &format!("warning: {line}"));
    }
    #[cfg(feature = "database")]
    let settings = crate::database::with_a_file_of_its_own(settings)?;
    Ok(settings)
}

/// Says what is wrong with the settings, if anything is.
pub(crate) fn check(settings: &Figment) -> Result<(), String> {
    // A file that does not parse shows at the first value that is asked for.
    settings.extract::<IgnoredAny>().map_err(|errors| explain("", errors))?;
    secret::settings_and_secrets(settings)?;
    let config: Config = settings.extract().map_err(|errors| explain("", errors))?;
    for (key, threads) in [("workers", config.workers), ("max_blocking", config.max_blocking)] {
        if threads == 0 {
            return Err(format!("{key}{}: expected 1 or more", place(settings, key)));
        }
    }
    let form = config.limits.get("form");
    if form.is_none_or(|limit| limit == 0 || limit > LARGEST_LIMIT) {
        return Err(format!(
            "limits.form{}: expected a size from \"1KiB\" to \"1MiB\"",
            place(settings, "limits")
        ));
    }
    if settings.find_value("tls").is_ok() {
        return Err(format!(
            "tls{}: this program speaks no TLS, Rocket's features `tls` and `mtls` are not built in.\n\
             Put a proxy in front that does, and tell the lesson: ROCKET_SESSION='{{secure=true}}'",
            place(settings, "tls")
        ));
    }
    xray::Settings::from_figment(settings)?;
    #[cfg(feature = "database")]
    crate::http::mailbox::origin(settings)?;
    Ok(())
}
