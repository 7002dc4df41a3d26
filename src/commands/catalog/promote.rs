//! `catalog promote`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::prepare::{self, ChoiceArgs};
use super::sync::{self, WayArgs, Wish};
use super::{plan, pull as pulling};
use crate::billing::plan::wanted::{self, Resource};
use crate::billing::pull::{self, Request, Scope};
use crate::commands::Outcome;
use crate::commands::secret_out::SecretOut;
use crate::context::{Connection, Context};
use crate::error::{Kind as Failure, fail};
use crate::settings::profile::Target;
use crate::stripe::API_VERSION;

/// Plan one account's synced catalog onto another account
#[derive(Debug, clap::Args)]
pub struct PromoteArgs {
    /// The profile whose account has the catalog
    #[arg(long, value_name = "PROFILE")]
    pub from: String,
    /// The profile whose account is to have it
    #[arg(long, value_name = "PROFILE")]
    pub to: String,
    #[command(flatten)]
    pub choices: ChoiceArgs,
    /// Keep the plan in a file, for `catalog sync PLAN --profile PROFILE`
    #[arg(long, value_name = "PLAN", conflicts_with = "sync")]
    pub out: Option<PathBuf>,
    /// Apply the plan, after asking
    #[arg(long)]
    pub sync: bool,
    #[command(flatten)]
    pub way: WayArgs,
}

pub async fn run(ctx: &Context, args: PromoteArgs) -> anyhow::Result<Outcome> {
    let from = ctx.with_profile(&args.from, "--from");
    let to = ctx.with_profile(&args.to, "--to");
    let secret_out = args.way.secret_out.as_deref().map(SecretOut::open).transpose()?;
    let source = from.stripe().await?;
    let target = to.stripe().await?;
    distinct(&source, &target).await?;
    let project = from.catalog()?.catalog.project.clone();
    let said = [prepare::wanted(&from)?, prepare::wanted(&to)?];
    let promoted = promoted(&from, &source, &project, &said[0]).await?;
    let wanted = pull::adapted(promoted, &said[0], &said[1]);
    let choices = args.choices.checked(&wanted)?;
    let source = format!("profile {}", args.from);
    let wish =
        Wish { project: &project, wanted: &wanted, choices: &choices, reviewed: None, source: &source };
    if args.sync {
        return sync::grant(&to, &target, &wish, args.way.parallel, secret_out).await;
    }
    plan::show(&to, &target, &wish, args.out.as_deref()).await?;
    Ok(Outcome::Done)
}

/// Refuses to promote an account onto itself.
async fn distinct(source: &Connection, target: &Connection) -> anyhow::Result<()> {
    let (one, other) = (id(source).await?, id(target).await?);
    if one == other {
        let (from, to) = (&source.profile().name, &target.profile().name);
        return Err(fail(
            Failure::Usage,
            format!("The profiles `{from}` and `{to}` are the same account, {one}"),
            "Name two profiles of different accounts with `--from` and `--to`",
        ));
    }
    Ok(())
}

/// The account's id: as Stripe says it, else as the profile pins it.
async fn id(connection: &Connection) -> anyhow::Result<String> {
    match (connection.account().await, &connection.profile().target) {
        (Ok(account), _) => Ok(account.id.clone()),
        (Err(error), Target::Account(account)) if error.status() == Some(403) => {
            let name = &connection.profile().name;
            account.pinned.clone().ok_or_else(|| {
                fail(
                    Failure::Refused,
                    format!("The key of `{name}` may not say which account it is of"),
                    format!("Add account = \"acct_…\" to [profiles.{name}], or let the key read the account"),
                )
            })
        }
        (Err(error), _) => Err(error.into()),
    }
}

/// What the project has in an account, as resources that another account can have.
/// `said` is what the file says that it has.
async fn promoted(
    ctx: &Context,
    source: &Connection,
    project: &str,
    said: &[Resource],
) -> anyhow::Result<Vec<Resource>> {
    let (account, unreadable) = pulling::fetch(source).await?;
    let known = pull::known(project, said, &account);
    let request = Request {
        account: &account,
        project,
        api_version: API_VERSION,
        scope: Scope::Project,
        include_archived: false,
        takeover: false,
        known: &known,
    };
    let beginning = format!("[project]\nname = \"{project}\"\n");
    let read = |_: &Path| Ok(beginning.clone().into_bytes());
    let pulled = pull::pull(&request, &read, Path::new("billing.toml"), None).map_err(pulling::unproven)?;
    let mut left_out: BTreeSet<String> = unreadable
        .into_iter()
        .map(|kind| format!("The key may not read what the account has of kind {kind}: it is not promoted"))
        .collect();
    left_out.extend(
        pulled.left_out.iter().map(|out| format!("Not promoted: {} {}: {}", out.kind, out.id, out.reason)),
    );
    let (catalog, personal) = pull::portable(pulled.catalog);
    left_out.extend(
        personal.iter().map(|key| format!("Not promoted: promotion_code {key}: it is for one customer")),
    );
    for line in left_out {
        ctx.ui().warn(&line);
    }
    Ok(wanted::resources(&catalog, API_VERSION))
}
