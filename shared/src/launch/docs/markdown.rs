//! From the Markdown of a doc to HTML whose links work within the running lesson.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::code::{self, escape};
use super::exercises::{self, Progress};
use super::heading;
use super::source::{self, Source};

/// A doc, and what it may lead to.
pub(super) struct Doc<'d> {
    /// Where its file stands, from the root of the workspace: `docs/03-reset.md`.
    pub(super) path: &'d str,
    /// The folder of the lesson that runs.
    pub(super) lesson: &'d str,
    /// The files of that lesson.
    pub(super) sources: &'d [Source],
    /// The page on which they are shown; empty if it is this one.
    pub(super) shown_at: &'d str,
    /// Which exercises are done.
    pub(super) progress: &'d Progress,
    /// The host by which the visitor came.
    pub(super) host: &'d str,
}

impl Doc<'_> {
    /// Renders it. Links to other docs, to exercises of the lesson, to pictures and to the lesson's
    /// files lead there, and so does each function of the lesson that is mentioned. Links to other files
    /// of the repository are left as text.
    pub(super) fn to_html(&self, markdown: &str) -> String {
        let mut events: Vec<_> = Parser::new_ext(markdown, Options::ENABLE_TABLES).collect();
        name_headings(&mut events);
        if self.path.contains("/exercises/") {
            events = exercises::fold(events);
        }
        let mut linker = Linker::new(self);
        let events = events.into_iter().filter_map(|event| linker.link(event));
        let mut page = String::new();
        html::push_html(&mut page, events);
        // On a narrow screen a table is scrolled, with the keyboard too.
        page.replace("<table>", "<table tabindex=\"0\">")
    }

    /// Where a link leads within the lesson.
    fn address(&self, link: &str) -> Option<String> {
        if let Some(rest) = link.strip_prefix("http://127.0.0.1:") {
            return Some(format!("http://{}:{rest}", self.host));
        }
        if link.contains("://") || link.starts_with('#') {
            return Some(link.to_owned());
        }
        let (path, anchor) = parts(link);
        let path = self.in_workspace(path)?;
        if let Some(name) = exercise(self.lesson, &path) {
            return Some(format!("/docs/exercises/{name}{anchor}"));
        }
        if let Some(source) = self.source(link) {
            return Some(format!("{}#{}", self.shown_at, source.id));
        }
        let doc = path.strip_prefix("docs/")?.strip_suffix(".md")?;
        let is_this = path == self.path;
        let page = if is_this { String::new() } else { format!("/docs/{doc}") };
        Some(format!("{page}{anchor}"))
    }

    /// Where a picture is: in `docs/pictures`, which has the same address.
    fn picture(&self, link: &str) -> String {
        self.in_workspace(link).map_or_else(|| link.to_owned(), |path| format!("/{path}"))
    }

    /// The file of the lesson to which a link leads.
    fn source(&self, link: &str) -> Option<&Source> {
        let path = self.in_workspace(parts(link).0)?;
        self.sources.iter().find(|source| source.path == path)
    }

    fn is_done(&self, link: &str) -> bool {
        let path = self.in_workspace(parts(link).0).unwrap_or_default();
        exercise(self.lesson, &path).is_some_and(|name| self.progress.is_done(self.lesson, name))
    }

    /// A path that the doc writes from its own folder on.
    fn in_workspace(&self, path: &str) -> Option<String> {
        let mut folders: Vec<_> = self.path.split('/').collect();
        folders.pop();
        for part in path.split('/') {
            match part {
                ".." => drop(folders.pop()?),
                "." => {}
                name => folders.push(name),
            }
        }
        Some(folders.join("/"))
    }
}

/// A link's path, and its anchor with the `#`.
fn parts(link: &str) -> (&str, &str) {
    link.split_at(link.find('#').unwrap_or(link.len()))
}

/// The name of an exercise of the lesson, by the path of its file.
fn exercise<'p>(lesson: &str, path: &'p str) -> Option<&'p str> {
    let file = path.strip_prefix("lessons/")?.strip_prefix(lesson)?.strip_prefix("/exercises/")?;
    file.strip_suffix(".md")
}

/// Goes through a doc from its beginning to its end.
struct Linker<'d> {
    doc: &'d Doc<'d>,
    is_in_heading: bool,
    /// Of the link that is open: what closes it.
    link_ends: Option<CowStr<'static>>,
    /// Of the block of code that is open: its language, and what it holds so far.
    block: Option<(String, String)>,
    /// The file of the lesson to which the doc has linked last.
    named: Option<&'d str>,
}

