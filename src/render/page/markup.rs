//! Markup that can't be broken by what it shows: all text and every attribute's value is escaped where it goes in.

use std::fmt::{Display, Write as _};

/// An element of HTML or SVG with what is in it.
#[derive(Debug, Clone)]
pub(super) struct Element {
    name: &'static str,
    attributes: String,
    inner: String,
}

/// An element without attributes and without content.
pub(super) fn element(name: &'static str) -> Element {
    Element { name, attributes: String::new(), inner: String::new() }
}

impl Element {
    /// Sets an attribute.
    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: impl Display) -> Element {
        // Writing to a text can't fail.
        let _ = write!(self.attributes, " {name}=\"{}\"", escaped(&value.to_string()));
        self
    }

    #[must_use]
    pub(super) fn text(mut self, text: impl AsRef<str>) -> Element {
        self.inner.push_str(&escaped(text.as_ref()));
        self
    }

    #[must_use]
    pub(super) fn add(mut self, child: Element) -> Element {
        self.inner.push_str(&child.markup());
        self
    }

    #[must_use]
    pub(super) fn all(self, children: impl IntoIterator<Item = Element>) -> Element {
        children.into_iter().fold(self, Element::add)
    }

    pub(super) fn markup(&self) -> String {
        let Element { name, attributes, inner } = self;
        if *name == "meta" {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_shown_becomes_markup() {
        let hostile = "\"><script>alert('x')</script>&amp;";
        let shown = element("p").with("title", hostile).text(hostile).markup();
        assert_eq!((shown.matches('<').count(), shown.matches('"').count()), (2, 2), "{shown}");
        assert!(shown.contains("&amp;amp;"), "{shown}");
    }
}
