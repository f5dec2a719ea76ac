//! Who sends what to whom, as a picture: SVG, for a page or as a file of its own.
//!
//! It is drawn as wide as a telephone is, so that it can be read there and printed; on a large screen it
//! is shown larger.

use std::fmt::Write;

/// The width of the picture, and the lowest row of its heads, in units that are pixels where there is room.
const WIDTH: usize = 400;
const HEADS: usize = 44;
/// From one row of text to the next.
const ROW: usize = 19;
/// The room that ten letters take, and how many letters there are in a row.
const TEN_LETTERS: usize = 84;
const IN_A_ROW: usize = 44;
/// From the edge to the middle of the first lane.
const MARGIN: usize = 66;

/// The colours of the pages. The light ones stand with each, for programs that know no others.
const CARD: &str = "var(--card, #ffffff)";
const TEXT: &str = "var(--text, #1d1f23)";
const FAINT: &str = "var(--faint, #5c5f66)";
const LINE: &str = "var(--line, #d9d5cd)";
const ACCENT: &str = "var(--accent, #a33b0b)";

/// The dark ones, for a file of its own: a page has them in its style sheet.
const DARK: &str = "<style>@media screen and (prefers-color-scheme: dark) { svg { \
    --card: #1d2026; --text: #eceae6; --faint: #a9adb6; --line: #3a3f49; --accent: #ffa66b } }</style>\n";

/// What goes from one lane to another, or, where both are one, what happens there.
///
/// ```
/// use shared::testing::Step;
///
/// let step = Step::new(0, 1, "GET /").cookie(Some("Cookie: lesson-02=…"));
/// assert_eq!((step.from, step.to), (0, 1));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// The lane from which it goes, by its place in [`Picture::lanes`].
    pub from: usize,
    /// The lane to which it goes.
    pub to: usize,
    /// What it is: `GET /`, `303 → /stocks`.
    pub label: String,
    /// The cookie that it carries.
    pub cookie: Option<String>,
    /// What else is to be said of it, a row each.
    pub notes: Vec<String>,
}

impl Step {
    /// A step that carries no cookie.
    ///
    /// ```
    /// use shared::testing::Step;
    ///
    /// assert_eq!(Step::new(1, 0, "200").cookie, None);
    /// ```
    #[must_use]
    pub fn new(from: usize, to: usize, label: impl Into<String>) -> Self {
        Self { from, to, label: label.into(), ..Self::default() }
    }

    /// The same step with this cookie on it, if there is one.
    ///
    /// ```
    /// use shared::testing::Step;
    ///
    /// let step = Step::new(1, 0, "303 → /").cookie(Some("Set-Cookie: lesson-02=…"));
    /// assert_eq!(step.cookie.as_deref(), Some("Set-Cookie: lesson-02=…"));
    /// ```
    #[must_use]
    pub fn cookie(self, cookie: Option<impl Into<String>>) -> Self {
        Self { cookie: cookie.map(Into::into), ..self }
    }

    /// The same step with these notes.
    ///
    /// ```
    /// use shared::testing::Step;
    ///
    /// let step = Step::new(0, 1, "POST /setName").notes(["name=Ferris"]);
    /// assert_eq!(step.notes, ["name=Ferris"]);
    /// ```
    #[must_use]
    pub fn notes(self, notes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { notes: notes.into_iter().map(Into::into).collect(), ..self }
    }

    /// All that stands on it, with the colour of each.
    fn texts(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let cookie = self.cookie.as_deref().map(|text| (text, ACCENT));
        let notes = self.notes.iter().map(|text| (text.as_str(), FAINT));
        [(self.label.as_str(), TEXT)].into_iter().chain(cookie).chain(notes)
    }
}

/// Two or three who take part, and what they send each other, from top to bottom.
///
/// ```
/// use shared::testing::{Picture, Step};
///
/// let picture = Picture {
///     title: "A reload".to_owned(),
///     lanes: vec!["browser".to_owned(), "lesson 01".to_owned()],
///     steps: vec![Step::new(0, 1, "GET /"), Step::new(1, 0, "200")],
/// };
/// assert_eq!(
///     picture.text(),
///     "A reload. browser to lesson 01: GET /. lesson 01 to browser: 200."
/// );
/// assert!(picture.svg().contains("GET /") && picture.file().contains("GET /"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// What it shows, in a few words.
    pub title: String,
    /// The names of those who take part, from left to right.
    pub lanes: Vec<String>,
    /// What happens, in its order.
    pub steps: Vec<Step>,
}

impl Picture {
    /// The picture for a page, in the colours of that page.
    ///
    /// ```
    /// use shared::testing::Picture;
    ///
    /// assert!(Picture::default().svg().starts_with("<svg"));
    /// ```
    #[must_use]
    pub fn svg(&self) -> String {
        self.draw("")
    }

