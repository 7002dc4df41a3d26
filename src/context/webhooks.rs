//! What the webhooks of the profile in use are signed with, and of which mode they are.

use std::path::PathBuf;
use std::sync::Arc;

use super::Context;
use crate::emulator;
use crate::error::{Kind, fail};
use crate::settings::profile::{Profile, Target};
use crate::settings::webhook_secret::{self, VARIABLE, WebhookSecret};

impl Context {
    /// The signing secrets of the profile in use: those in `files` if any are named, else those of the environment,
    /// else the profile's. The emulator's own are always among the last two.
    ///
    /// # Errors
    /// `Refused` where there is none, or one that the profile names is not there; `Usage` for a file that holds none.
    pub fn webhook_secrets(&self, files: &[PathBuf]) -> anyhow::Result<Vec<WebhookSecret>> {
        let secrets = self.webhook_secrets_if_any(files)?;
        if secrets.is_empty() {
            return Err(no_secret(&self.profile()?.name));
        }
        Ok(secrets)
    }

    /// The same, but none is no error.
    ///
    /// # Errors
    /// `Refused` where one that the profile names is not there; `Usage` for a file that holds none.
    pub fn webhook_secrets_if_any(&self, files: &[PathBuf]) -> anyhow::Result<Vec<WebhookSecret>> {
        if !files.is_empty() {
            let mut secrets = Vec::new();
            for path in files {
                secrets.extend(webhook_secret::of_file(path)?);
                if webhook_secret::is_open_to_others(path) {
                    let shown = path.display();
                    self.ui().warn(&format!(
                        "the webhook secret in `{shown}` can be read by others; run `chmod 600 {shown}`"
                    ));
                }
            }
            return Ok(secrets);
        }
        let profile = self.profile()?;
        let settings = self.settings();
        let mut secrets = webhook_secret::of_environment(&settings.environment);
        if secrets.is_empty() {
            let Profile { name, webhook_secrets, .. } = &profile;
            let folder = settings.project_folder();
            secrets = webhook_secret::of_profile(name, webhook_secrets, &settings.environment, folder)?;
        }
        match profile.target {
            Target::Emulator => secrets.extend(self.emulator_webhook_secrets()()?),
            Target::Account(_) => {}
        }
        Ok(secrets)
    }

    /// Every secret that environment, profile and emulator have, as far as they can be read: to tell which one it was.
    pub fn known_webhook_secrets(&self) -> Vec<WebhookSecret> {
        let settings = self.settings();
        let environment = &settings.environment;
        let mut secrets = webhook_secret::of_environment(environment);
        if let Ok(Profile { name, webhook_secrets, .. }) = self.profile() {
            let named =
                webhook_secret::of_profile(&name, &webhook_secrets, environment, settings.project_folder());
            secrets.extend(named.unwrap_or_default());
        }
        // A state that is not there is not made for this.
        if emulator::database(&self.emulator_dir()).exists() {
            secrets.extend(self.emulator_webhook_secrets()().unwrap_or_default());
        }
        secrets
    }

    /// What reads the secrets of the emulator's account and endpoints as they are when it is called.
    pub fn emulator_webhook_secrets(&self) -> impl Fn() -> anyhow::Result<Vec<WebhookSecret>> + use<> {
        let clock = self.clock();
        let seconds: emulator::Clock = Arc::new(move || clock.now().as_second());
        let folder = self.emulator_dir();
        move || {
            let secrets = emulator::webhook_secrets(&folder, &seconds)?;
            Ok(secrets.iter().map(|secret| WebhookSecret::new(secret, "the emulator")).collect())
        }
    }

    /// Whether events of the profile in use are of live mode.
    ///
    /// # Errors
    /// `Usage` where the profile is not known.
    pub fn is_live(&self) -> anyhow::Result<bool> {
        Ok(match self.profile()?.target {
            Target::Emulator => false,
            Target::Account(account) => account.live,
        })
    }
}

fn no_secret(profile: &str) -> anyhow::Error {
    fail(
        Kind::Refused,
        format!("The profile `{profile}` has no webhook secret: {VARIABLE} is not set, and no file is named"),
        format!(
            "Set {VARIABLE}, name a file with `--webhook-secret-file FILE`, or put `webhook_secrets = [{{ env = \"NAME\" }}]` into [profiles.{profile}]; `catalog sync --secret-out FILE` keeps the secrets of endpoints it makes"
        ),
    )
}
