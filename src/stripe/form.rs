//! Form encoding as Stripe's `/v1` reads it: `recurring[interval]=month&images[0]=…`.
//!
//! Pure: the same value gives the same text, in the order in which the value holds its keys.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use thiserror::Error;

/// What RFC 3986 calls unreserved stays; everything else is escaped, a space as `%20`.
pub(super) const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Why a value has no form encoding.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FormError {
    #[error("the parameters must be an object")]
    NotAnObject,
    #[error(
        "`{0}` is a number with a fraction: amounts are integers of minor units, or decimals in a string"
    )]
    Fraction(String),
    #[error("`{0}` is a name that a form cannot carry: it is empty or has a square bracket")]
    Name(String),
    #[error("`{0}` is an empty object in a list, which a form cannot carry")]
    EmptyElement(String),
}

/// Encodes an object (or `null`: nothing) as a query or a body.
///
/// - An object nests as `a[b]=`, a list by index as `a[0]=`, as Stripe's own SDKs write them.
/// - `null` and `""` give `a=`, which unsets a field, or one key of `metadata`.
/// - An empty list gives `a=` too, which clears it: `a[]` without a value cannot be written in a form, and the
///   SDKs, which send nothing for it, have no way to clear a list but this spelling.
/// - An empty object says nothing, so nothing is sent.
///
/// # Errors
/// [`FormError`] for what cannot be said in a form without loss.
pub fn encode(params: &Value) -> Result<String, FormError> {
    match params {
        Value::Null => Ok(String::new()),
        Value::Object(fields) => encode_fields(fields),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Err(FormError::NotAnObject),
    }
}

/// As [`encode`], for the fields of an object.
///
/// # Errors
/// As for [`encode`].
pub fn encode_fields(fields: &Map<String, Value>) -> Result<String, FormError> {
    let mut out = String::new();
    for (name, value) in fields {
        check_name(name, name)?;
        write_value(&mut out, &escape(name), name, value)?;
    }
    Ok(out)
}

/// Writes `value` under `key`, which is escaped already; `plain` is the same for a person's eyes.
fn write_value(out: &mut String, key: &str, plain: &str, value: &Value) -> Result<(), FormError> {
    match value {
        Value::Null => write_pair(out, key, ""),
        Value::Bool(yes) => write_pair(out, key, if *yes { "true" } else { "false" }),
        Value::Number(number) if number.is_f64() => return Err(FormError::Fraction(plain.to_owned())),
        Value::Number(number) => write_pair(out, key, &number.to_string()),
        Value::String(text) => write_pair(out, key, text),
        Value::Array(items) if items.is_empty() => write_pair(out, key, ""),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let plain = format!("{plain}[{index}]");
                if item.as_object().is_some_and(Map::is_empty) {
                    return Err(FormError::EmptyElement(plain));
                }
                write_value(out, &format!("{key}[{index}]"), &plain, item)?;
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let plain = format!("{plain}[{name}]");
                check_name(name, &plain)?;
                write_value(out, &format!("{key}[{}]", escape(name)), &plain, value)?;
            }
        }
    }
    Ok(())
}

fn check_name(name: &str, plain: &str) -> Result<(), FormError> {
    // A bracket in a name decodes to the same text as nesting does, however it is escaped.
    if name.is_empty() || name.contains(['[', ']']) { Err(FormError::Name(plain.to_owned())) } else { Ok(()) }
}

fn write_pair(out: &mut String, key: &str, value: &str) {
    if !out.is_empty() {
        out.push('&');
    }
    out.push_str(key);
    out.push('=');
    // Writing to a String cannot fail.
    let _ = write!(out, "{}", utf8_percent_encode(value, ESCAPED));
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}
