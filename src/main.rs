//! Parse, run, and turn the outcome into text and an exit code.

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use anyhow::Context as _;
use billctl::cli::Cli;
use billctl::commands::Outcome;
use billctl::context::Context;
use billctl::error::{self, Kind};
use billctl::render::Format;
use billctl::settings::{Environment, Settings};
use billctl::ui::{Options, Ui};
use clap::Parser as _;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let environment = Environment::of_process();
    let format = billctl::cli::format_hint(&arguments, &environment);
    error::report_panics(format);
    catch_unwind(AssertUnwindSafe(|| run(arguments, environment, format)))
        .unwrap_or_else(|_| ExitCode::from(Kind::Failed.exit_code()))
}

fn run(arguments: Vec<OsString>, environment: Environment, format: Format) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(usage) => return billctl::cli::answer(usage, format),
    };
    let colour = billctl::settings::colour(&environment);
    match start(cli, environment) {
        Ok(outcome) => ExitCode::from(outcome.exit_code()),
        Err(error) => {
            let ui = Ui::new(Options::detect(false, false, colour, false));
            ui.say(&error::report(&error, format, ui.options().colour_err));
            ExitCode::from(error::kind_of(&error).exit_code())
        }
    }
}

fn start(cli: Cli, environment: Environment) -> anyhow::Result<Outcome> {
    let folder = std::env::current_dir().context("Cannot tell the current folder")?;
    let ctx = Context::new(Settings::resolve(cli.global, environment, &folder)?);
    billctl::ui::log_to_stderr(ctx.settings().verbose, ctx.ui().options().colour_err);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("Cannot start the runtime")?;
    runtime.block_on(cli.command.run(&ctx))
}
