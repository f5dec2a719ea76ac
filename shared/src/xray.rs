//! The X-ray: the session seen from outside, on every page and at `/_session`.
//!
//! It is on in debug builds, and in release builds where the setting `xray` is true. When it is off,
//! nothing of it is attached.

mod browser;
mod diff;
mod exchange;
mod experiment;
mod fairing;
mod hands_on;
mod history;
mod offer;
pub(crate) mod picture;
mod set_cookie;
mod story;
mod tokens;
mod travelled;
mod two;
mod verdict;
mod view;
mod who;

use rocket::figment::Figment;
use rocket::{Build, Request, Rocket};

use crate::session::KeepEffects;

/// The settings of the X-ray.
pub(crate) struct Settings {
    is_on: bool,
    /// Whether other machines may use its buttons too.
    remote: bool,
}

impl Settings {
    pub(crate) fn from_figment(figment: &Figment) -> Result<Self, String> {
        Ok(Self {
            is_on: setting(figment, "xray", cfg!(debug_assertions))?,
            remote: setting(figment, "xray_remote", false)?,
        })
    }
}

fn setting(figment: &Figment, key: &str, default: bool) -> Result<bool, String> {
    match figment.extract_inner(key) {
        Ok(is_on) => Ok(is_on),
        Err(errors) if errors.missing() => Ok(default),
        Err(errors) => Err(crate::config::settings::explain("", errors)),
    }
}

/// Whether it is on.
pub(crate) fn is_on(figment: &Figment) -> bool {
    Settings::from_figment(figment).is_ok_and(|settings| settings.is_on)
}

/// Adds the page `/_session`, and the panel to all other pages, if the settings want it.
pub(crate) fn attach_if_on(rocket: Rocket<Build>) -> Rocket<Build> {
    let settings = match Settings::from_figment(rocket.figment()) {
        Ok(settings) if settings.is_on => settings,
        _ => return rocket,
    };
    rocket
        .manage(settings)
        .manage(history::History::default())
        .manage(KeepEffects)
        .mount("/", [fairing::routes(), hands_on::routes(), two::routes()].concat())
        .attach(fairing::XRay)
}

/// The path of the route that answers, whichever way a request spells it: to Rocket `/a`, `/a/`, `//a`
/// and `/%61` are one address. Empty if there is no such route.
fn route_path<'r>(req: &'r Request<'_>) -> &'r str {
    req.route().map_or("", |route| route.uri.path())
}