impl<'d> Linker<'d> {
    fn new(doc: &'d Doc<'d>) -> Self {
        Self { doc, is_in_heading: false, link_ends: None, block: None, named: None }
    }

    fn link<'e>(&mut self, event: Event<'e>) -> Option<Event<'e>> {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => self.begin_link(&dest_url),
            Event::End(TagEnd::Link) => self.link_ends.take().map(Event::InlineHtml),
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let dest_url = self.doc.picture(&dest_url).into();
                Some(Event::Start(Tag::Image { link_type, dest_url, title, id }))
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                self.block = Some((language(kind), String::new()));
                None
            }
            Event::End(TagEnd::CodeBlock) => self.block.take().map(|block| self.code(block)),
            Event::Text(text) => match &mut self.block {
                Some((_, all)) => {
                    all.push_str(&text);
                    None
                }
                None => Some(Event::Text(text)),
            },
            Event::Code(text) => Some(self.mention(text)),
            other => {
                let is_start = matches!(other, Event::Start(Tag::Heading { .. }));
                let is_end = matches!(other, Event::End(TagEnd::Heading(_)));
                self.is_in_heading = is_start || self.is_in_heading && !is_end;
                Some(other)
            }
        }
    }

    fn begin_link<'e>(&mut self, link: &str) -> Option<Event<'e>> {
        if let Some(source) = self.doc.source(link) {
            self.named = Some(&source.path);
        }
        let to = self.doc.address(link)?;
        let done = " <span class=\"done\">✓<span class=\"unseen\"> done</span></span>";
        let done = if self.doc.is_done(link) { done } else { "" };
        self.link_ends = Some(format!("</a>{done}").into());
        Some(Event::InlineHtml(format!("<a href=\"{}\">", quoted(&to)).into()))
    }

    /// A word in the doc: if it is a function of the lesson, a link to it.
    fn mention<'e>(&self, word: CowStr<'e>) -> Event<'e> {
        let is_free = self.link_ends.is_none() && !self.is_in_heading;
        match self.line_of(&word).filter(|_| is_free) {
            Some(to) => {
                let html = format!("<a href=\"{to}\"><code>{}</code></a>", escape(&word));
                Event::InlineHtml(html.into())
            }
            None => Event::Code(word),
        }
    }

    fn code<'e>(&self, (language, text): (String, String)) -> Event<'e> {
        let html = code::in_language(&language, &text, |name| self.line_of(&format!("{name}()")));
        let class = quoted(&format!("language-{language}"));
        Event::Html(format!("<pre><code class=\"{class}\">{html}</code></pre>\n").into())
    }

    fn line_of(&self, mention: &str) -> Option<String> {
        let line = source::line_of(self.doc.sources, mention, self.named)?;
        Some(format!("{}#{line}", self.doc.shown_at))
    }
}

fn language(kind: CodeBlockKind<'_>) -> String {
    match kind {
        CodeBlockKind::Fenced(language) => language.to_string(),
        CodeBlockKind::Indented => String::new(),
    }
}

/// A text as the value of an attribute.
fn quoted(text: &str) -> String {
    escape(text).replace('"', "&quot;")
}

