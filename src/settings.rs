//! Flags + environment + file → one resolved answer: a flag beats the environment beats the file.
//!
//! The only reader of environment variables.

mod environment;
pub mod guard; // refused before anything is sent: wrong mode, wrong account, policy
pub mod key; // secret keys, from where a profile says they are
mod keyring; // keys in the operating system's keyring
pub mod profile; // which profile is in use, and what it says about its account
mod stripe_cli; // keys in the official Stripe CLI's own config
pub mod webhook_secret; // what webhooks are signed with

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::GlobalArgs;
use crate::error::{Kind, fail};
use crate::render::Format;
use crate::ui::{ColourWish, Options};

pub use environment::Environment;

/// The file that is looked for where none is named.
pub const CONFIG_NAME: &str = "billing.toml";

/// The profile that always exists.
pub const EMULATOR: &str = "emulator";

/// Where an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Flag,
    /// A command's own flag for it, such as `--from`.
    OwnFlag(&'static str),
    Environment,
    File,
    Default,
}

/// Everything that was said outside the billing file.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The billing file: the one named, else the nearest one that exists.
    pub config: Option<PathBuf>,
    pub config_origin: Origin,
    /// The profile named by flag or environment.
    pub profile: Option<(String, Origin)>,
    pub format: Format,
    pub yes: bool,
    pub live: bool,
    pub dry_run: bool,
    pub reason: Option<String>,
    pub quiet: bool,
    pub verbose: u8,
    /// Who is at work: `BILLCTL_ACTOR`, else the login name.
    pub actor: String,
    /// A clock that stands still, for tests: `BILLCTL_NOW`.
    pub frozen_at: Option<Timestamp>,
    pub colour: ColourWish,
    pub environment: Environment,
    /// The folder that the command was called in.
    pub folder: PathBuf,
}

impl Settings {
    /// Resolves flags and environment; the file has its say when it is read.
    ///
    /// # Errors
    /// `Usage` for a variable whose value means nothing.
    pub fn resolve(flags: GlobalArgs, environment: Environment, folder: &Path) -> anyhow::Result<Settings> {
        let GlobalArgs { config, profile, output, json, yes, live, dry_run, reason, quiet, verbose } = flags;
        let format = resolve_format(output, json, &environment)?;
        let (config, config_origin) = match (config, environment.path("BILLCTL_CONFIG")) {
            (Some(path), _) => (Some(folder.join(path)), Origin::Flag),
            (None, Some(path)) => (Some(folder.join(path)), Origin::Environment),
            (None, None) => (nearest_config(folder), Origin::Default),
        };
        let named = |name: &str| (name.to_owned(), Origin::Environment);
        Ok(Settings {
            config,
            config_origin,
            profile: profile
                .map(|name| (name, Origin::Flag))
                .or_else(|| environment.text("BILLCTL_PROFILE").map(named)),
            format,
            yes,
            live,
            dry_run,
            reason,
            quiet,
            verbose,
            actor: actor(&environment),
            frozen_at: frozen_at(&environment)?,
            colour: colour(&environment),
            environment,
            folder: folder.to_owned(),
        })
    }

    /// What the terminal is told.
    pub fn ui_options(&self) -> Options {
        Options::detect(self.quiet, self.yes, self.colour, has_only_plain_letters(&self.environment))
    }

    /// The folder of the billing file, or the one that the command was called in.
    pub fn project_folder(&self) -> &Path {
        self.config.as_deref().and_then(Path::parent).unwrap_or(&self.folder)
    }
}

fn resolve_format(output: Option<Format>, json: bool, environment: &Environment) -> anyhow::Result<Format> {
    match (output, json) {
        (Some(format), true) if format != Format::Json => Err(fail(
            Kind::Usage,
            "--json and --output name two formats",
            "Give one of them: `--json` is short for `--output json`",
        )),
        (Some(format), _) => Ok(format),
        (None, true) => Ok(Format::Json),
        (None, false) => match environment.text("BILLCTL_OUTPUT") {
            None => Ok(Format::default()),
            Some(text) => text.parse().map_err(|error| {
                fail(
                    Kind::Usage,
                    format!("BILLCTL_OUTPUT: {error}"),
                    "Set it to one of these, or unset it and use `--output`",
                )
            }),
        },
    }
}

fn nearest_config(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|ancestor| ancestor.join(CONFIG_NAME)).find(|path| path.is_file())
}

fn actor(environment: &Environment) -> String {
    ["BILLCTL_ACTOR", "USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .find_map(|name| environment.text(name))
        .unwrap_or("unknown")
        .to_owned()
}

fn frozen_at(environment: &Environment) -> anyhow::Result<Option<Timestamp>> {
    let Some(text) = environment.text("BILLCTL_NOW") else { return Ok(None) };
    text.parse().map(Some).map_err(|error| {
        fail(
            Kind::Usage,
            format!("BILLCTL_NOW: `{text}` is no time ({error})"),
            "Write it like 2026-11-01T00:00:00Z, or unset it to use the clock",
        )
    })
}

/// Whether the terminal's locale has no block letters: the first of these variables that is set names the encoding. Where
/// none is, nobody said so.
fn has_only_plain_letters(environment: &Environment) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| environment.text(name));
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        !locale.contains("utf-8") && !locale.contains("utf8")
    })
}

/// <https://no-color.org> and <https://bixense.com/clicolors/>.
pub fn colour(environment: &Environment) -> ColourWish {
    if environment.text("NO_COLOR").is_some() {
        ColourWish::Never
    } else if environment.text("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        ColourWish::Always
    } else if environment.text("TERM") == Some("dumb") || environment.text("CLICOLOR") == Some("0") {
        ColourWish::Never
    } else {
        ColourWish::IfTerminal
    }
}
