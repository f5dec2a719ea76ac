//! Curves as a picture that is readable in light and in dark.

use plotters::prelude::*;
use tests::root;

/// Of one store.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
}

/// Both of its axes are logarithmic.
pub(crate) struct Chart {
    pub(crate) name: &'static str,
    pub(crate) x: &'static str,
    pub(crate) y: &'static str,
}

/// Of one lightness, and told apart by those too who do not see red or green.
const COLOURS: [RGBColor; 5] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(160, 130, 0),
];

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
        let range = |of: fn(&(f64, f64)) -> f64| {
            let (least, most) =
                all().map(of).fold((f64::MAX, 0.0), |(least, most): (f64, f64), it| {
                    (least.min(it), most.max(it))
                });
            (least / 1.5..most * 1.5).log_scale()
        };
        let area = SVGBackend::with_string(svg, (800, 420)).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin(16)
            .x_label_area_size(56)
            .y_label_area_size(72)
            .build_cartesian_2d(range(|it| it.0), range(|it| it.1))?;
        chart
            .configure_mesh()
            .disable_mesh()
            .x_desc(self.x)
            .y_desc(self.y)
            .label_style(("sans-serif", 15))
            .draw()?;
        for (line, colour) in lines.iter().zip(COLOURS) {
            let style = colour.stroke_width(3);
            chart.draw_series(LineSeries::new(line.points.iter().copied(), style))?;
            chart.draw_series(
                line.points.iter().map(|point| Circle::new(*point, 4, colour.filled())),
            )?;
            if let Some(last) = line.points.last() {
                let text =
                    Text::new(line.name, *last, ("sans-serif", 15).into_font().color(&colour));
                chart.draw_series([text])?;
            }
        }
        area.present()
    }
}
