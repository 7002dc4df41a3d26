//! Charts as SVG, in whole tenths of a pixel. Each mark says its value when it is pointed at; the table beside a chart says
//! all of it in words.

use super::markup::{Element, element};
use super::scale::Scale;
use crate::billing::currency::Currency;
use crate::billing::money::Money;
use crate::render::sheet::{Chart, Series, Shape};

const WIDTH: i64 = 7_200;

/// Charts over time: where the marks are.
const LEFT: i64 = 820;
const RIGHT: i64 = 7_160;
const TOP: i64 = 120;
const BOTTOM: i64 = 2_240;
const HEIGHT: i64 = 2_600;

/// The widest column, and the most labels under them.
const WIDEST: i64 = 420;
const MOST_LABELS: usize = 8;

/// Lying bars: the height of one with its gap, where it begins, and how long the longest is.
const ROW: i64 = 300;
const BEGIN: i64 = 1_900;
const LONGEST: i64 = 4_100;

/// No more bars than these are drawn; the table has all of them.
const MOST_BARS: usize = 20;

/// Letters of a label that fit beside a bar.
const LABEL: usize = 26;

/// How many colours there are for series.
const COLOURS: usize = 6;

/// Draws a chart. `title` says what it shows to who can't see it.
pub(super) fn svg(chart: &Chart, title: &str) -> Element {
    match chart.shape {
        Shape::Bars => bars(chart, title),
        Shape::Columns => over_time(chart, title, columns),
        Shape::Lines => over_time(chart, title, lines),
    }
}

/// The colour of a series, as a class of the style.
pub(super) fn colour(index: usize) -> String {
    format!("s{}", index % COLOURS + 1)
}

fn canvas(height: i64, title: &str) -> Element {
    element("svg")
        .with("viewBox", format!("0 0 {WIDTH} {height}"))
        .with("role", "img")
        .with("aria-label", title)
        .add(element("title").text(title))
}

fn words(value: i64, currency: Option<Currency>) -> String {
    match currency {
        None => value.to_string(),
        Some(currency) => Money { minor: value, currency }.to_string().to_uppercase(),
    }
}

/// What is said when a mark is pointed at.
fn tip(chart: &Chart, series: &Series, index: usize) -> Element {
    let value = words(series.values.get(index).copied().unwrap_or_default(), chart.currency);
    let label = chart.labels.get(index).map_or("", String::as_str);
    let name = if chart.series.len() > 1 {
        format!("{label} · {}: {value}", series.name)
    } else {
        format!("{label}: {value}")
    };
    element("title").text(name)
}

fn text(class: &'static str, x: i64, y: i64, anchor: &'static str, text: &str) -> Element {
    element("text").with("class", class).with("x", x).with("y", y).with("text-anchor", anchor).text(text)
}

fn line(class: &'static str, [x1, y1, x2, y2]: [i64; 4]) -> Element {
    element("line").with("class", class).with("x1", x1).with("y1", y1).with("x2", x2).with("y2", y2)
}

fn rect(class: &str, [x, y, width, height]: [i64; 4]) -> Element {
    element("rect")
        .with("class", class)
        .with("x", x)
        .with("y", y)
        .with("width", width)
        .with("height", height.max(8))
        .with("rx", 20)
}

