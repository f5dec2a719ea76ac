//! A doc, taken apart: its headings, links, blocks of code, tables and prose, each with its line.

use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use tests::root;

/// A Markdown file of the repository.
pub(crate) struct Doc {
    /// From the root of the repository: `docs/01-hello.md`.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) headings: Vec<Heading>,
    pub(crate) links: Vec<Link>,
    pub(crate) blocks: Vec<Block>,
    /// The rows of its tables.
    pub(crate) rows: Vec<Row>,
    /// What stands between double quotes in the prose.
    pub(crate) quotations: Vec<Located>,
}

pub(crate) struct Heading {
    pub(crate) level: HeadingLevel,
    pub(crate) text: String,
}

pub(crate) struct Located {
    pub(crate) text: String,
    pub(crate) line: usize,
}

/// A row of a table.
pub(crate) struct Row {
    pub(crate) line: usize,
    pub(crate) section: String,
    /// What stands as code in its second column.
    pub(crate) codes: Vec<String>,
    /// The file of the repository to which its third column leads.
    pub(crate) file: Option<PathBuf>,
}

pub(crate) struct Link {
    pub(crate) to: String,
    pub(crate) line: usize,
}

/// A fenced block of code.
pub(crate) struct Block {
    pub(crate) language: String,
    pub(crate) text: String,
    /// The line of its fence.
    pub(crate) line: usize,
    /// The `##` heading above it.
    pub(crate) section: String,
    /// The file of the repository to which the last link before it leads.
    pub(crate) file: Option<PathBuf>,
}

impl Doc {
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(root().join(path)).expect("it is there");
        let mut doc = Self {
            path: path.to_owned(),
            text: text.clone(),
            headings: vec![],
            links: vec![],
            blocks: vec![],
            rows: vec![],
            quotations: vec![],
        };
        doc.take_apart(&text);
        doc
    }

    /// `docs/01-hello.md:17`
    pub(crate) fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.path.display())
    }

    /// The lesson beside which it stands, if it is a lesson's doc.
    pub(crate) fn lesson(&self) -> Option<String> {
        self.lesson_in("docs")
    }

    /// The lesson for which it is handed out, if it is such a page.
    pub(crate) fn handout_of(&self) -> Option<String> {
        self.lesson_in("docs/handouts")
    }

    fn lesson_in(&self, folder: &str) -> Option<String> {
        let name = self.path.file_stem()?.to_str()?.to_owned();
        let is_in_it = self.path.parent() == Some(Path::new(folder));
        (is_in_it && tests::lessons().contains(&name)).then_some(name)
    }

    /// What stands below a `##` heading.
    pub(crate) fn section(&self, heading: &str) -> &str {
        let (_, rest) = self.text.split_once(&format!("\n## {heading}\n")).unwrap_or_default();
        rest.split("\n## ").next().unwrap_or_default()
    }

    /// The file to which a link leads, without its anchor; `None` if it leads elsewhere.
    pub(crate) fn target(&self, link: &str) -> Option<PathBuf> {
        let path = link.split('#').next()?;
        if link.contains("://") || link.starts_with("mailto:") {
            return None;
        }
        if path.is_empty() {
            return Some(self.path.clone());
        }
        let mut target = self.path.parent().unwrap_or(Path::new("")).to_owned();
        for part in path.split('/') {
            match part {
                ".." => {
                    target.pop();
                }
                "." | "" => {}
                part => target.push(part),
            }
        }
        Some(target)
    }

    fn take_apart(&mut self, text: &str) {
        let line_of = |offset: usize| text[..offset].matches('\n').count() + 1;
        let (mut section, mut heading, mut code) = (String::new(), None, None);
        let (mut file, mut cell, mut prose) = (None, 0, String::new());
        for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            let line = line_of(range.start);
            match event {
                Event::Start(Tag::Heading { level, .. }) => heading = Some((level, String::new())),
                Event::End(TagEnd::Heading(_)) => {
                    let Some((level, text)) = heading.take() else { continue };
                    if level == HeadingLevel::H2 {
                        section.clone_from(&text);
                    }
                    self.headings.push(Heading { level, text });
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    let target = self.target(&dest_url);
                    let target = target.filter(|path| root().join(path).is_file());
                    if let (Some(row), 2) = (self.rows.last_mut(), cell) {
                        row.file.clone_from(&target);
                    }
                    file = target.or(file);
                    self.links.push(Link { to: dest_url.into_string(), line });
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    code = Some((language.into_string(), String::new(), line));
                }
                Event::End(TagEnd::CodeBlock) => {
                    let Some((language, text, line)) = code.take() else { continue };
                    let (section, file) = (section.clone(), file.clone());
                    self.blocks.push(Block { language, text, line, section, file });
                }
                Event::Start(Tag::TableRow) => {
                    let section = section.clone();
                    self.rows.push(Row { line, section, codes: vec![], file: None });
                    cell = 0;
                }
                Event::End(TagEnd::TableCell) => cell += 1,
                Event::End(TagEnd::Table) => cell = 0,
                Event::Start(Tag::Paragraph | Tag::Item) => prose.clear(),
                Event::End(TagEnd::Paragraph | TagEnd::Item) => {
                    self.quote(&prose, line);
                    prose.clear();
                }
                Event::Code(code) => {
                    if let (Some(row), 1) = (self.rows.last_mut(), cell) {
                        row.codes.push(code.to_string());
                    }
                    if let Some((_, text)) = &mut heading {
                        text.push_str(&code);
                    }
                    prose.push('`');
                }
                Event::Text(part) => match (&mut code, &mut heading) {
                    (Some((_, text, _)), _) | (None, Some((_, text))) => text.push_str(&part),
                    (None, None) => prose.push_str(&part),
                },
                Event::SoftBreak | Event::HardBreak => prose.push(' '),
                _ => {}
            }
        }
    }

    fn quote(&mut self, prose: &str, line: usize) {
        for quoted in prose.split('"').skip(1).step_by(2) {
            self.quotations.push(Located { text: quoted.to_owned(), line });
        }
    }
}

/// The anchor of a heading, as code hosts make it.
pub(crate) fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