/// Gives each heading the id by which code hosts know it.
fn name_headings(events: &mut [Event<'_>]) {
    for at in 0..events.len() {
        let text = heading::text(&events[at..]);
        if let Event::Start(Tag::Heading { id, .. }) = &mut events[at] {
            *id = Some(anchor(&text).into());
        }
    }
}

fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = "lessons/01-hello/src/main.rs";

    /// Does something with a doc of lesson 01, which has one handler.
    fn with<T>(path: &str, shown_at: &str, then: impl FnOnce(Doc<'_>) -> T) -> T {
        let sources = [Source::new(MAIN.to_owned(), "\nfn index() {}".to_owned())];
        let progress = &Progress::default();
        let (lesson, host) = ("01-hello", "192.0.2.2");
        then(Doc { path, lesson, sources: &sources, shown_at, progress, host })
    }

    fn page(markdown: &str) -> String {
        with("docs/01-hello.md", "", |doc| doc.to_html(markdown)).trim().to_owned()
    }

    fn check(path: &str, shown_at: &str, links: &[(&str, Option<&str>)]) {
        for (link, address) in links {
            let found = with(path, shown_at, |doc| doc.address(link));
            assert_eq!(found.as_deref(), *address, "{link} in {path}");
        }
    }

    #[test]
    fn links_lead_to_what_the_lesson_serves() {
        check(
            "docs/01-hello.md",
            "",
            &[
                ("https://rocket.rs", Some("https://rocket.rs")),
                ("http://127.0.0.1:8009/server", Some("http://192.0.2.2:8009/server")),
                ("02-name-form.md#run-it", Some("/docs/02-name-form#run-it")),
                ("01-hello.md#questions", Some("#questions")),
                ("#questions", Some("#questions")),
                ("../lessons/01-hello/src/main.rs", Some("#lessons-01-hello-src-main-rs")),
                ("../lessons/01-hello/exercises/greet.md", Some("/docs/exercises/greet")),
                ("../lessons/02-name-form/exercises/greet.md", None),
                ("../shared/src/session.rs", None),
                ("../../etc/passwd", None),
            ],
        );
    }

    #[test]
    fn an_exercise_links_from_its_own_folder() {
        check(
            "lessons/01-hello/exercises/greet.md",
            "/docs",
            &[
                ("../src/main.rs", Some("/docs#lessons-01-hello-src-main-rs")),
                ("../../../docs/01-hello.md#your-turn", Some("/docs/01-hello#your-turn")),
                ("count.md", Some("/docs/exercises/count")),
            ],
        );
    }

    #[test]
    fn a_handout_leads_to_exercises_and_docs_and_shows_its_picture() {
        check(
            "docs/handouts/01-hello.md",
            "/docs",
            &[
                ("../../lessons/01-hello/exercises/greet.md", Some("/docs/exercises/greet")),
                ("../01-hello.md#questions", Some("/docs/01-hello#questions")),
                ("02-name-form.md", Some("/docs/handouts/02-name-form")),
            ],
        );
        for (path, link) in [
            ("docs/handouts/01-hello.md", "../pictures/a.svg"),
            ("docs/01-hello.md", "pictures/a.svg"),
        ] {
            let page = with(path, "", |doc| doc.to_html(&format!("![x]({link})")));
            assert!(page.contains("<img src=\"/docs/pictures/a.svg\""), "{page}");
        }
    }

    #[test]
    fn an_exercise_that_is_done_has_a_mark_beside_its_link() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("target")).unwrap();
        let noted = r#"{ "01-hello/greet": true, "01-hello/count": false }"#;
        std::fs::write(root.path().join("target/progress.json"), noted).unwrap();
        let progress = &Progress::read(root.path());
        let (path, lesson) = ("docs/01-hello.md", "01-hello");
        let doc = Doc { path, lesson, sources: &[], shown_at: "", progress, host: "x" };
        let link = |name: &str| format!("[x](../lessons/01-hello/exercises/{name}.md)");
        let done = doc.to_html(&link("greet"));
        assert!(done.contains("greet\">x</a> <span class=\"done\">✓"), "{done}");
        assert!(!doc.to_html(&link("count")).contains('✓'));
    }

    #[test]
    fn a_function_that_is_mentioned_leads_to_its_line() {
        let link = "<a href=\"#main.rs-2\"><code>index</code></a>";
        assert_eq!(
            page("See `index`, `other`."),
            format!("<p>See {link}, <code>other</code>.</p>")
        );
        assert!(!page("## About `index`").contains("<a "));
        assert_eq!(page("[`index`](https://x.y)").matches("<a ").count(), 1);
        let quoted = page("```rust\nfn index() {}\n```");
        assert!(quoted.contains("<a href=\"#main.rs-2\">index</a>() {}"), "{quoted}");
    }

    #[test]
    fn code_is_text_and_has_the_colours_of_its_language() {
        let diff = page("```diff\n-<b>\n+new\n```");
        let lines = "<del>-&lt;b&gt;\n</del><ins>+new\n</ins>";
        assert_eq!(diff, format!("<pre><code class=\"language-diff\">{lines}</code></pre>"));
        assert!(page("```console\n$ echo '<b>'\n```").contains("$ echo '&lt;b&gt;'\n</code>"));
        assert!(page("    <indented>").contains("&lt;indented&gt;"));
    }

    #[test]
    fn a_heading_has_the_id_that_code_hosts_give_it() {
        assert_eq!(
            page("## Where `main.rs` is: here"),
            r#"<h2 id="where-mainrs-is-here">Where <code>main.rs</code> is: here</h2>"#
        );
    }
}
