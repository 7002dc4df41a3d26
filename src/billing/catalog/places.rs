//! Finds the place of a value in the files, once there is a problem to show.
//!
//! While all is well no place is kept in memory: the files are read into trees with spans only here.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mask::mask;
use super::path::{Path, Segment};
use super::problem::{Finding, On, Place, Problem, Problems};
use super::source::{Source, Span};

/// Looks up the places of findings and puts them in the order of the files.
///
/// A value that the profile overrides is shown where the override stands. Keys that were pasted into a file are
/// hidden in all that is returned.
pub fn locate(sources: Vec<Source>, findings: Vec<Finding>, profile: Option<&str>) -> Problems {
    let trees: Vec<Spanned<DeTable<'_>>> =
        sources.iter().map(|source| DeTable::parse_recoverable(&source.text).0).collect();
    let places = Places { sources: &sources, trees: &trees, profile };
    let list: Vec<Problem> = findings.into_iter().map(|finding| places.problem(finding)).collect();
    let mut problems = Problems { sources: hidden(sources), list };
    problems.sort();
    problems
}

/// The files as they may be shown: without the keys that were pasted into them.
pub fn hidden(sources: Vec<Source>) -> Vec<Source> {
    sources.into_iter().map(|source| Source { path: source.path, text: mask(source.text) }).collect()
}

struct Places<'a> {
    sources: &'a [Source],
    trees: &'a [Spanned<DeTable<'a>>],
    profile: Option<&'a str>,
}

/// How far a path could be followed, and what stands there.
struct Hit {
    depth: usize,
    source: usize,
    key: Range<usize>,
    value: Range<usize>,
    is_table: bool,
}

impl Places<'_> {
    fn problem(&self, finding: Finding) -> Problem {
        let Finding { severity, code, place, message, hint, related } = finding;
        let path = match &place {
            Place::Value(path, _) => path.to_string(),
            Place::Text(_) => String::new(),
        };
        let span = self.span(&place);
        let position =
            self.sources.get(span.source).map_or(super::source::Position { line: 1, column: 1 }, |source| {
                source.position(span.range.start)
            });
        let related = related.into_iter().map(|(place, text)| (self.span(&place), text)).collect();
        let (path, message, hint) = (mask(path), mask(message), hint.map(mask));
        Problem { severity, code, path, message, hint, span, position, related }
    }

    fn span(&self, place: &Place) -> Span {
        let span = match place {
            Place::Text(span) => span.clone(),
            Place::Value(path, on) => self.find(path, *on),
        };
        match self.sources.get(span.source) {
            Some(source) => Span { source: span.source, range: source.clamp(span.range) },
            None => Span { source: 0, range: 0..0 },
        }
    }

    /// The place of a value, or of the innermost table on the way to it.
    fn find(&self, path: &Path, on: On) -> Span {
        let mut best = Hit { depth: 0, source: 0, key: 0..0, value: 0..0, is_table: true };
        for (source, tree) in self.trees.iter().enumerate() {
            if let Some(hit) = follow(source, tree.get_ref(), &path.0)
                && hit.depth > best.depth
            {
                best = hit;
            }
        }
        if let Some(hit) = self.overridden(path)
            && (hit.depth > best.depth || (hit.depth == best.depth && !hit.is_table))
        {
            best = hit;
        }
        let whole = best.depth == path.0.len();
        let range = if on == On::Key && whole { best.key } else { best.value };
        Span { source: best.source, range }
    }

    /// The same path in the profile's overrides; its depth counts from there.
    fn overridden(&self, path: &Path) -> Option<Hit> {
        let prefix = ["profiles", self.profile?, "overrides"].map(|key| Segment::Key(key.to_owned()));
        let segments: Vec<Segment> = prefix.iter().chain(&path.0).cloned().collect();
        let mut hit = follow(0, self.trees.first()?.get_ref(), &segments)?;
        hit.depth = hit.depth.checked_sub(prefix.len())?;
        Some(hit)
    }
}

/// Follows a path as far as it goes.
fn follow(source: usize, table: &DeTable<'_>, path: &[Segment]) -> Option<Hit> {
    let (first, rest) = path.split_first()?;
    let Segment::Key(name) = first else { return None };
    let (key, value) = entry(table, name)?;
    let mut hit = Hit { depth: 1, source, key: key.span(), value: value.span(), is_table: false };
    let mut here = value;
    for segment in rest {
        here = match (segment, here.get_ref()) {
            (Segment::Key(name), DeValue::Table(table)) => {
                let Some((key, value)) = entry(table, name) else { break };
                hit.key = key.span();
                value
            }
            (Segment::Index(index), DeValue::Array(items)) => {
                let Some(item) = items.get(*index) else { break };
                hit.key = item.span();
                item
            }
            _ => break,
        };
        hit.value = here.span();
        hit.depth += 1;
    }
    hit.is_table = here.get_ref().is_table();
    Some(hit)
}

fn entry<'t, 'i>(
    table: &'t DeTable<'i>,
    name: &str,
) -> Option<(&'t Spanned<Cow<'i, str>>, &'t Spanned<DeValue<'i>>)> {
    table.get_key_value(name)
}
