//! A field takes what its rule allows and nothing else, and what it took can be written and read again.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use proptest::collection::vec;
use rocket::form::{FromFormField, ValueField};
use rocket::http::{ContentType, RawStr, Status};
use rocket::local::blocking::Client;
use rocket::{FromForm, post, routes};
use rocket_dyn_templates::{Template, context};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::form::{Contextual, Email, Form, Name, NewPassword, Password, Price, Shares, Symbol};

use crate::input::{like, seeds};
use crate::{fuzz, lesson};

/// The most shares, and the highest price.
const MOST: u64 = 1_000_000_000;

fn read<'v, T: FromFormField<'v>>(text: &'v str) -> Option<T> {
    T::from_value(ValueField::from_value(text)).ok()
}

/// What is sure of any name that was taken: where Unicode has a say, `form::name` has a table.
fn is_name(text: &str) -> bool {
    let never = |c: char| c.is_control() || matches!(c, '\u{200b}' | '\u{202a}'..='\u{202e}');
    !text.contains(never) && text.trim() == text && (1..=100).contains(&text.chars().count())
}

fn is_email(text: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let is_label = |label: &str| {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 254
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && local.bytes().all(allowed) && domain.split('.').all(is_label)
        })
}

fn is_symbol(text: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-');
    (1..=10).contains(&text.len()) && text.bytes().all(allowed)
}

/// A whole number of digits alone.
fn whole(digits: &str) -> Option<u64> {
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let digits = digits.trim_start_matches('0');
    (is_whole && digits.len() < 16).then(|| digits.parse().unwrap_or(0))
}

/// A price in ten thousandths of a dollar; its point may stand at either end.
fn ten_thousandths(text: &str) -> Option<u64> {
    let (dollars, places) = text.split_once('.').unwrap_or((text, ""));
    if places.len() > 4 || dollars.is_empty() && places.is_empty() {
        return None;
    }
    Some(whole(&format!("0{dollars}"))? * 10_000 + whole(&format!("{places:0<4}"))?)
}

/// What a field took, it writes as it reads it, in a form and in a session.
fn comes_back<T>(value: &T)
where
    T: Clone + PartialEq + Debug + Display + FromStr + Serialize + DeserializeOwned,
{
    let text = value.to_string();
    assert_eq!(text.parse().ok().as_ref(), Some(value));
    assert_eq!(read_json::<T>(&value), *value);
}

fn read_json<T: DeserializeOwned>(value: &impl Serialize) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

fn check_name(text: &str) {
    let name = read::<Name<'_>>(text);
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let is_name = is_name(text);
        assert_eq!(name.as_ref().map(Name::as_str), is_name.then_some(text), "Name");
    }
    if let Some(name) = name {
        assert!(is_name(name.as_str()), "Name");
        assert_eq!(read(name.as_str()).as_ref(), Some(&name), "it has one spelling");
        assert_eq!(read_json::<String>(&name), name.as_str());
    }
}

fn check_email(text: &str) {
    let email = read::<Email<'_>>(text);
    let trimmed = text.trim();
    assert_eq!(email.map(|it| it.as_str()), is_email(trimmed).then_some(trimmed), "Email");
    if let Some(email) = email {
        assert_eq!(read(email.as_str()), Some(email));
        assert_eq!(read_json::<String>(&email), email.as_str());
    }
}

fn check_passwords(text: &str) {
    let old = read::<Password<'_>>(text).map(|it| it.as_str());
    let new = read::<NewPassword<'_>>(text).map(|it| it.as_str());
    assert!(old.is_none_or(|taken| taken == text) && new.is_none_or(|taken| taken == text));
    let length = text.chars().count();
    // Normalized, a character beyond ASCII may be several, or one with the next.
    if text.is_ascii() {
        assert_eq!(old.is_some(), (1..=128).contains(&length), "Password");
        assert_eq!(new.is_some(), (8..=128).contains(&length), "NewPassword");
    }
}

fn check_symbol(text: &str) {
    let (symbol, trimmed) = (read::<Symbol>(text), text.trim());
    let expected = is_symbol(trimmed).then(|| trimmed.to_owned());
    assert_eq!(symbol.as_ref().map(ToString::to_string), expected, "Symbol");
    symbol.iter().for_each(comes_back);
}

fn check_shares(text: &str) {
    let shares = read::<Shares>(text);
    let expected = whole(text.trim()).filter(|count| (1..=MOST).contains(count));
    assert_eq!(shares.map(|it| it.count().into()), expected, "Shares");
    if let Some(shares) = shares {
        assert_eq!(read(&shares.count().to_string()), Some(shares));
        assert_eq!(read_json::<Shares>(&shares), shares);
    }
}

fn check_price(text: &str) {
    let price = read::<Price>(text);
    let expected = ten_thousandths(text.trim()).filter(|it| (1..=MOST * 10_000).contains(it));
    assert_eq!(price.map(|it| ten_thousandths(&it.to_string()).unwrap()), expected, "Price");
    if let Some(price) = price {
        comes_back(&price);
        let written = price.to_string();
        let places = written.split_once('.').unwrap().1.len();
        assert!(places == 2 || places <= 4 && !written.ends_with('0'), "{written}");
    }
}

