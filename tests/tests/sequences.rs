//! The pictures of who sends what to whom, drawn from what the real lessons are sent and answer.
//! `UPDATE_DOCS=1 cargo test -p tests --test sequences` draws them again.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fmt::Write;
use std::fs;

use tests::{ADMIN, Answer, Browser, PASSWORD, Running, lessons, root};

const WIDTH: usize = 820;
const LINE: usize = 20;

/// A browser, the path, and the fields if it sends a form.
type Click = (usize, &'static str, &'static [(&'static str, &'static str)]);

/// What happens in each lesson's picture.
fn story(lesson: &str) -> Vec<Click> {
    const NAME: &[(&str, &str)] = &[("name", "Ferris")];
    const EMAIL: &[(&str, &str)] = &[("email", "ferris@example.com")];
    const AAPL: &[(&str, &str)] =
        &[("stock_symbol", "AAPL"), ("number_of_shares", "15"), ("purchase_price", "302.17")];
    const ADA: &[(&str, &str)] =
        &[("username", "Ada"), ("email", "ada@example.com"), ("password", "open sesame")];
    match &lesson[..2] {
        "01" => vec![(0, "/", &[]), (0, "/", &[])],
        "02" => vec![(0, "/", &[]), (0, "/setName", NAME), (0, "/", &[])],
        "03" => vec![(0, "/setName", NAME), (0, "/", &[]), (0, "/reset", &[]), (0, "/", &[])],
        "04" => vec![(0, "/signup", EMAIL), (0, "/", &[]), (0, "/unregister", &[("", "")])],
        "05" => vec![(0, "/add_stock", AAPL), (0, "/stocks", &[]), (1, "/stocks", &[])],
        "06" => vec![
            (0, "/user", &[]),
            (0, "/login", &[("username", "Tim")]),
            (0, "/user", &[]),
            (0, "/logout", &[("", "")]),
            (0, "/user", &[]),
        ],
        "07" => vec![
            (0, "/signup", EMAIL),
            (1, "/admin", &[]),
            (1, "/login", &[("password", PASSWORD)]),
            (1, "/admin/remove", EMAIL),
            (0, "/unregister", &[("", "")]),
        ],
        "08" => vec![(0, "/register", ADA), (0, "/add_stock", AAPL), (0, "/stocks", &[])],
        "09" => vec![(0, "/register", ADA), (0, "/server", &[]), (0, "/logout", &[("", "")])],
        _ => panic!("what happens in {lesson}?"),
    }
}

/// A request and its answer, as the picture tells them.
struct Exchange {
    browser: usize,
    request: Vec<String>,
    answer: Vec<String>,
}

/// Does what the story says to the real lesson.
fn play(lesson: &str) -> Vec<Exchange> {
    let server = Running::start(lesson, &[ADMIN]);
    let browsers = [Browser::new(), Browser::new()];
    let cookie = tests::package(lesson);
    let exchange = |(browser, path, fields): Click| {
        let (visitor, url) = (&browsers[browser], format!("{}{path}", server.address));
        let sends = visitor.has(&cookie);
        let method = if fields.is_empty() { "GET" } else { "POST" };
        let answer = match fields {
            [] => visitor.get(&url),
            [("", "")] => visitor.post(&url, &[]),
            fields => visitor.post(&url, fields),
        };
        let mut request = vec![format!("{method} {path}")];
        if sends {
            request.push(format!("Cookie: {cookie}=…"));
        }
        request.extend(fields.iter().filter(|(name, _)| !name.is_empty()).map(typed));
        Exchange { browser, request, answer: told(&answer, &cookie) }
    };
    story(lesson).into_iter().map(exchange).collect()
}

/// A password is not shown.
fn typed((name, value): &(&str, &str)) -> String {
    let value = if *name == "password" { "…" } else { value };
    format!("{name}={value}")
}

