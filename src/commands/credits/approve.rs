//! `credits approve`

use super::booking;
use super::proposal::{self, TurnedDown};
use crate::billing::credits::Proposal;
use crate::commands::Outcome;
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::store::books::{Books, Decided};

/// Approve what somebody else asked for, and book it
///
/// What the policy does not let one person book alone waits as a proposal. Whoever approves it is never the one who asked; it is
/// booked once, under its own key, and the entry names both.
#[derive(Debug, clap::Args)]
pub struct ApproveArgs {
    /// The proposal's number, as `credits proposals` shows it
    #[arg(value_name = "PROPOSAL")]
    pub number: i64,
}

/// Turn down what somebody asked for, or withdraw what you asked for
#[derive(Debug, clap::Args)]
pub struct DeclineArgs {
    /// The proposal's number, as `credits proposals` shows it
    #[arg(value_name = "PROPOSAL")]
    pub number: i64,
}

pub fn approve(ctx: &Context, args: ApproveArgs) -> anyhow::Result<Outcome> {
    let ApproveArgs { number } = args;
    ctx.check_policy()?;
    check_approver(ctx)?;
    let settings = ctx.settings();
    let note = settings.reason.as_deref().unwrap_or_default().trim();
    proposal::check_note(note)?;
    let limits = booking::limits(ctx)?;
    let now = booking::now(ctx);
    let mut books = booking::ledger(ctx)?;
    let due = match waiting(&books, number)? {
        Some(asked) => booking::due_before(ctx, &books, &asked.request)?,
        None => Vec::new(),
    };
    let keep = booking::keep(ctx);
    let decided = books.approve_credits(number, [&settings.actor, note], &due, &limits, keep, now)?;
    show(ctx, decided, number)
}

pub fn decline(ctx: &Context, args: DeclineArgs) -> anyhow::Result<Outcome> {
    let DeclineArgs { number } = args;
    let booking::Author { actor, reason } = booking::author(ctx)?;
    proposal::check_note(&reason)?;
    let now = booking::now(ctx);
    let mut books = booking::ledger(ctx)?;
    // Whoever asked may always think better of it.
    if !waiting(&books, number)?.is_some_and(|proposal| proposal.is_by(&actor)) {
        check_approver(ctx)?;
    }
    let decided = books.decline_credits(number, [&actor, &reason], booking::keep(ctx), now)?;
    show(ctx, decided, number)
}

fn waiting(books: &Books, number: i64) -> anyhow::Result<Option<Proposal>> {
    Ok(books.credit_proposals(true)?.into_iter().find(|proposal| proposal.number == number))
}

/// Checks that the policy names this person among those who approve.
///
/// # Errors
/// `Refused` where it does not.
fn check_approver(ctx: &Context) -> anyhow::Result<()> {
    let approvers = ctx.policy()?.and_then(|policy| policy.credits.as_ref()?.approvers.as_deref());
    let actor = &ctx.settings().actor;
    match approvers {
        Some(approvers) if !approvers.contains(actor) => Err(fail(
            Kind::Refused,
            format!("The policy does not let `{actor}` approve or decline what others ask for"),
            format!("Ask one of: {}", approvers.join(", ")),
        )),
        Some(_) | None => Ok(()),
    }
}

fn show(ctx: &Context, decided: Decided, number: i64) -> anyhow::Result<Outcome> {
    let dry_run = ctx.settings().dry_run;
    let nothing = "nothing was booked";
    let error = match decided {
        Decided::Approved(entry) => {
            ctx.show(&booking::Booked { entry, recorded: !dry_run, dry_run })?;
            return Ok(Outcome::Done);
        }
        Decided::ApprovedBefore(entry) => {
            ctx.show(&booking::Booked { entry, recorded: false, dry_run: false })?;
            return Ok(Outcome::Done);
        }
        Decided::TurnedDown(proposal) => {
            ctx.show(&TurnedDown { proposal, dry_run })?;
            return Ok(Outcome::Done);
        }
        Decided::NoSuchProposal => fail(
            Kind::Usage,
            format!("There is no proposal {number}; {nothing}"),
            "`billctl credits proposals` shows what waits, with its number",
        ),
        Decided::NotWaiting(proposal) => fail(
            Kind::Refused,
            format!("Proposal {number} does not wait any more: {}; {nothing}", proposal::ended(&proposal)),
            "Whoever still wants it asks for it anew, under another key",
        ),
        Decided::Own(proposal) => fail(
            Kind::Refused,
            format!(
                "`{}` asked for proposal {number}, and nobody approves what they asked for; {nothing}",
                proposal.request.actor
            ),
            format!("Somebody else approves it before {}", time(proposal.until)),
        ),
        Decided::Refused(posting, proposal) => booking::refusal(&posting, &proposal.request.subject),
    };
    Err(error)
}
