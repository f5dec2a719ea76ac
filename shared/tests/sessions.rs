//! What holds for a session, whatever keeps it: one table of cases, run for each store.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod app;

use std::time::Duration;

use app::{App, Kept};
use rocket::tokio;

/// Writes a test for each case and each store.
macro_rules! on_every_store {
    ($($case:ident,)*) => {
        cases!(private $($case)*);
        cases!(signed $($case)*);
        on_the_server!($($case,)*);
    };
}

/// Writes a test for each case and each store that keeps sessions on the server.
macro_rules! on_the_server {
    ($($case:ident,)*) => {
        cases!(memory $($case)*);
        #[cfg(feature = "sqlite")]
        cases!(sqlite $($case)*);
        #[cfg(feature = "redis")]
        cases!(#[ignore = "needs redis-server: tests/full"] redis $($case)*);
    };
}

macro_rules! cases {
    ($(#[$needs:meta])* $store:ident $($case:ident)*) => {
        mod $store {
            use super::*;
            cases!(@each [$(#[$needs])*] $store $($case)*);
        }
    };
    (@each $needs:tt $store:ident $($case:ident)*) => {
        $(cases!(@one $needs $store $case);)*
    };
    (@one [$($needs:tt)*] $store:ident $case:ident) => {
        #[test]
        $($needs)*
        fn $case() {
            super::$case(&App::on(stringify!($store)));
        }
    };
}

on_every_store! {
    it_is_a_dictionary,
    values_are_typed,
    a_visit_writes_nothing,
    a_page_without_a_session_knows_nothing_of_it,
    what_a_fairing_of_the_application_changes_is_saved,
    a_permanent_session_slides_where_no_handler_asks_for_it,
    a_cookie_that_a_handler_sets_itself_stays,
    one_cookie_with_all_its_attributes,
    behind_tls_the_cookie_is_secure,
    vary_is_merged_into_the_header_that_stands,
    it_ends_with_the_browser_unless_it_is_permanent,
    a_permanent_session_slides,
    a_permanent_session_can_stand,
    idle_time_ends_it_on_the_server,
    only_a_change_prolongs_one_that_is_not_permanent,
    the_absolute_limit_ends_it_on_the_server,
    removing_the_last_key_ends_it,
    clear_ends_it_and_takes_the_cookie_away,
    after_clear_a_new_one_begins,
    a_copy_from_before_the_end_is_dead_on_the_server,
    renew_keeps_the_values_and_kills_the_old_id,
    renew_restarts_the_absolute_lifetime,
    an_id_that_was_not_issued_is_never_adopted,
    an_emptied_session_is_never_adopted,
    a_cookie_with_any_byte_changed_is_rejected,
    a_mangled_cookie_is_rejected,
    a_cookie_of_another_lesson_is_rejected,
    an_error_saves_nothing,
    a_panic_saves_nothing,
    what_cannot_be_stored_fails_the_request,
    clear_ends_it_whatever_went_wrong_before,
    a_session_that_is_too_large_is_refused_and_kept_as_it_was,
    a_handler_can_save_by_itself,
    what_a_handler_saved_stays_when_it_fails,
    what_changes_after_a_save_is_saved_too,
    a_session_can_end_and_begin_after_a_save,
    a_save_that_fails_fails_the_request,
    messages_are_shown_once,
    messages_that_were_not_shown_stay,
    messages_never_fill_a_session,
    what_shows_a_session_is_not_kept_in_caches,
    the_end_is_told_as_it_will_be,
    a_value_that_changes_its_type_begins_with_the_default,
    a_slow_request_brings_no_expired_session_back,
    a_slow_login_takes_nothing_from_an_expired_session,
}

mod at_once {
    use super::*;

    on_the_server! {
        two_requests_at_once_both_count,
        ten_updates_at_once_lose_nothing,
        fifty_updates_at_once_lose_nothing,
        a_save_in_the_handler_brings_nothing_back,
        a_message_added_at_once_stays_for_the_next_page,
        a_request_under_way_brings_nothing_back,
        a_request_under_way_does_not_undo_a_renewal,
        a_login_under_way_survives_a_log_out,
        a_slow_request_saves_a_session_that_lives,
        a_slow_request_does_not_shorten_the_session,
    }
}

fn it_is_a_dictionary(app: &App) {
    let server = app.start();
    let browser = server.browser();
    assert_eq!(browser.get("/get/name").body, "None");
    browser.post("/insert/name/Ferris", "");
    browser.post("/insert/color/orange", "");
    assert_eq!(browser.get("/get/name").body, "Some(\"Ferris\")");
    assert_eq!(browser.get("/contains/name").body, "true");
    assert_eq!(browser.get("/contains/nothing").body, "false");
    assert_eq!(browser.get("/keys").body, "[\"color\", \"name\"]");
    assert_eq!(browser.post("/take/color", "").body, "Some(\"orange\")");
    assert_eq!(browser.post("/take/color", "").body, "None");
    browser.post("/insert/name/Corro", "");
    assert_eq!(browser.get("/get/name").body, "Some(\"Corro\")");
    browser.post("/set_default/name/Gorris", "");
    assert_eq!(browser.get("/get/name").body, "Some(\"Corro\")");
    browser.post("/remove/name", "");
    assert_eq!(browser.get("/keys").body, "[]");
    assert_eq!(browser.get("/is_empty").body, "true");
}

fn values_are_typed(app: &App) {
    let server = app.start();
    let browser = server.browser();
    browser.post("/update/visits", "");
    browser.post("/update/visits", "");
    assert_eq!(browser.get("/get_number/visits").body, "Some(2)");
    assert_eq!(browser.get("/get/visits").body, "None", "2 is not a text");
}

fn a_visit_writes_nothing(app: &App) {
    let server = app.start();
    let browser = server.browser();
    for path in ["/get/name", "/keys", "/contains/name", "/flashes", "/ended"] {
        let answer = browser.get(path);
        assert!(answer.headers("Set-Cookie").is_empty(), "{path}");
        assert_eq!(answer.header("Vary"), "Cookie", "{path}");
        assert_eq!(answer.header("Cache-Control"), "", "{path}");
    }
    for path in ["/remove/name", "/take/name", "/clear", "/renew", "/permanent/true"] {
        assert!(browser.post(path, "").headers("Set-Cookie").is_empty(), "{path}");
    }
    browser.post("/insert/name/Ferris", "");
    let answer = browser.get("/get/name");
    assert!(answer.headers("Set-Cookie").is_empty());
    assert_eq!(
        answer.header("Cache-Control"),
        "no-store",
        "what a session holds is not kept in caches"
    );
}

fn a_page_without_a_session_knows_nothing_of_it(app: &App) {
    let server = app.start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    let answer = browser.get("/bare");
    assert!(answer.headers("Set-Cookie").is_empty());
    assert!(answer.headers("Vary").is_empty());
}

fn what_a_fairing_of_the_application_changes_is_saved(app: &App) {
    let server = app.start();
    let browser = server.browser();
    for _ in 0..2 {
        browser.get("/in_a_fairing");
    }
    assert_eq!(browser.get("/get_number/visits").body, "Some(2)");
}

fn a_cookie_that_a_handler_sets_itself_stays(app: &App) {
    let server = app.with("lifetime", "5m").start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    browser.post("/permanent/true", "");
    server.wait(Duration::from_mins(2));
    assert!(browser.get("/drop_cookie").header("Set-Cookie").starts_with("test=;"));
    assert_eq!(browser.get("/get/name").body, "None");
}

fn a_permanent_session_slides_where_no_handler_asks_for_it(app: &App) {
    for (refresh, slides) in [(true, true), (false, false)] {
        let server = app.with("lifetime", "5m").with("refresh_each_request", refresh).start();
        let browser = server.browser();
        browser.post("/insert/name/Ferris", "");
        browser.post("/permanent/true", "");
        let public = browser.get("/public");
        assert!(public.headers("Set-Cookie").is_empty() && public.headers("Vary").is_empty());
        for path in ["/bare", "/no/such/page", "/bare"] {
            server.wait(Duration::from_mins(2));
            let answer = browser.get(path);
            assert_eq!(answer.header("Set-Cookie").contains("Max-Age=300"), slides, "{path}");
            assert_eq!(answer.header("Vary") == "Cookie", slides, "{path}: CVE-2023-30861");
            assert_eq!(answer.header("Cache-Control") == "no-store", slides, "{path}");
        }
        assert_eq!(browser.get("/get/name").body == "Some(\"Ferris\")", slides);
    }
}

fn one_cookie_with_all_its_attributes(app: &App) {
    let server = app.start();
    let browser = server.browser();
    let answer = browser.post("/insert/name/Ferris", "");
    let line = answer.header("Set-Cookie");
    let (pair, attributes) = line.split_once("; ").unwrap();
    assert!(pair.starts_with("test="), "{line}");
    assert!(
        pair.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"=-_.".contains(&byte)),
        "{line}"
    );
    assert_eq!(attributes, "HttpOnly; SameSite=Lax; Path=/");
    assert_eq!(answer.header("Cache-Control"), "no-store");
    assert_eq!(answer.header("Vary"), "Cookie");
    let answer = browser.post("/clear", "");
    let line = answer.header("Set-Cookie");
    assert!(
        line.starts_with("test=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0; Expires="),
        "{line}"
    );
    assert_eq!(answer.header("Cache-Control"), "no-store");
}

fn behind_tls_the_cookie_is_secure(app: &App) {
    let server = app.with("secure", true).start();
    let browser = server.browser();
    let answer = browser.post("/insert/name/Ferris", "");
    let line = answer.header("Set-Cookie");
    assert!(line.starts_with("__Host-test="), "{line}");
    assert!(line.contains("; Secure"), "{line}");
    assert_eq!(browser.get("/get/name").body, "Some(\"Ferris\")");
    let answer = browser.post("/clear", "");
    assert!(answer.header("Set-Cookie").contains("; Secure"));
}

fn vary_is_merged_into_the_header_that_stands(app: &App) {
    let server = app.start();
    assert_eq!(
        server.browser().get("/vary/Accept-Language").header("Vary"),
        "Accept-Language, Cookie"
    );
    assert_eq!(server.browser().get("/vary/cookie").header("Vary"), "cookie");
    assert_eq!(server.browser().get("/vary/*").header("Vary"), "*");
}

fn it_ends_with_the_browser_unless_it_is_permanent(app: &App) {
    let server = app.with("lifetime", "5m").start();
    let browser = server.browser();
    assert!(!browser.post("/insert/name/Ferris", "").header("Set-Cookie").contains("Max-Age"));
    assert!(browser.post("/permanent/true", "").header("Set-Cookie").contains("Max-Age=300"));
    assert!(!browser.post("/permanent/false", "").header("Set-Cookie").contains("Max-Age"));
    assert!(!browser.post("/insert/name/Corro", "").header("Set-Cookie").contains("Max-Age"));
}

fn a_permanent_session_slides(app: &App) {
    let server = app.with("lifetime", "5m").start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    browser.post("/permanent/true", "");
    for _ in 0..5 {
        server.wait(Duration::from_mins(4));
        let answer = browser.get("/get/name");
        assert_eq!(answer.body, "Some(\"Ferris\")");
        assert!(answer.header("Set-Cookie").contains("Max-Age=300"));
        assert_eq!(answer.header("Vary"), "Cookie", "CVE-2023-30861");
        assert_eq!(answer.header("Cache-Control"), "no-store");
    }
}

fn a_permanent_session_can_stand(app: &App) {
    let server = app.with("lifetime", "5m").with("refresh_each_request", false).start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    browser.post("/permanent/true", "");
    server.wait(Duration::from_mins(4));
    assert!(browser.get("/get/name").headers("Set-Cookie").is_empty());
    let cookie = browser.cookie().unwrap();
    server.wait(Duration::from_mins(1));
    browser.set_cookie("test", &cookie);
    assert_eq!(browser.get("/get/name").body, "None");
}

fn idle_time_ends_it_on_the_server(app: &App) {
    let server = app.with("lifetime", "5m").start();
    for permanent in ["true", "false"] {
        let browser = server.browser();
        browser.post("/insert/name/Ferris", "");
        browser.post(&format!("/permanent/{permanent}"), "");
        let cookie = browser.cookie().unwrap();
        assert_eq!(browser.get("/ended").body, "false");
        server.wait(Duration::from_mins(5));
        browser.set_cookie("test", &cookie);
        assert_eq!(browser.get("/get/name").body, "None", "permanent: {permanent}");
        assert_eq!(browser.get("/ended").body, "true");
    }
}

fn the_absolute_limit_ends_it_on_the_server(app: &App) {
    let server = app.with("lifetime", "5m").with("absolute_lifetime", "10m").start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    browser.post("/permanent/true", "");
    server.wait(Duration::from_mins(4));
    browser.get("/get/name");
    server.wait(Duration::from_mins(4));
    assert!(browser.get("/get/name").header("Set-Cookie").contains("Max-Age=120"));
    let cookie = browser.cookie().unwrap();
    server.wait(Duration::from_mins(2));
    browser.set_cookie("test", &cookie);
    assert_eq!(browser.get("/get/name").body, "None");
}

fn only_a_change_prolongs_one_that_is_not_permanent(app: &App) {
    let server = app.with("lifetime", "5m").start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    server.wait(Duration::from_mins(4));
    browser.post("/insert/color/orange", "");
    server.wait(Duration::from_mins(4));
    assert_eq!(browser.get("/get/name").body, "Some(\"Ferris\")");
    server.wait(Duration::from_mins(1));
    assert_eq!(browser.get("/get/name").body, "None");
}

fn removing_the_last_key_ends_it(app: &App) {
    let server = app.start();
    for path in ["/remove/name", "/take/name"] {
        let browser = server.browser();
        browser.post("/insert/name/Ferris", "");
        assert!(browser.post(path, "").header("Set-Cookie").contains("Max-Age=0"), "{path}");
        assert_eq!(browser.cookie(), None, "{path}");
    }
}

fn clear_ends_it_and_takes_the_cookie_away(app: &App) {
    let server = app.start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    browser.post("/clear", "");
    assert_eq!(browser.cookie(), None);
    assert_eq!(browser.get("/get/name").body, "None");
    browser.set_cookie("test", "nonsense");
    assert!(browser.post("/clear", "").header("Set-Cookie").contains("Max-Age=0"));
}

fn after_clear_a_new_one_begins(app: &App) {
    let server = app.start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    let before = browser.cookie();
    browser.post("/clear_and_insert/name/Corro", "");
    assert_ne!(browser.cookie(), before);
    assert_eq!(browser.get("/get/name").body, "Some(\"Corro\")");
    assert_eq!(browser.get("/keys").body, "[\"name\"]");
}

fn a_copy_from_before_the_end_is_dead_on_the_server(app: &App) {
    let server = app.start();
    for end in ["/clear", "/clear_and_insert/name/Corro"] {
        let (browser, thief) = (server.browser(), server.browser());
        browser.post("/insert/name/Ferris", "");
        thief.set_cookie("test", &browser.cookie().unwrap());
        browser.post(end, "");
        let still_there = thief.get("/get/name").body == "Some(\"Ferris\")";
        assert_eq!(still_there, app.kept == Kept::InTheCookie, "{end}");
    }
}

fn renew_keeps_the_values_and_kills_the_old_id(app: &App) {
    let server = app.start();
    let (browser, thief) = (server.browser(), server.browser());
    browser.post("/insert/name/Ferris", "");
    let before = browser.cookie().unwrap();
    server.wait(Duration::from_secs(1));
    browser.post("/renew", "");
    assert_ne!(browser.cookie().unwrap(), before);
    assert_eq!(browser.get("/get/name").body, "Some(\"Ferris\")");
    thief.set_cookie("test", &before);
    let still_there = thief.get("/get/name").body == "Some(\"Ferris\")";
    assert_eq!(still_there, app.kept == Kept::InTheCookie);
}

fn renew_restarts_the_absolute_lifetime(app: &App) {
    let server = app.with("absolute_lifetime", "10m").start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    server.wait(Duration::from_mins(9));
    browser.post("/renew", "");
    server.wait(Duration::from_mins(9));
    assert_eq!(browser.get("/get/name").body, "Some(\"Ferris\")");
    server.wait(Duration::from_mins(1));
    assert_eq!(browser.get("/get/name").body, "None");
}

fn an_emptied_session_is_never_adopted(app: &App) {
    let server = app.start();
    let (mallory, visitor) = (server.browser(), server.browser());
    mallory.post("/insert/name/Mallory", "");
    let planted = mallory.cookie().unwrap();
    mallory.post("/remove/name", "");
    visitor.set_cookie("test", &planted);
    visitor.post("/insert/name/Ferris", "");
    mallory.set_cookie("test", &planted);
    assert_ne!(mallory.get("/get/name").body, "Some(\"Ferris\")");
}

fn an_id_that_was_not_issued_is_never_adopted(app: &App) {
    let server = app.start();
    let browser = server.browser();
    let planted = "AAAAAAAAAAAAAAAAAAAAAA";
    browser.set_cookie("test", planted);
    assert_eq!(browser.get("/ended").body, "true");
    browser.post("/insert/name/Ferris", "");
    assert_ne!(browser.cookie().unwrap(), planted);
    let thief = server.browser();
    thief.set_cookie("test", planted);
    assert_eq!(thief.get("/get/name").body, "None");
}

fn a_cookie_with_any_byte_changed_is_rejected(app: &App) {
    let server = app.start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    let good = browser.cookie().unwrap();
    for at in 0..good.len() {
        for bit in 0..7 {
            let mut bytes = good.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let bad = String::from_utf8(bytes).unwrap();
            let mallory = server.browser();
            mallory.set_cookie("test", &bad);
            let answer = mallory.get("/get/name");
            assert_eq!(
                (answer.status, &*answer.body),
                (200, "None"),
                "byte {at}, bit {bit}: {bad}"
            );
        }
    }
}

fn a_mangled_cookie_is_rejected(app: &App) {
    let server = app.start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    let good = browser.cookie().unwrap();
    let mut mangled: Vec<String> = (0..good.len()).map(|end| good[..end].to_owned()).collect();
    mangled.extend([
        format!("{good}{good}"),
        format!("{good}="),
        format!("{good}A"),
        format!(".{good}"),
        format!("{good}."),
        good.replace(['-', '_'], "+"),
        good.to_uppercase(),
        "x".repeat(64 * 1024),
        "é☃\u{0}".to_owned(),
        "\"".to_owned(),
        "{}".to_owned(),
        "null".to_owned(),
    ]);
    for bad in mangled.into_iter().filter(|bad| *bad != good) {
        let mallory = server.browser();
        mallory.set_cookie("test", &bad);
        let answer = mallory.get("/get/name");
        assert_eq!((answer.status, &*answer.body), (200, "None"), "{bad}");
        assert!(mallory.post("/insert/name/Mallory", "").status == 200, "{bad}");
    }
    assert_eq!(browser.get("/get/name").body, "Some(\"Ferris\")");
}

fn a_cookie_of_another_lesson_is_rejected(app: &App) {
    let (here, there) = (app.start(), app.with("cookie", "other").start());
    let browser = there.browser();
    browser.post("/insert/name/Ferris", "");
    let mallory = here.browser();
    mallory.set_cookie("test", &browser.cookie().unwrap());
    assert_eq!(mallory.get("/get/name").body, "None");
}

fn an_error_saves_nothing(app: &App) {
    let server = app.start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    for (code, saved) in [(500, false), (503, false), (400, true), (404, true)] {
        let answer = browser.post(&format!("/fail/{code}/name/Corro{code}"), "");
        assert_eq!(answer.status, code);
        let name = browser.get("/get/name").body;
        assert_eq!(name == format!("Some(\"Corro{code}\")"), saved, "{code}: {name}");
    }
    let other = server.browser();
    assert!(other.post("/fail/500/name/Corro", "").headers("Set-Cookie").is_empty());
}

fn a_panic_saves_nothing(app: &App) {
    let server = app.start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    assert_eq!(browser.post("/panic/name/Corro", "").status, 500);
    assert_eq!(browser.get("/get/name").body, "Some(\"Ferris\")");
}

fn what_cannot_be_stored_fails_the_request(app: &App) {
    let server = app.start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    let answer = browser.post("/unstorable/name", "");
    assert_eq!(answer.status, 500);
    assert!(answer.headers("Set-Cookie").is_empty());
    assert_eq!(browser.get("/get/name").body, "Some(\"Ferris\")");
}

fn clear_ends_it_whatever_went_wrong_before(app: &App) {
    let server = app.start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    assert_eq!(browser.post("/unstorable_and_clear", "").status, 200);
    assert_eq!(browser.cookie(), None);
}

fn a_session_that_is_too_large_is_refused_and_kept_as_it_was(app: &App) {
    let (fits, too_much) = match app.kept {
        Kept::InTheCookie => (2_800, 4_000),
        Kept::OnTheServer => (1_000_000, 1_050_000),
    };
    let server = app.start();
    let browser = server.browser();
    assert_eq!(browser.post(&format!("/large/{fits}"), "").status, 200);
    assert!(browser.cookie().unwrap().len() + "test".len() <= 4096);
    for path in ["/large", "/clear_and_large"] {
        let answer = browser.post(&format!("{path}/{too_much}"), "");
        assert_eq!(answer.status, 413);
        assert!(answer.headers("Set-Cookie").is_empty());
        assert!(answer.shows("413"));
        assert_eq!(browser.get("/length").body, fits.to_string(), "{path}");
    }
}

fn a_handler_can_save_by_itself(app: &App) {
    let server = app.start();
    let browser = server.browser();
    let answer = browser.post("/save/name/Ferris", "");
    assert!(answer.header("Set-Cookie").starts_with("test="), "and only once");
    assert_eq!(answer.header("Cache-Control"), "no-store");
    assert_eq!(browser.get("/get/name").body, "Some(\"Ferris\")");
    browser.post("/save/name/Corro", "");
    assert_eq!(browser.get("/get/name").body, "Some(\"Corro\")");
}

fn what_a_handler_saved_stays_when_it_fails(app: &App) {
    let server = app.start();
    for first in ["/insert/name/Ferris", "/get/name"] {
        let browser = server.browser();
        browser.post(first, "");
        let answer = browser.post("/save_and_fail/500/name/Corro", "");
        assert_eq!(answer.status, 500);
        assert!(answer.header("Set-Cookie").starts_with("test="), "the id is a new one");
        assert_eq!(browser.get("/keys").body, "[\"name\"]");
        assert_eq!(browser.get("/get/name").body, "Some(\"Corro\")");
    }
}

fn what_changes_after_a_save_is_saved_too(app: &App) {
    let server = app.with("lifetime", "5m").start();
    let (browser, thief) = (server.browser(), server.browser());
    browser.post("/insert/name/Ferris", "");
    thief.set_cookie("test", &browser.cookie().unwrap());
    for visits in [2, 4] {
        let answer = browser.post("/login_save_and_update/visits", "");
        assert!(answer.header("Set-Cookie").contains("Max-Age=300"), "and only once");
        assert_eq!(browser.get("/get_number/visits").body, format!("Some({visits})"));
    }
    assert_eq!(thief.get("/get_number/visits").body, "None", "the old id is dead");
}

fn a_session_can_end_and_begin_after_a_save(app: &App) {
    let server = app.start();
    let browser = server.browser();
    for _ in 0..2 {
        let answer = browser.post("/save_and_clear/name/Ferris", "");
        assert!(answer.header("Set-Cookie").contains("Max-Age=0"), "and only once");
        assert_eq!(browser.cookie(), None);
        browser.post("/insert/color/orange", "");
    }
    let (before, thief) = (browser.cookie().unwrap(), server.browser());
    browser.post("/clear_save_and_insert/name/Corro", "");
    assert_ne!(browser.cookie().unwrap(), before);
    assert_eq!(browser.get("/keys").body, "[\"name\"]");
    thief.set_cookie("test", &before);
    assert_eq!(thief.get("/keys").body == "[]", app.kept == Kept::OnTheServer);
}

fn a_save_that_fails_fails_the_request(app: &App) {
    let too_much = match app.kept {
        Kept::InTheCookie => 4_000,
        Kept::OnTheServer => 1_050_000,
    };
    let server = app.start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    for path in ["/save_large", "/save_large_anyway"] {
        let answer = browser.post(&format!("{path}/{too_much}"), "");
        assert_eq!(answer.status, 413, "{path}");
        assert!(answer.headers("Set-Cookie").is_empty() && answer.shows("413"), "{path}");
        assert_eq!(browser.get("/keys").body, "[\"name\"]", "{path}");
    }
    let answer = browser.post(&format!("/save_large_and_clear/{too_much}"), "");
    assert_eq!((answer.status, browser.cookie()), (200, None));
}

fn messages_that_were_not_shown_stay(app: &App) {
    let server = app.start();
    let browser = server.browser();
    browser.post("/flash/one", "");
    browser.head("/flashes");
    for purpose in ["prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip"] {
        browser.get_with(("Sec-Purpose", purpose), "/flashes");
    }
    browser.get_with(("Purpose", "prefetch"), "/flashes");
    for code in [204, 205, 302, 303, 304, 307, 500] {
        assert_eq!(browser.get(&format!("/flashes_and/{code}")).status, code);
    }
    assert_eq!(browser.get("/flashes").body, "[\"one\"]");
    assert_eq!(browser.get("/flashes").body, "[]");
    browser.head("/flashes");
    assert_eq!(browser.cookie(), None, "there was nothing else in it");
}

fn messages_never_fill_a_session(app: &App) {
    let server = app.start();
    let browser = server.browser();
    for n in 0..30 {
        assert_eq!(browser.post(&format!("/flash/number%20{n}"), "").status, 200);
    }
    let shown = browser.get("/flashes").body;
    assert!(shown.starts_with("[\"number 20\"") && shown.ends_with("\"number 29\"]"), "{shown}");
    browser.post("/insert/name/Ferris", "");
    for text in ["x", "%C3%A9", "%22", "%01", "%F0%9F%A6%80"] {
        for times in [200, 400, 100_000] {
            assert_eq!(browser.post(&format!("/flash_long/{text}/{times}"), "").status, 200);
        }
        browser.post("/flash/last", "");
        let cookie = browser.cookie().unwrap();
        assert!(cookie.len() < 2_000, "{text}: {}", cookie.len());
        assert!(browser.get("/flashes").body.ends_with("\"last\"]"), "{text}");
    }
    assert_eq!(browser.get("/get/name").body, "Some(\"Ferris\")");
}

fn messages_are_shown_once(app: &App) {
    let server = app.start();
    let browser = server.browser();
    browser.post("/flash/one", "");
    browser.post("/flash/two", "");
    assert_eq!(browser.get("/flashes").body, "[\"one\", \"two\"]");
    assert_eq!(browser.get("/flashes").body, "[]");
}

fn what_shows_a_session_is_not_kept_in_caches(app: &App) {
    let server = app.start();
    let browser = server.browser();
    browser.post("/flash/one", "");
    assert_eq!(browser.get("/flashes").header("Cache-Control"), "no-store");
    browser.post("/insert/name/Ferris", "");
    assert_eq!(browser.get("/get/name").header("Cache-Control"), "no-store");
}

fn the_end_is_told_as_it_will_be(app: &App) {
    let server = app.with("lifetime", "5m").start();
    let browser = server.browser();
    assert_eq!(browser.get("/expiry").body, "None");
    browser.post("/insert/name/Ferris", "");
    server.wait(Duration::from_mins(1));
    assert_eq!(
        browser.get("/expiry").body,
        "Some(240)",
        "it is not permanent, so it does not slide"
    );
    browser.post("/permanent/true", "");
    server.wait(Duration::from_mins(1));
    assert_eq!(browser.get("/expiry").body, "Some(300)");
    assert_eq!(browser.post("/clear", "").status, 200);
    assert_eq!(browser.get("/expiry").body, "None");
}

fn a_value_that_changes_its_type_begins_with_the_default(app: &App) {
    let server = app.start();
    let browser = server.browser();
    browser.post("/insert/visits/many", "");
    browser.post("/update/visits", "");
    assert_eq!(browser.get("/get_number/visits").body, "Some(1)");
}

/// Sends requests that all have loaded the session before the first of them saves it.
fn at_once(app: &App, paths: &[&str]) -> app::Parallel {
    at_once_after("/start", app, paths)
}

fn at_once_after(first: &str, app: &App, paths: &[&str]) -> app::Parallel {
    let after = tokio::runtime::Runtime::new().unwrap().block_on(app.parallel(first, paths));
    assert_eq!(after.statuses, vec![200; paths.len()]);
    after
}

fn two_requests_at_once_both_count(app: &App) {
    let after = at_once(app, &["/meet/insert/one", "/meet/insert/two"]);
    assert_eq!(after.keys, "[\"one\", \"start\", \"two\"]");
    for paths in [
        ["/meet/insert_late/one", "/meet/remove/start"],
        ["/meet/remove_late/start", "/meet/insert/one"],
    ] {
        let after = at_once(app, &paths);
        assert_eq!(after.keys, "[\"one\"]", "the last of before went, a new one came");
    }
}

fn ten_updates_at_once_lose_nothing(app: &App) {
    let after = at_once(app, &["/meet/update/visits"; 10]);
    assert_eq!(after.visits, "Some(10)");
}

fn fifty_updates_at_once_lose_nothing(app: &App) {
    let after = at_once(app, &["/meet/update/visits"; 50]);
    assert_eq!(after.visits, "Some(50)");
}

fn a_save_in_the_handler_brings_nothing_back(app: &App) {
    for end in ["/meet/clear/x", "/meet/renew/x", "/meet/wait/300"] {
        let paths = ["/meet/save_and_insert_late/one", end];
        let after = at_once(&app.with("lifetime", "5m"), &paths);
        assert_eq!(after.keys, "[]", "{end}");
        assert!(after.cookies_of_the_late_one.is_empty(), "{end}: {after:?}");
    }
}

fn a_message_added_at_once_stays_for_the_next_page(app: &App) {
    let after = at_once_after("/flash/one", app, &["/meet/flashes_late/x", "/meet/flash/two"]);
    assert_eq!(after.flashes, "[\"two\"]", "the page showed only the first");
    let two_pages = ["/meet/flashes_late/x", "/meet/flashes_and_flash/x"];
    let after = at_once_after("/flash/one", app, &two_pages);
    assert_eq!(after.flashes, "[\"two\"]", "both pages showed only the first");
}

fn a_request_under_way_brings_nothing_back(app: &App) {
    for slow in ["/meet/insert_late/one", "/meet/update_late/visits", "/meet/nothing_late/x"] {
        let after = at_once(&app.with("lifetime", "5m"), &[slow, "/meet/clear/x"]);
        assert_eq!(after.keys, "[]", "{slow}");
        assert!(after.cookies_of_the_late_one.is_empty(), "{slow}: the log-out stands");
    }
}

fn a_request_under_way_does_not_undo_a_renewal(app: &App) {
    let after = at_once(app, &["/meet/insert_late/one", "/meet/renew/x"]);
    assert_eq!(after.keys, "[]", "the old id is dead");
    assert!(after.cookies_of_the_late_one.is_empty(), "the new cookie stands");
}

fn a_login_under_way_survives_a_log_out(app: &App) {
    let after = at_once(app, &["/meet/login_late/user", "/meet/clear/x"]);
    assert_eq!(after.keys, "[]", "the old id is dead");
    assert_eq!(after.keys_of_the_late_one, "[\"user\"]", "with nothing of the old session");
}

fn a_slow_request_saves_a_session_that_lives(app: &App) {
    let after = at_once(&app.with("lifetime", "5m"), &["/meet/insert_late/one", "/meet/wait/299"]);
    assert_eq!(after.keys, "[\"one\", \"start\"]");
    assert_eq!(after.seconds_left, "Some(300)");
}

fn a_slow_request_brings_no_expired_session_back(app: &App) {
    for slow in ["/meet/insert_late/one", "/meet/update_late/visits", "/meet/nothing_late/x"] {
        let after = at_once(&app.with("lifetime", "5m"), &[slow, "/meet/wait/300"]);
        assert_eq!(after.keys, "[]", "{slow}");
        assert!(after.cookies_of_the_late_one.is_empty(), "{slow}");
    }
}

fn a_slow_login_takes_nothing_from_an_expired_session(app: &App) {
    let after = at_once(&app.with("lifetime", "5m"), &["/meet/login_late/user", "/meet/wait/300"]);
    assert_eq!(after.keys, "[]");
    assert_eq!(after.keys_of_the_late_one, "[\"user\"]");
    assert!(after.cookies_of_the_late_one[0].contains("Max-Age=300"), "and it is permanent");
}

fn a_slow_request_does_not_shorten_the_session(app: &App) {
    let paths = ["/meet/insert_late/one", "/meet/wait_and_insert/200"];
    let after = at_once(&app.with("lifetime", "5m"), &paths);
    assert_eq!(after.seconds_left, "Some(300)");
}
