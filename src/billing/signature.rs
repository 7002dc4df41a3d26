//! Webhook signatures: `Stripe-Signature: t=<unix seconds>,v1=<hex>`.
//!
//! `v1` is the lowercase hex of HMAC-SHA256, keyed with the whole secret string (`whsec_` included), over
//! `<t>.<raw body>`. While a secret is being rolled there is one `v1` for each; other schemes (`v0`) prove nothing.
//! Source: Stripe's webhook documentation and the official SDKs.

mod diagnosis; // what was done to a body or a secret that does not match

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};
use thiserror::Error;

pub use diagnosis::{Cause, diagnose};

/// The header's name, as HTTP/2 and this program's servers spell it.
pub const HEADER: &str = "stripe-signature";

/// How old a signature may be, in seconds, where nothing else is said: the official SDKs' own default.
pub const DEFAULT_TOLERANCE: i64 = 300;

/// Most parts that a header may have. Stripe sends a time, a `v1` for each valid secret and in test mode a `v0`;
/// every `v1` is compared with every secret, so that a list without end would be work without end.
const MAX_PARTS: usize = 32;

/// Hex digits of a `v1`.
const V1_LENGTH: usize = 64;

/// A signature that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// When the body was signed, in unix seconds.
    pub timestamp: i64,
    /// Which of the secrets it was signed with, counted from 0.
    pub secret: usize,
}

/// Why a signature does not hold. No variant tells anything of a secret or of the right signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("there is no signing secret to verify with")]
    NoSecret,
    #[error("there is no Stripe-Signature header")]
    NoHeader,
    #[error("the Stripe-Signature header is malformed: {0}")]
    Malformed(Flaw),
    #[error("the Stripe-Signature header has no `v1` signature; other schemes are not to be trusted")]
    NoV1,
    #[error("no signature matches: another secret signed this, or the body is not the one that was signed")]
    NoMatch,
    #[error("the signature is {age} s old, and {tolerance} s are allowed")]
    TooOld {
        /// In seconds.
        age: i64,
        /// In seconds.
        tolerance: i64,
    },
    #[error("the signature is from {ahead} s in the future, and {tolerance} s are allowed")]
    FromFuture {
        /// In seconds.
        ahead: i64,
        /// In seconds.
        tolerance: i64,
    },
}

/// What is wrong with a header's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Flaw {
    #[error("a part is not NAME=VALUE")]
    NoPair,
    #[error("it has no timestamp `t`")]
    NoTimestamp,
    #[error("it has more than one timestamp `t`")]
    TwoTimestamps,
    #[error("its timestamp `t` is not a number of seconds")]
    BadTimestamp,
    #[error("a `v1` is not 64 lowercase hex digits")]
    BadSignature,
    #[error("it has more than 32 parts")]
    TooLong,
}

impl Refusal {
    /// A short name that scripts and counters can rely on.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::NoSecret => "no_secret",
            Refusal::NoHeader => "no_header",
            Refusal::Malformed(_) => "malformed_header",
            Refusal::NoV1 => "no_v1",
            Refusal::NoMatch => "no_match",
            Refusal::TooOld { .. } => "too_old",
            Refusal::FromFuture { .. } => "from_future",
        }
    }
}

/// Returns the `v1` signature of a body: 64 lowercase hex digits.
pub fn sign(secret: &str, timestamp: i64, body: &[u8]) -> String {
    hex::encode(mac(secret, &timestamp.to_string(), body))
}

/// Returns the whole `Stripe-Signature` header for a body signed with each of `secrets`.
pub fn header(secrets: &[&str], timestamp: i64, body: &[u8]) -> String {
    let mut header = format!("t={timestamp}");
    for secret in secrets {
        header.push_str(",v1=");
        header.push_str(&sign(secret, timestamp, body));
    }
    header
}

