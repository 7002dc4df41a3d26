//! The file that secrets are written to which Stripe hands over once.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

use crate::error::{Explain as _, Kind};

/// A file that only its owner can read, opened before anything is sent so that a bad path costs no secret.
#[derive(Debug)]
pub struct SecretOut {
    path: PathBuf,
    file: fs_err::File,
}

impl SecretOut {
    /// Opens the file for appending; a new one gets mode 0600.
    ///
    /// # Errors
    /// `Usage` if it can't be opened, or if others can read it.
    pub fn open(path: &Path) -> anyhow::Result<SecretOut> {
        let mut options = fs_err::OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        {
            use fs_err::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let fix = "Name another file with `--secret-out FILE`";
        let file = options.open(path).explain(Kind::Usage, || "Cannot keep secrets".to_owned(), fix)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = file.metadata()?.permissions().mode();
            if mode & 0o077 != 0 {
                let message = format!("{} can be read by others (mode {:o})", path.display(), mode & 0o777);
                let fix = format!("Run `chmod 600 {}`, or name another file", path.display());
                return Err(crate::error::fail(Kind::Usage, message, fix));
            }
        }
        Ok(SecretOut { path: path.to_owned(), file })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line `NAME=secret` for each. Durable when it returns.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn write(&mut self, secrets: &[(String, &SecretString)]) -> anyhow::Result<()> {
        for (name, secret) in secrets {
            writeln!(self.file, "{name}={}", secret.expose_secret())?;
        }
        Ok(self.file.sync_all()?)
    }
}
