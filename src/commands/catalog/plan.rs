//! `catalog plan`

use std::path::PathBuf;

use super::prepare::{self, ChoiceArgs};
use super::show::Shown;
use crate::billing::plan::Plan;
use crate::billing::plan::saved::{SavedPlan, VERSION};
use crate::commands::Outcome;
use crate::context::Context;
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
    let account = prepare::fetch(&connection, &wanted).await?;
    let project = &ctx.catalog()?.catalog.project;
    let mut plan = Plan::between(project, &wanted, &account, &choices);
    prepare::refuse_conflicts(&plan.conflicts)?;
    prepare::look_up_retirements(&connection, &mut plan).await?;
    if let Some(path) = &args.out {
        let saved = SavedPlan {
            version: VERSION,
            project: project.clone(),
            profile: ctx.profile()?.name,
            account: prepare::account_id(&connection).await?,
            made_at: ctx.clock().now().to_string(),
            choices,
            wanted,
            changes: plan.changes.clone(),
        };
        let text = serde_json::to_string_pretty(&saved)?;
        fs_err::write(path, text + "\n").explain(
            Kind::Usage,
            || "Cannot keep the plan".to_owned(),
            "Name a file that can be written with `--out PLAN`",
        )?;
    }
    ctx.show(&Shown { plan: &plan, file: &ctx.billing()?.name(), all_fields: ctx.settings().verbose > 0 })?;
    if let (Some(path), false) = (&args.out, plan.is_empty()) {
        ctx.ui().hint(&format!("Apply exactly this plan with `billctl catalog sync {}`", path.display()));
    }
    let differs = !plan.is_empty() && args.exit_code;
    Ok(if differs { Outcome::Difference } else { Outcome::Done })
}
