//! Patterns over event types: `invoice.paid`, `invoice.*`, `*.deleted`, `*`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A pattern over event types. `*` stands for any text, dots included, as in Stripe's own filters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    text: String,
}

/// The text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no event type: write one like `invoice.paid`, or a pattern like `invoice.*`")]
pub struct UnknownGlob(pub String);

impl Glob {
    /// Whether a type fits.
    pub fn matches(&self, event_type: &str) -> bool {
        let mut parts = self.text.split('*');
        let Some(mut rest) = parts.next().and_then(|first| event_type.strip_prefix(first)) else {
            return false;
        };
        let mut exact = true;
        let mut last = "";
        for part in parts {
            exact = false;
            // What stands between two stars may be anywhere; the last piece has to be the end.
            last = part;
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        if exact { rest.is_empty() } else { event_type.ends_with(last) }
    }

    /// The type itself, where the pattern is no more than one.
    pub fn exact(&self) -> Option<&str> {
        (!self.text.contains('*')).then_some(self.text.as_str())
    }
}

impl FromStr for Glob {
    type Err = UnknownGlob;

    fn from_str(text: &str) -> Result<Glob, UnknownGlob> {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || "._*".contains(letter);
        if text.is_empty() || !text.chars().all(fits) {
            return Err(UnknownGlob(text.to_owned()));
        }
        Ok(Glob { text: text.to_owned() })
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, fits: &[&str], does_not: &[&str]) {
        let glob: Glob = pattern.parse().unwrap();
        for event_type in fits {
            assert!(glob.matches(event_type), "{pattern} fits {event_type}");
        }
        for event_type in does_not {
            assert!(!glob.matches(event_type), "{pattern} does not fit {event_type}");
        }
    }

    #[test]
    fn stars_stand_for_any_text() {
        check("invoice.paid", &["invoice.paid"], &["invoice.paid.x", "invoice"]);
        check("invoice.*", &["invoice.paid", "invoice.payment_failed"], &["invoiceitem.created", "invoice"]);
        check("*", &["a", "a.b.c"], &[]);
        check("*.deleted", &["customer.deleted", "customer.subscription.deleted"], &["customer.deleted.x"]);
        check("customer.*.deleted", &["customer.subscription.deleted"], &["customer.deleted"]);
        check("*a*", &["a", "xax"], &["b"]);
        check("*ab", &["ab", "abab"], &["aba"]);
        check("a*ba", &["aba", "ababa"], &["ba", "ab"]);
    }

    #[test]
    fn other_letters_are_a_mistake() {
        for text in ["", "invoice paid", "invoice.[ab]", "'invoice.*'"] {
            assert_eq!(text.parse::<Glob>(), Err(UnknownGlob(text.to_owned())));
        }
    }
}
