//! What lesson 02 promises.

use shared::testing::Server;

#[test]
fn a_new_visitor_sees_the_form_and_gets_no_cookie() {
    let server = Server::start(super::rocket());
    let answer = server.browser().get("/");
    assert!(answer.shows("action=\"/setName\" method=\"post\""));
    assert!(answer.headers("Set-Cookie").is_empty());
}

#[test]
fn the_name_stays() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    assert!(browser.post("/setName", "name=Ferris").redirects_to("/"));
    for _ in 0..3 {
        assert!(browser.get("/").shows("<h1>Ferris</h1>"));
    }
    browser.post("/setName", "name=Corro");
    assert!(browser.get("/").shows("<h1>Corro</h1>"));
}

#[test]
fn another_browser_is_another_visitor() {
    let server = Server::start(super::rocket());
    let (ferris, visitor) = (server.browser(), server.browser());
    ferris.post("/setName", "name=Ferris");
    assert!(!visitor.get("/").shows("Ferris"));
}

#[test]
fn a_name_is_text_and_nothing_more() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    browser.post("/setName", "name=%3Cscript%3Ealert(1)%3C/script%3E");
    let page = browser.get("/");
    assert!(page.shows("&lt;script&gt;"));
    assert!(!page.shows("<script"));
}

#[test]
fn a_refused_name_stays_in_the_form() {
    let server = Server::start(super::rocket());
    let long = "x".repeat(101);
    for (sent, kept) in [
        ("", "value=\"\""),
        ("+++", "value=\"   \""),
        (&long, &format!("value=\"{long}\"")),
        ("%3Cb%3E%00x", "value=\"&lt;b&gt;"),
    ] {
        let answer = server.browser().post("/setName", &format!("name={sent}"));
        assert_eq!(answer.status, 422, "{sent}");
        assert!(answer.shows(kept), "{sent}: {}", answer.body);
        assert!(answer.shows("Please type a name of 1 to 100 characters."), "{sent}");
        assert!(answer.shows("aria-invalid=\"true\" aria-describedby=\"name-note\""), "{sent}");
        assert!(answer.headers("Set-Cookie").is_empty());
    }
}

#[test]
fn a_form_without_the_field_says_so() {
    let server = Server::start(super::rocket());
    let answer = server.browser().post("/setName", "nome=Ferris");
    assert_eq!(answer.status, 422);
    assert!(answer.shows("Please fill this in."));
}

#[test]
fn a_refused_name_leaves_the_old_one() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    browser.post("/setName", "name=Ferris");
    assert!(browser.post("/setName", "name=").shows("<h1>Ferris</h1>"));
    assert!(browser.get("/").shows("<h1>Ferris</h1>"));
}

#[test]
fn a_hundred_characters_of_any_script_are_a_name() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    assert_eq!(browser.post("/setName", &format!("name={}", "é".repeat(100))).status, 303);
    assert!(browser.get("/").shows(&"é".repeat(100)));
}

#[test]
fn a_name_of_any_script_is_shown_as_it_is() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    for name in ["नमस्ते", "สวัสดี", "שָׁלוֹם", "👩‍👩‍👧", "می\u{200c}خواهم", "❤\u{fe0f}", "葛\u{e0100}城"]
    {
        assert!(browser.post("/setName", &format!("name={name}")).redirects_to("/"), "{name}");
        assert!(browser.get("/").shows(&format!("<h1>{name}</h1>")), "{name}");
    }
}

#[test]
fn an_invisible_name_is_refused() {
    let server = Server::start(super::rocket());
    for hidden in ['\u{200b}', '\u{feff}', '\u{3164}', '\u{ad}', '\u{2060}', '\u{202e}', '\u{115f}']
    {
        for name in [format!("{hidden}"), format!("Fer{hidden}ris")] {
            let answer = server.browser().post("/setName", &format!("name={name}"));
            assert_eq!(answer.status, 422, "{}", name.escape_unicode());
            assert!(answer.shows("Please type a name of 1 to 100 characters."));
        }
    }
}

#[test]
fn a_form_from_another_site_changes_nothing() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    browser.post("/setName", "name=Ferris");
    let answer = browser.post_from(("Sec-Fetch-Site", "cross-site"), "/setName", "name=Mallory");
    assert_eq!(answer.status, 403);
    assert!(browser.get("/").shows("<h1>Ferris</h1>"));
}
