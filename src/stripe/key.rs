//! Secret keys: what kind, which mode, and a mask for showing. The text itself leaves only for the wire.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

/// The official CLI's shortest key.
const SHORTEST: usize = 12;

/// Fewer secret characters than this, and the mask shows none of them.
const SHORTEST_WITH_TAIL: usize = 12;

/// A Stripe key that may call the API: `sk_test_…`, `sk_live_…`, `rk_test_…` or `rk_live_…`.
///
/// `Debug` and `Display` show the mask only: `sk_test_****abcd`.
#[derive(Clone)]
pub struct SecretKey {
    text: SecretString,
    kind: Kind,
    mode: Mode,
    mask: String,
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `sk_`: everything.
    Secret,
    /// `rk_`: what its permissions allow; the rest is answered 403.
    Restricted,
}

/// Which of an account's two disjoint worlds a key opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Test,
    Live,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::Test => "test",
            Mode::Live => "live",
        })
    }
}

/// Why a text is no key that may call the API. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    #[error("the key is empty")]
    Empty,
    #[error("the key contains a space, a line break or another character that no key has")]
    Characters,
    #[error(
        "`pk_…` is a publishable key: it belongs in a web page and may not manage billing; a secret key (`sk_…`) or a restricted key (`rk_…`) is needed"
    )]
    Publishable,
    #[error("`whsec_…` is the signing secret of a webhook endpoint, not an API key")]
    WebhookSecret,
    #[error(
        "`sk_org_…` is an organization key, which names no single account; use a key of the account itself"
    )]
    Organization,
    #[error("this is not a Stripe API key: one begins with `sk_test_`, `sk_live_`, `rk_test_` or `rk_live_`")]
    Unknown,
    #[error("the key is too short to be whole: was it cut while copying?")]
    TooShort,
}

impl SecretKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`KeyError`], which never repeats the text.
    pub fn parse(text: &str) -> Result<SecretKey, KeyError> {
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(KeyError::Characters);
        }
        if text.starts_with("pk_") {
            return Err(KeyError::Publishable);
        }
        if text.starts_with("whsec_") {
            return Err(KeyError::WebhookSecret);
        }
        if text.starts_with("sk_org_") {
            return Err(KeyError::Organization);
        }
        let (kind, mode, prefix) =
            PREFIXES.into_iter().find(|(_, _, prefix)| text.starts_with(prefix)).ok_or(KeyError::Unknown)?;
        let secret = &text[prefix.len()..];
        if text.len() < SHORTEST || secret.is_empty() {
            return Err(KeyError::TooShort);
        }
        let tail = if secret.len() < SHORTEST_WITH_TAIL { "" } else { &secret[secret.len() - 4..] };
        let mask = format!("{prefix}****{tail}");
        Ok(SecretKey { text: SecretString::from(text), kind, mode, mask })
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns `text` with every occurrence of the key replaced by its mask: what comes back from a proxy or a
    /// broken server may repeat what was sent.
    pub fn redact(&self, text: &str) -> String {
        text.replace(self.text.expose_secret(), &self.mask)
    }

    /// The key itself, for the `Authorization` header.
    pub(super) fn expose(&self) -> &str {
        self.text.expose_secret()
    }
}

const PREFIXES: [(Kind, Mode, &str); 4] = [
    (Kind::Secret, Mode::Test, "sk_test_"),
    (Kind::Secret, Mode::Live, "sk_live_"),
    (Kind::Restricted, Mode::Test, "rk_test_"),
    (Kind::Restricted, Mode::Live, "rk_live_"),
];

impl fmt::Display for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mask)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.mask)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn accepted(text: &str, kind: Kind, mode: Mode, mask: &str) {
        let key = SecretKey::parse(text).unwrap();
        assert_eq!((key.kind(), key.mode(), key.to_string().as_str()), (kind, mode, mask));
    }

    #[track_caller]
    fn refused(text: &str, why: KeyError) {
        assert_eq!(SecretKey::parse(text).unwrap_err(), why);
    }

    #[test]
    fn kind_and_mode_are_read_from_the_prefix() {
        accepted("sk_test_billctl_0123abcd", Kind::Secret, Mode::Test, "sk_test_****abcd");
        accepted("sk_live_billctl_0123abcd", Kind::Secret, Mode::Live, "sk_live_****abcd");
        accepted("rk_test_billctl_0123abcd", Kind::Restricted, Mode::Test, "rk_test_****abcd");
        accepted("rk_live_billctl_0123abcd", Kind::Restricted, Mode::Live, "rk_live_****abcd");
    }

    #[test]
    fn a_short_key_shows_nothing_of_its_secret() {
        accepted("sk_test_12345678", Kind::Secret, Mode::Test, "sk_test_****");
    }

    #[test]
    fn what_cannot_call_the_api_is_refused_with_the_reason() {
        refused("", KeyError::Empty);
        refused(" ", KeyError::Characters);
        refused("sk_test_billctl 0123abcd", KeyError::Characters);
        refused("sk_test_billctl_0123abcd\n", KeyError::Characters);
        refused("sk_test_billctl_0123abcé", KeyError::Characters);
        refused("pk_test_billctl_0123abcd", KeyError::Publishable);
        refused("pk_live_billctl_0123abcd", KeyError::Publishable);
        refused("whsec_billctl_0123abcd", KeyError::WebhookSecret);
        refused("sk_org_live_billctl_0123abcd", KeyError::Organization);
        refused("sk_billctl_0123abcd", KeyError::Unknown);
        refused("billctl", KeyError::Unknown);
        refused("sk_test_", KeyError::TooShort);
        refused("sk_test_abc", KeyError::TooShort);
    }

    proptest! {
        #[test]
        fn no_text_about_a_key_repeats_it(
            prefix in "(sk|rk|pk|xx)_(test|live|org)_|whsec_|",
            secret in "[0-9A-Za-z]{16,40}",
            odd in "[ \n\u{e9}]?",
        ) {
            let text = format!("{prefix}{secret}{odd}");
            let shown = match SecretKey::parse(&text) {
                Ok(key) => format!("{key} {key:?} {key:#?} {}", key.redact(&format!("Bearer {text}, twice {text}"))),
                Err(why) => format!("{why} {why:?}"),
            };
            // The mask shows four characters; nothing longer of the secret may be seen.
            for at in 0..=secret.len() - 5 {
                prop_assert!(!shown.contains(&secret[at..at + 5]), "{shown}");
            }
        }
    }
}
