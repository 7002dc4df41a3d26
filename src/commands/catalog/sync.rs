//! `catalog sync`

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use secrecy::ExposeSecret as _;

use super::apply::{Applied, Engine};
use super::outcome::Outcome as Synced;
use super::prepare::{self, ChoiceArgs};
use super::secrets::SecretOut;
use super::show::Shown;
use crate::billing::plan::account::Account;
use crate::billing::plan::kind::Kind;
use crate::billing::plan::saved::{SavedPlan, Standing, VERSION};
use crate::billing::plan::{Plan, steps};
use crate::commands::Outcome;
use crate::context::{Connection, Context};
use crate::error::{Explain as _, Kind as Failure, fail, fail_plain};
use crate::render::Format;
use crate::store::journal::{Journal, Run, Unfinished};

/// Change Stripe to match the catalog: plans, asks, then applies
#[derive(Debug, clap::Args)]
pub struct SyncArgs {
    /// Apply exactly this reviewed plan, kept by `catalog plan --out PLAN`; refused if the account moved since
    #[arg(value_name = "PLAN", conflicts_with_all = ["prune", "takeover", "targets"])]
    pub plan: Option<PathBuf>,
    #[command(flatten)]
    pub choices: ChoiceArgs,
    /// The most requests under way at once
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallel: u16,
    /// Write the signing secrets of new webhook endpoints to this file (mode 0600); else they are shown once
    #[arg(long, value_name = "FILE")]
    pub secret_out: Option<PathBuf>,
}

pub async fn run(ctx: &Context, args: SyncArgs) -> anyhow::Result<Outcome> {
    let saved = args.plan.as_deref().map(|path| read_plan(ctx, path)).transpose()?;
    let wanted = match &saved {
        Some(saved) => saved.wanted.clone(),
        None => prepare::wanted(ctx)?,
    };
    let choices = args.choices.checked(&wanted)?;
    let secret_out = args.secret_out.as_deref().map(SecretOut::open).transpose()?;
    let connection = ctx.stripe().await?;
    let account_id = connection.account_id().await?.to_owned();
    let waiting = || ctx.ui().status("Waiting for another sync of this profile to end");
    let (mut journal, unfinished) = Journal::open(&ctx.state_dir()?, &account_id, waiting)?;
    let account = prepare::fetch(&connection, &wanted).await?;
    let mut plan = match &saved {
        Some(saved) => reviewed(saved, &account_id, &account, &unfinished)?,
        None => Plan::between(&ctx.billing()?.catalog.project, &wanted, &account, &choices),
    };
    prepare::refuse_conflicts(&plan.conflicts)?;
    prepare::look_up_retirements(&connection, &mut plan).await?;

    let billing_name = ctx.billing()?.name();
    let shown = Shown { plan: &plan, file: &billing_name, all_fields: ctx.settings().verbose > 0 };
    if ctx.settings().dry_run {
        ctx.show(&shown)?;
        return Ok(Outcome::Done);
    }
    let is_table = ctx.settings().format == Format::Table;
    if is_table {
        ctx.show(&shown)?;
    }
    let changes = plan.writes().count();
    ctx.policy()?.allow_changes(changes)?;
    if changes == 0 {
        recover_secrets(ctx, &connection, &plan, &unfinished, secret_out).await?;
        journal.finish()?;
        return finish(ctx, &plan, Applied { ids: plan.ids.clone(), ..Applied::default() });
    }
    if !ctx.confirm(&question(&plan, changes, &account_id))? {
        ctx.ui().status("Nothing was changed");
        return Ok(Outcome::Done);
    }

    let writer = ctx.writer(&connection).await?;
    let steps = steps::steps(&plan, &account);
    let progress = ctx.ui().progress(steps.len() as u64, "Syncing");
    progress.follow(connection.waits());
    let engine = Engine {
        reader: connection.reader(),
        writer,
        plan: &plan,
        progress: &progress,
        stop: ctx.stop()?,
        parallel: usize::from(args.parallel),
    };
    let run = Run {
        nonce: format!("{:016x}", fastrand::u64(..)),
        account: account_id,
        at: ctx.clock().now().to_string(),
        actor: ctx.settings().actor.clone(),
        reason: ctx.settings().reason.clone(),
    };
    let mut applied = engine.apply(&steps, &run, &mut journal, &unfinished).await?;
    progress.finish();
    let mut secrets = std::mem::take(&mut applied.secrets);
    secrets.extend(lost_secrets(ctx, &connection, &plan, &unfinished).await?);
    hand_over(ctx, secret_out, &secrets)?;
    if applied.left == 0 {
        journal.finish()?;
    }
    finish(ctx, &plan, applied)
}

fn question(plan: &Plan, changes: usize, account: &str) -> String {
    let grave = plan.writes().filter(|change| change.action.is_grave()).count();
    let grave = if grave == 0 { String::new() } else { format!(", {grave} of which retire something") };
    let noun = if changes == 1 { "1 change".to_owned() } else { format!("{changes} changes") };
    format!("Apply {noun} to {account}{grave}?")
}

