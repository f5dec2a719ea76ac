//! Headings in Markdown.

use pulldown_cmark::{Event, Tag, TagEnd};

/// The text of the heading that begins here.
pub(super) fn text(events: &[Event<'_>]) -> String {
    let Some(Event::Start(Tag::Heading { .. })) = events.first() else {
        return String::new();
    };
    let heading = events.iter().take_while(|it| !matches!(it, Event::End(TagEnd::Heading(_))));
    let texts = heading.filter_map(|event| match event {
        Event::Text(text) | Event::Code(text) => Some(text.to_string()),
        _ => None,
    });
    texts.collect()
}
