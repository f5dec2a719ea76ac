//! What travelled since the last click, as a picture: the page that is shown now, and before it the
//! requests whose redirects led to it.

use serde_json::Map;

use super::diff::differences;
use super::exchange::Exchange;
use super::picture::{Picture, Step};
use super::story::Change;
use crate::config::settings::StoreKind;
use crate::session::Record;

/// The lanes.
const BROWSER: usize = 0;
const SERVER: usize = 1;

/// What the server does with a session that ends.
const REMOVES: &str = "removes the session";

/// How much of an address or a value is shown.
const LONGEST: usize = 80;

/// Draws these exchanges, the first of them first. `kept` is the session after the last one.
pub(super) fn picture(
    chain: &[&Exchange],
    cookie: &str,
    store: StoreKind,
    kept: Option<&Record>,
) -> Picture {
    let at = place(store);
    let mut steps: Vec<_> = chain.iter().flat_map(|it| told(it, cookie, at)).collect();
    if let Some(kept) = kept {
        steps.push(keeps(kept, at));
        if at.0 == BROWSER {
            steps.push(Step::new(SERVER, SERVER, "keeps nothing"));
        }
    }
    let has_store = steps.iter().any(|step| step.to > SERVER);
    let names = [Some("browser"), Some("server"), at.1.filter(|_| has_store)];
    Picture {
        title: "What travelled since the last click".to_owned(),
        lanes: names.into_iter().flatten().map(str::to_owned).collect(),
        steps,
    }
}

/// The lane of what keeps the sessions, and its name if it is a lane of its own. In a cookie they are
/// kept by the browser.
fn place(store: StoreKind) -> (usize, Option<&'static str>) {
    match store {
        StoreKind::Private | StoreKind::Signed => (BROWSER, None),
        StoreKind::Memory => (SERVER, None),
        StoreKind::Sqlite => (SERVER + 1, Some("file")),
        StoreKind::Redis => (SERVER + 1, Some("Redis")),
    }
}

