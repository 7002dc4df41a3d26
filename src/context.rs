//! What a command works with: settings, clock, terminal; Stripe and the billing file when first asked for.

mod connection;
mod files;
mod stop;
mod stores;
mod webhooks;

use std::path::PathBuf;
use std::sync::OnceLock;

use anyhow::Context as _;
use jiff::Timestamp;

use crate::error::{Kind, fail};
use crate::render::{Canvas, Format, Present, render};
use crate::settings::{EMULATOR, Origin, Settings};
use crate::ui::{Interrupted, NobodyToAsk, Ui};

pub use connection::{AccountInfo, Connection};
pub use files::Loaded;
pub use stop::Stop;

use files::Files;

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

/// What every command is given.
#[derive(Debug)]
pub struct Context {
    settings: Settings,
    ui: Ui,
    clock: Clock,
    stop: OnceLock<Stop>,
    files: Files,
}

impl Context {
    pub fn new(settings: Settings) -> Context {
        let ui = Ui::new(settings.ui_options());
        let clock = settings.frozen_at.map_or(Clock::System, Clock::Frozen);
        Context { settings, ui, clock, stop: OnceLock::new(), files: Files::default() }
    }

    /// The same, but for the profile that a command's own flag names: for commands that look at two accounts.
    #[must_use]
    pub fn with_profile(&self, name: &str, flag: &'static str) -> Context {
        let profile = Some((name.to_owned(), Origin::OwnFlag(flag)));
        let settings = Settings { profile, ..self.settings.clone() };
        let files = Files::default();
        Context { settings, ui: self.ui.clone(), clock: self.clock, stop: self.stop.clone(), files }
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
        let canvas = Canvas { width: options.width, colour: options.colour_out, ascii: options.ascii };
        self.print(&render(result, self.settings.format, canvas)?)
    }

    /// Draws what somebody is to decide on, on stderr, whatever the format of the result.
    ///
    /// # Errors
    /// When it can't be drawn.
    pub fn propose(&self, proposal: &dyn Present) -> anyhow::Result<()> {
        let options = self.ui.options();
        let canvas = Canvas { width: options.width, colour: options.colour_err, ascii: options.ascii };
        self.ui.say(render(proposal, Format::Table, canvas)?.trim_end());
        Ok(())
    }

    /// Writes a text to stdout as it is, whatever the format.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub fn print(&self, text: &str) -> anyhow::Result<()> {
        self.ui.data(text).context("Cannot write to stdout")
    }

    /// Writes bytes to stdout as they are, whatever the format.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub fn print_bytes(&self, bytes: &[u8]) -> anyhow::Result<()> {
        self.ui.bytes(bytes).context("Cannot write to stdout")
    }

    /// Asks a yes-or-no question.
    ///
    /// # Errors
    /// `Usage` where nobody can be asked and `--yes` is not given; `Partial` on Ctrl-C.
    pub fn confirm(&self, question: &str) -> anyhow::Result<bool> {
        self.prompt(|ui| ui.confirm(question)).map_err(|error| name_yes(error, question))
    }

    /// Has a word typed; see [`Ui::confirm_typed`].
    ///
    /// # Errors
    /// As [`Context::confirm`].
    pub fn confirm_typed(&self, question: &str, expected: &str) -> anyhow::Result<bool> {
        self.prompt(|ui| ui.confirm_typed(question, expected)).map_err(|error| name_yes(error, question))
    }

    /// Asks for a line of text, with a proposal.
    ///
    /// # Errors
    /// [`NobodyToAsk`]; `Partial` on Ctrl-C.
    pub fn ask(&self, question: &str, proposed: &str) -> anyhow::Result<String> {
        self.prompt(|ui| ui.ask(question, Some(proposed)))
    }

    /// Ctrl-C at a question is an answer too: nothing more happens, and the terminal is left in order.
    fn prompt<T>(&self, ask: impl FnOnce(&Ui) -> anyhow::Result<T>) -> anyhow::Result<T> {
        if self.ui.options().can_ask {
            self.stop()?;
        }
        ask(&self.ui).map_err(|error| {
            if error.is::<Interrupted>() {
                fail(
                    Kind::Partial,
                    "Stopped at the question: nothing more was done",
                    "Run the same command again",
                )
            } else {
                error
            }
        })
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
