//! `usage release`

use serde_json::{Value, json};

use super::result::{amount_json, amount_words};
use crate::billing::usage::Reservation;
use crate::commands::Outcome;
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::store::books::{Books, Settled};

/// Let go of what is held for a task that used nothing
#[derive(Debug, clap::Args)]
pub struct ReleaseArgs {
    /// The key of the reservation
    pub key: String,
}

pub fn run(ctx: &Context, args: ReleaseArgs) -> anyhow::Result<Outcome> {
    ctx.check_policy()?;
    let mut books = ctx.books()?;
    let reservation = held_by(&books, &args.key)?;
    if ctx.settings().dry_run {
        ctx.show(&Shown { reservation, used: None, now: false, dry_run: true })?;
        return Ok(Outcome::Done);
    }
    let outcome = books.settle_usage(&args.key, None, None, ctx.clock().now().as_second())?;
    settled(ctx, outcome, None)
}

/// The reservation under a key.
///
/// # Errors
/// `Usage` if there is none.
pub fn held_by(books: &Books, key: &str) -> anyhow::Result<Reservation> {
    books.usage_reservation(key)?.ok_or_else(|| no_such(key))
}

fn no_such(key: &str) -> anyhow::Error {
    fail(
        Kind::Usage,
        format!("Nothing was reserved under the key `{key}`"),
        "It is the `--key` of `billctl usage reserve`",
    )
}

/// Shows how a reservation was settled.
///
/// # Errors
/// `Usage` where it had been settled otherwise.
pub fn settled(ctx: &Context, settled: Settled, used: Option<i64>) -> anyhow::Result<Outcome> {
    let (reservation, now) = match settled {
        Settled::Now(reservation) => (reservation, true),
        Settled::Already(reservation) => (reservation, false),
        Settled::Otherwise(reservation) => {
            let at = reservation.settled_at.map(time).unwrap_or_default();
            return Err(fail(
                Kind::Usage,
                format!(
                    "The reservation `{}` was settled already, otherwise, at {at}; nothing has changed",
                    reservation.key
                ),
                "What is wrong with what was recorded is taken back with `billctl usage record … --corrects`",
            ));
        }
        Settled::NoSuchReservation => {
            return Err(fail(Kind::Usage, "Nothing was reserved under this key", "Look at the key"));
        }
        Settled::NotRecorded(_) => unreachable!("only what was used can be refused, and its caller says why"),
    };
    ctx.show(&Shown { reservation, used, now, dry_run: false })?;
    Ok(Outcome::Done)
}

/// A reservation that is settled.
#[derive(Debug)]
pub struct Shown {
    pub reservation: Reservation,
    pub used: Option<i64>,
    /// By this call.
    pub now: bool,
    pub dry_run: bool,
}

impl Present for Shown {
    fn json(&self) -> Value {
        let Reservation { subject, metric, currency, quantity, key, settled_at, .. } = &self.reservation;
        json!({
            "subject": subject,
            "metric": metric,
            "key": key,
            "held": amount_json(*quantity, *currency),
            "used": amount_json(self.used.unwrap_or(0), *currency),
            "settled": self.now,
            "settled_at": settled_at.map(time),
        })
    }

    fn view(&self) -> View {
        let Reservation { subject, metric, currency, quantity, .. } = &self.reservation;
        let held = amount_words(*quantity, *currency);
        let line = match (self.used, self.dry_run, self.now) {
            (Some(used), true, _) => {
                format!(
                    "Would record {} of {metric} for {subject}; {held} were held",
                    amount_words(used, *currency)
                )
            }
            (Some(used), false, true) => {
                format!(
                    "Recorded {} of {metric} for {subject}; {held} were held",
                    amount_words(used, *currency)
                )
            }
            (None, true, _) => format!("Would let go of {held} of {metric} for {subject}"),
            (None, false, true) => format!("Let go of {held} of {metric} for {subject}"),
            (_, false, false) => format!("Settled before, and not again: {held} of {metric} for {subject}"),
        };
        View::new().line(Text::new(if self.now { Role::Create } else { Role::Plain }, line))
    }
}
