//! What is wrong with a catalog: found all at once, each with its place and the next step.

use std::fmt;

use serde_json::{Value, json};

use super::path::{At, Path};
use super::source::{Position, Source, Span};

/// Whether a problem keeps the catalog from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub severity: Severity,
    /// A stable word for scripts, e.g. `unknown_key`.
    pub code: &'static str,
    /// Dotted, e.g. `products.pro.name`; empty where the file could not be read as TOML.
    pub path: String,
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    pub span: Span,
    pub position: Position,
    /// Other places that belong to it, each with a few words.
    pub related: Vec<(Span, String)>,
}

/// All problems of a catalog in the order of its files, with what is needed to show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    pub sources: Vec<Source>,
    pub list: Vec<Problem>,
}

impl Problems {
    /// The problems that keep the catalog from being used.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter().filter(|problem| problem.severity == Severity::Error)
    }

    /// The path of the file a problem is in, as shown to a person.
    pub fn file(&self, problem: &Problem) -> &str {
        self.sources.get(problem.span.source).map_or("", |source| source.path.as_str())
    }

    /// In the order of the files, each once.
    pub fn sort(&mut self) {
        self.list.sort_by(|a, b| {
            let order = |problem: &Problem| (problem.span.source, problem.span.range.start, problem.severity);
            order(a).cmp(&order(b)).then_with(|| a.message.cmp(&b.message))
        });
        self.list.dedup();
    }

    /// Every problem as `{"file", "line", "column", "path", "severity", "code", "message", "hint"}`.
    pub fn to_json(&self) -> Value {
        let one = |problem: &Problem| {
            json!({
                "file": self.file(problem),
                "line": problem.position.line,
                "column": problem.position.column,
                "path": problem.path,
                "severity": match problem.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                },
                "code": problem.code,
                "message": problem.message,
                "hint": problem.hint,
            })
        };
        Value::Array(self.list.iter().map(one).collect())
    }
}

/// `3 problems in billing.toml`, or `in 2 files`.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut files: Vec<usize> = self.errors().map(|problem| problem.span.source).collect();
        let count = files.len();
        files.sort_unstable();
        files.dedup();
        let noun = if count == 1 { "problem" } else { "problems" };
        match (files.as_slice(), files.first().and_then(|first| self.sources.get(*first))) {
            ([_], Some(source)) => write!(f, "{count} {noun} in {}", source.path),
            _ => write!(f, "{count} {noun} in {} files", files.len()),
        }
    }
}

impl std::error::Error for Problems {}

/// What of a key and its value is underlined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Key,
    Value,
}

/// A problem before its place in the files is looked up.
#[derive(Debug, Clone)]
pub struct Finding {
    pub severity: Severity,
    pub code: &'static str,
    pub place: Place,
    pub message: String,
    pub hint: Option<String>,
    pub related: Vec<(Place, String)>,
}

/// A value of the catalog, or a stretch of a file.
#[derive(Debug, Clone)]
pub enum Place {
    Value(Path, On),
    Text(Span),
}

impl Finding {
    /// An error at a value.
    pub fn at(code: &'static str, at: &At<'_>, message: impl Into<String>) -> Finding {
        Finding::of(code, Place::Value(at.path(), On::Value), message)
    }

    /// An error at a key.
    pub fn at_key(code: &'static str, at: &At<'_>, message: impl Into<String>) -> Finding {
        Finding::of(code, Place::Value(at.path(), On::Key), message)
    }

    /// An error at any place.
    pub fn of(code: &'static str, place: Place, message: impl Into<String>) -> Finding {
        let message = message.into();
        Finding { severity: Severity::Error, code, place, message, hint: None, related: Vec::new() }
    }

    /// With the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Finding {
        self.hint = Some(hint.into());
        self
    }

    /// With another place that belongs to it.
    #[must_use]
    pub fn also(mut self, place: Place, text: impl Into<String>) -> Finding {
        self.related.push((place, text.into()));
        self
    }

    /// That does not keep the catalog from being used.
    #[must_use]
    pub fn as_warning(mut self) -> Finding {
        self.severity = Severity::Warning;
        self
    }
}
