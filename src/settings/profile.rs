//! Which profile is in use, and what it says about its account.

use std::collections::BTreeMap;
use std::time::Duration;

use url::Url;

use super::{EMULATOR, Origin, Settings};
use crate::billing::catalog::file::{self, BillingFile, KeySource, RateLimits, SecretSource};
use crate::error::{Explain as _, Kind, fail};

/// Stripe's own address.
pub const STRIPE_URL: &str = "https://api.stripe.com";

/// The profile in use.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    pub name: String,
    /// Who named it.
    pub origin: Origin,
    pub target: Target,
    pub rate_limits: Option<RateLimits>,
    /// For one request.
    pub timeout: Option<Duration>,
    /// What webhooks are signed with, beside what the environment names.
    pub webhook_secrets: Vec<SecretSource>,
}

/// What a profile leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// The embedded emulator.
    Emulator,
    Account(Account),
}

/// A Stripe account, as a profile describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    pub key_source: Source,
    /// The account's pinned id.
    pub pinned: Option<String>,
    pub live: bool,
    pub base_url: Url,
}

/// Where the key of a profile is.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// Nothing is said: `STRIPE_SECRET_KEY`, then `STRIPE_API_KEY`.
    Usual,
    Named(KeySource),
}

impl Settings {
    /// The profile in use: the one that a flag names, else the environment, else the file, else the emulator.
    ///
    /// # Errors
    /// `Usage` for a profile that does not exist, or that contradicts itself.
    pub fn profile(&self, file: Option<&BillingFile>) -> anyhow::Result<Profile> {
        let (name, origin) = self.profile_name(file);
        let none = BTreeMap::new();
        let entries = file.map_or(&none, |file| &file.profiles);
        let entry = entries.get(&name);
        if name == EMULATOR {
            return emulator(origin, entry);
        }
        let plain = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
        if name.is_empty() || !name.chars().all(plain) {
            return Err(fail(
                Kind::Usage,
                format!("`{name}` is no name for a profile, which has a folder of that name too"),
                "Use letters, digits, `-` and `_`",
            ));
        }
        let Some(entry) = entry else {
            return Err(unknown(&name, origin, entries.keys(), file.is_some()));
        };
        let target = Target::Account(account(&name, entry)?);
        let timeout = timeout(entry.timeout_seconds);
        let webhook_secrets = entry.webhook_secrets.clone();
        Ok(Profile { name, origin, target, rate_limits: entry.rate_limits, timeout, webhook_secrets })
    }

    fn profile_name(&self, file: Option<&BillingFile>) -> (String, Origin) {
        if let Some(named) = &self.profile {
            return named.clone();
        }
        let project = file.and_then(|file| file.project.as_ref());
        match project.and_then(|project| project.default_profile.clone()) {
            Some(name) => (name, Origin::File),
            None => (EMULATOR.to_owned(), Origin::Default),
        }
    }
}

fn unknown<'a>(
    name: &str,
    origin: Origin,
    known: impl Iterator<Item = &'a String>,
    has_file: bool,
) -> anyhow::Error {
    let by = match origin {
        Origin::Flag => "`--profile`".to_owned(),
        Origin::OwnFlag(flag) => format!("`{flag}`"),
        Origin::Environment => "BILLCTL_PROFILE".to_owned(),
        Origin::File | Origin::Default => "`default_profile`".to_owned(),
    };
    if !has_file {
        return fail(
            Kind::Usage,
            format!("{by} names the profile `{name}`, and there is no billing.toml that could hold it"),
            "Write one with `billctl init`, or name another file with `--config PATH`; `emulator` needs none",
        );
    }
    let mut names: Vec<&str> = known.map(String::as_str).filter(|known| *known != EMULATOR).collect();
    names.push(EMULATOR);
    fail(
        Kind::Usage,
        format!("{by} names the profile `{name}`, which the billing file does not have"),
        format!("Use one of: {}; or add [profiles.{name}]", names.join(", ")),
    )
}

