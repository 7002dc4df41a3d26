//! Webhook signing secrets, from where flags, environment and profile say they are.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::{Environment, keyring};
use crate::billing::catalog::file::SecretSource;
use crate::error::{Explain as _, Kind, fail};

/// Looked at where no file is named; several secrets are separated by commas or spaces.
pub const VARIABLE: &str = "STRIPE_WEBHOOK_SECRET";

/// A file longer than this, in bytes, holds something else than secrets.
const LONGEST_FILE: u64 = 64 << 10;

/// What secrets begin with.
const PREFIX: &str = "whsec_";

/// A secret that webhooks may be signed with. What is shown of it is where it came from.
#[derive(Clone)]
pub struct WebhookSecret {
    pub secret: SecretString,
    /// `STRIPE_WEBHOOK_SECRET`, `the file secrets.env`.
    pub origin: String,
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSecret").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl WebhookSecret {
    /// A secret, and where it came from.
    pub fn new(secret: &str, origin: &str) -> WebhookSecret {
        WebhookSecret { secret: SecretString::from(secret.to_owned()), origin: origin.to_owned() }
    }
}

/// Reads the secrets of a file: one a line, alone or as `NAME=whsec_…` as `catalog sync --secret-out` writes them.
/// Lines that are empty or begin with `#` are skipped. While a secret is rolled, both are in it.
///
/// # Errors
/// `Usage` for a file that can't be read, has no secret, or holds something else.
pub fn of_file(path: &Path) -> anyhow::Result<Vec<WebhookSecret>> {
    let advice = "Name a file that holds the endpoint's signing secret (whsec_…), one a line";
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    if name.starts_with(PREFIX) && !path.exists() {
        // Not shown: it may be in many places by now, and need not be in the log too.
        let message = "A webhook secret was given where the name of a file with it is wanted";
        return Err(fail(Kind::Usage, message, format!("{advice}; or set {VARIABLE} to the secret itself")));
    }
    let shown = path.display();
    let cannot = || format!("Cannot read the webhook secret from `{shown}`");
    let file = fs_err::File::open(path).explain(Kind::Usage, cannot, advice)?;
    if !file.metadata().explain(Kind::Usage, cannot, advice)?.is_file() {
        return Err(fail(Kind::Usage, format!("`{shown}` is no regular file"), advice));
    }
    let mut text = String::new();
    file.take(LONGEST_FILE).read_to_string(&mut text).explain(Kind::Usage, cannot, advice)?;
    let origin = format!("the file {shown}");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut secrets = Vec::new();
    for line in lines {
        let secret = bare(line);
        if is_api_key(secret) {
            return Err(fail(
                Kind::Usage,
                format!("`{shown}` holds an API key, and no webhook secret"),
                advice,
            ));
        }
        secrets.push(WebhookSecret::new(secret, &origin));
    }
    if secrets.is_empty() {
        return Err(fail(Kind::Usage, format!("`{shown}` has no webhook secret in it"), advice));
    }
    Ok(secrets)
}

/// Whether a file can be read by others than its owner. Servers mount secrets so on purpose, which is why it is asked
/// and not refused: who knows the secret can make events, but no requests to Stripe.
#[cfg(unix)]
pub fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs_err::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
pub fn is_open_to_others(_: &Path) -> bool {
    false
}

/// The secrets of the environment; none where it has none.
pub fn of_environment(environment: &Environment) -> Vec<WebhookSecret> {
    environment.text(VARIABLE).map_or_else(Vec::new, |text| several(text, VARIABLE))
}

/// The secrets that a profile names.
///
/// # Errors
/// `Refused` where one of them is not there; `Usage` for a file that holds none.
pub fn of_profile(
    profile: &str,
    sources: &[SecretSource],
    environment: &Environment,
    folder: &Path,
) -> anyhow::Result<Vec<WebhookSecret>> {
    let mut secrets = Vec::new();
    for source in sources {
        match source {
            SecretSource::Env(name) => match environment.text(name) {
                Some(text) => secrets.extend(several(text, name)),
                None => {
                    return Err(fail(
                        Kind::Refused,
                        format!(
                            "The profile `{profile}` takes a webhook secret from {name}, which is not set"
                        ),
                        format!("Set {name}, or change `webhook_secrets` in [profiles.{profile}]"),
                    ));
                }
            },
            SecretSource::File(name) => secrets.extend(of_file(&file_path(name, environment, folder))?),
            SecretSource::Keyring(name) => {
                secrets.push(WebhookSecret::new(
                    keyring::key(name)?.trim(),
                    &format!("the keyring entry {name}"),
                ));
            }
        }
    }
    Ok(secrets)
}

