//! `billctl completions`: a shell's completion script.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Outcome;
use crate::cli::Cli;
use crate::context::Context;

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl completions bash > ~/.local/share/bash-completion/completions/billctl
  billctl completions zsh > ~/.zfunc/_billctl
  billctl completions fish > ~/.config/fish/completions/billctl.fish")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

pub async fn run(ctx: &Context, args: CompletionsArgs) -> anyhow::Result<Outcome> {
    ctx.print(&script(args.shell))?;
    Ok(Outcome::Done)
}

/// The completion script of a shell.
pub fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "billctl", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