fn emulator(origin: Origin, entry: Option<&file::Profile>) -> anyhow::Result<Profile> {
    let (rate_limits, timeout_seconds, webhook_secrets) = match entry {
        None => (None, None, Vec::new()),
        Some(file::Profile {
            secret_key: None,
            use_stripe_cli_profile: None,
            account: None,
            live: false,
            base_url: None,
            rate_limits,
            timeout_seconds,
            webhook_secrets,
            overrides: _,
        }) => (*rate_limits, *timeout_seconds, webhook_secrets.clone()),
        Some(_) => {
            return Err(fail(
                Kind::Usage,
                "[profiles.emulator] is the embedded emulator: it has no key, account, address or live mode of its own",
                "Leave those keys out, or give the profile another name",
            ));
        }
    };
    let timeout = timeout(timeout_seconds);
    let (name, target) = (EMULATOR.to_owned(), Target::Emulator);
    Ok(Profile { name, origin, target, rate_limits, timeout, webhook_secrets })
}

fn timeout(seconds: Option<u32>) -> Option<Duration> {
    seconds.map(|seconds| Duration::from_secs(u64::from(seconds)))
}

fn account(name: &str, entry: &file::Profile) -> anyhow::Result<Account> {
    let key_source = match (&entry.secret_key, &entry.use_stripe_cli_profile) {
        (Some(_), Some(_)) => {
            return Err(fail(
                Kind::Usage,
                format!("[profiles.{name}] names two keys: `secret_key` and `use_stripe_cli_profile`"),
                "Keep one of them",
            ));
        }
        (Some(source), None) => Source::Named(source.clone()),
        (None, Some(profile)) => Source::Named(KeySource::StripeCli(profile.clone())),
        (None, None) => Source::Usual,
    };
    let address = entry.base_url.as_deref().unwrap_or(STRIPE_URL);
    let base_url = Url::parse(address).explain(
        Kind::Usage,
        || format!("[profiles.{name}] `base_url` is no web address"),
        "Write it like `http://127.0.0.1:12111`, or leave it out for Stripe's own",
    )?;
    Ok(Account { key_source, pinned: entry.account.clone(), live: entry.live, base_url })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cli::GlobalArgs;
    use crate::error::kind_of;
    use crate::settings::Environment;

    fn settings(flag: &str, variable: &str) -> Settings {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let flags = GlobalArgs { profile: given(flag), ..GlobalArgs::default() };
        let environment: Environment = [("BILLCTL_PROFILE", variable)].into_iter().collect();
        Settings::resolve(flags, environment, Path::new("/nowhere")).unwrap()
    }

    fn file(text: &str) -> BillingFile {
        toml::from_str(text).unwrap()
    }

    const FILE: &str =
        "project = { name = \"x\", default_profile = \"c\" }\nprofiles = { a = {}, b = {}, c = {} }";

    #[track_caller]
    fn check(flag: &str, variable: &str, file: Option<&BillingFile>, name: &str, origin: Origin) {
        let profile = settings(flag, variable).profile(file).unwrap();
        assert_eq!((profile.name.as_str(), profile.origin), (name, origin));
    }

    #[track_caller]
    fn refused(flag: &str, file: Option<&BillingFile>, part: &str) {
        let error = settings(flag, "").profile(file).unwrap_err();
        assert_eq!(kind_of(&error), Kind::Usage);
        assert!(error.to_string().contains(part), "{error}");
    }

    #[test]
    fn a_flag_beats_the_environment_beats_the_file() {
        let with = file(FILE);
        check("a", "b", Some(&with), "a", Origin::Flag);
        check("", "b", Some(&with), "b", Origin::Environment);
        check("", "", Some(&with), "c", Origin::File);
        check("", "", Some(&file("")), "emulator", Origin::Default);
        check("", "", None, "emulator", Origin::Default);
        check("emulator", "b", Some(&with), "emulator", Origin::Flag);
        check("emulator", "", None, "emulator", Origin::Flag);
    }

    #[test]
    fn a_profile_that_does_not_exist_is_a_usage_error() {
        refused(
            "d",
            Some(&file(FILE)),
            "`--profile` names the profile `d`, which the billing file does not have",
        );
        refused("a", None, "there is no billing.toml");
        refused("../../etc", Some(&file(FILE)), "is no name for a profile");
        refused(
            "",
            Some(&file("project = { name = \"x\", default_profile = \"gone\" }")),
            "`default_profile` names",
        );
    }

    #[test]
    fn a_profile_that_contradicts_itself_is_a_usage_error() {
        let two = "profiles.a = { secret_key = { env = \"K\" }, use_stripe_cli_profile = \"default\" }";
        refused("a", Some(&file(two)), "names two keys");
        refused("emulator", Some(&file("profiles.emulator = { live = true }")), "embedded emulator");
        refused("a", Some(&file("profiles.a = { base_url = \"api stripe\" }")), "no web address");
    }
}
