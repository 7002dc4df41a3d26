//! `credits deduct`

use super::booking::{self, BookingArgs};
use crate::billing::credits::{EntryType, Wanted};
use crate::commands::Outcome;
use crate::context::Context;

/// Take credits for what was used, if the balance covers it (exit code 4 if not)
///
/// What expires soonest is taken first. Free credits that the subject's plan gives in this period are booked before, if they
/// are not yet.
#[derive(Debug, clap::Args)]
pub struct DeductArgs {
    /// Whom to take them from
    pub subject: String,
    /// How many
    #[arg(value_name = "CREDITS", allow_negative_numbers = true, value_parser = booking::whole)]
    pub credits: i64,
    /// Take what there is if that is less, but more than nothing
    #[arg(long)]
    pub allow_partial: bool,
    #[command(flatten)]
    pub booking: BookingArgs,
}

pub fn run(ctx: &Context, args: DeductArgs) -> anyhow::Result<Outcome> {
    let DeductArgs { subject, credits, allow_partial, booking } = args;
    let wanted = Wanted::Take { entry_type: EntryType::Deduction, amount: credits, partial: allow_partial };
    booking::book(ctx, &subject, wanted, booking)
}
