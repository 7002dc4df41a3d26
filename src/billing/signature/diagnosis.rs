//! Why no signature matches: what people and frameworks usually do to a body or a secret, tried one by one.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use super::{Refusal, verify};

/// A change after which the signature holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The secret was given with quotes or spaces around it.
    SecretDressed,
    /// The secret was given without `whsec_`, which is part of it.
    SecretWithoutPrefix,
    /// The body got a line break at its end, as editors and `echo` add one.
    BreakAdded,
    /// The body lost the line break at its end.
    BreakRemoved,
    /// The body's line breaks became those of another system.
    BreaksChanged,
    /// The body was parsed and written again without spaces, as a framework does that hands over an object.
    Rewritten,
    /// The body was parsed and written again with indentation.
    RewrittenIndented,
    /// The body is empty: something read it before.
    Emptied,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cause::SecretDressed => "the secret has quotes or spaces around it",
            Cause::SecretWithoutPrefix => "the secret lacks `whsec_`, which is part of it",
            Cause::BreakAdded => "the body has a line break at its end that was not sent",
            Cause::BreakRemoved => "the body lacks the line break at its end",
            Cause::BreaksChanged => "the body's line breaks are those of another system",
            Cause::Rewritten => "the body was parsed and written again; verify the raw bytes",
            Cause::RewrittenIndented => {
                "the body was parsed and written again, indented; verify the raw bytes"
            }
            Cause::Emptied => "the body is empty: something read it before it got here",
        })
    }
}

/// Looks for the change that makes a signature hold which [`verify`] found no match for. `None` where another secret
/// signed it, or the body is another altogether.
pub fn diagnose(secrets: &[&str], header: &str, body: &[u8]) -> Option<Cause> {
    let holds = |secrets: &[&str], body: &[u8]| {
        // Whatever its age.
        verify(secrets, header, body, 0, 0).is_ok()
    };
    let bare: Vec<&str> = secrets.iter().map(|secret| undress(secret)).collect();
    if bare != secrets && holds(&bare, body) {
        return Some(Cause::SecretDressed);
    }
    let whole: Vec<String> = bare.iter().map(|secret| format!("whsec_{secret}")).collect();
    if holds(&whole.iter().map(String::as_str).collect::<Vec<_>>(), body) {
        return Some(Cause::SecretWithoutPrefix);
    }
    let bodies = candidates(body).into_iter();
    let found = bodies.into_iter().find(|(_, original)| holds(secrets, original)).map(|(cause, _)| cause);
    let is_emptied = body.is_empty() && verify(secrets, header, body, 0, 0) == Err(Refusal::NoMatch);
    found.or(is_emptied.then_some(Cause::Emptied))
}

fn undress(secret: &str) -> &str {
    secret.trim_matches(|letter: char| letter.is_whitespace() || letter == '"' || letter == '\'')
}

/// What the body may have been before something happened to it.
fn candidates(body: &[u8]) -> Vec<(Cause, Cow<'_, [u8]>)> {
    let mut found = Vec::new();
    if let Some(shorter) = body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b"\n")) {
        found.push((Cause::BreakAdded, Cow::Borrowed(shorter)));
    }
    found.push((Cause::BreakRemoved, Cow::Owned([body, b"\n"].concat())));
    let text = String::from_utf8_lossy(body);
    let unix = text.replace("\r\n", "\n");
    found.push((Cause::BreaksChanged, Cow::Owned(unix.replace('\n', "\r\n").into_bytes())));
    found.push((Cause::BreaksChanged, Cow::Owned(unix.into_bytes())));
    // The other way round: Stripe sends events indented, frameworks write them without spaces.
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        let written = serde_json::to_vec_pretty(&value);
        found.extend(written.ok().map(|pretty| (Cause::Rewritten, Cow::Owned(pretty))));
        found.push((Cause::RewrittenIndented, Cow::Owned(value.to_string().into_bytes())));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{header, sign};
    use super::*;

    const SECRET: &str = "whsec_test_billctl";
    const BODY: &str = "{\n  \"id\": \"evt_1\",\n  \"amount\": 1.50\n}";

    #[track_caller]
    fn check(secret: &str, sent: &str, received: &str, expected: Option<Cause>) {
        let header = header(&[SECRET], 1_700_000_000, sent.as_bytes());
        assert_eq!(diagnose(&[secret], &header, received.as_bytes()), expected, "{received}");
    }

    #[test]
    fn the_usual_mistakes_are_named() {
        check("\"whsec_test_billctl\"", BODY, BODY, Some(Cause::SecretDressed));
        check("whsec_test_billctl\n", BODY, BODY, Some(Cause::SecretDressed));
        check("test_billctl", BODY, BODY, Some(Cause::SecretWithoutPrefix));
        check(SECRET, BODY, &format!("{BODY}\n"), Some(Cause::BreakAdded));
        check(SECRET, &format!("{BODY}\n"), BODY, Some(Cause::BreakRemoved));
        check(SECRET, BODY, &BODY.replace('\n', "\r\n"), Some(Cause::BreaksChanged));
        check(SECRET, &BODY.replace('\n', "\r\n"), BODY, Some(Cause::BreaksChanged));
        check(SECRET, "{\n  \"a\": 1\n}", r#"{"a":1}"#, Some(Cause::Rewritten));
        check(SECRET, r#"{"a":1}"#, "{\n  \"a\": 1\n}", Some(Cause::RewrittenIndented));
        check(SECRET, BODY, "", Some(Cause::Emptied));
    }

    #[test]
    fn another_secret_and_another_body_have_no_such_cause() {
        check("whsec_test_other", BODY, BODY, None);
        check(SECRET, BODY, &BODY.replace("evt_1", "evt_2"), None);
        let unsigned = format!("t=1700000000,v0={}", sign(SECRET, 1_700_000_000, b""));
        assert_eq!(diagnose(&[SECRET], &unsigned, b""), None);
    }
}
