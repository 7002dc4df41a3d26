//! What a command works with: settings, clock, terminal; Stripe and the billing file when first asked for.

mod connection;
mod stop;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::Context as _;
use jiff::Timestamp;

use crate::billing::catalog::file::{BillingFile, Policy};
use crate::billing::catalog::{self, Document};
use crate::error::{Kind, fail};
use crate::render::{Canvas, Present, problems, render};
use crate::settings::profile::Profile;
use crate::settings::{CONFIG_NAME, EMULATOR, Settings};
use crate::ui::{NobodyToAsk, Ui};

pub use connection::{AccountInfo, Connection};
pub use stop::Stop;

/// The time: now, or for tests always the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    System,
    Frozen(Timestamp),
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time is read")]
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            Clock::Frozen(at) => *at,
        }
    }
}

/// A billing file with its includes, read.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub path: PathBuf,
    /// Project, profiles, links and policy; the catalog is looked at when it is asked for.
    pub file: BillingFile,
    document: Document,
}

impl Loaded {
    /// The file's name, for messages.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }

    /// Its texts, neither checked nor resolved.
    pub fn document(&self) -> &Document {
        &self.document
    }
}

/// What every command is given.
#[derive(Debug)]
pub struct Context {
    settings: Settings,
    ui: Ui,
    clock: Clock,
    stop: OnceLock<Stop>,
    billing: OnceLock<Loaded>,
    catalog: OnceLock<catalog::Loaded>,
}

impl Context {
    pub fn new(settings: Settings) -> Context {
        let ui = Ui::new(settings.ui_options());
        let clock = settings.frozen_at.map_or(Clock::System, Clock::Frozen);
        Context {
            settings,
            ui,
            clock,
            stop: OnceLock::new(),
            billing: OnceLock::new(),
            catalog: OnceLock::new(),
        }
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub fn ui(&self) -> &Ui {
        &self.ui
    }

    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Ctrl-C and SIGTERM as something to wait for. Before the first call they end the process at once.
    ///
    /// # Errors
    /// When the system refuses to hand them over.
    pub fn stop(&self) -> anyhow::Result<Stop> {
        if let Some(stop) = self.stop.get() {
            return Ok(stop.clone());
        }
        let stop = Stop::listen(self.ui.clone()).context("Cannot listen for Ctrl-C")?;
        Ok(self.stop.get_or_init(|| stop).clone())
    }

    /// Shows a result on stdout in the format that was asked for.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub fn show(&self, result: &dyn Present) -> anyhow::Result<()> {
        let options = self.ui.options();
        let canvas = Canvas { width: options.width, colour: options.colour_out };
        let text = render(result, self.settings.format, canvas)?;
        self.ui.data(&text).context("Cannot write to stdout")
    }

    /// Asks a yes-or-no question.
    ///
    /// # Errors
    /// `Usage` where nobody can be asked and `--yes` is not given.
    pub fn confirm(&self, question: &str) -> anyhow::Result<bool> {
        self.ui.confirm(question).map_err(|error| name_yes(error, question))
    }

    /// Has a word typed; see [`Ui::confirm_typed`].
    ///
    /// # Errors
    /// `Usage` where nobody can be asked and `--yes` is not given.
    pub fn confirm_typed(&self, question: &str, expected: &str) -> anyhow::Result<bool> {
        self.ui.confirm_typed(question, expected).map_err(|error| name_yes(error, question))
    }

    /// The billing file, read at the first call.
    ///
    /// # Errors
    /// `Usage` where there is none, or it cannot be read.
    pub fn billing(&self) -> anyhow::Result<&Loaded> {
        if let Some(loaded) = self.billing.get() {
            return Ok(loaded);
        }
        let path = self.settings.config.clone().ok_or_else(|| {
            fail(
                Kind::Usage,
                format!("There is no {CONFIG_NAME} in this folder or above it"),
                "Write one with `billctl init`, or name another with `--config PATH`",
            )
        })?;
        // Told apart from a file that an include names: this one the person named.
        if let Err(error) = fs_err::File::open(&path) {
            return Err(fail(Kind::Usage, error.to_string(), "Name the billing file with `--config PATH`"));
        }
        let document = Document::read(&|path: &Path| fs_err::read(path), &path)?;
        let file = document.settings()?;
        Ok(self.billing.get_or_init(|| Loaded { path, file, document }))
    }

    /// The catalog as it is for the profile in use, checked at the first call; warnings go to stderr.
    ///
    /// # Errors
    /// `Usage` with all problems of the billing file at once.
    pub fn catalog(&self) -> anyhow::Result<&catalog::Loaded> {
        if let Some(loaded) = self.catalog.get() {
            return Ok(loaded);
        }
        let loaded = self.billing()?.document.catalog(Some(&self.profile()?.name))?;
        if !loaded.warnings.list.is_empty() {
            self.ui.say(&problems(&loaded.warnings, self.ui.options().colour_err));
        }
        Ok(self.catalog.get_or_init(|| loaded))
    }

    /// The billing file, if there is one; commands that only need a profile do without.
    ///
    /// # Errors
    /// `Usage` where there is one that cannot be read.
    pub fn billing_if_any(&self) -> anyhow::Result<Option<&Loaded>> {
        self.settings.config.as_ref().map(|_| self.billing()).transpose()
    }

    /// The profile in use.
    ///
    /// # Errors
    /// `Usage` where it does not exist, or the billing file cannot be read.
    pub fn profile(&self) -> anyhow::Result<Profile> {
        self.settings.profile(self.billing_if_any()?.map(|loaded| &loaded.file))
    }

    /// The policy that holds in the profile in use.
    ///
    /// # Errors
    /// `Usage` where the billing file cannot be read.
    pub fn policy(&self) -> anyhow::Result<Option<&Policy>> {
        Ok(self.billing_if_any()?.and_then(|loaded| loaded.file.policy.as_ref()))
    }

    /// The folder for what is kept of the profile in use: `.billctl/<profile>/` beside the billing file.
    ///
    /// # Errors
    /// `Usage` where the profile is not known.
    pub fn state_dir(&self) -> anyhow::Result<PathBuf> {
        Ok(self.state_dir_of(&self.profile()?.name))
    }

    /// The folder for what is kept of the embedded emulator.
    pub fn emulator_dir(&self) -> PathBuf {
        self.state_dir_of(EMULATOR)
    }

    fn state_dir_of(&self, profile: &str) -> PathBuf {
        self.settings.project_folder().join(".billctl").join(profile)
    }
}

fn name_yes(error: anyhow::Error, question: &str) -> anyhow::Error {
    if error.is::<NobodyToAsk>() {
        fail(
            Kind::Usage,
            format!("Nobody can be asked here: {question}"),
            "Add `--yes` to answer every confirmation with yes, or `--dry-run` to change nothing",
        )
    } else {
        error
    }
}