/// A request, what the server wrote down, and the answer.
fn told(exchange: &Exchange, cookie: &str, (store, _): (usize, Option<&'static str>)) -> Vec<Step> {
    let answered = set_cookie(exchange, cookie);
    // What ends a session is shown without its cookie, and yet it came: without it nothing would end.
    let ends = answered.as_ref().is_some_and(|set| set.ends_with("Max-Age=0"));
    let sent = sent_cookie(exchange, cookie)
        .or_else(|| ends.then(|| format!("{cookie}=…")))
        .map(|sent| format!("Cookie: {sent}"));
    let (values, rest): (Vec<_>, Vec<_>) =
        exchange.changes.iter().partition(|it| it.text.starts_with(['+', '-', '~']));
    let values = values.into_iter().map(|it| with_line(short(&it.text), it));
    let by_hand = rest.iter().filter(|it| it.text.contains(" by hand")).map(|it| short(&it.text));
    let removed = rest.iter().filter(|it| it.text.ends_with(" removed"));
    let answer = match &exchange.location {
        Some(to) => format!("{} → {}", exchange.status, short(to)),
        None => exchange.status.to_string(),
    };
    let request = format!("{} {}", exchange.method, short(&exchange.path));
    let request = Step::new(BROWSER, SERVER, request).cookie(sent);
    let answer = Step::new(SERVER, BROWSER, answer).cookie(answered);
    let mut steps = vec![request];
    if store == BROWSER {
        let removed = removed.map(|it| with_line(short(&it.text), it));
        steps.push(answer.notes(values.chain(removed).chain(by_hand)));
        return steps;
    }
    let mut removed = removed.map(|it| with_line(REMOVES.to_owned(), it)).collect::<Vec<_>>();
    if ends && removed.is_empty() {
        removed.push(REMOVES.to_owned());
    }
    let mut written = values.chain(removed);
    if let Some(first) = written.next() {
        steps.push(Step::new(SERVER, store, first).notes(written));
    }
    steps.push(answer.notes(by_hand));
    steps
}

/// A change in short, and the line of the lesson that made it.
fn with_line(text: String, change: &Change) -> String {
    match &change.line {
        Some(line) => format!("{text}  {}", line.place),
        None => text,
    }
}

/// What is kept after the latest answer, and by whom.
fn keeps(kept: &Record, (store, _): (usize, Option<&'static str>)) -> Step {
    let nothing = Map::default();
    let all = differences(&nothing, &kept.values);
    let values = all.iter().map(|(_, it)| short(it.to_string().trim_start_matches("+ ")));
    let label = if store == BROWSER { "keeps, in the cookie" } else { "keeps" };
    Step::new(store, store, label).notes(values)
}

/// The lesson's cookie that came with the request, in short.
fn sent_cookie(exchange: &Exchange, cookie: &str) -> Option<String> {
    let named = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("cookie");
    let lines = exchange.request_headers.iter().filter(named);
    let mut values = lines
        .flat_map(|(_, line)| line.split("; "))
        .filter_map(|pair| pair.strip_prefix(cookie)?.strip_prefix('='));
    values.next().map(|value| format!("{cookie}={}", in_short(value)))
}

/// The lesson's cookie that the answer set, in short.
fn set_cookie(exchange: &Exchange, cookie: &str) -> Option<String> {
    let line = exchange.set_cookie.as_deref()?.split_once('=')?.1;
    let value = line.split(';').next().unwrap_or_default();
    let end = if line.contains("Max-Age=0") { "; Max-Age=0" } else { "" };
    Some(format!("Set-Cookie: {cookie}={}{end}", in_short(value)))
}

/// The end of a cookie's value, by which two are told apart: some begin alike.
fn in_short(value: &str) -> String {
    let letters = value.chars().count();
    if letters <= 8 {
        value.to_owned()
    } else {
        "…".to_owned() + &value.chars().skip(letters - 6).collect::<String>()
    }
}

fn short(text: &str) -> String {
    let mut letters = text.chars();
    let start: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_some() { start + "…" } else { start }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::since_the_click;
    use super::super::story::Line;
    use super::*;

    const REMOVED: &str = "lesson-02=; HttpOnly; Path=/; Max-Age=0";

    fn exchange(request: &str, answer: &str, cookies: [&str; 2], changes: &[&str]) -> Exchange {
        let (method, path) = request.split_once(' ').unwrap();
        let (status, to) = answer.split_once(" → ").unwrap_or((answer, ""));
        let header = |name: &str, value: &str| {
            Some((name.to_owned(), value.to_owned())).filter(|_| !value.is_empty())
        };
        Exchange {
            method: method.to_owned(),
            path: path.to_owned(),
            status: status.parse().unwrap(),
            location: Some(to.to_owned()).filter(|to| !to.is_empty()),
            changes: changes.iter().map(|text| Change::new(*text, None)).collect(),
            set_cookie: Some(cookies[1].to_owned()).filter(|line| !line.is_empty()),
            request_headers: header("cookie", cookies[0]).into_iter().collect(),
            response_headers: vec![],
        }
    }

    /// Ferris sends a name, the latest first. Before that they opened the page.
    fn a_name() -> [Exchange; 3] {
        [
            exchange("GET /", "200", ["theme=dark; lesson-02=0123456789", ""], &[]),
            exchange(
                "POST /setName",
                "303 → /",
                ["", "lesson-02=0123456789; Path=/"],
                &["+ name \"Ferris\"", "cookie lesson-02 set, 31 of 4096 bytes"],
            ),
            exchange("GET /", "200", ["", ""], &[]),
        ]
    }

    fn ferris() -> Record {
        let mut record = Record::default();
        record.values.insert("name".to_owned(), "Ferris".into());
        record
    }

    fn drawn(exchanges: &[Exchange], store: StoreKind, kept: Option<&Record>) -> String {
        picture(&since_the_click(exchanges), "lesson-02", store, kept).text()
    }

    #[test]
    fn it_begins_at_the_last_click() {
        assert_eq!(
            drawn(&a_name(), StoreKind::Sqlite, Some(&ferris())),
            "What travelled since the last click. browser to server: POST /setName. \
             server to file: + name \"Ferris\". \
             server to browser: 303 → /, Set-Cookie: lesson-02=…456789. \
             browser to server: GET /, Cookie: lesson-02=…456789. server to browser: 200. \
             file: keeps, name \"Ferris\"."
        );
        let reload =
            [exchange("GET /", "200", ["", ""], &[]), exchange("GET /", "200", ["", ""], &[])];
        assert_eq!(drawn(&reload, StoreKind::Memory, None).matches("GET /").count(), 1);
    }

    #[test]
    fn it_shows_where_the_session_is_kept() {
        let (exchanges, kept) = (a_name(), ferris());
        let drawn = |store| drawn(&exchanges, store, Some(&kept));
        assert!(drawn(StoreKind::Memory).contains(" server: + name \"Ferris\"."));
        assert!(drawn(StoreKind::Redis).ends_with(" Redis: keeps, name \"Ferris\"."));
        let in_cookie = drawn(StoreKind::Private);
        assert!(in_cookie.contains("303 → /, Set-Cookie: lesson-02=…456789, + name \"Ferris\"."));
        let end = " browser: keeps, in the cookie, name \"Ferris\". server: keeps nothing.";
        assert!(in_cookie.ends_with(end), "{in_cookie}");
    }

    #[test]
    fn without_a_session_no_store_is_named() {
        for store in [StoreKind::Private, StoreKind::Memory, StoreKind::Sqlite] {
            let picture = picture(&since_the_click(&a_name()[2..]), "lesson-01", store, None);
            assert_eq!(picture.lanes, ["browser", "server"]);
            assert_eq!(picture.steps.len(), 2);
        }
    }

    #[test]
    fn what_ends_a_session_came_with_its_cookie() {
        let end = [exchange("POST /logout", "303 → /login", ["", REMOVED], &[])];
        assert_eq!(
            drawn(&end, StoreKind::Sqlite, None),
            "What travelled since the last click. \
             browser to server: POST /logout, Cookie: lesson-02=…. \
             server to file: removes the session. \
             server to browser: 303 → /login, Set-Cookie: lesson-02=; Max-Age=0."
        );
    }

    #[test]
    fn the_line_behind_a_change_is_named() {
        let mut post = exchange("POST /setName", "303 → /", ["", ""], &["+ name \"Ferris\""]);
        let line = Line { place: "main.rs:45".to_owned(), link: None };
        post.changes[0].line = Some(line.clone());
        let told = drawn(&[post], StoreKind::Private, None);
        assert!(told.ends_with(" 303 → /, + name \"Ferris\"  main.rs:45."), "{told}");
        let removed = ["cookie lesson-02 removed"];
        let mut end = exchange("GET /reset", "303 → /", ["", REMOVED], &removed);
        end.changes[0].line = Some(line);
        let told = drawn(&[end], StoreKind::Memory, None);
        assert!(told.contains(" server: removes the session  main.rs:45."), "{told}");
    }

    #[test]
    fn what_was_done_by_hand_is_told() {
        let change = "cookie lesson-02 changed by hand";
        let button = [exchange("POST /_session/change", "303 → /#hands-on", ["", ""], &[change])];
        assert!(drawn(&button, StoreKind::Memory, None).contains(change));
    }
}
