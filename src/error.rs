//! Kinds of failure, their exit codes, and the fix that goes with an error.
//!
//! Anything that fails returns `anyhow::Error`. Where a caller's script must tell failures apart, the error
//! carries a [`Kind`]; where a person can do something about it, it carries a fix.

use std::fmt;
use std::io::Write as _;

use serde_json::{Map, Value, json};

use crate::billing::catalog::mask::mask;
use crate::billing::catalog::problem::Problems;
use crate::render::{Format, visible};
use crate::stripe::StripeError;

/// Why a command did not end with exit code 0. The codes are fixed: scripts rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Exit code 1: failed.
    Failed,
    /// Exit code 2: bad usage, bad config, bad catalog.
    Usage,
    /// Exit code 3: a difference was found.
    Difference,
    /// Exit code 4: refused by a limit or a balance.
    Limit,
    /// Exit code 5: key missing or rejected, no permission, live guard, policy.
    Refused,
    /// Exit code 6: Stripe not reachable, or still limited after all retries.
    Unreachable,
    /// Exit code 7: stopped part-way; the same command finishes the rest.
    Partial,
}

impl Kind {
    /// The process's exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Failed => 1,
            Kind::Usage => 2,
            Kind::Difference => 3,
            Kind::Limit => 4,
            Kind::Refused => 5,
            Kind::Unreachable => 6,
            Kind::Partial => 7,
        }
    }

    /// The `code` in a JSON error.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Failed => "failed",
            Kind::Usage => "usage",
            Kind::Difference => "difference",
            Kind::Limit => "limit",
            Kind::Refused => "refused",
            Kind::Unreachable => "unreachable",
            Kind::Partial => "partial",
        }
    }
}