/// Shows what was done, and fails if not everything was.
fn finish(ctx: &Context, plan: &Plan, applied: Applied) -> anyhow::Result<Outcome> {
    let is_table = ctx.settings().format == Format::Table;
    if !(is_table && plan.is_empty() && plan.unchanged.is_empty()) {
        ctx.show(&Synced { plan, applied: &applied })?;
    }
    let (done, left) = (applied.done.len(), applied.left);
    let again = "Run the same command again: it does the rest, and nothing twice";
    match applied.failure {
        Some((step, error)) if done > 0 => Err(anyhow::Error::new(error)
            .context(fail_note(format!("Stopped at `{step}`: {done} requests are done, {left} are not"), again))),
        Some((step, error)) => Err(anyhow::Error::new(error)).with_context(|| format!("Nothing is done: `{step}` failed")),
        None if left > 0 => {
            ctx.ui().warn(&format!("Stopped: {done} requests are done, {left} are not"));
            ctx.ui().hint(again);
            Ok(Outcome::Partial)
        }
        None => Ok(Outcome::Done),
    }
}

fn fail_note(message: String, fix: &str) -> crate::error::Note {
    crate::error::Note { kind: Failure::Partial, message, fix: Some(fix.to_owned()) }
}

fn read_plan(ctx: &Context, path: &Path) -> anyhow::Result<SavedPlan> {
    let again = "Make a plan with `billctl catalog plan --out PLAN`";
    let text = fs_err::read_to_string(path).explain(Failure::Usage, || "Cannot read the plan".to_owned(), again)?;
    let saved: SavedPlan = serde_json::from_str(&text)
        .explain(Failure::Usage, || format!("{} is no plan of billctl", path.display()), again)?;
    if saved.version != VERSION {
        return Err(fail(Failure::Usage, format!("{} was made by another version", path.display()), again));
    }
    let profile = ctx.profile_name()?;
    if saved.profile != profile {
        let message = format!("The plan is for profile `{}`, not `{profile}`", saved.profile);
        return Err(fail(Failure::Usage, message, format!("Add `--profile {}`", saved.profile)));
    }
    Ok(saved)
}

fn reviewed(saved: &SavedPlan, account_id: &str, account: &Account, unfinished: &Unfinished) -> anyhow::Result<Plan> {
    if saved.account != account_id {
        let message = format!("The plan is for account {}, not {account_id}", saved.account);
        return Err(fail(Failure::Refused, message, "Choose the key of that account, or make a new plan"));
    }
    match saved.hold_against(account, !unfinished.steps.is_empty()) {
        Standing::Holds(plan) => Ok(plan),
        Standing::Moved(moved) => Err(fail(
            Failure::Refused,
            format!("The account moved since the plan was made: {}", moved.join(", ")),
            "Make and review a new plan with `billctl catalog plan --out PLAN`",
        )),
    }
}

/// The secrets of endpoints that a stopped run made without living to hand them over.
async fn lost_secrets(
    ctx: &Context,
    connection: &Connection,
    plan: &Plan,
    unfinished: &Unfinished,
) -> anyhow::Result<Vec<(crate::billing::plan::kind::Address, secrecy::SecretString)>> {
    let mut secrets = Vec::new();
    for (address, id) in plan.ids.iter().filter(|(address, _)| address.kind == Kind::WebhookEndpoint) {
        let name = format!("create {} {}", address.kind, address.key);
        let Some(entry) = unfinished.steps.values().find(|entry| entry.name == name) else { continue };
        let Some(resource) = plan.wanted.get(address) else { continue };
        let step = steps::first_creation(resource);
        let fresh = unfinished.is_younger_than_a_day(ctx.clock().now());
        let secret = if step.fingerprint() == entry.fingerprint && fresh {
            super::step::ask_again(&step, &ctx.writer(connection).await?, id).await?
        } else {
            None
        };
        match secret {
            Some(secret) => secrets.push((address.clone(), secret)),
            None => {
                ctx.ui().warn(&format!("The signing secret of {address} ({id}) was lost with the run that made it"));
                ctx.ui().hint("Roll the endpoint's secret in the Stripe dashboard");
            }
        }
    }
    Ok(secrets)
}

async fn recover_secrets(
    ctx: &Context,
    connection: &Connection,
    plan: &Plan,
    unfinished: &Unfinished,
    out: Option<SecretOut>,
) -> anyhow::Result<()> {
    let secrets = lost_secrets(ctx, connection, plan, unfinished).await?;
    hand_over(ctx, out, &secrets)
}

/// Gives secrets out, once: to the file that was asked for, else to stderr, and never into a result.
fn hand_over(
    ctx: &Context,
    out: Option<SecretOut>,
    secrets: &[(crate::billing::plan::kind::Address, secrecy::SecretString)],
) -> anyhow::Result<()> {
    match out {
        Some(out) => {
            let path = out.path().to_owned();
            out.write(secrets).map_err(|error| fail_plain(Failure::Failed, format!("{error:#}")))?;
            if !secrets.is_empty() {
                ctx.ui().status(&format!("Wrote {} signing secret(s) to {}", secrets.len(), path.display()));
            }
        }
        None => {
            for (address, secret) in secrets {
                let key = &address.key;
                ctx.ui().say(&format!("Signing secret of {key}, shown this once: {}", secret.expose_secret()));
            }
        }
    }
    Ok(())
}