    /// The picture as a file, which is light or dark as the reader's system is.
    ///
    /// ```
    /// use shared::testing::Picture;
    ///
    /// assert!(Picture::default().file().contains("prefers-color-scheme: dark"));
    /// ```
    #[must_use]
    pub fn file(&self) -> String {
        self.draw(DARK)
    }

    /// The picture in words, for those who do not see it.
    ///
    /// ```
    /// use shared::testing::{Picture, Step};
    ///
    /// let steps = vec![Step::new(0, 0, "sleeps")];
    /// let picture = Picture { title: "Night".to_owned(), lanes: vec!["server".to_owned()], steps };
    /// assert_eq!(picture.text(), "Night. server: sleeps.");
    /// ```
    #[must_use]
    pub fn text(&self) -> String {
        let lane = |at: usize| self.lanes.get(at).map_or("", String::as_str);
        let told = self.steps.iter().map(|step| {
            let way = match (lane(step.from), lane(step.to)) {
                (at, to) if at == to => at.to_owned(),
                (from, to) => format!("{from} to {to}"),
            };
            let texts = step.texts().map(|(text, _)| text).collect::<Vec<_>>();
            format!(" {way}: {}.", texts.join(", "))
        });
        format!("{}.{}", self.title, told.collect::<String>())
    }

    fn draw(&self, style: &str) -> String {
        let (mut arrows, mut texts, mut boxes) = (String::new(), String::new(), String::new());
        let mut y = HEADS;
        for step in &self.steps {
            y += 14;
            if step.from == step.to {
                y = self.draw_box(&mut boxes, step, y);
            } else {
                y = self.draw_arrow(&mut arrows, &mut texts, step, y);
            }
        }
        let height = y + 14;
        let text = escape(&self.text());
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
             width=\"480\" height=\"{}\" role=\"img\" aria-label=\"{text}\">\n{style}\
             <rect width=\"{WIDTH}\" height=\"{height}\" rx=\"8\" fill=\"{CARD}\"/>\n",
            height * 480 / WIDTH
        );
        let letters = "text-anchor=\"middle\" font-size=\"14\" \
            font-family=\"ui-monospace, Cascadia Mono, Menlo, Consolas, monospace\"";
        let _ = write!(
            svg,
            "{}<g fill=\"{CARD}\" stroke=\"{FAINT}\" {letters}>{boxes}</g>\n\
             <g fill=\"{ACCENT}\" stroke=\"{ACCENT}\" stroke-width=\"2\">{arrows}</g>\n\
             <g stroke=\"{CARD}\" stroke-width=\"5\" paint-order=\"stroke\" {letters}>{texts}</g>\n\
             </svg>\n",
            self.heads(height)
        );
        svg
    }

    /// The names of the lanes, and the lanes.
    fn heads(&self, height: usize) -> String {
        let mut heads = String::new();
        for (at, name) in self.lanes.iter().enumerate() {
            let (x, name) = (self.middle_of(at), escape(name));
            let _ = writeln!(
                heads,
                "<path d=\"M{x} {HEADS}V{height}\" stroke=\"{LINE}\" stroke-width=\"2\"/>\n\
                 <rect x=\"{}\" y=\"10\" width=\"124\" height=\"{}\" rx=\"6\" fill=\"{CARD}\" stroke=\"{FAINT}\"/>\n\
                 <text x=\"{x}\" y=\"32\" fill=\"{TEXT}\" text-anchor=\"middle\" font-size=\"13\" \
                 font-weight=\"600\" font-family=\"system-ui, sans-serif\">{name}</text>",
                x.saturating_sub(62),
                HEADS - 10,
            );
        }
        heads
    }

    /// What stands on the step, and below it the arrow; then the next row begins.
    fn draw_arrow(
        &self,
        arrows: &mut String,
        texts: &mut String,
        step: &Step,
        mut y: usize,
    ) -> usize {
        let (start, end) = (self.middle_of(step.from), self.middle_of(step.to));
        for (row, colour) in step.texts().flat_map(in_rows) {
            y += ROW;
            draw_text(texts, inside(usize::midpoint(start, end), &row), y - 5, &row, colour);
        }
        y += 4;
        let (tip, back) = if end > start { (end - 2, -9) } else { (end + 2, 9) };
        let _ = write!(arrows, "<path d=\"M{start} {y}H{tip}l{back} -5v10L{tip} {y}\"/>");
        y
    }

    /// A box on the lane with what happens there.
    fn draw_box(&self, boxes: &mut String, step: &Step, y: usize) -> usize {
        let rows: Vec<_> = step.texts().flat_map(in_rows).collect();
        let widest = rows.iter().map(|(row, _)| row).max_by_key(|row| width(row));
        let width = widest.map_or(0, |row| width(row)) + 16;
        let x = widest.map_or(WIDTH / 2, |row| inside(self.middle_of(step.from), row));
        let height = rows.len() * ROW + 8;
        let left = x.saturating_sub(width / 2);
        let shape = format!("width=\"{width}\" height=\"{height}\" rx=\"6\"");
        let _ = write!(boxes, "<rect x=\"{left}\" y=\"{y}\" {shape}/>");
        let _ = write!(boxes, "<g stroke=\"none\">");
        for (at, (row, colour)) in rows.iter().enumerate() {
            draw_text(boxes, x, y + (at + 1) * ROW - 1, row, colour);
        }
        let _ = write!(boxes, "</g>");
        y + height
    }

    fn middle_of(&self, lane: usize) -> usize {
        match self.lanes.len() {
            0 | 1 => WIDTH / 2,
            lanes => MARGIN + lane * (WIDTH - 2 * MARGIN) / (lanes - 1),
        }
    }
}

