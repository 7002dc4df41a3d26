//! `billctl man`: the manual, as roff.

use std::path::PathBuf;

use clap::CommandFactory as _;

use super::Outcome;
use crate::cli::Cli;
use crate::context::Context;
use crate::error::{Kind, fail};

/// Print the manual page, or write the pages of all commands into a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl man | man -l -
  billctl man catalog sync | man -l -
  billctl man --out ~/.local/share/man/man1")]
pub struct ManArgs {
    /// The command that the page is about; billctl itself by default
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
    /// Write a page for every command into this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    pub out: Option<PathBuf>,
}

pub async fn run(ctx: &Context, args: ManArgs) -> anyhow::Result<Outcome> {
    let pages = pages();
    if let Some(folder) = &args.out {
        fs_err::create_dir_all(folder)?;
        for page in &pages {
            fs_err::write(folder.join(format!("{}.1", page.name)), &page.roff)?;
        }
        ctx.ui().status(&format!("Wrote {} pages into {}", pages.len(), folder.display()));
        return Ok(Outcome::Done);
    }
    let name = std::iter::once("billctl").chain(args.command.iter().map(String::as_str)).collect::<Vec<_>>();
    let page = pages.into_iter().find(|page| page.name == name.join("-")).ok_or_else(|| {
        fail(
            Kind::Usage,
            format!("There is no command `{}`", name.join(" ")),
            "See the list with `billctl --help`",
        )
    })?;
    ctx.print(&page.roff)?;
    Ok(Outcome::Done)
}

/// The manual page of a command.
struct Page {
    /// `billctl-catalog-sync`
    name: String,
    roff: String,
}

fn pages() -> Vec<Page> {
    let mut root = Cli::command();
    root.build();
    let mut pages = Vec::new();
    add(&mut pages, &root, "billctl".to_owned());
    pages
}

fn add(pages: &mut Vec<Page>, command: &clap::Command, name: String) {
    let mut roff = Vec::new();
    // Writing to memory cannot fail.
    let _ = clap_mangen::Man::new(command.clone()).title(name.to_uppercase()).render(&mut roff);
    for verb in command.get_subcommands() {
        add(pages, verb, format!("{name}-{}", verb.get_name()));
    }
    pages.push(Page { name, roff: String::from_utf8_lossy(&roff).into_owned() });
}
