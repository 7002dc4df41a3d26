//! `credits grant`

use super::booking::{self, BookingArgs};
use super::expiry;
use crate::billing::credits::{EntryType, Expiry, Wanted};
use crate::commands::Outcome;
use crate::context::Context;

/// Give a subject credits
#[derive(Debug, clap::Args)]
pub struct GrantArgs {
    /// Whom to give them: the id that the application bills, such as u_1
    pub subject: String,
    /// How many
    #[arg(value_name = "CREDITS", allow_negative_numbers = true, value_parser = booking::whole)]
    pub credits: i64,
    /// When they expire: a date (2027-01-31), a time, or a duration (90d) [default: never]
    #[arg(long, value_name = "WHEN", value_parser = expiry::parse)]
    pub expires: Option<Expiry>,
    #[command(flatten)]
    pub booking: BookingArgs,
}

pub fn run(ctx: &Context, args: GrantArgs) -> anyhow::Result<Outcome> {
    let GrantArgs { subject, credits, expires, booking } = args;
    let wanted = Wanted::Add { entry_type: EntryType::Grant, amount: credits, expiry: expires };
    booking::book(ctx, &subject, wanted, booking)
}
