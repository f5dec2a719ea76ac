//! Settings are taken, or refused with a message that gives no secret away.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use proptest::sample::select;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rocket::figment::Figment;
use rocket::figment::providers::{Format, Serialized, Toml};
use rocket::figment::value::Value;
use rocket::futures::FutureExt;
use serde::de::IgnoredAny;
use shared::testing::{check_settings, open_store};

use crate::fuzz;
use crate::input::{like, seeds};

const KEYS: &[&str] = &[
    "session",
    "session.store",
    "session.lifetime",
    "session.refresh_each_request",
    "session.absolute_lifetime",
    "session.cookie",
    "session.url",
    "session.fallback_keys",
    "session.secure",
    "session.nonsense",
    "secret_key",
];

/// What is not typed by chance.
const PASSWORD: &str = "open-sesame-17";

/// A key as the settings want it, always the same for a number.
pub(crate) fn good_key(number: u64) -> String {
    STANDARD.encode(StdRng::seed_from_u64(number).r#gen::<[u8; 32]>())
}

/// Rocket's own settings, in which those of the session still miss.
pub(crate) fn settings() -> Figment {
    Figment::from(rocket::Config::debug_default())
}

/// All that is text in a value, the names of settings included.
fn texts<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::String(_, text) => found.push(text),
        Value::Array(_, values) => {
            for value in values {
                texts(value, found);
            }
        }
        Value::Dict(_, values) => {
            for (name, value) in values {
                found.push(name);
                texts(value, found);
            }
        }
        _ => {}
    }
}

/// The keys and the address in these settings, but for those that stand in another place too: there
/// a message may repeat them.
fn secrets(settings: &Figment) -> Vec<String> {
    let is_secret = |key: &str| ["secret_key", "url", "fallback_keys"].contains(&key);
    let session = settings.find_value("session").ok();
    let of_session = session.as_ref().and_then(Value::as_dict).into_iter().flatten();
    let key = settings.find_value("secret_key").ok();
    let (mut hidden, mut open) = (vec![], vec![]);
    if let Some(key) = &key {
        texts(key, &mut hidden);
    }
    for (name, value) in of_session {
        open.push(name.as_str());
        texts(value, if is_secret(name) { &mut hidden } else { &mut open });
    }
    // What is shorter is no secret, and may be a word of the message.
    hidden.retain(|text| text.len() >= 16 && !open.iter().any(|it| it.contains(text)));
    hidden.into_iter().map(str::to_owned).collect()
}

/// Reads settings as a lesson does when it starts.
fn meet(settings: &Figment) {
    if let Err(message) = check_settings(settings) {
        assert!(!message.trim().is_empty());
        for secret in secrets(settings) {
            assert!(!message.contains(&secret), "{message}");
        }
        let parses = settings.extract::<IgnoredAny>().is_ok();
        let shown = [PASSWORD, &good_key(1)].iter().any(|secret| message.contains(secret));
        assert!(parses || !shown, "{message}");
        return;
    }
    // Files and servers are not opened: who knows where they are.
    let store: Option<String> = settings.extract_inner("session.store").ok();
    if !["sqlite", "redis"].map(Some).contains(&store.as_deref()) {
        assert!(open_store(settings).now_or_never().unwrap().is_ok());
    }
}

fn words() -> [(&'static str, String); 2] {
    [("KEY", good_key(1)), ("PASSWORD", PASSWORD.to_owned())]
}

fn settings_seeds(json: &str) -> Vec<String> {
    let words = words();
    seeds(json, &words.each_ref().map(|(word, meaning)| (*word, meaning.as_str())))
}

/// Figment reads what is nested by recursion, until its stack ends. Who sets the environment owns the
/// server: that is no attack.
const DEEPEST: usize = 50;

fn cut(mut text: String) -> String {
    if let Some((at, _)) = text.match_indices(['[', '{']).nth(DEEPEST) {
        text.truncate(at);
    }
    text
}

/// Figment panics at a backslash behind a letter that is not ASCII: a lesson does not let it see one.
fn is_a_trap(text: &str) -> bool {
    text.split_once(|c: char| !c.is_ascii()).is_some_and(|(_, rest)| rest.contains('\\'))
}

/// A setting from the environment, which reads numbers, lists and braces, or as mere text.
#[test]
fn a_setting_is_taken_or_refused_in_words() {
    let values = settings_seeds(include_str!("seeds/settings.json"));
    let with_each = |text: &String| KEYS.iter().map(|key| (*key, text.clone(), false)).collect();
    let seeds = values.iter().flat_map::<Vec<_>, _>(with_each);
    let inputs = (select(KEYS), like(&values).prop_map(cut), any::<bool>());
    let standing = settings();
    fuzz("settings", 1, seeds, &inputs, |(key, text, plain)| {
        let value: Value =
            if plain || is_a_trap(&text) { text.into() } else { text.parse().unwrap() };
        meet(&standing.clone().merge(Serialized::global(key, value)));
    });
}

#[test]
fn a_file_of_settings_is_taken_or_refused_in_words() {
    let files = settings_seeds(include_str!("seeds/toml.json"));
    let standing = settings();
    fuzz("settings in a file", 10, files.clone(), &like(&files).prop_map(cut), |text| {
        meet(&standing.clone().merge(Toml::string(&text).nested()));
    });
}