fn told(answer: &Answer, cookie: &str) -> Vec<String> {
    let mut lines = vec![match answer.header("location") {
        "" => format!("{}  {}", answer.status, heading(&answer.body)),
        location => format!("{} → {location}", answer.status),
    }];
    let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    let set = set.filter_map(|(_, line)| line.strip_prefix(&format!("{cookie}=")));
    lines.extend(set.map(|rest| {
        let is_removed = rest.contains("Max-Age=0");
        format!("Set-Cookie: {cookie}={}", if is_removed { "; Max-Age=0" } else { "…" })
    }));
    lines
}

/// What a page says first.
fn heading(page: &str) -> String {
    let (_, rest) = page.split_once("<h1>").unwrap_or_default();
    let heading = rest.split("</h1>").next().unwrap_or_default();
    heading.replace("<small>", "").replace("</small>", "")
}

fn draw(lesson: &str, exchanges: &[Exchange]) -> String {
    let others = usize::from(exchanges.iter().any(|it| it.browser == 1));
    let browsers = ["browser", "another browser"];
    let at = |browser: usize| if browser == 0 { 110 } else { WIDTH - 110 };
    let server = if others == 0 { WIDTH - 110 } else { WIDTH / 2 };
    let (mut body, mut y) = (String::new(), 70);
    for exchange in exchanges {
        let (from, to) = (at(exchange.browser), server);
        for (lines, start, end) in [(&exchange.request, from, to), (&exchange.answer, to, from)] {
            for line in lines {
                y += LINE;
                let x = usize::midpoint(start, end);
                let line = line.replace('&', "&amp;").replace('<', "&lt;");
                writeln!(body, r#"<text x="{x}" y="{y}">{line}</text>"#).unwrap();
            }
            y += 8;
            let tip = if end > start { end - 3 } else { end + 3 };
            let arrow = format!(r#"<line x1="{start}" y1="{y}" x2="{tip}" y2="{y}" class="arrow""#);
            writeln!(body, r#"{arrow} marker-end="url(#tip)"/>"#).unwrap();
        }
        y += 14;
    }
    let height = y + 20;
    let mut heads = String::new();
    let servers = [(server, format!("lesson {}", &lesson[..2]))];
    let visitors = (0..=others).map(|browser| (at(browser), browsers[browser].to_owned()));
    for (x, name) in visitors.chain(servers) {
        let left = x - 85;
        writeln!(heads, r#"<line x1="{x}" y1="52" x2="{x}" y2="{height}" class="life"/>"#).unwrap();
        writeln!(heads, r#"<rect x="{left}" y="12" width="170" height="40" rx="8"/>"#).unwrap();
        writeln!(heads, r#"<text x="{x}" y="37" class="name">{name}</text>"#).unwrap();
    }
    format!("{}{heads}{body}</svg>\n", opening(height))
}

/// With the colours of the pages, light and dark.
fn opening(height: usize) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">
<style>
  .sheet {{ fill: #ffffff }} rect {{ fill: #f6f4f0; stroke: #5c5f66 }}
  text {{ fill: #1d1f23; font: 14px ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; text-anchor: middle }}
  .name {{ font: 600 16px system-ui, sans-serif }} .life {{ stroke: #d9d5cd }}
  .arrow {{ stroke: #a33b0b; stroke-width: 2 }} #tip path {{ fill: #a33b0b }}
  @media (prefers-color-scheme: dark) {{
    .sheet {{ fill: #1d2026 }} rect {{ fill: #14161a; stroke: #a9adb6 }} text {{ fill: #eceae6 }}
    .life {{ stroke: #3a3f49 }} .arrow {{ stroke: #ffa66b }} #tip path {{ fill: #ffa66b }}
  }}
</style>
<marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 L10 5 L0 10 Z"/></marker>
<rect class="sheet" x="0" y="0" width="{WIDTH}" height="{height}" style="stroke: none"/>
"#
    )
}

#[test]
fn every_picture_shows_what_happens() {
    for lesson in lessons() {
        let picture = draw(&lesson, &play(&lesson));
        let name = format!("docs/pictures/{}-sequence.svg", &lesson[..2]);
        let file = root().join(&name);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&file, &picture).unwrap();
        }
        let drawn = fs::read_to_string(&file).unwrap_or_default();
        assert!(drawn == picture, "{name}: with UPDATE_DOCS=1 this test draws it again");
    }
}
