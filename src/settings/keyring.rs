//! Keys in the operating system's keyring: the Secret Service, the Keychain, the Credential Manager.

use anyhow::Error;
use keyring::Entry;

use crate::error::{Explain as _, Kind};

/// The service under which the keyring keeps billctl's keys.
const SERVICE: &str = "billctl";

/// Reads the key of this name. The person may be asked to unlock the keyring.
///
/// # Errors
/// `Refused` where there is no such entry, or no keyring.
pub(super) fn key(name: &str) -> anyhow::Result<String> {
    let found = Entry::new(SERVICE, name).and_then(|entry| entry.get_password());
    let advice = match &found {
        Err(keyring::Error::NoEntry) => store_advice(name),
        Ok(_) | Err(_) => {
            "Unlock the keyring or start its service; where there is none, as in CI, use { env = \"NAME\" } or { file = \"PATH\" }"
                .to_owned()
        }
    };
    // What the keyring's error holds is not shown: for an entry that is no text, that is the entry.
    let told = found.map_err(|error| Error::msg(error.to_string()));
    told.explain(Kind::Refused, || format!("Cannot read the key `{name}` from the keyring"), advice)
}

fn store_advice(name: &str) -> String {
    let place = format!("Store it there under the service `{SERVICE}` and the user name `{name}`");
    if cfg!(target_os = "linux") {
        format!("{place}: `secret-tool store --label billctl service {SERVICE} username {name}` asks for it")
    } else if cfg!(target_os = "macos") {
        format!("{place}: `security add-generic-password -s {SERVICE} -a {name} -w` asks for it")
    } else {
        place
    }
}
