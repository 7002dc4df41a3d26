//! HTML that can't be broken by what it shows: all text and every attribute's value is escaped where it goes in.

use std::fmt::Write as _;

/// Elements without an end.
const VOID: [&str; 4] = ["br", "hr", "input", "meta"];

/// An element with what is in it.
#[derive(Debug, Clone)]
pub struct Element {
    name: &'static str,
    attributes: String,
    inner: String,
}

/// An element without attributes and without content.
pub fn element(name: &'static str) -> Element {
    Element { name, attributes: String::new(), inner: String::new() }
}

/// An element with a class.
pub fn classed(name: &'static str, class: &'static str) -> Element {
    element(name).with("class", class)
}

impl Element {
    /// Sets an attribute.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl AsRef<str>) -> Element {
        // Writing to a text can't fail.
        let _ = write!(self.attributes, " {name}=\"{}\"", escaped(value.as_ref()));
        self
    }

    /// Sets an attribute that has no value, if it is to be set.
    #[must_use]
    pub fn flag(mut self, name: &'static str, set: bool) -> Element {
        if set {
            let _ = write!(self.attributes, " {name}");
        }
        self
    }

    #[must_use]
    pub fn text(mut self, text: impl AsRef<str>) -> Element {
        self.inner.push_str(&escaped(text.as_ref()));
        self
    }

    #[must_use]
    pub fn add(mut self, child: Element) -> Element {
        self.inner.push_str(&child.html());
        self
    }

    #[must_use]
    pub fn all(self, children: impl IntoIterator<Item = Element>) -> Element {
        children.into_iter().fold(self, Element::add)
    }

    fn html(&self) -> String {
        let Element { name, attributes, inner } = self;
        if VOID.contains(name) {
            return format!("<{name}{attributes}>");
        }
        format!("<{name}{attributes}>{inner}</{name}>")
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A whole page. It loads nothing: its style is in it, and it has no script.
pub fn page(title: &str, body: Element) -> String {
    let viewport =
        element("meta").with("name", "viewport").with("content", "width=device-width, initial-scale=1");
    let robots = element("meta").with("name", "robots").with("content", "noindex");
    let head = [element("meta").with("charset", "utf-8"), viewport, robots, element("title").text(title)];
    let head: String = head.iter().map(Element::html).collect();
    let style = include_str!("style.css");
    format!(
        "<!doctype html>\n<html lang=\"en\"><head>{head}<style>{style}</style></head>{}</html>\n",
        body.html()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_shown_becomes_markup() {
        let hostile = "\"><script>alert('x')</script>&amp;";
        let shown = element("p").with("title", hostile).text(hostile).html();
        assert_eq!(shown.matches('<').count(), 2, "{shown}");
        assert_eq!(shown.matches('"').count(), 2, "{shown}");
        assert!(shown.contains("&amp;amp;"), "{shown}");
    }

    #[test]
    fn elements_nest_and_some_have_no_end() {
        let shown =
            classed("div", "a").all([element("br"), element("b").text("x").flag("hidden", true)]).html();
        assert_eq!(shown, "<div class=\"a\"><br><b hidden>x</b></div>");
    }
}