/// A message with a kind and, where there is one, the next step for the person who reads it.
///
/// It is a link of an `anyhow` chain like any other: the outermost `Note` decides kind and fix.
#[derive(Debug)]
pub struct Note {
    pub kind: Kind,
    pub message: String,
    pub fix: Option<String>,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Note {}

/// Makes an error of a kind, with the next step.
pub fn fail(kind: Kind, message: impl Into<String>, fix: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(Note { kind, message: message.into(), fix: Some(fix.into()) })
}

/// Makes an error of a kind that has no next step of its own.
pub fn fail_plain(kind: Kind, message: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(Note { kind, message: message.into(), fix: None })
}

/// Adds what was being done, with a kind and the next step, around an error.
pub trait Explain<T> {
    /// # Errors
    /// The error it was called on, with the message, kind and fix around it.
    fn explain(
        self,
        kind: Kind,
        message: impl FnOnce() -> String,
        fix: impl Into<String>,
    ) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> Explain<T> for Result<T, E> {
    fn explain(
        self,
        kind: Kind,
        message: impl FnOnce() -> String,
        fix: impl Into<String>,
    ) -> anyhow::Result<T> {
        self.map_err(|cause| cause.into().context(Note { kind, message: message(), fix: Some(fix.into()) }))
    }
}

/// The kind of an error: that of the outermost note in its chain, else that of Stripe's answer, else `Failed`.
pub fn kind_of(error: &anyhow::Error) -> Kind {
    note_of(error)
        .map(|note| note.kind)
        .or_else(|| stripe_of(error).map(StripeError::kind))
        .or_else(|| problems_of(error).map(|_| Kind::Usage))
        .unwrap_or(Kind::Failed)
}

/// The next step that goes with an error: that of the outermost note which has one, else that of Stripe's answer.
pub fn fix_of(error: &anyhow::Error) -> Option<&str> {
    error
        .downcast_ref::<Note>()
        .and_then(|note| note.fix.as_deref())
        .or_else(|| {
            error.chain().filter_map(|link| link.downcast_ref::<Note>()).find_map(|note| note.fix.as_deref())
        })
        .or_else(|| stripe_of(error).and_then(StripeError::fix))
}

fn note_of(error: &anyhow::Error) -> Option<&Note> {
    // A note that wraps a cause is a context, which only the error itself can downcast to.
    error.downcast_ref::<Note>().or_else(|| error.chain().find_map(|link| link.downcast_ref::<Note>()))
}

fn stripe_of(error: &anyhow::Error) -> Option<&StripeError> {
    error
        .downcast_ref::<StripeError>()
        .or_else(|| error.chain().find_map(|link| link.downcast_ref::<StripeError>()))
}

fn problems_of(error: &anyhow::Error) -> Option<&Problems> {
    error
        .downcast_ref::<Problems>()
        .or_else(|| error.chain().find_map(|link| link.downcast_ref::<Problems>()))
}

/// Writes an error for stderr: message, causes and fix as text, or one JSON object on one line. Problems of a
/// catalog are shown one by one before it. A key that was given in place of a name or a path is not repeated.
pub fn report(error: &anyhow::Error, format: Format, colour: bool) -> String {
    mask(match format {
        Format::Json | Format::Jsonl => json_report(error).to_string(),
        Format::Table | Format::Csv => text_report(error, colour),
    })
}

fn text_report(error: &anyhow::Error, colour: bool) -> String {
    let paint = |sgr: &str, text: &str| match colour {
        true => format!("\u{1b}[{sgr}m{text}\u{1b}[0m"),
        false => text.to_owned(),
    };
    let mut text = String::new();
    if let Some(problems) = problems_of(error) {
        text.push_str(&crate::render::problems(problems, colour));
        text.push_str("\n\n");
    }
    // Parts of a message come from Stripe or whatever answered in its place.
    text.push_str(&format!("{} {}", paint("1;31", "error:"), visible(&error.to_string())));
    for cause in causes(error) {
        text.push_str(&format!("\n  caused by: {}", visible(&cause)));
    }
    if let Some(fix) = fix_of(error) {
        text.push_str(&format!("\n{} {}", paint("36", "hint:"), visible(fix)));
    }
    text
}

fn json_report(error: &anyhow::Error) -> Value {
    let mut document = document(kind_of(error), &error.to_string(), fix_of(error));
    let causes = causes(error);
    if !causes.is_empty() {
        document["error"]["causes"] = json!(causes);
    }
    if let Some(stripe) = stripe_of(error).and_then(StripeError::api) {
        document["error"]["stripe"] = stripe.document();
    }
    if let Some(problems) = problems_of(error) {
        document["error"]["problems"] = problems.to_json();
    }
    document
}

/// `{"error": {"code", "message", "hint"}}`
pub fn document(kind: Kind, message: &str, hint: Option<&str>) -> Value {
    let mut fields = Map::new();
    fields.insert("code".to_owned(), json!(kind.code()));
    fields.insert("message".to_owned(), json!(message));
    if let Some(hint) = hint {
        fields.insert("hint".to_owned(), json!(hint));
    }
    json!({ "error": fields })
}

/// What lies under an error, without what a message above says already.
fn causes(error: &anyhow::Error) -> Vec<String> {
    let mut said = error.to_string();
    let mut causes = Vec::new();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !said.contains(&cause) {
            said.push_str(&cause);
            causes.push(cause);
        }
    }
    causes
}

/// Makes a panic say that it is a bug and where, and nothing of what was at hand: that may be a secret.
pub fn report_panics(format: Format) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        let message = format!("billctl {} has a bug at {place}", env!("CARGO_PKG_VERSION"));
        let hint =
            "Report this line to billctl's maintainers, with the command you ran; no data is shown in it";
        let text = match format {
            Format::Json | Format::Jsonl => document(Kind::Failed, &message, Some(hint)).to_string(),
            Format::Table | Format::Csv => format!("error: {message}\nhint: {hint}"),
        };
        // There is nobody left to tell if stderr is gone.
        let _ = writeln!(std::io::stderr(), "{text}");
    }));
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    fn text(error: &anyhow::Error) -> String {
        report(error, Format::Table, false)
    }

    #[test]
    fn the_outermost_note_decides_and_causes_are_told_once() {
        let error = Err::<(), _>(fail(Kind::Unreachable, "no answer", "wait"))
            .context("no answer, at all")
            .explain(Kind::Refused, || "cannot go on".to_owned(), "look here")
            .unwrap_err();
        assert_eq!((kind_of(&error), fix_of(&error)), (Kind::Refused, Some("look here")));
        assert_eq!(text(&error), "error: cannot go on\n  caused by: no answer, at all\nhint: look here");
        assert_eq!(
            report(&error, Format::Json, false),
            r#"{"error":{"code":"refused","message":"cannot go on","hint":"look here","causes":["no answer, at all"]}}"#
        );
    }

    #[test]
    fn an_error_without_a_note_failed() {
        let error = anyhow::anyhow!("what").context("why");
        assert_eq!((kind_of(&error), fix_of(&error)), (Kind::Failed, None));
        assert_eq!(text(&error), "error: why\n  caused by: what");
    }

    #[test]
    fn an_inner_note_lends_its_kind_and_fix_to_what_is_around_it() {
        let error = fail(Kind::Usage, "what", "do this").context("why");
        assert_eq!((kind_of(&error), fix_of(&error)), (Kind::Usage, Some("do this")));
    }

    #[test]
    fn a_message_cannot_move_the_cursor() {
        assert_eq!(text(&fail_plain(Kind::Failed, "a\x1b[2Jb\nc")), "error: a\\u{1b}[2Jb\nc");
    }
}
