//! From the Markdown of a question to HTML that may stand on any page: no HTML of its own, and no
//! links, which lead from doc to doc.

use pulldown_cmark::{Event, Parser, Tag, TagEnd, html};

/// The items of a list with numbers from 1, each a line of text and code, if that is all there is.
pub(super) fn items(markdown: &str) -> Option<Vec<String>> {
    let events: Vec<_> = Parser::new(markdown).map(without_html).collect();
    let [Event::Start(Tag::List(Some(1))), items @ .., Event::End(TagEnd::List(_))] = &*events
    else {
        return None;
    };
    let items = items.split(|event| matches!(event, Event::Start(Tag::Item))).skip(1);
    Some(items.map(line).collect())
}

/// A text of any length.
pub(super) fn block(markdown: &str) -> String {
    let is_link = |event: &Event<'_>| {
        matches!(
            event,
            Event::Start(Tag::Link { .. } | Tag::Image { .. })
                | Event::End(TagEnd::Link | TagEnd::Image)
        )
    };
    let events = Parser::new(markdown).map(without_html);
    html_of(events.filter(|event| !is_link(event)))
}

fn line(events: &[Event<'_>]) -> String {
    let kept = events.iter().filter_map(|event| match event {
        Event::Text(_) | Event::Code(_) => Some(event.clone()),
        Event::SoftBreak | Event::HardBreak => Some(Event::Text(" ".into())),
        _ => None,
    });
    html_of(kept)
}

/// HTML becomes the text that it is written as.
fn without_html(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        other => other,
    }
}

fn html_of<'e>(events: impl Iterator<Item = Event<'e>>) -> String {
    let mut page = String::new();
    html::push_html(&mut page, events);
    page.trim().to_owned()
}
