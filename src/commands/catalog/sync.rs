//! `catalog sync`

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::watch;

use super::apply::{Applied, Engine};
use super::outcome::Outcome as Synced;
use super::prepare::{self, ChoiceArgs};
use super::show::Shown;
use crate::billing::plan::account::Account;
use crate::billing::plan::kind::{Address, Kind};
use crate::billing::plan::saved::{SavedPlan, Standing, VERSION};
use crate::billing::plan::wanted::Resource;
use crate::billing::plan::{Choices, Plan, steps};
use crate::commands::Outcome;
use crate::commands::secret_out::SecretOut;
use crate::context::{Connection, Context};
use crate::error::{Explain as _, Kind as Failure, Note, fail};
use crate::render::Format;
use crate::store::journal::{Entry, Journal, Run, Unfinished};
use crate::stripe::Writer;
use crate::stripe::limiter::Wait;
use crate::ui::Progress;

/// Change Stripe to match the catalog: plans, asks, then applies
#[derive(Debug, clap::Args)]
pub struct SyncArgs {
    /// Apply exactly this reviewed plan, kept by `catalog plan --out PLAN`; refused if the account moved since
    #[arg(value_name = "PLAN", conflicts_with_all = ["prune", "takeover", "targets"])]
    pub plan: Option<PathBuf>,
    #[command(flatten)]
    pub choices: ChoiceArgs,
    #[command(flatten)]
    pub way: WayArgs,
}

/// How changes are applied.
#[derive(Debug, clap::Args)]
pub struct WayArgs {
    /// The most requests under way at once
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallel: u16,
    /// Write the signing secrets of new webhook endpoints to this file (mode 0600); else they are shown once
    #[arg(long, value_name = "FILE")]
    pub secret_out: Option<PathBuf>,
}

/// What an account is to have.
#[derive(Debug)]
pub struct Wish<'a> {
    pub project: &'a str,
    pub wanted: &'a [Resource],
    pub choices: &'a Choices,
    /// The plan that was reviewed, which is all that may be done.
    pub reviewed: Option<&'a SavedPlan>,
    /// What the wish comes from, for sentences: a file's name.
    pub source: &'a str,
}

pub async fn run(ctx: &Context, args: SyncArgs) -> anyhow::Result<Outcome> {
    let reviewed = args.plan.as_deref().map(|path| read_plan(ctx, path)).transpose()?;
    let (project, wanted) = match &reviewed {
        Some(saved) => (saved.project.clone(), saved.wanted.clone()),
        None => (ctx.catalog()?.catalog.project.clone(), prepare::wanted(ctx)?),
    };
    let choices = args.choices.checked(&wanted)?;
    let wish = Wish {
        project: &project,
        wanted: &wanted,
        choices: &choices,
        reviewed: reviewed.as_ref(),
        source: &ctx.billing()?.name(),
    };
    let secret_out = args.way.secret_out.as_deref().map(SecretOut::open).transpose()?;
    let connection = ctx.stripe().await?;
    grant(ctx, &connection, &wish, args.way.parallel, secret_out).await
}

/// Plans a wish for the account of the profile in use, shows it, asks, and applies it.
///
/// # Errors
/// What Stripe, the policy or the live guard refuses, and an account that moved since the plan was reviewed.
pub async fn grant(
    ctx: &Context,
    connection: &Connection,
    wish: &Wish<'_>,
    parallel: u16,
    mut secret_out: Option<SecretOut>,
) -> anyhow::Result<Outcome> {
    let account_id = prepare::account_id(connection).await?;
    let dir = ctx.state_dir()?;
    if ctx.settings().dry_run {
        let unfinished = Journal::look(&dir, &account_id)?;
        let (plan, _) = decide(connection, wish, &account_id, &unfinished).await?;
        return show(ctx, &plan, wish).map(|()| Outcome::Done);
    }
    let waiting = || ctx.ui().status("Waiting for another sync of this profile to end");
    let (mut journal, unfinished) = Journal::open(&dir, &account_id, waiting).explain(
        Failure::Failed,
        || "Cannot keep a journal of the sync, so nothing was sent".to_owned(),
        room_in(&dir),
    )?;
    let (plan, account) = decide(connection, wish, &account_id, &unfinished).await?;
    if ctx.settings().format == Format::Table {
        show(ctx, &plan, wish)?;
    }
    let changes = plan.writes().count();
    allow_changes(ctx, changes)?;
    let lost = lost_secrets(&plan, &unfinished);
    if changes == 0 && lost.is_empty() {
        journal.finish()?;
        return finish(ctx, &plan, Applied { ids: plan.ids.clone(), ..Applied::default() });
    }
    ctx.check_policy()?;
    if changes > 0 && !ctx.confirm(&question(&plan, changes, &account_id))? {
        ctx.ui().status("Nothing was changed");
        return Ok(Outcome::Done);
    }

    let writer = ctx.writer(connection).await?;
    let found_again = ask_again(ctx, &writer, &plan, &unfinished, &lost).await?;
    hand_over(ctx, secret_out.as_mut(), &found_again)?;
    let steps = steps::steps(&plan, &account);
    let progress = ctx.ui().progress(steps.len() as u64, "Syncing");
    let follower = tokio::spawn(follow(progress.clone(), connection.waits()));
    let engine = Engine {
        reader: connection.reader(),
        writer,
        plan: &plan,
        progress: &progress,
        stop: ctx.stop()?,
        parallel: usize::from(parallel),
    };
    let run = Run {
        nonce: format!("{:016x}", fastrand::u64(..)),
        account: account_id,
        at: ctx.clock().now().to_string(),
        actor: ctx.settings().actor.clone(),
        reason: ctx.settings().reason.clone(),
        plan: wish.reviewed.map(SavedPlan::digest),
    };
    let mut applied = engine.apply(&steps, &run, &mut journal, &unfinished).await.explain(
        Failure::Failed,
        || "Cannot write the sync's journal, so nothing was changed".to_owned(),
        room_in(&dir),
    )?;
    follower.abort();
    progress.finish();
    let handed_over = hand_over(ctx, secret_out.as_mut(), &std::mem::take(&mut applied.secrets));
    if handed_over.is_ok() {
        for fingerprint in &applied.secret_steps {
            journal.done(fingerprint);
        }
        if applied.left == 0 {
            journal.finish()?;
        }
    }
    let outcome = finish(ctx, &plan, applied);
    handed_over.and(outcome)
}

