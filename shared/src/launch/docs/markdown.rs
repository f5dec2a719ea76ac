//! From the Markdown of a doc to HTML whose links work within the running lesson.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::source::Source;

/// Renders a doc. Links to other docs, to its pictures and to `sources`, which are on the same page,
/// lead there, and those to a lesson's pages to `host`; those to other files of the repository are left
/// as text.
pub(super) fn to_html(markdown: &str, own_name: &str, sources: &[Source], host: &str) -> String {
    let mut events: Vec<_> = Parser::new_ext(markdown, Options::ENABLE_TABLES).collect();
    name_headings(&mut events);
    let mut is_link = vec![];
    let events = events.into_iter().filter_map(|event| match event {
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = address(&dest_url, own_name, sources, host);
            is_link.push(dest_url.is_some());
            dest_url.map(|dest_url| Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        Event::End(TagEnd::Link) => is_link.pop()?.then_some(Event::End(TagEnd::Link)),
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            let dest_url = format!("/docs/{dest_url}").into();
            Some(Event::Start(Tag::Image { link_type, dest_url, title, id }))
        }
        other => Some(other),
    });
    let mut page = String::new();
    html::push_html(&mut page, events);
    // On a narrow screen a table is scrolled, with the keyboard too.
    page.replace("<table>", "<table tabindex=\"0\">")
}

/// Where a link leads within the lesson.
fn address<'m>(link: &str, own_name: &str, sources: &[Source], host: &str) -> Option<CowStr<'m>> {
    if let Some(rest) = link.strip_prefix("http://127.0.0.1:") {
        return Some(format!("http://{host}:{rest}").into());
    }
    if link.contains("://") || link.starts_with('#') {
        return Some(link.to_owned().into());
    }
    let (path, anchor) = link
        .split_once('#')
        .map_or((link, String::new()), |(path, anchor)| (path, format!("#{anchor}")));
    if let Some(name) = path.strip_suffix(".md").filter(|name| !name.contains('/')) {
        let page = if name == own_name { String::new() } else { format!("/docs/{name}") };
        return Some(format!("{page}{anchor}").into());
    }
    let path = path.strip_prefix("../")?;
    let source = sources.iter().find(|source| source.path == path)?;
    Some(format!("#{}", source.id).into())
}

/// Gives each heading the id by which code hosts know it.
fn name_headings(events: &mut [Event<'_>]) {
    for at in 0..events.len() {
        if !matches!(events[at], Event::Start(Tag::Heading { .. })) {
            continue;
        }
        let text: String = events[at..]
            .iter()
            .take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))))
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) => Some(text.to_string()),
                _ => None,
            })
            .collect();
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

    #[test]
    fn links_lead_to_what_the_lesson_serves() {
        let sources = [Source::new("lessons/01-hello/src/main.rs".to_owned(), "")];
        let link = |to| address(to, "01-hello", &sources, "192.0.2.2").map(|it| it.to_string());
        assert_eq!(link("https://rocket.rs"), Some("https://rocket.rs".to_owned()));
        assert_eq!(link("02-name-form.md#run-it"), Some("/docs/02-name-form#run-it".to_owned()));
        assert_eq!(link("01-hello.md#questions"), Some("#questions".to_owned()));
        assert_eq!(
            link("../lessons/01-hello/src/main.rs"),
            Some("#lessons-01-hello-src-main-rs".to_owned())
        );
        assert_eq!(link("../shared/src/session.rs"), None);
    }

    #[test]
    fn links_to_lessons_lead_to_the_host_by_which_the_visitor_came() {
        let page = to_html("<http://127.0.0.1:8009/server>", "x", &[], "192.0.2.2");
        assert!(page.contains("href=\"http://192.0.2.2:8009/server\""), "{page}");
    }

    #[test]
    fn a_heading_has_the_id_that_code_hosts_give_it() {
        let page = to_html("## Where `main.rs` is: here", "x", &[], "127.0.0.1");
        assert_eq!(
            page.trim(),
            r#"<h2 id="where-mainrs-is-here">Where <code>main.rs</code> is: here</h2>"#
        );
    }
}
