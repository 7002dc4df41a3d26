//! `credits grant`

use super::booking::{self, BookingArgs};
use super::expiry;
use super::money::give::{self, MoneyArgs, Shared};
use crate::billing::credits::{EntryType, Expiry, Wanted};
use crate::commands::Outcome;
use crate::context::Context;
use crate::error::{Kind, fail};

/// Give a subject credits, or with --money an amount in Stripe
///
/// Credits go into the ledger here. Money goes to the customer in Stripe: as a balance that their next invoices use up, or as
/// billing credits for metered prices.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl credits grant u_1 600 --reason 'ticket 42' --key t42
  billctl credits grant u_1 --money 20.00usd --as balance --reason 'ticket 42' --key t42
  billctl credits grant u_1 --money 50.00usd --as grant --expires 90d --reason 'launch week'")]
pub struct GrantArgs {
    /// Whom to give them: the id that the application bills, such as u_1
    pub subject: String,
    /// How many
    #[arg(value_name = "CREDITS", allow_negative_numbers = true, value_parser = booking::whole,
          required_unless_present = "money", conflicts_with = "money")]
    pub credits: Option<i64>,
    /// When they expire: a date (2027-01-31), a time, or a duration (90d) [default: never]
    #[arg(long, value_name = "WHEN", value_parser = expiry::parse)]
    pub expires: Option<Expiry>,
    #[command(flatten)]
    pub money: MoneyArgs,
    #[command(flatten)]
    pub booking: BookingArgs,
}

pub async fn run(ctx: &Context, args: GrantArgs) -> anyhow::Result<Outcome> {
    let GrantArgs { subject, credits, expires, money, booking } = args;
    let Some(amount) = money.money else {
        let amount = credits.unwrap_or_default();
        let wanted = Wanted::Add { entry_type: EntryType::Grant, amount, expiry: expires };
        return booking::book(ctx, &subject, wanted, booking);
    };
    if booking.reference.is_some() {
        let message = "Money in Stripe takes no `--reference`";
        return Err(fail(Kind::Usage, message, "Name it in `--reason`, which Stripe keeps with the money"));
    }
    give::run(ctx, amount.0, money, Shared { subject, expires, key: booking.key }).await
}