fn file_path(name: &str, environment: &Environment, folder: &Path) -> PathBuf {
    match (name.strip_prefix("~/"), environment.path("HOME")) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => folder.join(name),
    }
}

fn several(text: &str, origin: &str) -> Vec<WebhookSecret> {
    let words = text.split(|letter: char| letter == ',' || letter.is_whitespace());
    words.filter(|word| !word.is_empty()).map(|word| WebhookSecret::new(bare(word), origin)).collect()
}

/// Keys begin so; a secret that an application made up for its tests may be anything else.
fn is_api_key(text: &str) -> bool {
    ["sk_", "rk_", "pk_"].iter().any(|prefix| text.starts_with(prefix))
}

/// The secret of `NAME=whsec_…`, or of a line that is one.
fn bare(line: &str) -> &str {
    let value = match line.split_once('=') {
        Some((name, value)) if !name.starts_with(PREFIX) => value.trim(),
        Some(_) | None => line,
    };
    value.trim_matches(['"', '\''])
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn shown(secrets: &[WebhookSecret]) -> Vec<&str> {
        secrets.iter().map(|found| found.secret.expose_secret()).collect()
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs_err::write(&path, text).unwrap();
        assert_eq!(shown(&of_file(&path).unwrap()), expected, "{text:?}");
    }

    #[test]
    fn a_file_holds_secrets_alone_or_as_sync_wrote_them() {
        check("whsec_test_a", &["whsec_test_a"]);
        check("whsec_test_a\n", &["whsec_test_a"]);
        check("# rolled\n\n whsec_test_a \r\nwhsec_test_b\n", &["whsec_test_a", "whsec_test_b"]);
        check(
            "STRIPE_WEBHOOK_SECRET_MAIN=whsec_test_a\nX=\"whsec_test_b\"\n",
            &["whsec_test_a", "whsec_test_b"],
        );
        // Base64 ends in `=` now and then.
        check("whsec_dGVzdA==\nA=whsec_dGVzdA==\n", &["whsec_dGVzdA==", "whsec_dGVzdA=="]);
    }

    #[test]
    fn a_file_without_a_secret_is_a_mistake() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs_err::write(&path, "\n# nothing\n").unwrap();
        let key = folder.path().join("key");
        fs_err::write(&key, "sk_test_billctl_key\n").unwrap();
        for path in [path, key, folder.path().join("gone"), folder.path().to_owned()] {
            assert_eq!(crate::error::kind_of(&of_file(&path).unwrap_err()), Kind::Usage);
        }
    }

    #[test]
    fn a_secret_in_place_of_a_file_is_told_and_not_shown() {
        let error = format!("{:?}", of_file(Path::new("whsec_test_a")).unwrap_err());
        assert!(error.contains("A webhook secret was given"), "{error}");
        assert!(!error.contains("whsec_test_a"), "{error}");
    }

    #[test]
    fn a_variable_holds_several_while_one_is_rolled() {
        let environment: Environment = [(VARIABLE, "whsec_test_a, whsec_test_b")].into_iter().collect();
        assert_eq!(shown(&of_environment(&environment)), ["whsec_test_a", "whsec_test_b"]);
        assert!(of_environment(&Environment::default()).is_empty());
    }

    #[test]
    fn a_profile_names_its_sources_and_what_is_missing_is_said() {
        let environment: Environment = [("ROLLED", "whsec_test_b")].into_iter().collect();
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join("a"), "whsec_test_a").unwrap();
        let sources = [SecretSource::File("a".to_owned()), SecretSource::Env("ROLLED".to_owned())];
        let found = of_profile("p", &sources, &environment, folder.path()).unwrap();
        assert_eq!(shown(&found), ["whsec_test_a", "whsec_test_b"]);
        assert!(!format!("{found:?}").contains("whsec_test"), "{found:?}");
        let missing = [SecretSource::Env("GONE".to_owned())];
        let error = of_profile("p", &missing, &environment, folder.path()).unwrap_err();
        assert!(error.to_string().contains("GONE"), "{error}");
    }
}
