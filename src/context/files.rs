//! The billing file: read once, and understood as far as a command needs it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::Context;
use crate::billing::catalog::file::{BillingFile, Policy};
use crate::billing::catalog::{self, Document};
use crate::billing::projection::SUBJECT_TAG;
use crate::error::{Explain as _, Kind, fail};
use crate::render;
use crate::settings::CONFIG_NAME;
use crate::settings::profile::Profile;

/// A billing file with its includes, read.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub path: PathBuf,
    /// Project, profiles, links and policy, without any profile's overrides.
    pub file: BillingFile,
}

impl Loaded {
    /// The file's name, for sentences.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }
}

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Files {
    document: OnceLock<Document>,
    billing: OnceLock<Loaded>,
    /// The tables that are no catalog, with the overrides of the profile in use.
    overridden: OnceLock<BillingFile>,
    catalog: OnceLock<catalog::Loaded>,
}

impl Context {
    /// The billing file's path, as a person would write it here.
    ///
    /// # Errors
    /// `Usage` where there is none.
    pub fn config_path(&self) -> anyhow::Result<&Path> {
        let settings = self.settings();
        let path = settings.config.as_deref().ok_or_else(|| {
            fail(
                Kind::Usage,
                format!("There is no {CONFIG_NAME} in this folder or above it"),
                "Write one with `billctl init`, or name another with `--config PATH`",
            )
        })?;
        Ok(path.strip_prefix(&settings.folder).unwrap_or(path))
    }

    /// The billing file with its includes as TOML, neither checked nor resolved; read at the first call.
    ///
    /// # Errors
    /// `Usage` where there is none, or it cannot be read.
    pub fn document(&self) -> anyhow::Result<&Document> {
        once(&self.files.document, || {
            let path = self.config_path()?;
            let read = |path: &Path| fs_err::read(self.settings().folder.join(path));
            // Told apart from a file that an include names: this one the person named.
            fs_err::File::open(path).explain(
                Kind::Usage,
                || "Cannot read the billing file".to_owned(),
                "Name another with `--config PATH`",
            )?;
            Ok(Document::read(&read, path)?)
        })
    }

    /// The billing file: where it is, and whom it is for. Its catalog is not looked at.
    ///
    /// # Errors
    /// `Usage` where there is none, or it cannot be used.
    pub fn billing(&self) -> anyhow::Result<&Loaded> {
        once(&self.files.billing, || {
            let file = self.document()?.settings()?;
            Ok(Loaded { path: self.config_path()?.to_owned(), file })
        })
    }

    /// The billing file, if there is one; commands that only need a profile do without.
    ///
    /// # Errors
    /// `Usage` where there is one that cannot be used.
    pub fn billing_if_any(&self) -> anyhow::Result<Option<&Loaded>> {
        self.settings().config.as_ref().map(|_| self.billing()).transpose()
    }

    /// The catalog as it is for the profile in use, checked at the first call; warnings go to stderr.
    ///
    /// # Errors
    /// `Usage` with all problems of the billing file at once.
    pub fn catalog(&self) -> anyhow::Result<&catalog::Loaded> {
        once(&self.files.catalog, || {
            let loaded = self.document()?.catalog(Some(&self.profile()?.name))?;
            if !loaded.warnings.list.is_empty() {
                self.ui().say(&render::problems(&loaded.warnings, self.ui().options().colour_err));
            }
            Ok(loaded)
        })
    }

    /// The profile in use.
    ///
    /// # Errors
    /// `Usage` where it does not exist, or the billing file cannot be used.
    pub fn profile(&self) -> anyhow::Result<Profile> {
        self.settings().profile(self.billing_if_any()?.map(|loaded| &loaded.file))
    }

    /// The metadata key under which the application's own name for a customer is kept.
    ///
    /// # Errors
    /// `Usage` where the billing file cannot be used.
    pub fn subject_metadata(&self) -> anyhow::Result<&str> {
        let links = self.billing_if_any()?.and_then(|loaded| loaded.file.links.as_ref());
        Ok(links.and_then(|links| links.subject_metadata.as_deref()).unwrap_or(SUBJECT_TAG))
    }

    /// The policy that holds in the profile in use.
    ///
    /// # Errors
    /// `Usage` where the billing file cannot be used.
    pub fn policy(&self) -> anyhow::Result<Option<&Policy>> {
        // A profile may override it; the catalog is not looked at: a mistake in a price keeps nobody from booking.
        if self.settings().config.is_none() {
            return Ok(None);
        }
        let overridden =
            once(&self.files.overridden, || Ok(self.document()?.settings_for(&self.profile()?.name)?))?;
        Ok(overridden.policy.as_ref())
    }
}

fn once<T>(cell: &OnceLock<T>, make: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<&T> {
    match cell.get() {
        Some(value) => Ok(value),
        None => {
            let value = make()?;
            Ok(cell.get_or_init(|| value))
        }
    }
}
