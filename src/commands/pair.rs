//! `name=value`, as flags take it.

use std::str::FromStr;

use thiserror::Error;

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