/// Plans a wish, or finds that a reviewed plan still holds.
async fn decide(
    connection: &Connection,
    wish: &Wish<'_>,
    account_id: &str,
    unfinished: &Unfinished,
) -> anyhow::Result<(Plan, Account)> {
    let account = prepare::fetch(connection, wish.wanted).await?;
    let mut plan = match wish.reviewed {
        Some(saved) => reviewed(saved, account_id, &account, unfinished)?,
        None => Plan::between(wish.project, wish.wanted, &account, wish.choices),
    };
    prepare::refuse_conflicts(&plan.conflicts)?;
    prepare::look_up_retirements(connection, &mut plan).await?;
    Ok((plan, account))
}

fn show(ctx: &Context, plan: &Plan, wish: &Wish<'_>) -> anyhow::Result<()> {
    ctx.show(&Shown { plan, file: wish.source, all_fields: ctx.settings().verbose > 0 })
}

/// What to do where a profile's folder can't be written to.
fn room_in(dir: &Path) -> String {
    format!("Make `{}` writable for yourself, on a disk that is not full", dir.display())
}

/// Shows the wait for Stripe's limit in the bar.
async fn follow(progress: Progress, mut waits: watch::Receiver<Option<Wait>>) {
    while waits.changed().await.is_ok() {
        let message = waits.borrow_and_update().as_ref().and_then(Wait::message);
        if let Some(message) = message {
            progress.say(&message);
        }
    }
}

/// Refuses more changes than the policy lets one sync make.
fn allow_changes(ctx: &Context, changes: usize) -> anyhow::Result<()> {
    let most = ctx.policy()?.and_then(|policy| policy.max_changes);
    match most {
        Some(most) if changes > most as usize => Err(fail(
            Failure::Refused,
            format!("{changes} changes are more than the policy allows one sync ({most})"),
            "Sync a part with `--target KEY`, or raise `max_changes` under [policy]",
        )),
        _ => Ok(()),
    }
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
            .context(fail_note(format!("Stopped at `{step}`: {}", how_far(done, left)), again))),
        Some((step, error)) => {
            Err(anyhow::Error::new(error)).with_context(|| format!("Nothing is done: `{step}` failed"))
        }
        None if left > 0 => {
            ctx.ui().warn(&format!("Stopped: {}", how_far(done, left)));
            ctx.ui().hint(again);
            Ok(Outcome::Partial)
        }
        None => Ok(Outcome::Done),
    }
}

/// `1 request is done, 3 are not`
fn how_far(done: usize, left: usize) -> String {
    let are = |count: usize| if count == 1 { "is" } else { "are" };
    let noun = if done == 1 { "request" } else { "requests" };
    format!("{done} {noun} {} done, {left} {} not", are(done), are(left))
}

fn fail_note(message: String, fix: &str) -> Note {
    Note { kind: Failure::Partial, message, fix: Some(fix.to_owned()) }
}

