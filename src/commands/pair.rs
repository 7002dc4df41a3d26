//! `name=value`, as flags take it.

use std::str::FromStr;

use thiserror::Error;

use crate::context::Context;
use crate::error::{Kind, fail};

/// A name and its value, which may be empty and may hold further `=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub name: String,
    pub value: String,
}

/// The text has no name, or no `=`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not name=value")]
pub struct NoPair(String);

impl FromStr for Pair {
    type Err = NoPair;

    fn from_str(text: &str) -> Result<Pair, NoPair> {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                Ok(Pair { name: name.trim().to_owned(), value: value.to_owned() })
            }
            Some(_) | None => Err(NoPair(text.to_owned())),
        }
    }
}

/// What billctl says in metadata nobody says in its place: whose something is, and how many credits it buys.
///
/// # Errors
/// `Usage` for a name of billctl's own.
pub fn check_notes(ctx: &Context, notes: &[Pair]) -> anyhow::Result<()> {
    let subject_key = ctx.subject_metadata()?;
    let own = |pair: &&Pair| pair.name.starts_with("billctl_") || pair.name == subject_key;
    let Some(pair) = notes.iter().find(own) else { return Ok(()) };
    Err(fail(
        Kind::Usage,
        format!("`{}` is set by billctl, and can't be given with --metadata", pair.name),
        "Use another name",
    ))
}
