//! Secret keys, from where a profile says they are.

use std::fmt;
use std::fs::Metadata;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::profile::Source;
use super::{Environment, keyring, stripe_cli};
use crate::billing::catalog::file::KeySource;
use crate::error::{Explain as _, Kind, fail};
use crate::stripe::SecretKey;

/// Looked at in this order where a profile says nothing about its key. The second is the official CLI's.
pub const USUAL_VARIABLES: [&str; 2] = ["STRIPE_SECRET_KEY", "STRIPE_API_KEY"];

/// A file longer than this, in bytes, holds something else than a key.
const LONGEST_FILE: u64 = 4096;

/// A key, and where it came from.
#[derive(Debug, Clone)]
pub struct FoundKey {
    pub key: SecretKey,
    pub origin: KeyOrigin,
}

/// Where a key came from, for the profile line: `STRIPE_SECRET_KEY`, `the file keys/test`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyOrigin(String);

#[cfg(test)]
impl KeyOrigin {
    pub(super) fn of_variable(name: &str) -> KeyOrigin {
        KeyOrigin(name.to_owned())
    }
}

impl fmt::Display for KeyOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What looking for a key needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// The profile's name, for messages.
    pub profile: &'a str,
    /// Whether a live key is wanted: the official CLI keeps one for each mode.
    pub live: bool,
    pub environment: &'a Environment,
    /// The billing file's folder: key files are named relative to it.
    pub folder: &'a Path,
    pub now: Timestamp,
}

impl Search<'_> {
    /// Finds the key.
    ///
    /// # Errors
    /// `Refused` where there is none, where it may not be used, or where others could have read it.
    pub fn find(&self, source: &Source) -> anyhow::Result<FoundKey> {
        let (text, origin) = match source {
            Source::Usual => self.usual()?,
            Source::Named(KeySource::Env(name)) => self.variable(name)?,
            Source::Named(KeySource::File(name)) => self.file(name)?,
            Source::Named(KeySource::Keyring(name)) => {
                (keyring::key(name)?, format!("the keyring entry {name}"))
            }
            Source::Named(KeySource::StripeCli(name)) => {
                let text = stripe_cli::key(self.environment, name, self.live, self.now)?;
                (text, format!("the Stripe CLI's profile {name}"))
            }
        };
        let key = SecretKey::parse(text.trim()).explain(
            Kind::Refused,
            || format!("The key from {origin} cannot be used"),
            "Copy the secret key (sk_…) or a restricted key (rk_…) whole from https://dashboard.stripe.com/apikeys",
        )?;
        Ok(FoundKey { key, origin: KeyOrigin(origin) })
    }

    fn usual(&self) -> anyhow::Result<(String, String)> {
        let found = USUAL_VARIABLES.iter().find_map(|name| Some((name, self.environment.text(name)?)));
        if let Some((name, text)) = found {
            return Ok((text.to_owned(), (*name).to_owned()));
        }
        let [first, second] = USUAL_VARIABLES;
        Err(fail(
            Kind::Refused,
            format!("The profile `{}` has no key: neither {first} nor {second} is set", self.profile),
            format!(
                "Set {first}, or say where the key is: [profiles.{}] secret_key = {{ env = \"NAME\" }}, {{ file = \"PATH\" }}, {{ keyring = \"NAME\" }} or {{ stripe_cli = \"default\" }}; `--profile emulator` needs no key",
                self.profile
            ),
        ))
    }

    fn variable(&self, name: &str) -> anyhow::Result<(String, String)> {
        match self.environment.text(name) {
            Some(text) => Ok((text.to_owned(), name.to_owned())),
            None => Err(fail(
                Kind::Refused,
                format!("The profile `{}` takes its key from {name}, which is not set", self.profile),
                format!("Set {name}, or name another source in [profiles.{}]", self.profile),
            )),
        }
    }

    fn file(&self, name: &str) -> anyhow::Result<(String, String)> {
        let path = self.path(name);
        let origin = format!("the file {name}");
        let cannot = || format!("Cannot read the key file `{}`", path.display());
        let advice = format!("Check `secret_key` in [profiles.{}]", self.profile);
        // Opening a named pipe would wait for a writer, so what it is is looked at first.
        check_file(&path, &fs_err::metadata(&path).explain(Kind::Refused, cannot, advice.clone())?)?;
        let file = fs_err::File::open(&path).explain(Kind::Refused, cannot, advice.clone())?;
        // And again once it is open, when nobody can put another in its place.
        check_file(&path, &file.metadata().explain(Kind::Refused, cannot, advice.clone())?)?;
        let mut text = String::new();
        file.take(LONGEST_FILE).read_to_string(&mut text).explain(Kind::Refused, cannot, advice)?;
        Ok((text, origin))
    }

    fn path(&self, name: &str) -> PathBuf {
        match (name.strip_prefix("~/"), self.environment.path("HOME")) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.folder.join(name),
        }
    }
}

