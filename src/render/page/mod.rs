//! A report as a page of HTML: one file that loads nothing and runs nothing, for a screen, light or dark, and for paper.

mod markup;
mod scale;
mod svg;

use markup::{Element, element};

use super::sheet::{Chart, Figure, Part, Sheet};
use super::table::{Cell, Table};
use super::view::{Role, Text};

/// Writes a sheet as a page.
pub fn page(sheet: &Sheet) -> String {
    let Sheet { title, lead, figures, parts, notes } = sheet;
    let named = |name: &'static str, content: &'static str| {
        element("meta").with("name", name).with("content", content)
    };
    let head = [
        element("meta").with("charset", "utf-8"),
        named("viewport", "width=device-width, initial-scale=1"),
        named("color-scheme", "light dark"),
        named("robots", "noindex"),
        element("title").text(title),
    ];
    let head: String = head.iter().map(Element::markup).collect();
    let lead = lead.iter().map(|line| element("p").with("class", "lead").text(line));
    let mut main = element("main").add(element("header").add(element("h1").text(title)).all(lead));
    if !figures.is_empty() {
        main = main.add(element("dl").with("class", "figures").all(figures.iter().map(figure)));
    }
    main = main.all(parts.iter().filter(|part| !part.table.is_empty()).map(|part| section(part, title)));
    if !notes.is_empty() {
        let notes = notes.iter().map(|note| element("p").text(note));
        main = main.add(element("footer").all(notes));
    }
    let style = include_str!("style.css");
    let body = element("body").add(main).markup();
    format!("<!doctype html>\n<html lang=\"en\"><head>{head}<style>{style}</style></head>{body}</html>\n")
}

fn figure(figure: &Figure) -> Element {
    let Figure { name, value, note } = figure;
    let noted = pieces(note, element("dd").with("class", "note"));
    element("div").add(element("dt").text(name)).add(element("dd").text(value)).add(noted)
}

fn section(part: &Part, title: &str) -> Element {
    let Part { heading, chart, table, only_on_page: _ } = part;
    let name = if heading.is_empty() { title } else { heading };
    let mut section = element("section");
    if !heading.is_empty() {
        section = section.add(element("h2").text(heading));
    }
    if let Some(chart) = chart {
        section = section.add(element("figure").all(legend(chart)).add(svg::svg(chart, name)));
    }
    section.add(element("div").with("class", "table").add(written(table, name, chart.is_some())))
}

/// What the colours mean, where there are several.
fn legend(chart: &Chart) -> Option<Element> {
    if chart.series.len() < 2 {
        return None;
    }
    let entries = chart.series.iter().enumerate().map(|(index, series)| {
        let swatch = element("i").with("class", svg::colour(index));
        element("li").add(swatch).text(&series.name)
    });
    Some(element("ul").with("class", "legend").all(entries))
}

/// A table; its bars are left out where a chart stands above it.
fn written(table: &Table, caption: &str, has_chart: bool) -> Element {
    let Table { columns, rows } = table;
    let is_bar = |index: usize| rows.iter().any(|row| matches!(row.get(index), Some(Cell::Bar(..))));
    let kept: Vec<usize> = (0..columns.len()).filter(|index| !(has_chart && is_bar(*index))).collect();
    let side = |index: usize| if columns[index].right { "number" } else { "words" };
    let heads = kept.iter().map(|index| {
        let heading = element("th").with("scope", "col").with("class", side(*index));
        heading.text(&columns[*index].heading)
    });
    let body = rows.iter().map(|row| {
        let cells = kept.iter().enumerate().filter_map(|(place, index)| {
            let cell = row.get(*index)?;
            // What a row is of stands in front.
            let name = if place == 0 { "th" } else { "td" };
            let shown = element(name).with("class", side(*index));
            let shown = if place == 0 { shown.with("scope", "row") } else { shown };
            Some(filled(shown, cell))
        });
        element("tr").all(cells)
    });
    element("table")
        .add(element("caption").text(caption))
        .add(element("thead").add(element("tr").all(heads)))
        .add(element("tbody").all(body))
}

fn filled(element_of_cell: Element, cell: &Cell) -> Element {
    match cell {
        Cell::Text(text) => pieces(text, element_of_cell),
        Cell::Bar(_, share) => {
            let width = format!("width:{}.{}%", share / 10, share % 10);
            let bar = element("span").with("class", "bar").add(element("i").with("style", width));
            element_of_cell.add(bar)
        }
        Cell::Sparkline(values) => element_of_cell.add(svg::sparkline(values)),
    }
}

/// Text in pieces; what has a role has its class.
fn pieces(text: &Text, within: Element) -> Element {
    text.pieces.iter().fold(within, |within, (role, piece)| match class(*role) {
        None => within.text(piece),
        Some(class) => within.add(element("span").with("class", class).text(piece)),
    })
}

fn class(role: Role) -> Option<&'static str> {
    match role {
        Role::Plain => None,
        Role::Create => Some("good"),
        Role::Change => Some("warning"),
        Role::Delete => Some("bad"),
        Role::Hint => Some("hint"),
        Role::Strong => Some("strong"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sheet::{Series, Shape};
    use crate::render::table::Column;

    fn sheet(name: &str) -> Sheet {
        let mut table = Table::new([Column::id("plan"), Column::number("used"), Column::drawing("")]);
        table.row([Cell::from(name), Cell::from("12"), Cell::Bar(Role::Plain, 375)]);
        Sheet {
            title: format!("Usage of {name}"),
            lead: vec!["November".to_owned()],
            figures: vec![Figure {
                name: name.to_owned(),
                value: "12".to_owned(),
                note: Text::new(Role::Delete, "-5.0 %"),
            }],
            parts: vec![Part {
                heading: "By plan".to_owned(),
                chart: Some(Chart {
                    shape: Shape::Bars,
                    labels: vec![name.to_owned()],
                    series: vec![Series { name: "used".to_owned(), values: vec![12] }],
                    currency: None,
                }),
                table,
                only_on_page: false,
            }],
            notes: vec!["A note".to_owned()],
        }
    }

    #[test]
    fn a_page_loads_nothing_and_runs_nothing() {
        let page = page(&sheet("pro"));
        for outside in ["http:", "https:", "<script", "<link", "@import", "url(", "src="] {
            assert!(!page.contains(outside), "{outside} in {page}");
        }
    }

    #[test]
    fn a_name_stays_text_wherever_it_stands() {
        let page = page(&sheet("\"><img onerror=x>"));
        assert!(!page.contains("<img"), "{page}");
    }

    #[test]
    fn each_chart_has_its_table_beside_it() {
        let page = page(&sheet("pro"));
        assert!(page.contains("<caption>By plan</caption>"), "{page}");
        assert!(page.contains("<th class=\"words\" scope=\"row\">pro</th>"), "{page}");
        // The chart is the bar: none in the table.
        assert!(!page.contains("class=\"bar\""), "{page}");
        let mut alone = sheet("pro");
        alone.parts[0].chart = None;
        assert!(super::page(&alone).contains("width:37.5%"));
    }
}
