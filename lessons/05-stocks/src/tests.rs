//! What lesson 05 promises.

use shared::testing::{Answer, Browser, Server};

fn add(browser: &Browser<'_>, symbol: &str, shares: &str, price: &str) -> Answer {
    let fields = format!("stock_symbol={symbol}&number_of_shares={shares}&purchase_price={price}");
    browser.post("/add_stock", &fields)
}

#[test]
fn the_first_page_is_the_list() {
    let server = Server::start(super::rocket());
    assert!(server.browser().get("/").redirects_to("/stocks"));
}

#[test]
fn an_empty_list_says_so_and_links_to_the_form() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    let page = browser.get("/stocks");
    assert!(page.shows("You have none yet"));
    assert!(page.shows("href=\"&#x2F;add_stock\"") || page.shows("href=\"/add_stock\""));
    assert!(!page.shows("<table"));
    assert_eq!(browser.get("/add_stock").status, 200);
    assert_eq!(browser.cookie(), None);
}

#[test]
fn two_browsers_have_two_lists() {
    let server = Server::start(super::rocket());
    let (firefox, chrome) = (server.browser(), server.browser());
    assert!(add(&firefox, "AAPL", "15", "302.17").redirects_to("/stocks"));
    assert!(add(&chrome, "SBUX", "100", "87.56").redirects_to("/stocks"));
    let (first, second) = (firefox.get("/stocks"), chrome.get("/stocks"));
    for heading in ["Stock Symbol", "Number of Shares", "Share Price"] {
        assert!(first.shows(heading));
    }
    assert!(first.shows("AAPL") && first.shows(">15<") && first.shows("$302.17"));
    assert!(second.shows("SBUX") && second.shows(">100<") && second.shows("$87.56"));
    assert!(!first.shows("SBUX") && !second.shows("AAPL"));
}

#[test]
fn all_stocks_are_kept_with_their_total_value() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    add(&browser, "AAPL", "15", "302.17");
    add(&browser, "SBUX", "100", "87.56");
    add(&browser, "X", "3", "0.1");
    let page = browser.get("/stocks");
    assert!(page.shows("$302.17") && page.shows("$87.56") && page.shows("$0.10"));
    assert!(page.shows("$13288.85"), "{}", page.body);
}

#[test]
fn the_largest_numbers_add_up_exactly() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    for _ in 0..2 {
        assert_eq!(add(&browser, "BIG", "1000000000", "999999999.9999").status, 303);
    }
    assert!(browser.get("/stocks").shows("$1999999999999800000.0000"));
}

#[test]
fn what_was_added_is_said_once() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    add(&browser, "AAPL", "15", "302.17");
    assert!(browser.get("/stocks").shows("AAPL was added."));
    assert!(!browser.get("/stocks").shows("was added"));
}

#[test]
fn a_refused_stock_stays_in_the_form() {
    let server = Server::start(super::rocket());
    for (symbol, shares, price, wrong) in [
        ("", "15", "302.17", "stock_symbol"),
        ("aapl", "15", "302.17", "stock_symbol"),
        ("ELEVENCHARS", "15", "302.17", "stock_symbol"),
        ("AAPL", "0", "302.17", "number_of_shares"),
        ("AAPL", "-1", "302.17", "number_of_shares"),
        ("AAPL", "1.5", "302.17", "number_of_shares"),
        ("AAPL", "1000000001", "302.17", "number_of_shares"),
        ("AAPL", "99999999999999999999", "302.17", "number_of_shares"),
        ("AAPL", "15", "", "purchase_price"),
        ("AAPL", "15", "0", "purchase_price"),
        ("AAPL", "15", "-1", "purchase_price"),
        ("AAPL", "15", "1e3", "purchase_price"),
        ("AAPL", "15", "NaN", "purchase_price"),
        ("AAPL", "15", "1.23456", "purchase_price"),
        ("AAPL", "15", "1000000000.01", "purchase_price"),
    ] {
        let browser = server.browser();
        let answer = add(&browser, symbol, shares, price);
        let case = format!("{symbol} {shares} {price}: {}", answer.body);
        assert_eq!(answer.status, 422, "{case}");
        assert_eq!(answer.body.matches("class=\"error\"").count(), 1, "{case}");
        assert!(answer.shows(&format!("class=\"error\" id=\"{wrong}-note\"")), "{case}");
        for typed in [symbol, shares, price] {
            assert!(answer.shows(&format!("value=\"{typed}\"")), "{case}");
        }
        assert_eq!(browser.cookie(), None);
    }
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let server = Server::start(super::rocket());
    let answer = add(&server.browser(), "", "", "");
    assert_eq!(answer.body.matches("class=\"error\"").count(), 3);
}

#[test]
fn a_blog_post_has_its_number_in_its_address() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    assert!(browser.get("/stocks").body.replace("&#x2F;", "/").contains("href=\"/blog_posts/17\""));
    assert!(browser.get("/blog_posts/17").shows("Blog Post #17"));
    assert_eq!(browser.get("/blog_posts/4294967295").status, 200);
    assert_eq!(browser.get("/blog_posts/seventeen").status, 404);
}

#[test]
fn a_list_that_grows_too_large_is_refused_and_kept_as_it_was() {
    let server = Server::start(super::rocket());
    let browser = server.browser();
    let large = |_| add(&browser, "ABCDEFGHIJ", "1000000000", "1000000000");
    let refused = (0..100).map(large).enumerate().find(|(_, answer)| answer.status != 303);
    let Some((added, refused)) = refused else {
        return; // With a store on the server a hundred are not too many.
    };
    assert!(added > 10, "{added}");
    assert_eq!(refused.status, 413);
    assert!(refused.shows("Too large"));
    assert!(refused.headers("Set-Cookie").is_empty());
    assert_eq!(browser.get("/stocks").body.matches("<td>ABCDEFGHIJ").count(), added);
}