#[test]
fn a_field_takes_what_its_rule_allows() {
    let texts = seeds(include_str!("seeds/fields.json"), &[]);
    // Each input goes to each of the seven kinds of field, and counts once.
    fuzz("fields", 1, texts.clone(), &like(&texts), |text| {
        check_name(&text);
        check_email(&text);
        check_passwords(&text);
        check_symbol(&text);
        check_shares(&text);
        check_price(&text);
    });
}

#[test]
fn amounts_are_exact() {
    let inputs = vec((1..=MOST * 10_000, 1..=MOST), 1..20);
    let seeds = [vec![(1, 1)], vec![(MOST * 10_000, MOST); 1000]];
    fuzz("amounts", 10, seeds, &inputs, |amounts| {
        let value = |(price, shares): &(u64, u64)| {
            let text = format!("{}.{:04}", price / 10_000, price % 10_000);
            text.parse::<Price>().unwrap().times(shares.to_string().parse().unwrap())
        };
        let sum: Price = amounts.iter().map(value).sum();
        let expected: u128 = amounts.iter().map(|(a, b)| u128::from(*a) * u128::from(*b)).sum();
        let written = sum.to_string();
        let (dollars, places) = written.split_once('.').unwrap();
        assert_eq!(format!("{dollars}{places:0<4}").parse(), Ok(expected));
    });
}

/// A form with each kind of field, and some that have to find their way.
#[derive(FromForm)]
struct All<'r> {
    name: Name<'r>,
    email: Email<'r>,
    stock_symbol: Symbol,
    number_of_shares: Shares,
    purchase_price: Price,
    password: Password<'r>,
    new_password: NewPassword<'r>,
}

impl All<'_> {
    fn obeys(&self) {
        let symbol = self.stock_symbol.to_string();
        assert!(is_name(self.name.as_str()) && is_email(self.email.as_str()));
        assert!(
            is_symbol(&symbol) && (1..=MOST).contains(&u64::from(self.number_of_shares.count()))
        );
        assert!(!self.purchase_price.times(self.number_of_shares).to_string().is_empty());
        check_passwords(self.password.as_str());
        check_passwords(self.new_password.as_str());
    }
}

/// How large a form may be, of whatever kind.
const LIMIT: usize = 8 * 1024;

/// A field as a part, with a type or without.
fn part((name, value): (String, String)) -> String {
    let kind = if value.len().is_multiple_of(2) { "" } else { "\r\nContent-Type: text/plain" };
    let name = name.replace(['"', '\r', '\n'], "");
    format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{kind}\r\n\r\n{value}\r\n")
}

fn bodies() -> Vec<String> {
    let many = (0..5_000).map(|n| format!("name={n}&f{n}=")).collect::<Vec<_>>().join("&");
    let deep = format!("name{}=x", "[a]".repeat(5_000));
    [seeds(include_str!("seeds/forms.json"), &[]), vec![many, deep]].concat()
}

/// The fields of a body, decoded, but for those that are not UTF-8 or that no form ever reads.
fn decoded(body: &str) -> Vec<(String, String)> {
    let decode = |text: &str| RawStr::new(text).url_decode().ok().map(String::from);
    let fields = body.split('&').filter(|field| !field.is_empty());
    let pair = |field: &str| {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        Some((decode(name)?, decode(value)?)).filter(|(name, _)| !name.contains('='))
    };
    fields.filter_map(pair).collect()
}

#[test]
fn a_form_takes_what_its_rules_allow() {
    let bodies = bodies();
    fuzz("forms", 10, bodies.clone(), &like(&bodies[..bodies.len() - 2]), |body| {
        let fields = decoded(&body);
        let fields = || fields.iter().map(|(name, value)| (name.as_str(), value.as_str()).into());
        if let Ok(form) = rocket::form::Form::<All<'_>>::parse_iter(fields()) {
            form.obeys();
        }
        let shown = rocket::form::Form::<Contextual<'_, All<'_>>>::parse_iter(fields()).unwrap();
        assert!(shown.value.is_some() || shown.context.errors().next().is_some());
    });
}

/// As a lesson does it: a form with a mistake is shown again.
#[post("/form", data = "<form>")]
fn form(form: Form<Contextual<'_, All<'_>>>) -> Result<&'static str, (Status, Template)> {
    let Contextual { value, context } = form.into_inner();
    if let Some(all) = value {
        all.obeys();
        return Ok("taken");
    }
    let page = context! { form: &context, action: "/form", stocks: "/stocks" };
    Err((context.status(), Template::render("05-stocks/add_stock", page)))
}

#[test]
fn a_form_never_fails_a_request() {
    let rocket = lesson().mount("/", routes![form]);
    let settings = rocket.figment().clone().merge(("log_level", "off"));
    let client = Client::untracked(rocket.configure(settings)).unwrap();
    let bodies = bodies();
    fuzz("forms over http", 100, bodies.clone(), &like(&bodies), |body| {
        let parts = decoded(&body).into_iter().map(part).collect::<String>() + "--x--\r\n";
        let multipart = ContentType::new("multipart", "form-data").with_params(("boundary", "x"));
        for (kind, body) in
            [(ContentType::Form, &body), (multipart.clone(), &body), (multipart, &parts)]
        {
            let answer = client.post("/form").header(kind).body(body).dispatch();
            let status = answer.status();
            assert!(status.code < 500, "{status}");
            assert_eq!(status == Status::PayloadTooLarge, body.len() > LIMIT, "{status}");
            let page = answer.into_string().unwrap();
            assert!(!page.contains("<fuzz>"), "{page}");
        }
    });
}
