//! `catalog plan`

use std::path::{Path, PathBuf};

use super::prepare::{self, ChoiceArgs};
use super::show::Shown;
use super::sync::Wish;
use crate::billing::plan::Plan;
use crate::billing::plan::saved::{SavedPlan, VERSION};
use crate::commands::Outcome;
use crate::context::{Connection, Context};
use crate::error::{Explain as _, Kind};

/// Show what `catalog sync` would change in Stripe, and change nothing
#[derive(Debug, clap::Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub choices: ChoiceArgs,
    /// End with exit code 3 if anything differs
    #[arg(long)]
    pub exit_code: bool,
    /// Keep the plan in a file, for `catalog sync PLAN`
    #[arg(long, value_name = "PLAN")]
    pub out: Option<PathBuf>,
}

pub async fn run(ctx: &Context, args: PlanArgs) -> anyhow::Result<Outcome> {
    let wanted = prepare::wanted(ctx)?;
    let choices = args.choices.checked(&wanted)?;
    let connection = ctx.stripe().await?;
    let wish = Wish {
        project: &ctx.catalog()?.catalog.project,
        wanted: &wanted,
        choices: &choices,
        reviewed: None,
        source: &ctx.billing()?.name(),
    };
    let plan = show(ctx, &connection, &wish, args.out.as_deref()).await?;
    let differs = !plan.is_empty() && args.exit_code;
    Ok(if differs { Outcome::Difference } else { Outcome::Done })
}

/// Plans a wish for the account of the profile in use, shows it, and keeps it in a file where one is named.
///
/// # Errors
/// What Stripe refuses, and what stands in the way of a plan.
pub async fn show(
    ctx: &Context,
    connection: &Connection,
    wish: &Wish<'_>,
    out: Option<&Path>,
) -> anyhow::Result<Plan> {
    let account = prepare::fetch(connection, wish.wanted).await?;
    let mut plan = Plan::between(wish.project, wish.wanted, &account, wish.choices);
    prepare::refuse_conflicts(&plan.conflicts)?;
    prepare::look_up_retirements(connection, &mut plan).await?;
    if let Some(path) = out {
        let saved = SavedPlan {
            version: VERSION,
            project: wish.project.to_owned(),
            profile: ctx.profile()?.name,
            account: prepare::account_id(connection).await?,
            made_at: ctx.clock().now().to_string(),
            choices: wish.choices.clone(),
            wanted: wish.wanted.to_vec(),
            changes: plan.changes.clone(),
        };
        let text = serde_json::to_string_pretty(&saved)?;
        fs_err::write(path, text + "\n").explain(
            Kind::Usage,
            || "Cannot keep the plan".to_owned(),
            "Name a file that can be written with `--out PLAN`",
        )?;
    }
    ctx.show(&Shown { plan: &plan, file: wish.source, all_fields: ctx.settings().verbose > 0 })?;
    if let (Some(path), false) = (out, plan.is_empty()) {
        ctx.ui().hint(&format!("Apply exactly this plan with `billctl catalog sync {}`", path.display()));
    }
    Ok(plan)
}
