//! An address at which no handler answered: 404, or 405 if one does with another method.

use std::sync::LazyLock;

use regex::{Regex, escape};
use rocket::Route;
use rocket::http::Status;

use super::evidence::Evidence;
use super::is_sandbox;
use super::mistake::{Fact, Mistake};
use super::source::{self, File, Handler, handlers};
use crate::http::access_log::without_secrets;
use crate::http::error_pages;
use crate::launch::nearest::distance;

/// How many routes are shown.
const ROUTES: usize = 12;

/// Why nothing answered, and what would.
pub(super) fn explain(evidence: &Evidence<'_>, status: Status) -> Mistake {
    let sources = evidence.sources();
    let found = handlers(&sources);
    let search = Search { evidence, sources: &sources, handlers: &found };
    if let Some(mistake) = search.wrong_part() {
        return mistake;
    }
    if let Some(mistake) = search.not_mounted() {
        return mistake;
    }
    search.no_route(status)
}

struct Search<'a> {
    evidence: &'a Evidence<'a>,
    sources: &'a [File],
    handlers: &'a [Handler],
}

impl Search<'_> {
    fn path(&self) -> String {
        format!("{:.200}", without_secrets(self.evidence.req.uri().path().as_str()))
    }

    /// The lesson's routes, those of the sandbox left out.
    fn routes(&self) -> Vec<&Route> {
        let routes = self.evidence.req.rocket().routes();
        routes.filter(|route| !is_sandbox(route.uri.path())).collect()
    }

    fn handler(&self, route: &Route) -> Option<&Handler> {
        let name = route.name.as_deref()?;
        self.handlers.iter().find(|it| it.name == name && it.method == route.method.as_str())
    }

    /// A part of the path that its handler cannot take, as in `/blog_posts/x`.
    fn wrong_part(&self) -> Option<Mistake> {
        static FORWARD: LazyLock<Regex> = LazyLock::new(|| {
            let pattern = r"^Parameter guard `(\w+): (.+)` is forwarding: (?s)(.*)\.$";
            Regex::new(pattern).expect("the pattern is well formed")
        });
        let route = self.evidence.req.route()?;
        let heard = self.evidence.heard.iter();
        let found = heard.rev().find_map(|said| FORWARD.captures(&said.text))?;
        let (name, kind) = (&found[1], &found[2]);
        let handler = route.name.as_deref().unwrap_or_default();
        let uri = route.uri.path();
        Some(Mistake {
            title: format!("`<{name}>` is not `{kind}`"),
            text: format!(
                "The address `{}` is one for `{handler}`, which answers at `{uri}`. There the part \
                 `<{name}>` must be {} `{kind}`, and this one is not.",
                self.path(),
                article(kind),
            ),
            place: self.handler(route).map(|handler| handler.place.clone()),
            facts: vec![],
            mend: format!(
                "Ask for an address whose `<{name}>` is {} `{kind}`, or give the argument `{name}` of \
                 `{handler}` another type.",
                article(kind)
            ),
        })
    }

    /// A handler that is there in the source, for this very address, and that no route leads to.
    fn not_mounted(&self) -> Option<Mistake> {
        let req = self.evidence.req;
        let routes = self.routes();
        let is_mounted = |handler: &&Handler| {
            routes.iter().any(|route| route.name.as_deref() == Some(&*handler.name))
        };
        let is_asked = |handler: &&Handler| {
            let segments = req.uri().path().segments();
            handler.method == req.method().as_str() && error_pages::matches(&handler.path, segments)
        };
        let handler = self.handlers.iter().filter(is_asked).find(|it| !is_mounted(it))?;
        let (name, command) = (&handler.name, self.evidence.lesson.command());
        let listed = format!(r"routes!\[[^\]]*\b{}\b", escape(name));
        let again = format!("stop the lesson with Ctrl+C and run `{command}` again");
        let mend = match source::find(self.sources, &listed) {
            Some(place) => format!("It is listed at `{}` now: {again}.", place.short()),
            None => format!("Add `{name}` to {}, then {again}.", self.list()),
        };
        Some(Mistake {
            title: format!("The handler `{name}` is not mounted"),
            text: format!(
                "The source has a handler for `{} {}`, but the program that runs was not told of it: a \
                 handler answers only if it is listed in `routes![…]`.",
                handler.method, handler.path
            ),
            place: Some(handler.place.clone()),
            facts: vec![],
            mend,
        })
    }

    fn no_route(&self, status: Status) -> Mistake {
        let (method, path) = (self.evidence.req.method(), self.path());
        let (title, text) = match self.evidence.req.route().and_then(|it| it.name.as_deref()) {
            Some(name) => (
                format!("`{name}` gave no page"),
                format!(
                    "A handler, `{name}`, was asked for `{method} {path}` and did not answer it."
                ),
            ),
            None if status == Status::MethodNotAllowed => (
                format!("No handler for {method} here"),
                format!("There are handlers for `{path}`, but none for {method}."),
            ),
            None => (
                "No handler for this address".to_owned(),
                format!("None of this lesson's routes fits `{method} {path}`."),
            ),
        };
        let first = match status {
            Status::MethodNotAllowed => {
                "What is typed into the address bar, and a link, is a GET; a POST comes from a form with \
                 `method=\"post\"`."
            }
            _ => "Check the address.",
        };
        let said = self.evidence.heard.iter().map(|said| said.text.clone()).collect();
        let said = Fact { name: "The log says".to_owned(), items: said };
        let routes = Fact {
            name: "This lesson's routes, the nearest first".to_owned(),
            items: self.nearest(),
        };
        Mistake {
            title,
            text,
            place: None,
            facts: [said, routes].into_iter().filter(|fact| !fact.items.is_empty()).collect(),
            mend: format!(
                "{first} A handler of yours answers only if it is listed in \
                 {}, and once the lesson has been started again.",
                self.list()
            ),
        }
    }

    /// Where handlers are listed.
    fn list(&self) -> String {
        match source::find(self.sources, r"routes!\[") {
            Some(place) => format!("`routes![…]` (`{}`)", place.short()),
            None => "`routes![…]`".to_owned(),
        }
    }

    fn nearest(&self) -> Vec<String> {
        let asked = self.evidence.req.uri().path();
        let mut routes = self.routes();
        routes.sort_by_key(|route| {
            (distance(asked.as_str(), &filled(route.uri.path(), asked.as_str())), route.uri.path())
        });
        let item = |route: &&Route| {
            let place = self.handler(route).map_or_else(String::new, |handler| {
                format!(" · `{}`, `{}`", handler.name, handler.place.short())
            });
            format!("`{} {}`{place}", route.method, route.uri.path())
        };
        routes.iter().take(ROUTES).map(item).collect()
    }
}

/// A route's path with what was asked for in place of its dynamic parts, which fit anything.
fn filled(route: &str, asked: &str) -> String {
    let mut asked = asked.split('/');
    let parts = route.split('/').map(|part| {
        let given = asked.next().unwrap_or_default();
        if part.starts_with('<') { given } else { part }
    });
    parts.collect::<Vec<_>>().join("/")
}

fn article(kind: &str) -> &'static str {
    if kind.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" }
}
