//! What Stripe knows a record by.

use sha2::{Digest as _, Sha256};

/// How many hexadecimal digits of the digest are used: 160 bits.
const DIGITS: usize = 40;

/// Returns the identifier of the meter event for a record: the same for the same record, from whichever copy of the books
/// it is told, and another one for each project of an account. Stripe takes up to 100 characters, and forgets them after
/// about a day.
pub fn identifier(project: &str, metric: &str, subject: &str, key: &str) -> String {
    let mut digest = Sha256::new();
    for part in [project, metric, subject, key] {
        // None of them has a zero byte in it.
        digest.update(part);
        digest.update([0]);
    }
    let digest = hex::encode(digest.finalize());
    format!("billctl-{}", digest.get(..DIGITS).unwrap_or_default())
}

/// The identifier for a further attempt, after Stripe looked at the one before and did not take it: it may remember that
/// one.
pub fn identifier_again(identifier: &str, attempt: i64) -> String {
    let first = identifier.get(.."billctl-".len() + DIGITS).unwrap_or(identifier);
    format!("{first}-{attempt}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_record_has_the_same_identifier_and_another_has_another() {
        let one = identifier("shop", "calls", "u_1", "k");
        assert_eq!(one, identifier("shop", "calls", "u_1", "k"));
        assert_eq!(one.len(), 48);
        for other in [
            identifier("blog", "calls", "u_1", "k"),
            identifier("shop", "call", "su_1", "k"),
            identifier("shop", "calls", "u_2", "k"),
            identifier("shop", "calls", "u_1", "k2"),
        ] {
            assert_ne!(one, other);
        }
        let again = identifier_again(&one, 2);
        assert_eq!(
            (again.as_str(), identifier_again(&again, 3)),
            (format!("{one}-2").as_str(), format!("{one}-3"))
        );
    }
}
