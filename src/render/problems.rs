//! What is wrong with a catalog, as a person reads it: message, place, the source underlined, the next step.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::billing::catalog::problem::{Problem, Problems, Severity};
use crate::billing::catalog::source::{Source, Span};

/// How many problems are shown: past these a person starts anew.
const SHOWN: usize = 50;

/// Columns that a line of source may take before it is cut.
const WIDTH: usize = 110;

/// Writes all problems, or the first fifty. The text has no line break at its end.
pub fn problems(problems: &Problems, colour: bool) -> String {
    let renderer = if colour { Renderer::styled().hyperlink(false) } else { Renderer::plain() };
    let renderer = renderer.term_width(WIDTH);
    let mut texts: Vec<String> = problems
        .list
        .iter()
        .take(SHOWN)
        .map(|problem| renderer.render(&[group(problems, problem)]))
        .collect();
    let more = problems.list.len().saturating_sub(SHOWN);
    if more > 0 {
        texts.push(format!("… and {more} more"));
    }
    texts.join("\n\n")
}

fn group<'a>(problems: &'a Problems, problem: &'a Problem) -> Group<'a> {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(problem.message.as_str()));
    if let Some(source) = problems.sources.get(problem.span.source) {
        group = group.element(excerpt(source, &problem.span, AnnotationKind::Primary, None));
    }
    for (span, text) in &problem.related {
        if let Some(source) = problems.sources.get(span.source) {
            group = group.element(excerpt(source, span, AnnotationKind::Context, Some(text)));
        }
    }
    match &problem.hint {
        Some(hint) => group.element(Level::HELP.with_name("hint").message(hint.as_str())),
        None => group,
    }
}

/// The line that a span starts in. Only this line is given to the renderer, so that a large file costs nothing.
fn excerpt<'a>(
    source: &'a Source,
    span: &Span,
    kind: AnnotationKind,
    label: Option<&'a String>,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let (start, line) = source.line_at(span.range.start);
    let from = span.range.start.saturating_sub(start).min(line.len());
    let to = span.range.end.saturating_sub(start).clamp(from, line.len());
    let annotation = kind.span(from..to);
    let annotation = match label {
        Some(label) => annotation.label(label.as_str()),
        None => annotation,
    };
    Snippet::source(line)
        .line_start(source.position(span.range.start).line)
        .path(source.path.as_str())
        .annotation(annotation)
}
