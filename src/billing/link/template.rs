//! A template, split into its parts.

use thiserror::Error;

/// A part of a template, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'t> {
    Text {
        text: &'t str,
        /// Which optional part it stands in, counted from the left.
        group: Option<usize>,
    },
    Variable {
        name: &'t str,
        group: Option<usize>,
    },
}

impl Part<'_> {
    /// The optional part that it stands in.
    pub fn group(&self) -> Option<usize> {
        match self {
            Part::Text { group, .. } | Part::Variable { group, .. } => *group,
        }
    }
}

/// What of a template is not closed, or closes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Broken(pub &'static str);

/// Splits a template into its parts.
///
/// # Errors
/// Which mark is open or too many.
pub fn parse(template: &str) -> Result<Vec<Part<'_>>, Broken> {
    let mut parts = Vec::new();
    let mut rest = template;
    let mut groups = 0;
    let mut group = None;
    while !rest.is_empty() {
        let end = rest.find(['{', '}', '[', ']']).unwrap_or(rest.len());
        let (text, marked) = rest.split_at(end);
        if !text.is_empty() {
            parts.push(Part::Text { text, group });
        }
        let mut marks = marked.chars();
        match marks.next() {
            None => break,
            Some('[') if group.is_some() => return Err(Broken("an optional part can't hold another")),
            Some('[') => {
                group = Some(groups);
                groups += 1;
            }
            Some(']') if group.is_none() => return Err(Broken("a `]` closes no optional part")),
            Some(']') => group = None,
            Some('{') => {
                let Some((name, after)) = marks.as_str().split_once('}') else {
                    return Err(Broken("a `{` is never closed"));
                };
                if name.is_empty() || name.contains(['{', '[', ']']) {
                    return Err(Broken("a `{` is never closed"));
                }
                parts.push(Part::Variable { name, group });
                rest = after;
                continue;
            }
            Some(_) => return Err(Broken("a `}` closes no variable")),
        }
        rest = marks.as_str();
    }
    if group.is_some() {
        return Err(Broken("a `[` is never closed"));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_have_variables_and_optional_parts() {
        let text = |text, group| Part::Text { text, group };
        let variable = |name, group| Part::Variable { name, group };
        assert_eq!(
            parse("{base_url}/c/{c}[/plugin/{p}]/[x]?a=1"),
            Ok(vec![
                variable("base_url", None),
                text("/c/", None),
                variable("c", None),
                text("/plugin/", Some(0)),
                variable("p", Some(0)),
                text("/", None),
                text("x", Some(1)),
                text("?a=1", None),
            ])
        );
    }

    fn check(template: &str, message: &'static str) {
        assert_eq!(parse(template), Err(Broken(message)), "{template}");
    }

    #[test]
    fn broken_templates_say_what_is_open() {
        check("{a", "a `{` is never closed");
        check("{}", "a `{` is never closed");
        check("a}", "a `}` closes no variable");
        check("[a", "a `[` is never closed");
        check("a]", "a `]` closes no optional part");
        check("[a[b]]", "an optional part can't hold another");
    }
}