fn read_plan(ctx: &Context, path: &Path) -> anyhow::Result<SavedPlan> {
    let again = "Make a plan with `billctl catalog plan --out PLAN`";
    let text =
        fs_err::read_to_string(path).explain(Failure::Usage, || "Cannot read the plan".to_owned(), again)?;
    let saved: SavedPlan = serde_json::from_str(&text).explain(
        Failure::Usage,
        || format!("{} is no plan of billctl", path.display()),
        again,
    )?;
    if saved.version != VERSION {
        return Err(fail(Failure::Usage, format!("{} was made by another version", path.display()), again));
    }
    let profile = ctx.profile()?.name;
    if saved.profile != profile {
        let message = format!("The plan is for profile `{}`, not `{profile}`", saved.profile);
        return Err(fail(Failure::Usage, message, format!("Add `--profile {}`", saved.profile)));
    }
    // What it makes would carry that project's mark, and this one's catalog would find it to be somebody else's.
    if let Some(project) = &ctx.billing()?.file.project
        && project.name != saved.project
    {
        let message = format!("The plan is for project `{}`, not `{}`", saved.project, project.name);
        return Err(fail(Failure::Usage, message, "Name that project's billing file with `--config PATH`"));
    }
    Ok(saved)
}

fn reviewed(
    saved: &SavedPlan,
    account_id: &str,
    account: &Account,
    unfinished: &Unfinished,
) -> anyhow::Result<Plan> {
    if saved.account != account_id {
        let message = format!("The plan is for account {}, not {account_id}", saved.account);
        return Err(fail(Failure::Refused, message, "Choose the key of that account, or make a new plan"));
    }
    match saved.hold_against(account, unfinished.plan == Some(saved.digest())) {
        Standing::Holds(plan) => Ok(plan),
        Standing::Moved(moved) => Err(fail(
            Failure::Refused,
            format!("The account moved since the plan was made: {}", moved.join(", ")),
            "Make and review a new plan with `billctl catalog plan --out PLAN`",
        )),
    }
}

/// Endpoints that a stopped run made without living to hand their secrets over.
fn lost_secrets<'a>(plan: &'a Plan, unfinished: &Unfinished) -> Vec<(&'a Address, &'a str)> {
    let endpoints = plan.ids.iter().filter(|(address, _)| address.kind == Kind::WebhookEndpoint);
    let lost = endpoints.filter(|(address, _)| creation_of(address, unfinished).is_some());
    lost.map(|(address, id)| (address, id.as_str())).collect()
}

fn creation_of<'a>(address: &Address, unfinished: &'a Unfinished) -> Option<&'a Entry> {
    let names = ["create", "replace"].map(|verb| format!("{verb} {} {}", address.kind, address.key));
    unfinished.steps.values().find(|entry| names.contains(&entry.name))
}

/// Asks Stripe to repeat the answers that hold lost secrets.
async fn ask_again(
    ctx: &Context,
    writer: &Writer,
    plan: &Plan,
    unfinished: &Unfinished,
    lost: &[(&Address, &str)],
) -> anyhow::Result<Vec<(Address, SecretString)>> {
    let mut secrets = Vec::new();
    for (address, id) in lost {
        let step = plan.wanted.get(*address).map(steps::first_creation);
        let meant = creation_of(address, unfinished);
        let fresh = unfinished.is_younger_than_a_day(ctx.clock().now());
        let secret = match (step, meant) {
            (Some(step), Some(meant)) if fresh && step.fingerprint() == meant.fingerprint => {
                super::step::ask_again(&step, writer, id).await?
            }
            _ => None,
        };
        match secret {
            Some(secret) => secrets.push(((*address).clone(), secret)),
            None => {
                let text =
                    format!("The signing secret of {address} ({id}) was lost with the run that made it");
                ctx.ui().warn(&text);
                ctx.ui().hint("Roll the endpoint's secret in the Stripe dashboard");
            }
        }
    }
    Ok(secrets)
}

/// The name of an endpoint's secret in a file.
fn secret_name(endpoint: &Address) -> String {
    format!("STRIPE_WEBHOOK_SECRET_{}", endpoint.key.to_uppercase().replace('-', "_"))
}

/// Gives secrets out, once: to the file that was asked for, else to stderr, and never into a result.
fn hand_over(
    ctx: &Context,
    out: Option<&mut SecretOut>,
    secrets: &[(Address, SecretString)],
) -> anyhow::Result<()> {
    if secrets.is_empty() {
        return Ok(());
    }
    match out {
        Some(out) => {
            let path = out.path().to_owned();
            let lines: Vec<(String, &SecretString)> =
                secrets.iter().map(|(address, secret)| (secret_name(address), secret)).collect();
            out.write(&lines).explain(
                Failure::Partial,
                || "Cannot keep the signing secrets".to_owned(),
                "Run the same command again within 20 hours, with a `--secret-out FILE` that can be written: Stripe repeats them",
            )?;
            let noun = if secrets.len() == 1 { "signing secret" } else { "signing secrets" };
            ctx.ui().status(&format!("Wrote {} {noun} to {}", secrets.len(), path.display()));
        }
        None => {
            for (address, secret) in secrets {
                let key = &address.key;
                ctx.ui()
                    .say(&format!("Signing secret of {key}, shown this once: {}", secret.expose_secret()));
            }
        }
    }
    Ok(())
}
