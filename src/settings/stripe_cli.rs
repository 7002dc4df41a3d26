//! The config file of the official Stripe CLI, read only.
//!
//! Its profiles are tables of test keys at the top (older files) or under `profiles` (newer ones, which win).
//! A live key is never in it: the CLI keeps that in the keyring and leaves a masked copy.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use toml::Table;

use super::Environment;
use crate::error::{Explain as _, Kind, fail};

/// Names that the CLI has used for the test key, newest first.
const TEST_KEY: [&str; 3] = ["test_mode_api_key", "secret_key", "api_key"];
const LIVE_KEY: [&str; 1] = ["live_mode_api_key"];

/// Reads a profile's key.
///
/// # Errors
/// `Refused` where the file, the profile or the key is not there, or the key has expired.
pub(super) fn key(
    environment: &Environment,
    profile: &str,
    live: bool,
    now: Timestamp,
) -> anyhow::Result<String> {
    let path = config_path(environment).ok_or_else(|| {
        fail(
            Kind::Refused,
            "The Stripe CLI's config file cannot be found: neither XDG_CONFIG_HOME nor HOME is set",
            "Set HOME, or name another source of the key",
        )
    })?;
    let shown = path.display();
    let text = fs_err::read_to_string(&path).explain(
        Kind::Refused,
        || "The Stripe CLI's config file cannot be read".to_owned(),
        "Log in with `stripe login`, or name another source of the key",
    )?;
    // The parser's own message would show the line, and with it a key.
    let config: Table = text.parse().map_err(|_| {
        fail(
            Kind::Refused,
            format!("The Stripe CLI's config file `{shown}` is no TOML"),
            "Log in anew with `stripe login`",
        )
    })?;
    let table = find_profile(&config, profile).ok_or_else(|| {
        fail(
            Kind::Refused,
            format!("The Stripe CLI's config file `{shown}` has no profile `{profile}`"),
            format!("Log in with `stripe login --project-name {profile}`, or name one that it has"),
        )
    })?;
    let (names, expiry, mode) = if live {
        (LIVE_KEY.as_slice(), "live_mode_key_expires_at", "live")
    } else {
        (TEST_KEY.as_slice(), "test_mode_key_expires_at", "test")
    };
    let field = |name: &str| table.get(name).and_then(toml::Value::as_str).filter(|text| !text.is_empty());
    let Some(key) = names.iter().find_map(|name| field(name)) else {
        return Err(fail(
            Kind::Refused,
            format!("The Stripe CLI's profile `{profile}` has no {mode} key in `{shown}`"),
            format!("Log in with `stripe login --project-name {profile}`, or name another source of the key"),
        ));
    };
    if key.contains('*') {
        return Err(fail(
            Kind::Refused,
            format!("The Stripe CLI keeps the {mode} key of its profile `{profile}` in its own keyring"),
            "Take the key from billctl's own keyring entry instead: secret_key = { keyring = \"NAME\" }",
        ));
    }
    if let Some(expires) = field(expiry).and_then(|text| text.parse::<Date>().ok())
        && expires < now.to_zoned(TimeZone::UTC).date()
    {
        return Err(fail(
            Kind::Refused,
            format!("The {mode} key of the Stripe CLI's profile `{profile}` expired on {expires}"),
            format!("Log in anew with `stripe login --project-name {profile}`"),
        ));
    }
    Ok(key.to_owned())
}

fn config_path(environment: &Environment) -> Option<PathBuf> {
    let folder = environment
        .path("XDG_CONFIG_HOME")
        .or_else(|| environment.path("HOME").map(|home| home.join(".config")))?;
    Some(folder.join("stripe").join("config.toml"))
}

fn find_profile<'a>(config: &'a Table, name: &str) -> Option<&'a Table> {
    let newer = config.get("profiles").and_then(toml::Value::as_table);
    newer
        .and_then(|profiles| profiles.get(name))
        .and_then(toml::Value::as_table)
        .or_else(|| config.get(name).and_then(toml::Value::as_table))
}
