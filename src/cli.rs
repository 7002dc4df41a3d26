//! The global flags. What a noun and a verb take is declared with the command.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::billing::catalog::mask::mask;
use crate::commands::Command;
use crate::error::{self, Kind};
use crate::render::Format;
use crate::settings::Environment;

/// Billing on Stripe from the terminal
///
/// Keeps what is sold in `billing.toml`, shows what would change in Stripe, changes exactly that, and runs an
/// offline Stripe to try it on. Without a key it works on that emulator.
#[derive(Debug, clap::Parser)]
#[command(name = "billctl", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(after_help = AFTER_HELP)]
pub struct Cli {
    #[command(flatten)]
    pub global: GlobalArgs,
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  failed
  2  bad usage, bad config, bad catalog
  3  a difference was found
  4  refused by a limit or a balance
  5  refused: key missing or rejected, no permission, live guard, policy
  6  Stripe not reachable, or still limited after all retries
  7  stopped part-way; the same command finishes the rest

NO_COLOR and CLICOLOR_FORCE are honoured.";

/// Flags that every command takes, before or after its name.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]
    #[arg(long, global = true, value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// The profile to use [env: BILLCTL_PROFILE] [default: the file's default_profile, else emulator]
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]
    #[arg(short, long, global = true, value_name = "FORMAT", hide_possible_values = true)]
    #[arg(value_parser = PossibleValuesParser::new(Format::NAMES).try_map(|name| name.parse::<Format>()))]
    pub output: Option<Format>,
    /// Short for `--output json`
    #[arg(long, global = true)]
    pub json: bool,
    /// Answer every confirmation with yes; needed where stdin is no terminal
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// Say that a live key is meant; without it a live key is refused
    #[arg(long, global = true)]
    pub live: bool,
    /// Show what would be sent or stored, and change nothing
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// Why this is done; kept with the change, and required where the policy says so
    #[arg(long, global = true, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Say less: no progress, no hints
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more on stderr; `-vv` logs each request, never a secret
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// The format that the arguments ask for, as far as can be told before they are parsed: a usage error has to
/// be written in it too.
pub fn format_hint(arguments: &[OsString], environment: &Environment) -> Format {
    let mut hint = environment.text("BILLCTL_OUTPUT").and_then(|name| name.parse().ok()).unwrap_or_default();
    let mut words = arguments.iter().skip(1).filter_map(|argument| argument.to_str());
    while let Some(word) = words.next() {
        let named = match word {
            "--" => break,
            "--json" => Some("json"),
            "-o" | "--output" => words.next(),
            _ => word
                .strip_prefix("--output=")
                .or_else(|| word.strip_prefix("-o").map(|name| name.trim_start_matches('='))),
        };
        if let Some(format) = named.and_then(|name| name.parse().ok()) {
            hint = format;
        }
    }
    hint
}

/// Answers what clap did not let through: help and version on stdout with exit code 0, a usage error on stderr
/// with exit code 2. A key among the arguments is not repeated.
pub fn answer(mut usage: clap::Error, format: Format) -> ExitCode {
    advise(&mut usage);
    let is_json = matches!(format, Format::Json | Format::Jsonl);
    let given = usage.render().to_string();
    let plain = mask(given.clone());
    if usage.use_stderr() && is_json {
        let mut paragraphs = plain.split("\n\n").map(str::trim);
        let message = paragraphs.next().unwrap_or_default().trim_start_matches("error: ");
        let tip = paragraphs.find_map(|paragraph| paragraph.strip_prefix("tip: "));
        let hint = tip.unwrap_or("See `billctl --help`, or add `--help` to the command");
        let document = error::document(Kind::Usage, message, Some(hint));
        let _ = writeln!(std::io::stderr(), "{document}");
    } else if plain != given {
        // Without clap's colours, which belong to the text with the key.
        let _ = write!(std::io::stderr(), "{plain}");
    } else {
        // A reader that went away needs no help.
        let _ = usage.print();
    }
    if usage.use_stderr() { ExitCode::from(Kind::Usage.exit_code()) } else { ExitCode::SUCCESS }
}

/// Adds what clap can't know: that a verb was given without its noun, or a billing file without its flag.
fn advise(usage: &mut clap::Error) {
    let given = |kind| match usage.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let tip = match usage.kind() {
        ErrorKind::InvalidSubcommand => given(ContextKind::InvalidSubcommand).and_then(|verb| {
            let cli = Cli::command();
            let mut nouns = cli.get_subcommands().filter(|noun| noun.find_subcommand(&verb).is_some());
            let noun = nouns.next()?.get_name().to_owned();
            Some(format!("it is `billctl {noun} {verb}`"))
        }),
        ErrorKind::UnknownArgument => given(ContextKind::InvalidArg)
            .filter(|path| path.ends_with(".toml"))
            .map(|path| format!("the billing file is named with `--config {path}`")),
        _ => None,
    };
    if let Some(tip) = tip {
        // What is only spelt alike is further from what was meant.
        usage.remove(ContextKind::SuggestedSubcommand);
        usage.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    fn hint(arguments: &str, variable: &str) -> Format {
        let words: Vec<OsString> = arguments.split(' ').map(OsString::from).collect();
        format_hint(&words, &[("BILLCTL_OUTPUT", variable)].into_iter().collect())
    }

    #[test]
    fn the_format_is_known_before_the_arguments_are() {
        assert_eq!(hint("billctl nonsense", ""), Format::Table);
        assert_eq!(hint("billctl nonsense", "json"), Format::Json);
        assert_eq!(hint("billctl nonsense --json", ""), Format::Json);
        assert_eq!(hint("billctl -o json nonsense", ""), Format::Json);
        assert_eq!(hint("billctl -ojson nonsense", ""), Format::Json);
        assert_eq!(hint("billctl --output=jsonl nonsense", ""), Format::Jsonl);
        assert_eq!(hint("billctl --output table nonsense", "json"), Format::Table);
        assert_eq!(hint("billctl nonsense -- --json", ""), Format::Table);
    }
}
