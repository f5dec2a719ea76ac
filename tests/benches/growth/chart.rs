//! Curves as a picture that is readable in light and in dark.

use plotters::prelude::*;
use tests::root;

/// Of one store.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
}

impl Line {
    /// Its last point, with its name behind it.
    fn end(&self) -> (f64, f64) {
        self.points.last().copied().unwrap_or((1.0, 1.0))
    }
}

/// Both of its axes are logarithmic.
pub(crate) struct Chart {
    pub(crate) name: &'static str,
    pub(crate) x: &'static str,
    pub(crate) y: &'static str,
}

/// One for each store, of one lightness, and told apart by those too who do not see red or green.
fn colour(store: &str) -> RGBColor {
    match store {
        "private" => RGBColor(0, 114, 178),
        "signed" => RGBColor(213, 94, 0),
        "memory" => RGBColor(0, 158, 115),
        "sqlite" => RGBColor(204, 121, 167),
        _ => RGBColor(160, 130, 0),
    }
}

/// `1,000,000`, or `0.1`.
fn number(number: f64) -> String {
    let digits = number.to_string();
    let (first, rest) = digits.split_at(digits.len().min((digits.len() + 2) % 3 + 1));
    if digits.contains('.') {
        return digits;
    }
    rest.as_bytes()
        .chunks(3)
        .fold(first.to_owned(), |text, three| text + "," + &String::from_utf8_lossy(three))
}

/// What is black on white becomes white on black.
const STYLE: &str = "<style>svg { background: #fff } @media (prefers-color-scheme: dark) { \
    svg { background: #1d2026 } [fill=\"#000000\"] { fill: #eceae6 } \
    [stroke=\"#000000\"] { stroke: #eceae6 } }</style>\n";

impl Chart {
    /// Writes `docs/pictures/NAME.svg`.
    pub(crate) fn draw(&self, lines: &[Line]) {
        let mut svg = String::new();
        self.draw_into(&mut svg, lines).expect("a picture can be drawn");
        let head = svg.find("<svg").and_then(|at| Some(at + svg[at..].find('>')? + 2));
        svg.insert_str(head.expect("it is a picture"), STYLE);
        let file = root().join("docs/pictures").join(self.name).with_extension("svg");
        std::fs::write(file, svg).expect("it can be written");
    }

    fn draw_into(
        &self,
        svg: &mut String,
        lines: &[Line],
    ) -> Result<(), DrawingAreaErrorKind<std::io::Error>> {
        let all = || lines.iter().flat_map(|line| &line.points);
        let range = |of: fn(&(f64, f64)) -> f64, room: f64| {
            let (least, most) =
                all().map(of).fold((f64::MAX, 0.0), |(least, most): (f64, f64), it| {
                    (least.min(it), most.max(it))
                });
            (least / 1.5..most * room).log_scale()
        };
        let area = SVGBackend::with_string(svg, (800, 420)).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin(16)
            .x_label_area_size(56)
            .y_label_area_size(72)
            // To the right the names of the lines have their place.
            .build_cartesian_2d(range(|it| it.0, 4.0), range(|it| it.1, 1.5))?;
        chart
            .configure_mesh()
            .disable_mesh()
            .x_desc(self.x)
            .y_desc(self.y)
            .x_label_formatter(&|it| number(*it))
            .y_label_formatter(&|it| number(*it))
            .label_style(("sans-serif", 15))
            .draw()?;
        let mut from_above: Vec<_> = lines.iter().collect();
        from_above.sort_by(|one, other| other.end().1.total_cmp(&one.end().1));
        let mut lowest = f64::MAX;
        for line in from_above {
            let (colour, points, (x, y)) = (colour(line.name), &line.points, line.end());
            chart.draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(3)))?;
            let point = |at: &(f64, f64)| Circle::new(*at, 4, colour.filled());
            chart.draw_series(points.iter().map(point))?;
            // No name stands on another.
            lowest = (y * 1.1).min(lowest / 1.4);
            let font = ("sans-serif", 15).into_font().color(&colour);
            chart.draw_series([Text::new(line.name, (x * 1.15, lowest), font)])?;
        }
        area.present()
    }
}
