//! `credits adjust`

use super::booking::{self, BookingArgs};
use crate::billing::credits::{EntryType, Wanted};
use crate::commands::Outcome;
use crate::context::Context;

/// Set a balance right by hand: add credits or remove them
#[derive(Debug, clap::Args)]
pub struct AdjustArgs {
    /// Whose balance
    pub subject: String,
    #[command(flatten)]
    pub change: Change,
    #[command(flatten)]
    pub booking: BookingArgs,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Change {
    /// Add so many credits
    #[arg(long, value_name = "CREDITS", allow_negative_numbers = true, value_parser = booking::whole)]
    pub add: Option<i64>,
    /// Remove so many credits; refused where there are fewer
    #[arg(long, value_name = "CREDITS", allow_negative_numbers = true, value_parser = booking::whole)]
    pub remove: Option<i64>,
}

pub fn run(ctx: &Context, args: AdjustArgs) -> anyhow::Result<Outcome> {
    let AdjustArgs { subject, change: Change { add, remove }, booking } = args;
    let entry_type = EntryType::Adjustment;
    let wanted = match (add, remove) {
        (Some(amount), _) => Wanted::Add { entry_type, amount, expiry: None },
        (None, removed) => Wanted::Take { entry_type, amount: removed.unwrap_or_default(), partial: false },
    };
    booking::book(ctx, &subject, wanted, booking)
}
