//! `usage reserve`

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde_json::{Value, json};

use super::metric::{Metric, counted_as};
use super::quantity::QuantityArgs;
use super::result::{Held, amount_json};
use crate::billing::usage::Reservation;
use crate::commands::Outcome;
use crate::commands::moment::time;
use crate::commands::subject;
use crate::commands::subject::entitled::Known;
use crate::context::Context;
use crate::error::{Kind, fail, fail_plain};
use crate::render::{Present, Role, Text, View};
use crate::store::books::Reserved;

/// Hold an estimate before a task, if the limit allows it (exit code 4 if not)
///
/// What is held can't be used by others. `usage commit` records what the task really took, `usage release` lets go of it,
/// and what nobody settles lets go of itself. Repeated under its key, what is held is held once; what has let go of itself is
/// held anew, if the limit still allows it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl usage reserve u_1 spending --unit token=20000 --key task-7 --expires 15m
  billctl usage commit task-7 --unit token=18211
  billctl usage release task-7")]
pub struct ReserveArgs {
    /// The subject, or a customer's id
    pub subject: String,
    /// What is limited
    pub metric: String,
    #[command(flatten)]
    pub quantity: QuantityArgs,
    /// What the reservation is settled by, and held once under
    #[arg(long, value_name = "KEY")]
    pub key: String,
    /// How long it is held if nobody settles it, such as 15m or 2h
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = length)]
    pub expires: SignedDuration,
}

pub fn run(ctx: &Context, args: ReserveArgs) -> anyhow::Result<Outcome> {
    let ReserveArgs { subject, metric, quantity, key, expires } = args;
    ctx.check_policy()?;
    let amount = quantity.amount().map_err(|error| fail_plain(Kind::Usage, error))?;
    let (mut books, mirror) = (ctx.books()?, ctx.mirror()?);
    let who = subject::anybody(&books, &mirror, &subject)?;
    let known = Known::read(ctx, &mirror, &who)?;
    let now = known.now;
    let entitlement = known.entitlement(ctx)?;
    let mut metric = Metric::of(&ctx.catalog()?.catalog, &entitlement, &metric, now)?;
    let name = counted_as(&who, &subject);
    let wanted = Reservation {
        subject: name.to_owned(),
        metric: metric.name.to_owned(),
        currency: metric.currency,
        // An estimate that rounds to nothing holds the smallest unit.
        quantity: metric.quantity(&amount)?.max(i64::from(amount.is_cost())),
        key,
        at: now,
        expires_at: now.saturating_add(expires.as_secs()),
        settled_at: None,
    };
    wanted.check().map_err(|bad| {
        fail(Kind::Usage, format!("Nothing was held: {bad}"), "Correct it, and reserve under the same key")
    })?;
    let dry_run = ctx.settings().dry_run;
    match dry_run {
        true => metric.look_up_free_credits(ctx, &books, name)?,
        false => metric.book_free_credits(ctx, name)?,
    }
    let reserved = if dry_run {
        let check = metric.check(&books, name, wanted.quantity, now)?;
        if check.allowed() { Reserved::New } else { Reserved::Refused(check) }
    } else {
        books.reserve_usage(&wanted, metric.bound())?
    };
    let (reservation, outcome) = match reserved {
        Reserved::New => (wanted, if dry_run { Done::Would } else { Done::Now }),
        Reserved::Already(before) => (before, Done::Before),
        Reserved::Refused(check) => {
            let held = Held::of(&books, name, &metric, check, now)?;
            ctx.show(&Shown { held, reservation: wanted, done: Done::Refused })?;
            return Ok(Outcome::Limit);
        }
        Reserved::Settled(before) => {
            let at = before.settled_at.map(time).unwrap_or_default();
            return Err(fail(
                Kind::Usage,
                format!("The reservation `{}` was settled at {at}; nothing was held", before.key),
                "Use a key of its own for each task",
            ));
        }
        Reserved::DiffersIn(field) => {
            return Err(fail(
                Kind::Usage,
                format!(
                    "The key `{}` was used before, to reserve with another {field}; nothing was held",
                    wanted.key
                ),
                "Use a key of its own for each task",
            ));
        }
    };
    let held = Held::read(&books, name, &metric, 0, now)?;
    ctx.show(&Shown { held, reservation, done: outcome })?;
    Ok(Outcome::Done)
}

fn length(text: &str) -> Result<SignedDuration, String> {
    let usage = || format!("`{text}` is no length of time such as 15m or 2h");
    let span: Span = text.parse().map_err(|_| usage())?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| usage())?;
    if length.as_secs() < 1 {
        return Err(usage());
    }
    Ok(length)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Now,
    Before,
    Would,
    Refused,
}

struct Shown<'a> {
    held: Held<'a>,
    reservation: Reservation,
    done: Done,
}

impl Present for Shown<'_> {
    fn json(&self) -> Value {
        let Reservation { quantity, currency, key, expires_at, .. } = &self.reservation;
        let mut json = self.held.json();
        json["allowed"] = json!(self.done != Done::Refused);
        json["held"] = json!(self.done == Done::Now);
        json["quantity"] = amount_json(*quantity, *currency);
        json["key"] = json!(key);
        json["expires_at"] = json!(time(*expires_at));
        json
    }

    fn view(&self) -> View {
        let Reservation { subject, metric, quantity, key, expires_at, .. } = &self.reservation;
        let amount = self.held.words(*quantity);
        let line = match self.done {
            Done::Now => Text::new(Role::Create, format!("Held {amount} of {metric} for {subject}")),
            Done::Would => Text::new(Role::Create, format!("Would hold {amount} of {metric} for {subject}")),
            Done::Before => {
                Text::from(format!("Held before, and not again: {amount} of {metric} for {subject}"))
            }
            Done::Refused => Text::new(
                Role::Delete,
                format!(
                    "Refused: {amount} more of {metric} is over the limit of {subject}; nothing was held"
                ),
            ),
        };
        let mut fields = self.held.fields();
        if self.done != Done::Refused {
            fields.push(("until", Text::from(time(*expires_at))));
            fields.push(("key", Text::from(key.as_str())));
        }
        View::new().line(line).fields(fields)
    }
}