fn draw_text(texts: &mut String, x: usize, y: usize, row: &str, colour: &str) {
    let row = escape(row);
    let _ = write!(texts, "<text x=\"{x}\" y=\"{y}\" fill=\"{colour}\">{row}</text>");
}

fn width(row: &str) -> usize {
    row.chars().count() * TEN_LETTERS / 10
}

/// The middle of a row that shall be here, or as near as the picture's edges let it.
fn inside(middle: usize, row: &str) -> usize {
    let half = width(row) / 2 + 10;
    middle.max(half).min(WIDTH.saturating_sub(half).max(half))
}

/// A text in rows: broken between words, or within a word that is longer than a row.
fn in_rows<'c>((text, colour): (&str, &'c str)) -> Vec<(String, &'c str)> {
    let mut rows = vec![String::new()];
    let mut left = IN_A_ROW;
    for word in text.split_inclusive([' ', ';', ',', '&', '/']) {
        if word.trim_end().chars().count() > left && left < IN_A_ROW {
            rows.push(String::new());
            left = IN_A_ROW;
        }
        for letter in word.chars() {
            if left == 0 {
                rows.push(String::new());
                left = IN_A_ROW;
            }
            if let Some(row) = rows.last_mut() {
                row.push(letter);
            }
            left -= 1;
        }
    }
    rows.retain(|row| !row.trim().is_empty());
    rows.into_iter().map(|row| (row.trim().to_owned(), colour)).collect()
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(steps: Vec<Step>) -> Picture {
        let lanes = ["browser", "server", "file"].map(str::to_owned).to_vec();
        Picture { title: "What travelled".to_owned(), lanes, steps }
    }

    fn rows(text: &str) -> Vec<String> {
        in_rows((text, "")).into_iter().map(|(row, _)| row).collect()
    }

    #[test]
    fn its_words_say_all_that_it_shows() {
        let picture = picture(vec![
            Step::new(0, 1, "POST /setName").cookie(Some("Cookie: a=b")).notes(["name=Ferris"]),
            Step::new(1, 2, "saves"),
            Step::new(2, 2, "keeps").notes(["name \"Ferris\""]),
        ]);
        assert_eq!(
            picture.text(),
            "What travelled. browser to server: POST /setName, Cookie: a=b, name=Ferris. \
             server to file: saves. file: keeps, name \"Ferris\"."
        );
        let svg = picture.svg();
        assert!(svg.contains(&format!("aria-label=\"{}\"", escape(&picture.text()))), "{svg}");
        for (text, _) in picture.steps.iter().flat_map(Step::texts) {
            assert!(svg.contains(&format!(">{}</text>", escape(text))), "{text} in {svg}");
        }
    }

    #[test]
    fn what_visitors_send_is_text_in_it() {
        let svg = picture(vec![Step::new(0, 1, "GET /<script>\"&")]).file();
        assert!(
            svg.contains("GET /&lt;script&gt;&quot;&amp;") && !svg.contains("<script"),
            "{svg}"
        );
    }

    #[test]
    fn no_row_is_wider_than_the_picture_and_nothing_is_lost() {
        let (words, word) = ("two words ".repeat(30), "x".repeat(100));
        for text in
            [words.trim(), &word, "Set-Cookie: lesson-02=; Max-Age=0", "ä€𝄞".repeat(40).trim()]
        {
            let rows = rows(text);
            assert!(rows.iter().all(|row| width(row) + 16 <= WIDTH), "{rows:?}");
            let joined = rows.concat().replace(' ', "");
            assert_eq!(joined, text.replace(' ', ""));
        }
        assert_eq!(rows(&words)[0], "two words two words two words two words two");
        assert_eq!(rows("Set-Cookie: lesson-02=; Max-Age=0").len(), 1);
    }

    #[test]
    fn texts_keep_off_the_edges() {
        for row in ["200", &"x".repeat(IN_A_ROW)] {
            for middle in [0, MARGIN, 200, WIDTH - MARGIN, WIDTH] {
                let x = inside(middle, row);
                assert!(x >= width(row) / 2 + 8 && x + width(row) / 2 + 8 <= WIDTH, "{row} at {x}");
            }
        }
    }
}
