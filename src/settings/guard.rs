//! What is refused before anything is sent: a key of the wrong mode, the wrong account, the policy.

use super::key::KeyOrigin;
use super::profile::Account;
use crate::billing::catalog::file::Policy;
use crate::error::{Kind, fail};
use crate::stripe::key::Mode;

/// Checks a key's mode against the profile and `--live`.
///
/// # Errors
/// `Refused` unless all three agree; a live profile has its account pinned too.
pub fn check_mode(
    profile: &str,
    account: &Account,
    mode: Mode,
    origin: &KeyOrigin,
    live_flag: bool,
) -> anyhow::Result<()> {
    match (account.live, mode) {
        (false, Mode::Test) => Ok(()),
        (false, Mode::Live) => Err(fail(
            Kind::Refused,
            format!("The key from {origin} is a live key, and the profile `{profile}` is not live"),
            "Give it a test key, or use a profile with `live = true` and `account = \"acct_…\"`, and add `--live`",
        )),
        (true, Mode::Test) => Err(fail(
            Kind::Refused,
            format!("The key from {origin} is a test key, and the profile `{profile}` is live"),
            "Give the live profile its live key, or use another profile with `--profile NAME`",
        )),
        (true, Mode::Live) if !live_flag => Err(fail(
            Kind::Refused,
            format!("The profile `{profile}` holds real money, and `--live` was not given"),
            "Add `--live` if a live key is meant",
        )),
        (true, Mode::Live) if account.pinned.is_none() => Err(fail(
            Kind::Refused,
            format!("The live profile `{profile}` does not say which account it is for"),
            format!(
                "Add `account = \"acct_…\"` to [profiles.{profile}]; the id is at https://dashboard.stripe.com/settings/account"
            ),
        )),
        (true, Mode::Live) => Ok(()),
    }
}

/// Checks that a key opens the account that the profile pins.
///
/// # Errors
/// `Refused` where it opens another one.
pub fn check_account(profile: &str, pinned: Option<&str>, actual: &str) -> anyhow::Result<()> {
    match pinned {
        Some(pinned) if pinned != actual => Err(fail(
            Kind::Refused,
            format!("The profile `{profile}` is for the account {pinned}, and its key opens {actual}"),
            format!("Use the key of {pinned}, or correct `account` in [profiles.{profile}]"),
        )),
        Some(_) | None => Ok(()),
    }
}

/// Checks who writes and why against the policy.
///
/// # Errors
/// `Refused` where the policy does not allow it.
pub fn check_policy(policy: &Policy, actor: &str, reason: Option<&str>) -> anyhow::Result<()> {
    check_actor(policy, actor)?;
    if policy.reason_required && reason.is_none_or(|reason| reason.trim().is_empty()) {
        return Err(fail(
            Kind::Refused,
            "The policy asks for a reason for every change",
            "Say why, with `--reason TEXT`",
        ));
    }
    Ok(())
}

/// Checks who writes against the policy.
///
/// # Errors
/// `Refused` where the policy does not name this person.
pub fn check_actor(policy: &Policy, actor: &str) -> anyhow::Result<()> {
    if let Some(actors) = &policy.actors
        && !actors.iter().any(|allowed| allowed == actor)
    {
        return Err(fail(
            Kind::Refused,
            format!("The policy does not let `{actor}` change anything"),
            format!(
                "Ask one of: {}; BILLCTL_ACTOR says who you are where the login name does not",
                actors.join(", ")
            ),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::error::kind_of;
    use crate::settings::profile::{STRIPE_URL, Source};

    #[track_caller]
    fn check(result: anyhow::Result<()>, refused: Option<&str>) {
        match (result, refused) {
            (Ok(()), None) => {}
            (Err(error), Some(part)) => {
                assert_eq!(kind_of(&error), Kind::Refused);
                assert!(error.to_string().contains(part), "{error}");
            }
            (result, refused) => panic!("{result:?}, expected {refused:?}"),
        }
    }

    #[test]
    fn profile_key_and_flag_have_to_agree() {
        #[track_caller]
        fn mode(live: bool, pinned: bool, key: Mode, flag: bool, refused: Option<&str>) {
            let account = Account {
                key_source: Source::Usual,
                pinned: pinned.then(|| "acct_1".to_owned()),
                live,
                base_url: Url::parse(STRIPE_URL).unwrap(),
            };
            let origin = KeyOrigin::of_variable("KEY");
            check(check_mode("p", &account, key, &origin, flag), refused);
        }
        mode(false, false, Mode::Test, false, None);
        mode(false, true, Mode::Test, false, None);
        mode(false, false, Mode::Test, true, None);
        mode(false, false, Mode::Live, false, Some("is a live key, and the profile `p` is not live"));
        mode(false, true, Mode::Live, true, Some("is a live key, and the profile `p` is not live"));
        mode(true, true, Mode::Test, false, Some("is a test key"));
        mode(true, true, Mode::Test, true, Some("is a test key"));
        mode(true, true, Mode::Live, false, Some("`--live` was not given"));
        mode(true, false, Mode::Live, true, Some("does not say which account"));
        mode(true, true, Mode::Live, true, None);
    }

    #[test]
    fn a_key_opens_the_pinned_account_or_nothing() {
        check(check_account("p", Some("acct_1"), "acct_1"), None);
        check(check_account("p", None, "acct_1"), None);
        check(check_account("p", Some("acct_1"), "acct_2"), Some("is for the account acct_1"));
        check(check_account("p", Some("acct_1"), ""), Some("is for the account acct_1"));
    }

    #[test]
    fn the_policy_says_who_and_asks_why() {
        #[track_caller]
        fn policy(actors: Option<&[&str]>, required: bool, reason: Option<&str>, refused: Option<&str>) {
            let actors = actors.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
            let policy = Policy { actors, reason_required: required, ..Policy::default() };
            check(check_policy(&policy, "ada", reason), refused);
        }
        policy(None, false, None, None);
        policy(Some(&["bob", "ada"]), false, None, None);
        policy(Some(&["bob"]), false, None, Some("does not let `ada`"));
        policy(Some(&[]), false, None, Some("does not let `ada`"));
        policy(Some(&["Ada"]), false, None, Some("does not let `ada`"));
        policy(None, true, None, Some("asks for a reason"));
        policy(None, true, Some("  "), Some("asks for a reason"));
        policy(None, true, Some("new prices"), None);
    }
}
