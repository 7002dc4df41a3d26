//! Who asks: the key in the `Authorization` header, as Bearer or as the user name of Basic.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::database::Account;
use super::refusal::Refusal;
use crate::billing::signature::sign;

/// Checks the key of a request.
///
/// # Errors
/// Stripe's 401 where there is no key, or another than this account's secret or restricted key.
pub fn check(account: &Account, header: Option<&str>) -> Result<(), Refusal> {
    let Some(key) = header.and_then(key) else {
        return Err(Refusal::status(
            401,
            "You did not provide an API key. You need to provide your API key in the Authorization header, using \
             Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See \
             https://stripe.com/docs/api#authentication for details, or we can help at \
             https://support.stripe.com/.",
        ));
    };
    if key == account.secret_key || key == account.restricted_key {
        return Ok(());
    }
    if key.starts_with("pk_") {
        return Err(Refusal::status(
            401,
            "This API call cannot be made with a publishable API key. Please use a secret API key. You can find \
             a list of your API keys at https://dashboard.stripe.com/account/apikeys.",
        )
        .code("secret_key_required"));
    }
    Err(Refusal::status(401, format!("Invalid API Key provided: {}", masked(&key))))
}

/// Where the stream of meter events is, which takes the tokens of sessions instead of keys.
pub const STREAM: &str = "/v2/billing/meter_event_stream";

/// What the tokens of sessions begin with.
const TOKEN: &str = "meter_stream_test_";

/// Makes a token that is valid until a moment, in seconds since 1970.
pub fn stream_token(account: &Account, expires_at: i64) -> String {
    format!("{TOKEN}{expires_at}_{}", sign(&account.webhook_secret, expires_at, account.id.as_bytes()))
}

/// Checks the token of a request to the stream. `now` is in seconds since 1970.
///
/// # Errors
/// 401 without a token of this account; `temporary_session_expired` for one that was. That error's status is not verified.
pub fn check_stream(account: &Account, header: Option<&str>, now: i64) -> Result<(), Refusal> {
    let token = header.and_then(key);
    let expires_at = token.as_deref().and_then(|token| {
        let (expires_at, _) = token.strip_prefix(TOKEN)?.split_once('_')?;
        let expires_at = expires_at.parse().ok()?;
        (stream_token(account, expires_at) == token).then_some(expires_at)
    });
    match expires_at {
        None => Err(Refusal::status(
            401,
            "The stream of meter events takes the authentication token of a meter event session.",
        )),
        Some(expires_at) if expires_at <= now => Err(Refusal {
            kind: "temporary_session_expired",
            ..Refusal::status(400, "The temporary session token has expired.")
                .code("billing_meter_event_session_expired")
        }),
        Some(_) => Ok(()),
    }
}

/// The key of a header; `None` if there is none in it.
fn key(header: &str) -> Option<String> {
    let (scheme, rest) = header.split_once(' ')?;
    let rest = rest.trim();
    let key = if scheme.eq_ignore_ascii_case("bearer") {
        rest.to_owned()
    } else if scheme.eq_ignore_ascii_case("basic") {
        let decoded = String::from_utf8(BASE64_STANDARD.decode(rest).ok()?).ok()?;
        decoded.split_once(':').map_or(decoded.clone(), |(user, _)| user.to_owned())
    } else {
        return None;
    };
    (!key.is_empty()).then_some(key)
}

/// Keeps the kind and the last four characters of a key that isn't ours.
fn masked(key: &str) -> String {
    let characters: Vec<char> = key.chars().collect();
    let kind = if key.len() > 12 { key.match_indices('_').nth(1).map_or(0, |(at, _)| at + 1) } else { 0 };
    let end: String = characters.iter().skip(characters.len().saturating_sub(4)).collect();
    let hidden = characters.len().saturating_sub(kind + 4);
    format!("{}{}{end}", key.get(..kind).unwrap_or_default(), "*".repeat(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_status(header: Option<&str>, expected: Result<(), &str>) {
        let account = Account {
            id: "acct_1".to_owned(),
            secret_key: "sk_test_billctl1234".to_owned(),
            restricted_key: "rk_test_billctl1234".to_owned(),
            webhook_secret: String::new(),
            created: 0,
        };
        let outcome = check(&account, header);
        match expected {
            Ok(()) => assert_eq!(outcome, Ok(()), "{header:?}"),
            Err(part) => {
                let refusal = outcome.expect_err("refused");
                assert_eq!(refusal.status, 401);
                assert!(refusal.message.contains(part), "{}", refusal.message);
            }
        }
    }

    #[test]
    fn only_the_accounts_own_keys_are_taken() {
        check_status(Some("Bearer sk_test_billctl1234"), Ok(()));
        check_status(Some("bearer rk_test_billctl1234"), Ok(()));
        check_status(Some(&format!("Basic {}", BASE64_STANDARD.encode("sk_test_billctl1234:"))), Ok(()));
        check_status(None, Err("You did not provide an API key"));
        check_status(Some("Bearer "), Err("You did not provide an API key"));
        check_status(Some("Digest x"), Err("You did not provide an API key"));
        check_status(Some("Bearer sk_test_somethingcdef"), Err("sk_test_*********cdef"));
        check_status(Some("Bearer abcd"), Err("Invalid API Key provided: abcd"));
        check_status(Some("Bearer pk_test_something"), Err("publishable"));
    }
}
