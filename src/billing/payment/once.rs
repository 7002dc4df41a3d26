//! Keys: the same for all who mean the same payment, and so the same request.

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::billing::money::Money;

/// How many hexadecimal digits of a digest are kept.
const DIGITS: usize = 40;

/// The idempotency key of a request: made of what it does and whom it is about, and so the same in every process. A later
/// `attempt` has another one, for Stripe keeps the answer of a request that failed half-way, too.
pub fn idempotency_key(what: &str, about: &[&str], attempt: u32) -> String {
    format!("billctl-{what}-{}", digest(&json!([what, about, attempt]).to_string(), DIGITS))
}

/// The key of a charge that was given none: charges of the same amount for the same thing are one.
pub fn charge_key(amount: Money, description: &str) -> String {
    let content = json!([amount.minor, amount.currency.code(), description]).to_string();
    format!("content:{}", digest(&content, 24))
}

fn digest(content: &str, digits: usize) -> String {
    let mut hex = hex::encode(Sha256::digest(content.as_bytes()));
    hex.truncate(digits);
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_request_has_the_same_key_and_another_one_has_not() {
        let key = |what, about: &[&str], attempt| idempotency_key(what, about, attempt);
        assert_eq!(key("refund", &["pi_1", "a"], 0), key("refund", &["pi_1", "a"], 0));
        let others = [
            key("refund", &["pi_1", "b"], 0),
            key("refund", &["pi_1", "a"], 1),
            key("refund", &["pi_1a"], 0),
            key("charge", &["pi_1", "a"], 0),
        ];
        for other in others {
            assert_ne!(key("refund", &["pi_1", "a"], 0), other);
        }
    }

    #[test]
    fn a_charge_is_known_by_its_amount_and_what_it_is_for() {
        let charge = |amount: &str, description| charge_key(amount.parse().unwrap(), description);
        assert_eq!(charge("12.50 usd", "task 7"), charge("12.5 usd", "task 7"));
        assert_ne!(charge("12.50 usd", "task 7"), charge("12.50 usd", "task 8"));
        assert_ne!(charge("12.50 usd", "task 7"), charge("12.50 eur", "task 7"));
    }
}