fn bars(chart: &Chart, title: &str) -> Element {
    let Some(series) = chart.series.first() else { return canvas(ROW, title) };
    let shown = series.values.len().min(chart.labels.len()).min(MOST_BARS);
    let most = series.values.iter().copied().max().unwrap_or(0).max(1);
    let rows = chart.labels.iter().zip(&series.values).take(shown).enumerate();
    let height = i64::try_from(shown).unwrap_or(0).max(1) * ROW;
    let marks = rows.flat_map(|(index, (label, value))| {
        let y = i64::try_from(index).unwrap_or(0) * ROW;
        let length = i128::from((*value).max(0)) * i128::from(LONGEST) / i128::from(most);
        let length = i64::try_from(length).unwrap_or(LONGEST);
        let mut short: String = label.chars().take(LABEL).collect();
        if short.len() < label.len() {
            short.pop();
            short.push('…');
        }
        let bar = (length > 0)
            .then(|| rect("s1", [BEGIN, y + 40, length.max(8), ROW - 80]).add(tip(chart, series, index)));
        let words = words(*value, chart.currency);
        [text("label", BEGIN - 80, y + 190, "end", &short)]
            .into_iter()
            .chain(bar)
            .chain([text("value", BEGIN + length + 80, y + 190, "start", &words)])
            .collect::<Vec<_>>()
    });
    canvas(height, title).all(marks)
}

/// A chart over time: its scale, its labels, and what `draw` makes of the series.
fn over_time(chart: &Chart, title: &str, draw: fn(&Chart, &Scale) -> Vec<Element>) -> Element {
    let scale = Scale::of(extremes(chart));
    let mut drawing = canvas(HEIGHT, title);
    for mark in scale.marks() {
        let y = place(&scale, mark);
        let class = if mark == 0 { "zero" } else { "grid" };
        drawing = drawing.add(line(class, [LEFT, y, RIGHT, y])).add(text(
            "tick",
            LEFT - 70,
            y + 40,
            "end",
            &words(mark, chart.currency),
        ));
    }
    let every = chart.labels.len().div_ceil(MOST_LABELS).max(1);
    let labels = chart.labels.iter().enumerate().filter(|(index, _)| index % every == 0);
    let labels =
        labels.map(|(index, label)| text("tick", middle(chart, index), BOTTOM + 220, "middle", label));
    drawing.all(draw(chart, &scale)).all(labels)
}

/// The lowest and highest points of a chart: of piles where there are columns.
fn extremes(chart: &Chart) -> Vec<i64> {
    match chart.shape {
        Shape::Bars | Shape::Lines => {
            chart.series.iter().flat_map(|series| series.values.iter().copied()).collect()
        }
        Shape::Columns => (0..chart.labels.len())
            .flat_map(|index| {
                let values = chart.series.iter().filter_map(move |series| series.values.get(index).copied());
                let (mut up, mut down) = (0_i64, 0_i64);
                for value in values {
                    up = up.saturating_add(value.max(0));
                    down = down.saturating_add(value.min(0));
                }
                [up, down]
            })
            .collect(),
    }
}

fn place(scale: &Scale, value: i64) -> i64 {
    BOTTOM - scale.place(value, BOTTOM - TOP)
}

/// The left edge of a label's share of the width.
fn edge(chart: &Chart, index: usize) -> i64 {
    let count = i64::try_from(chart.labels.len().max(1)).unwrap_or(1);
    LEFT + i64::try_from(index).unwrap_or(0) * (RIGHT - LEFT) / count
}

fn middle(chart: &Chart, index: usize) -> i64 {
    i64::midpoint(edge(chart, index), edge(chart, index + 1))
}

fn columns(chart: &Chart, scale: &Scale) -> Vec<Element> {
    let mut marks = Vec::new();
    for index in 0..chart.labels.len() {
        let share = edge(chart, index + 1) - edge(chart, index);
        let width = (share * 3 / 4).clamp(10, WIDEST);
        let (mut up, mut down) = (0_i64, 0_i64);
        for (number, series) in chart.series.iter().enumerate() {
            let value = series.values.get(index).copied().unwrap_or_default();
            let pile = if value < 0 { &mut down } else { &mut up };
            let from = *pile;
            *pile = pile.saturating_add(value);
            if value == 0 {
                continue;
            }
            let (one, other) = (place(scale, from), place(scale, *pile));
            let place = [middle(chart, index) - width / 2, one.min(other), width, (one - other).abs()];
            marks.push(rect(&colour(number), place).add(tip(chart, series, index)));
        }
    }
    marks
}