/// Verifies a body against its header: any `v1` that any of the secrets makes is enough, and the comparison takes the
/// same time whichever it is. The signature is looked at before its age, so that only what was truly signed is
/// called old.
///
/// `now` is in unix seconds; `tolerance` is how many seconds the signature may be off, either way, and 0 allows any.
/// The official SDKs accept a time in the future; here it is refused like an old one, since what is far ahead could
/// be sent again for as long, and is a clock gone wrong.
///
/// # Errors
/// The first reason for which the signature does not hold.
pub fn verify(
    secrets: &[&str],
    header: &str,
    body: &[u8],
    now: i64,
    tolerance: i64,
) -> Result<Verified, Refusal> {
    if secrets.is_empty() || secrets.iter().any(|secret| secret.trim().is_empty()) {
        return Err(Refusal::NoSecret);
    }
    let parts = Parts::read(header)?;
    let mut found = None;
    for (index, secret) in secrets.iter().enumerate() {
        let expected = hex::encode(mac(secret, parts.timestamp_text, body));
        let is_match = parts
            .signatures
            .iter()
            .fold(Choice::from(0), |any, given| any | given.as_bytes().ct_eq(expected.as_bytes()));
        if bool::from(is_match) {
            found = found.or(Some(index));
        }
    }
    let secret = found.ok_or(Refusal::NoMatch)?;
    let timestamp = parts.timestamp;
    let age = now.saturating_sub(timestamp);
    if tolerance > 0 && age > tolerance {
        return Err(Refusal::TooOld { age, tolerance });
    }
    let ahead = age.saturating_neg();
    if tolerance > 0 && ahead > tolerance {
        return Err(Refusal::FromFuture { ahead, tolerance });
    }
    Ok(Verified { timestamp, secret })
}

/// A header, taken apart.
#[derive(Debug)]
struct Parts<'a> {
    timestamp: i64,
    /// As it was written: this is what was signed.
    timestamp_text: &'a str,
    /// Each 64 lowercase hex digits; at least one.
    signatures: Vec<&'a str>,
}

impl<'a> Parts<'a> {
    fn read(header: &'a str) -> Result<Parts<'a>, Refusal> {
        let malformed = |flaw| Err(Refusal::Malformed(flaw));
        if header.trim().is_empty() {
            return Err(Refusal::NoHeader);
        }
        let mut timestamp_text = None;
        let mut signatures = Vec::new();
        for (index, part) in header.split(',').enumerate() {
            if index == MAX_PARTS {
                return malformed(Flaw::TooLong);
            }
            let Some((name, value)) = part.trim().split_once('=') else { return malformed(Flaw::NoPair) };
            match name {
                "t" if timestamp_text.is_some() => return malformed(Flaw::TwoTimestamps),
                "t" => timestamp_text = Some(value),
                "v1" => signatures.push(value),
                _ => {}
            }
        }
        let Some(timestamp_text) = timestamp_text else { return malformed(Flaw::NoTimestamp) };
        let all_digits =
            !timestamp_text.is_empty() && timestamp_text.bytes().all(|byte| byte.is_ascii_digit());
        let Some(timestamp) = timestamp_text.parse().ok().filter(|_| all_digits) else {
            return malformed(Flaw::BadTimestamp);
        };
        if signatures.is_empty() {
            return Err(Refusal::NoV1);
        }
        let is_hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if !signatures.iter().all(|given| given.len() == V1_LENGTH && given.bytes().all(is_hex)) {
            return malformed(Flaw::BadSignature);
        }
        Ok(Parts { timestamp, timestamp_text, signatures })
    }
}

fn mac(secret: &str, timestamp: &str, body: &[u8]) -> [u8; 32] {
    let mut mac = match Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC takes a key of any length"),
    };
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_test_billctl";
    const OTHER: &str = "whsec_test_another";
    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    const NOW: i64 = 1_700_000_000;

    // RFC 4231 has the HMAC; this pins the layout `t.body` with a value made by `openssl dgst -hmac`.
    #[test]
    fn signs_timestamp_dot_body() {
        assert_eq!(
            header(&["whsec_test"], 1_700_000_000, b"{}"),
            format!("t=1700000000,v1={}", sign("whsec_test", 1_700_000_000, b"{}"))
        );
        assert_eq!(
            sign("whsec_test", 1_700_000_000, b"{}"),
            "35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91"
        );
    }

    #[track_caller]
    fn check(header: &str, expected: Result<usize, Refusal>) {
        let verified = verify(&[OTHER, SECRET], header, BODY, NOW, 300);
        assert_eq!(verified.map(|verified| verified.secret), expected, "{header}");
    }

