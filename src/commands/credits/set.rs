//! `credits set`

use super::booking::{self, BookingArgs};
use crate::billing::credits::Wanted;
use crate::commands::Outcome;
use crate::context::Context;

/// Bring a balance to a number, if it is what you expect it to be now
///
/// The difference is booked as an adjustment. Where somebody booked in between, the balance is not what you expected,
/// and nothing happens (exit code 4).
#[derive(Debug, clap::Args)]
pub struct SetArgs {
    /// Whose balance
    pub subject: String,
    /// What it should be
    #[arg(value_name = "CREDITS", allow_negative_numbers = true, value_parser = booking::whole)]
    pub credits: i64,
    /// What it is now
    #[arg(long, value_name = "CREDITS", allow_negative_numbers = true, value_parser = booking::whole)]
    pub expect: i64,
    #[command(flatten)]
    pub booking: BookingArgs,
}

pub fn run(ctx: &Context, args: SetArgs) -> anyhow::Result<Outcome> {
    let SetArgs { subject, credits, expect, booking } = args;
    booking::book(ctx, &subject, Wanted::Set { to: credits, expected: expect }, booking)
}