/// Refuses a key file that others could have read.
#[cfg(unix)]
fn check_file(path: &Path, metadata: &Metadata) -> anyhow::Result<()> {
    use std::os::unix::fs::MetadataExt as _;

    let shown = path.display();
    if !metadata.is_file() {
        return Err(fail(
            Kind::Refused,
            format!("The key file `{shown}` is no regular file"),
            "Write the key into a file of its own",
        ));
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(fail(
            Kind::Refused,
            format!("The key file `{shown}` belongs to another user, who can change it"),
            "Copy it to a file of your own, with mode 0600",
        ));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(fail(
            Kind::Refused,
            format!(
                "The key file `{shown}` can be read by other users (mode {:04o})",
                metadata.mode() & 0o7777
            ),
            format!("Run `chmod 600 {shown}`; if others had access to this machine, roll the key too"),
        ));
    }
    Ok(())
}

/// Elsewhere access is a matter of lists that a mode does not tell.
#[cfg(not(unix))]
fn check_file(path: &Path, metadata: &Metadata) -> anyhow::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(fail(
        Kind::Refused,
        format!("The key file `{}` is no regular file", path.display()),
        "Write the key into a file of its own",
    ))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::error::{fix_of, kind_of};

    const KEY: &str = "sk_test_billctl_0123456789abcdef";
    const OTHER: &str = "sk_test_billctl_fedcba9876543210";

    struct World {
        folder: tempfile::TempDir,
        environment: Vec<(&'static str, String)>,
    }

    impl World {
        fn new() -> World {
            let folder = tempfile::tempdir().unwrap();
            let home = folder.path().display().to_string();
            World { folder, environment: vec![("HOME", home)] }
        }

        fn set(mut self, name: &'static str, value: &str) -> World {
            self.environment.push((name, value.to_owned()));
            self
        }

        fn file(self, name: &str, text: &str, mode: u32) -> World {
            use std::os::unix::fs::PermissionsExt as _;
            let path = self.folder.path().join(name);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(&path, text).unwrap();
            fs_err::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            self
        }

        fn find(&self, source: &Source, live: bool) -> anyhow::Result<FoundKey> {
            let environment: Environment = self.environment.iter().cloned().collect();
            let now = "2026-11-01T00:00:00Z".parse().unwrap();
            let folder = self.folder.path();
            Search { profile: "p", live, environment: &environment, folder, now }.find(source)
        }

        #[track_caller]
        fn finds(&self, source: &Source, mask: &str, origin: &str) {
            let found = self.find(source, false).unwrap();
            assert_eq!((found.key.to_string().as_str(), found.origin.to_string().as_str()), (mask, origin));
        }

        #[track_caller]
        fn refuses(&self, source: &Source, message: &str, hint: &str) {
            self.refuses_in(source, false, message, hint);
        }

        #[track_caller]
        fn refuses_in(&self, source: &Source, live: bool, message: &str, hint: &str) {
            let error = self.find(source, live).unwrap_err();
            assert_eq!(kind_of(&error), Kind::Refused);
            let said = format!("{error:#}");
            assert!(said.contains(message), "{said}");
            let fix = fix_of(&error).unwrap_or_default();
            assert!(fix.contains(hint), "{fix}");
            for secret in [KEY, OTHER] {
                assert!(!format!("{error:?} {said} {fix}").contains(secret), "{error:?}");
            }
        }
    }

    fn env(name: &str) -> Source {
        Source::Named(KeySource::Env(name.to_owned()))
    }

    fn file(name: &str) -> Source {
        Source::Named(KeySource::File(name.to_owned()))
    }

    fn stripe_cli(name: &str) -> Source {
        Source::Named(KeySource::StripeCli(name.to_owned()))
    }

    #[test]
    fn the_usual_variables_are_looked_at_in_order() {
        let world = World::new().set("STRIPE_API_KEY", OTHER);
        world.finds(&Source::Usual, "sk_test_****3210", "STRIPE_API_KEY");
        let world = world.set("STRIPE_SECRET_KEY", KEY);
        world.finds(&Source::Usual, "sk_test_****cdef", "STRIPE_SECRET_KEY");
        let world = World::new().set("STRIPE_SECRET_KEY", "").set("STRIPE_API_KEY", OTHER);
        world.finds(&Source::Usual, "sk_test_****3210", "STRIPE_API_KEY");
        World::new().refuses(
            &Source::Usual,
            "neither STRIPE_SECRET_KEY nor STRIPE_API_KEY",
            "Set STRIPE_SECRET_KEY",
        );
    }

    #[test]
    fn a_named_variable_is_the_only_one_looked_at() {
        let world = World::new().set("STRIPE_SECRET_KEY", KEY).set("MINE", OTHER);
        world.finds(&env("MINE"), "sk_test_****3210", "MINE");
        world.refuses(&env("YOURS"), "takes its key from YOURS, which is not set", "Set YOURS");
    }

    #[test]
    fn what_is_no_secret_key_is_refused_without_showing_it() {
        let world = World::new().set("A", "pk_test_billctl_0123456789abcdef").set("B", "hunter2");
        world.refuses(&env("A"), "publishable key", "secret key (sk_…)");
        world.refuses(&env("B"), "not a Stripe API key", "secret key (sk_…)");
    }

    #[test]
    fn a_key_file_is_for_its_owner_alone() {
        let world = World::new()
            .file("keys/test", &format!("{KEY}\n"), 0o600)
            .file("read-only", KEY, 0o400)
            .file("group", KEY, 0o640)
            .file("world", KEY, 0o604);
        world.finds(&file("keys/test"), "sk_test_****cdef", "the file keys/test");
        world.finds(&file("~/keys/test"), "sk_test_****cdef", "the file ~/keys/test");
        world.finds(&file("read-only"), "sk_test_****cdef", "the file read-only");
        world.refuses(&file("group"), "can be read by other users (mode 0640)", "chmod 600 ");
        world.refuses(&file("world"), "can be read by other users (mode 0604)", "chmod 600 ");
        world.refuses(&file("keys"), "no regular file", "file of its own");
        world.refuses(&file("gone"), "Cannot read the key file", "Check `secret_key` in [profiles.p]");
    }

    const CLI: &str = "
        color = \"on\"
        [default]
        test_mode_api_key = \"sk_test_billctl_0123456789abcdef\"
        test_mode_key_expires_at = \"2026-11-01\"
        live_mode_api_key = \"rk_live_*********************abcd\"
        [shop]
        test_mode_api_key = \"sk_test_billctl_0123456789abcdef\"
        test_mode_key_expires_at = \"2026-10-31\"
        [bare]
        device_name = \"laptop\"
    ";

    #[test]
    fn the_stripe_clis_config_is_read() {
        let world = World::new().file(".config/stripe/config.toml", CLI, 0o600);
        world.finds(&stripe_cli("default"), "sk_test_****cdef", "the Stripe CLI's profile default");
        world.refuses(&stripe_cli("shop"), "expired on 2026-10-31", "stripe login --project-name shop");
        world.refuses(&stripe_cli("bare"), "has no test key", "stripe login --project-name bare");
        world.refuses(&stripe_cli("gone"), "has no profile `gone`", "stripe login --project-name gone");
        world.refuses_in(&stripe_cli("default"), true, "in its own keyring", "secret_key = { keyring");
        world.refuses_in(&stripe_cli("bare"), true, "has no live key", "stripe login");
        World::new().refuses(&stripe_cli("default"), "cannot be read", "stripe login");
    }

    #[test]
    fn the_stripe_clis_newer_layout_wins_and_xdg_moves_it() {
        let newer = format!(
            "config_version = 2\n[profiles.default]\ntest_mode_api_key = \"{OTHER}\"\n[default]\ntest_mode_api_key = \"{KEY}\"\n"
        );
        let world = World::new().file("xdg/stripe/config.toml", &newer, 0o600);
        let folder = world.folder.path().join("xdg").display().to_string();
        let world = world.set("XDG_CONFIG_HOME", &folder);
        world.finds(&stripe_cli("default"), "sk_test_****3210", "the Stripe CLI's profile default");
    }

    #[test]
    fn a_broken_config_of_the_stripe_cli_is_not_shown() {
        let broken = format!("[default]\ntest_mode_api_key = {KEY}");
        let world = World::new().file(".config/stripe/config.toml", &broken, 0o600);
        world.refuses(&stripe_cli("default"), "is no TOML", "stripe login");
    }
}
