//! The variables `ROCKET_*` of the environment, as settings: which are text, which cannot be read, and
//! which are no settings at all.

use std::mem;

use rocket::Config;
use rocket::figment::providers::Env;
use rocket::figment::value::{Dict, Map, Value};
use rocket::figment::{self, Figment, Metadata, Profile, Provider};

use super::settings::place;

/// How deep brackets may stand in one another. Figment reads them by recursion, until its stack ends
/// and the program with it.
const DEEPEST: usize = 32;

/// Settings that are there without standing in a file, besides Rocket's own; the last three are
/// variables only.
const OURS: [&str; 11] = [
    "session",
    "data_dir",
    "template_dir",
    "xray",
    "xray_remote",
    "origin",
    "databases",
    "admin_password_hash",
    "config",
    "profile",
    "codegen_debug",
];

/// What stands below `session`.
const OF_SESSION: [&str; 8] = [
    "store",
    "lifetime",
    "refresh_each_request",
    "absolute_lifetime",
    "cookie",
    "url",
    "fallback_keys",
    "secure",
];

/// Puts the variables on top of the settings from files.
pub(crate) fn on_top_of(files: &Figment) -> Result<Figment, String> {
    let variables = Env::prefixed("ROCKET_").ignore(&["PROFILE"]).global();
    for (key, value) in variables.iter() {
        if let Some(problem) = trap(key.as_str(), &value) {
            return Err(format!("ROCKET_{}: {problem}", key.as_str().to_uppercase()));
        }
    }
    let texts = Texts::among(&variables, files);
    Ok(files.clone().merge(variables).merge(texts))
}

/// Why Figment 0.10.19 would end the program with this variable.
fn trap(key: &str, value: &str) -> Option<String> {
    // It takes the number of a letter for that of its byte when it comes to a backslash, and panics
    // with the whole value in its message.
    let special = value.find(|c: char| !c.is_ascii());
    if special.is_some_and(|at| value[at..].contains('\\')) {
        return Some(
            "write it without backslashes, which may not stand behind a letter such as é".into(),
        );
    }
    (depth(value) > DEEPEST || key.matches('.').count() > DEEPEST)
        .then(|| format!("no setting needs brackets more than {DEEPEST} deep"))
}

fn depth(value: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for letter in value.chars() {
        match letter {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// The variables of settings that are text in the files: there a folder called 2026 is a folder, and no
/// number.
struct Texts(Metadata, Dict);

impl Texts {
    fn among(variables: &Env, files: &Figment) -> Self {
        let is_text = |key: &str| matches!(files.find_value(key), Ok(Value::String(..)));
        let texts = variables.iter().filter(|(key, _)| is_text(key.as_str()));
        let read = |value: String| match value.parse() {
            Ok(text @ Value::String(..)) => text,
            _ => Value::from(value),
        };
        let values = texts.map(|(key, value)| (key.as_str().to_owned(), read(value))).collect();
        Self(variables.metadata(), values)
    }
}

impl Provider for Texts {
    fn metadata(&self) -> Metadata {
        self.0.clone()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Global.collect(self.1.clone()))
    }
}

/// A line for each setting that is none. A file may have settings that only its lesson knows: there it
/// takes a name that is nearly right. Variables of other programs begin with `ROCKET_` too: they stop
/// nothing.
pub(crate) fn unknown(settings: &Figment, files: &Figment) -> Vec<String> {
    let all: Dict = settings.extract().unwrap_or_default();
    let is_known = |key: &str| OURS.contains(&key) || Config::PARAMETERS.contains(&key);
    let line = |key: &String| {
        let is_variable = files.find_value(key).is_err();
        let nearest = nearest(key);
        if nearest.is_none() && !is_variable {
            return None;
        }
        let advice = match nearest {
            Some(right) if is_variable => format!("Is it {} that is meant?", variable(right)),
            Some((parent, right)) => format!("Is it `{parent}{right}` that is meant?"),
            None => "It changes nothing.".to_owned(),
        };
        Some(format!("there is no setting `{key}`{}. {advice}", place(settings, key)))
    };
    all.keys().filter(|key| !is_known(key)).filter_map(line).collect()
}

/// A setting, and what stands before it: `session.` and `store`.
type Path = (&'static str, &'static str);

fn variable((parent, key): Path) -> String {
    match parent {
        "" => format!("ROCKET_{}", key.to_uppercase()),
        _ => format!("ROCKET_SESSION='{{{key}=…}}'"),
    }
}

/// The setting that has nearly this name.
fn nearest(key: &str) -> Option<Path> {
    let of_session = OF_SESSION.iter().map(|name| ("session.", *name));
    let others = OURS.iter().chain(Config::PARAMETERS).map(|name| ("", *name));
    let named = of_session.chain(others).map(|path| (distance(key, path.1), path));
    let is_near = |(distance, (parent, name)): &(usize, Path)| {
        let is_part = key.len() > 2 && name.contains(key) || name.len() > 3 && key.contains(name);
        match *parent {
            "" => is_part || *distance <= 2 && key.len().min(name.len()) > 3,
            _ => *distance <= 1,
        }
    };
    named.filter(is_near).min_by_key(|(distance, _)| *distance).map(|(_, path)| path)
}

/// How many letters must change to make one word of the other (Levenshtein's distance).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut before = mem::replace(&mut row[0], i + 1);
        for (j, b) in other.bytes().enumerate() {
            let changed = before + usize::from(a != b);
            before = row[j + 1];
            row[j + 1] = changed.min(before + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_leads_to_the_right_one() {
        for (wrong, right) in [
            ("sesion", "ROCKET_SESSION"),
            ("xrays", "ROCKET_XRAY"),
            ("x_ray", "ROCKET_XRAY"),
            ("datadir", "ROCKET_DATA_DIR"),
            ("database", "ROCKET_DATABASES"),
            ("prot", "ROCKET_PORT"),
            ("adress", "ROCKET_ADDRESS"),
            ("secret", "ROCKET_SECRET_KEY"),
            ("admin_password", "ROCKET_ADMIN_PASSWORD_HASH"),
            ("store", "ROCKET_SESSION='{store=…}'"),
            ("life_time", "ROCKET_SESSION='{lifetime=…}'"),
        ] {
            assert_eq!(nearest(wrong).map(variable).as_deref(), Some(right), "{wrong}");
        }
        for other in ["chat_url", "server", "title", "hub", "colour"] {
            assert_eq!(nearest(other), None, "{other}");
        }
    }

    #[test]
    fn brackets_within_brackets_are_counted() {
        assert!(trap("x", &"[".repeat(600)).is_some());
        assert!(trap("x", &"{a=".repeat(600)).is_some());
        assert!(trap(&"x.".repeat(600), "1").is_some());
        assert!(trap("x", &"[],".repeat(600)).is_none());
    }
}