    #[test]
    fn any_signature_by_any_secret_is_enough() {
        let (own, other) = (sign(SECRET, NOW, BODY), sign(OTHER, NOW, BODY));
        let stranger = sign("whsec_test_stranger", NOW, BODY);
        check(&format!("t={NOW},v1={own}"), Ok(1));
        check(&format!("t={NOW},v1={other}"), Ok(0));
        check(&format!("t={NOW},v1={stranger},v1={own}"), Ok(1));
        check(&format!("t={NOW},v1={own},v1={stranger},v0=ff"), Ok(1));
        check(&format!("v1={own}, t={NOW}"), Ok(1));
        check(&format!("t={NOW},v1={stranger}"), Err(Refusal::NoMatch));
    }

    #[test]
    fn what_was_not_signed_is_refused() {
        let own = sign(SECRET, NOW, BODY);
        let header = format!("t={NOW},v1={own}");
        let changed = verify(&[SECRET], &header, br#"{"id":"evt_2"}"#, NOW, 300);
        assert_eq!(changed, Err(Refusal::NoMatch));
        check(&format!("t={},v1={own}", NOW + 1), Err(Refusal::NoMatch));
        // The same number, but not the text that was signed.
        check(&format!("t=0{NOW},v1={own}"), Err(Refusal::NoMatch));
    }

    #[test]
    fn a_malformed_header_is_told_apart() {
        let own = sign(SECRET, NOW, BODY);
        let malformed = |flaw| Err(Refusal::Malformed(flaw));
        check("", Err(Refusal::NoHeader));
        check("  ", Err(Refusal::NoHeader));
        check("nonsense", malformed(Flaw::NoPair));
        check(&format!("t={NOW},v1={own},"), malformed(Flaw::NoPair));
        check(&format!("v1={own}"), malformed(Flaw::NoTimestamp));
        check(&format!("t={NOW},t={NOW},v1={own}"), malformed(Flaw::TwoTimestamps));
        for bad in ["", "now", "1e9", "-5", "+5", "99999999999999999999", "1 7"] {
            check(&format!("t={bad},v1={own}"), malformed(Flaw::BadTimestamp));
        }
        check(&format!("t={NOW}"), Err(Refusal::NoV1));
        check(&format!("t={NOW},v0={own}"), Err(Refusal::NoV1));
        check(&format!("t={NOW},v1="), malformed(Flaw::BadSignature));
        check(&format!("t={NOW},v1={}", own.to_uppercase()), malformed(Flaw::BadSignature));
        check(&format!("t={NOW},v1={own}0"), malformed(Flaw::BadSignature));
    }

    #[test]
    fn a_list_of_hundreds_of_signatures_is_not_worked_through() {
        let many = format!(",v1={}", sign(OTHER, NOW, b"another body")).repeat(500);
        check(
            &format!("t={NOW}{many},v1={}", sign(SECRET, NOW, BODY)),
            Err(Refusal::Malformed(Flaw::TooLong)),
        );
    }

    #[test]
    fn age_counts_both_ways_and_zero_allows_any() {
        let at = |signed: i64, tolerance: i64| {
            verify(&[SECRET], &super::header(&[SECRET], signed, BODY), BODY, NOW, tolerance)
        };
        let holds = |timestamp| Ok(Verified { timestamp, secret: 0 });
        assert_eq!(at(NOW - 300, 300), holds(NOW - 300));
        assert_eq!(at(NOW - 301, 300), Err(Refusal::TooOld { age: 301, tolerance: 300 }));
        assert_eq!(at(NOW + 300, 300), holds(NOW + 300));
        assert_eq!(at(NOW + 301, 300), Err(Refusal::FromFuture { ahead: 301, tolerance: 300 }));
        assert_eq!(at(0, 0), holds(0));
        assert_eq!(at(i64::MAX, 300), Err(Refusal::FromFuture { ahead: i64::MAX - NOW, tolerance: 300 }));
    }

    #[test]
    fn an_empty_secret_verifies_nothing() {
        let signed = super::header(&[""], NOW, BODY);
        for secrets in [&[][..], &[""], &[" \n"], &[SECRET, ""]] {
            assert_eq!(verify(secrets, &signed, BODY, NOW, 300), Err(Refusal::NoSecret));
        }
    }
}
