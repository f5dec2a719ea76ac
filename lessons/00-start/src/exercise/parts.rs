//! A Markdown file, taken apart: its headings, with what stands below each.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

use super::{Block, Hint};

/// A heading, and what stands below it up to the next one.
pub(super) struct Part {
    pub(super) level: HeadingLevel,
    pub(super) title: String,
    /// As it stands in the file.
    pub(super) text: String,
    pub(super) blocks: Vec<Block>,
    pub(super) folds: Vec<Hint>,
    /// Where the text is in the file, and where its blocks are.
    range: Range<usize>,
    fenced: Vec<Range<usize>>,
}

impl Part {
    /// The text without its blocks of code.
    pub(super) fn prose(&self) -> String {
        let (mut prose, mut at) = (String::new(), 0);
        for block in &self.fenced {
            prose += self.text[at..block.start - self.range.start].trim_end();
            at = block.end - self.range.start;
        }
        (prose + &self.text[at..]).trim().to_owned()
    }

    /// Its only block in this language.
    pub(super) fn block(&self, language: &str) -> Result<Block, String> {
        let mut found = self.blocks.iter().filter(|it| it.language == language);
        match (found.next(), found.next()) {
            (Some(block), None) => Ok(block.clone()),
            _ => Err(format!("below {:?} stands one block of `{language}`", self.title)),
        }
    }
}

/// The parts of a file in their order.
pub(super) fn of(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = vec![];
    let (mut is_in_block, mut fold) = (false, None);
    for (event, range) in Parser::new(text).into_offset_iter() {
        if let Event::Start(Tag::Heading { level, .. }) = event {
            if let Some(part) = parts.last_mut() {
                part.range.end = range.start;
            }
            let title = text[range.clone()].trim().trim_start_matches('#').trim().to_owned();
            let range = range.end..text.len();
            let (text, blocks, folds, fenced) = (String::new(), vec![], vec![], vec![]);
            parts.push(Part { level, title, text, blocks, folds, range, fenced });
            continue;
        }
        let Some(part) = parts.last_mut() else { continue };
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                let line = text[..range.start].matches('\n').count() + 1;
                let language = language.into_string();
                part.blocks.push(Block { language, text: String::new(), line });
                part.fenced.push(range);
                is_in_block = true;
            }
            Event::End(TagEnd::CodeBlock) => is_in_block = false,
            Event::Text(piece) if is_in_block => {
                if let Some(block) = part.blocks.last_mut() {
                    block.text.push_str(&piece);
                }
            }
            Event::Html(html) if html.contains("<details") => {
                fold = Some((summary(&html), range.end));
            }
            Event::Html(html) if html.contains("</details>") => {
                if let Some((summary, begin)) = fold.take() {
                    let text = text[begin..range.start].trim().to_owned();
                    part.folds.push(Hint { summary, text });
                }
            }
            _ => {}
        }
    }
    for part in &mut parts {
        text[part.range.clone()].clone_into(&mut part.text);
    }
    parts
}

fn summary(html: &str) -> String {
    let inner = html.split_once("<summary>").and_then(|(_, rest)| rest.split_once("</summary>"));
    inner.map_or("Hint", |(summary, _)| summary).to_owned()
}
