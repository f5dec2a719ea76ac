//! What the secret key does for the stores that seal cookies with it.

#[allow(dead_code, reason = "the other tests use the rest")]
mod app;

use app::{App, fresh_key};

const SEALING: [&str; 2] = ["private", "signed"];

/// A server with a key, and older ones beside it.
fn app(store: &str, key: &str, older: &[String]) -> App {
    App::on(store).with_setting("secret_key", key).with("fallback_keys", older.to_vec())
}

#[test]
fn a_cookie_under_another_key_is_rejected() {
    for store in SEALING {
        let (ours, theirs) =
            (app(store, &fresh_key(), &[]).start(), app(store, &fresh_key(), &[]).start());
        let browser = theirs.browser();
        browser.post("/insert/name/Mallory", "");
        let mallory = ours.browser();
        mallory.set_cookie("test", &browser.cookie().unwrap());
        assert_eq!(mallory.get("/get/name").body, "None", "{store}");
    }
}

#[test]
fn a_cookie_of_another_store_is_rejected() {
    let key = fresh_key();
    let (private, signed) = (app("private", &key, &[]).start(), app("signed", &key, &[]).start());
    for (from, to) in [(&private, &signed), (&signed, &private)] {
        let browser = from.browser();
        browser.post("/insert/name/Mallory", "");
        let mallory = to.browser();
        mallory.set_cookie("test", &browser.cookie().unwrap());
        assert_eq!(mallory.get("/get/name").body, "None");
    }
}

#[test]
fn the_same_key_opens_after_a_restart() {
    for store in SEALING {
        let key = fresh_key();
        let before = app(store, &key, &[]).start();
        let browser = before.browser();
        browser.post("/insert/name/Ferris", "");
        let after = app(store, &key, &[]).start();
        let again = after.browser();
        again.set_cookie("test", &browser.cookie().unwrap());
        assert_eq!(again.get("/get/name").body, "Some(\"Ferris\")", "{store}");
    }
}

#[test]
fn older_keys_still_open_and_the_newest_writes() {
    for store in SEALING {
        let (old, new) = (fresh_key(), fresh_key());
        let before = app(store, &old, &[]).start();
        let browser = before.browser();
        browser.post("/insert/name/Ferris", "");

        let rolled = app(store, &new, std::slice::from_ref(&old)).start();
        let during = rolled.browser();
        during.set_cookie("test", &browser.cookie().unwrap());
        assert_eq!(during.get("/get/name").body, "Some(\"Ferris\")", "{store}");
        during.post("/insert/color/orange", "");

        let after = app(store, &new, &[]).start();
        let later = after.browser();
        later.set_cookie("test", &during.cookie().unwrap());
        assert_eq!(
            later.get("/get/name").body,
            "Some(\"Ferris\")",
            "{store}: written again, under the new key"
        );
        later.set_cookie("test", &browser.cookie().unwrap());
        assert_eq!(later.get("/get/name").body, "None", "{store}: the old key is gone");
    }
}

#[test]
fn a_signed_cookie_can_be_read_and_a_private_one_cannot() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let read = |store| {
        let server = app(store, &fresh_key(), &[]).start();
        let browser = server.browser();
        browser.post("/insert/city/K%C3%B6ln", "");
        browser.post("/insert/name/Ferris", "");
        let cookie = browser.cookie().unwrap();
        let payload = cookie.split('.').next().unwrap_or_default();
        assert!(store == "private" || payload.len().is_multiple_of(4), "`base64 -d` reads it");
        String::from_utf8_lossy(&URL_SAFE_NO_PAD.decode(payload).unwrap()).into_owned()
    };
    assert!(read("signed").trim_end().ends_with('}'));
    assert!(read("signed").contains("\"name\":\"Ferris\""));
    assert!(!read("private").contains("Ferris"));
}
