//! The secret key that signs and encrypts cookies: where it comes from and when it is too weak.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rocket::figment::Figment;
use rocket::figment::value::Value;

use crate::config::settings::{SessionSettings, place};

/// How keys begin that stand in tutorials, guides and examples. They are public.
const PUBLISHED: [&str; 3] = ["hPRYyVRiMyxp", "itlYmFR2vYKr", "Bx4Gb+aSIfuo"];

/// The keys of a server: the newest writes, all of them open.
pub(crate) struct Secrets {
    pub(crate) newest_first: Vec<Vec<u8>>,
    /// Made for this run, because none was given.
    pub(crate) ephemeral: bool,
}

impl Secrets {
    /// Reads `secret_key`, and `fallback_keys` behind it. In the debug profile a missing key is made up.
    fn from_figment(figment: &Figment, settings: &SessionSettings) -> Result<Self, String> {
        let given = match figment.find_value("secret_key") {
            Ok(Value::String(_, key)) => Some(key),
            Ok(value) if !is_rockets_none(&value) => {
                let why = "a key is written in quotes: \"…\"";
                return Err(problem(figment, "secret_key", why, &advice()));
            }
            _ => None,
        };
        let ephemeral = given.is_none();
        let newest = match given {
            Some(key) => {
                read(&key).map_err(|why| problem(figment, "secret_key", why, &advice()))?
            }
            None if figment.profile() == rocket::Config::DEBUG_PROFILE => random_key(),
            None => return Err(missing()),
        };
        let mut newest_first = vec![newest];
        for key in &settings.fallback_keys {
            let advice = "Here stand keys that were in use before.";
            let key =
                read(key).map_err(|why| problem(figment, "session.fallback_keys", why, advice))?;
            newest_first.push(key);
        }
        Ok(Self { newest_first, ephemeral })
    }
}

/// Rocket's default configuration holds a key of zeros for none.
fn is_rockets_none(value: &Value) -> bool {
    value.deserialize::<[u8; 32]>().is_ok_and(|bytes| bytes == [0; 32])
}

fn missing() -> String {
    format!(
        "secret_key: outside of debug builds a key must be given.\n\
         A key can forge sessions: keep it out of the code.\n{}",
        advice()
    )
}

fn problem(figment: &Figment, key: &str, why: &str, advice: &str) -> String {
    format!("{key}{}: {why}.\n{advice}", place(figment, key))
}

fn advice() -> String {
    let fresh = STANDARD.encode(random_key());
    format!(
        "`openssl rand -base64 32` makes a good one; so is this one, made just now:\n  \
         ROCKET_SECRET_KEY={fresh}"
    )
}

fn random_key() -> Vec<u8> {
    rand::random::<[u8; 32]>().to_vec()
}

/// Decodes a key, written as Rocket wants it, and refuses one that could be guessed.
fn read(key: &str) -> Result<Vec<u8>, &'static str> {
    let bytes = match key.len() {
        44 | 88 => STANDARD.decode(key).ok(),
        64 => from_hex(key),
        _ => None,
    };
    let bytes =
        bytes.ok_or("a key is 32 random bytes, written as 44 characters of base64 or 64 of hex")?;
    if PUBLISHED.iter().any(|known| STANDARD.encode(&bytes).starts_with(known)) {
        return Err("this key is published, and its readers can forge a session");
    }
    // Of 32 random bytes about 30 are distinct, as are the steps from each to the next; and they
    // are text once in a thousand million times.
    let steps = bytes.windows(2).map(|pair| pair[1].wrapping_sub(pair[0]));
    let is_text = std::str::from_utf8(&bytes).is_ok();
    if is_text || distinct(bytes.iter().copied()) < 20 || distinct(steps) < 16 {
        return Err("this key was not made by chance, it could be guessed");
    }
    Ok(bytes)
}

fn distinct(bytes: impl Iterator<Item = u8>) -> usize {
    bytes.collect::<BTreeSet<_>>().len()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let byte = |pair: &[u8]| u8::try_from(16 * digit(&pair[0])? + digit(&pair[1])?).ok();
    text.as_bytes().chunks_exact(2).map(byte).collect()
}

/// Reads the settings of sessions and the keys that go with them, or says what is wrong.
pub(crate) fn settings_and_secrets(
    figment: &Figment,
) -> Result<(SessionSettings, Secrets), String> {
    let settings = SessionSettings::from_figment(figment)?;
    let secrets = Secrets::from_figment(figment, &settings)?;
    Ok((settings, secrets))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(figment: Figment) -> Result<Secrets, String> {
        settings_and_secrets(&figment).map(|(_, secrets)| secrets)
    }

    fn debug() -> Figment {
        Figment::new().select(rocket::Config::DEBUG_PROFILE)
    }

    fn release() -> Figment {
        Figment::new().select(rocket::Config::RELEASE_PROFILE)
    }

    fn hex(bytes: &[u8]) -> String {
        let digit = |n: u8| char::from_digit(n.into(), 16).unwrap();
        bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }

    #[test]
    fn without_a_key_debug_makes_one_and_release_refuses() {
        let made = secrets(debug()).ok().unwrap();
        assert!(made.ephemeral);
        assert_ne!(made.newest_first, secrets(debug()).ok().unwrap().newest_first);
        let refusal = secrets(release()).err().unwrap();
        assert!(refusal.contains("ROCKET_SECRET_KEY="));
    }

    #[test]
    fn base64_and_hex_are_read_alike() {
        let key = random_key();
        for text in [STANDARD.encode(&key), hex(&key)] {
            let figment = release().merge(("secret_key", text));
            let read = secrets(figment).ok().unwrap();
            assert_eq!(read.newest_first, std::slice::from_ref(&key));
            assert!(!read.ephemeral);
        }
    }

    #[test]
    fn weak_and_published_keys_are_refused_without_repeating_them() {
        let published = format!("{}{}", PUBLISHED[0], &STANDARD.encode(random_key())[12..]);
        let published_in_hex = hex(&STANDARD.decode(&published).unwrap());
        let weak = [
            "hello".to_owned(),
            "BAD_SECRET_KEY".to_owned(),
            String::new(),
            published,
            published_in_hex,
            STANDARD.encode([7; 32]),
            STANDARD.encode(b"correct horse battery staple 123"),
            STANDARD.encode(b"correct horse battery staple 12\n"),
            STANDARD.encode("ein schöner Schlüssel, wirklich!".as_bytes().get(..32).unwrap()),
            STANDARD.encode((0..32).collect::<Vec<u8>>()),
            STANDARD.encode((0..64).map(|n: u8| n.wrapping_mul(3)).collect::<Vec<u8>>()),
            "0123456789abcdef".repeat(4),
            "g".repeat(64),
            "+0".repeat(32),
        ];
        for key in weak {
            let refusal = secrets(release().merge(("secret_key", &key))).err().unwrap();
            assert!(refusal.starts_with("secret_key"), "{refusal}");
            assert!(key.is_empty() || !refusal.contains(&key), "{refusal}");
        }
    }

    #[test]
    fn a_weak_fallback_key_is_refused_too() {
        let figment = debug().merge(("session.fallback_keys", ["hello"]));
        assert!(secrets(figment).err().unwrap().starts_with("session.fallback_keys"));
    }
}