fn lines(chart: &Chart, scale: &Scale) -> Vec<Element> {
    let mut marks = Vec::new();
    for (number, series) in chart.series.iter().enumerate() {
        let points: Vec<(i64, i64)> = series
            .values
            .iter()
            .take(chart.labels.len())
            .enumerate()
            .map(|(index, value)| (middle(chart, index), place(scale, *value)))
            .collect();
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
        let class = format!("line {}", colour(number));
        marks.push(element("polyline").with("class", class).with("points", path.join(" ")));
        marks.extend(points.into_iter().enumerate().map(|(index, (x, y))| {
            element("circle")
                .with("class", colour(number))
                .with("cx", x)
                .with("cy", y)
                .with("r", 40)
                .add(tip(chart, series, index))
        }));
    }
    marks
}

/// A small line without labels, for a cell of a table.
pub(super) fn sparkline(values: &[i64]) -> Element {
    let scale = Scale::of(values.iter().copied());
    let last = i64::try_from(values.len().max(2)).unwrap_or(2) - 1;
    let points = values.iter().enumerate().map(|(index, value)| {
        let x = 20 + i64::try_from(index).unwrap_or(0) * 1_160 / last;
        format!("{x},{}", 220 - scale.place(*value, 200))
    });
    let points: Vec<String> = points.collect();
    element("svg")
        .with("class", "spark")
        .with("viewBox", "0 0 1200 240")
        .with("aria-hidden", "true")
        .add(element("polyline").with("class", "line s1").with("points", points.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(shape: Shape, series: &[&[i64]]) -> Chart {
        Chart {
            shape,
            labels: vec!["<a>".to_owned(), "b".to_owned()],
            series: series
                .iter()
                .map(|values| Series { name: "used".to_owned(), values: values.to_vec() })
                .collect(),
            currency: None,
        }
    }

    #[test]
    fn a_bar_is_as_long_as_its_value_and_names_stay_text() {
        let drawn = svg(&chart(Shape::Bars, &[&[10, 5]]), "Used by plan").markup();
        assert!(drawn.contains("width=\"4100\"") && drawn.contains("width=\"2050\""), "{drawn}");
        assert!(drawn.contains("&lt;a&gt;: 10") && !drawn.contains("<a>"), "{drawn}");
        // Nothing is no bar.
        assert_eq!(
            svg(&chart(Shape::Bars, &[&[10, 0]]), "Used by plan").markup().matches("<rect").count(),
            1
        );
    }

    #[test]
    fn columns_pile_up_and_hang_down() {
        // The scale is -10 to 10: zero lies in the middle of 2120.
        let drawn = svg(&chart(Shape::Columns, &[&[4, 0], &[6, 0], &[-10, 0]]), "Movements").markup();
        let rects: Vec<&str> = drawn.split("<rect ").skip(1).collect();
        assert_eq!(rects.len(), 3, "{drawn}");
        assert!(rects[0].contains("y=\"756\"") && rects[0].contains("height=\"424\""), "{}", rects[0]);
        assert!(rects[1].contains("y=\"120\"") && rects[1].contains("height=\"636\""), "{}", rects[1]);
        assert!(rects[2].contains("y=\"1180\"") && rects[2].contains("height=\"1060\""), "{}", rects[2]);
    }

    #[test]
    fn a_line_has_a_point_for_each_value() {
        let drawn = svg(&chart(Shape::Lines, &[&[0, 10]]), "MRR").markup();
        assert_eq!(drawn.matches("<circle").count(), 2);
        assert!(drawn.contains("cy=\"2240\"") && drawn.contains("cy=\"120\""), "{drawn}");
    }

    #[test]
    fn nothing_to_draw_is_an_empty_chart() {
        for shape in [Shape::Bars, Shape::Columns, Shape::Lines] {
            let empty = Chart { shape, labels: Vec::new(), series: Vec::new(), currency: None };
            assert!(svg(&empty, "Nothing").markup().ends_with("</svg>"));
        }
    }
}
