//! `usage record`

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::metric::{Metric, counted_as};
use super::quantity::QuantityArgs;
use super::result::{Held, amount_json};
use crate::billing::usage::Record;
use crate::commands::Outcome;
use crate::commands::moment::{Moment, time};
use crate::commands::pair::Pair;
use crate::commands::subject;
use crate::commands::subject::entitled::Known;
use crate::context::Context;
use crate::error::{Kind, fail, fail_plain};
use crate::render::{Present, Role, Text, View};
use crate::store::books::Recorded;

/// Record what a subject used
///
/// With `--key` the same record counts once, however often it is sent. With `--enforce` it is recorded only if the plan's
/// limit allows it (exit code 4 if not), in one step, so that of two the last unit goes to one.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl usage record u_1 posts --key post-981 --enforce
  billctl usage record u_1 spending --unit token=12000 --unit minute=90s --dim agent=writer --key task-7
  billctl usage record u_1 posts --corrects post-981")]
pub struct RecordArgs {
    /// The subject, or a customer's id
    pub subject: String,
    /// What was used: a limit of a plan, or a meter of the catalog
    pub metric: String,
    #[command(flatten)]
    pub quantity: QuantityArgs,
    /// When it was used [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<Moment>,
    /// What reports can be told apart by, such as agent=writer. Repeatable
    #[arg(long = "dim", value_name = "NAME=VALUE")]
    pub dimensions: Vec<Pair>,
    /// Counts once, however often it is repeated with this key [default: a new one each time]
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Record it only if the limit allows it now; not with an `--at` that counts in another time
    #[arg(long)]
    pub enforce: bool,
    /// Take back the record with this key, or as much of it as `--quantity` or `--cost` says
    #[arg(long, value_name = "KEY", conflicts_with_all = ["enforce", "at", "units"])]
    pub corrects: Option<String>,
}

pub fn run(ctx: &Context, args: RecordArgs) -> anyhow::Result<Outcome> {
    let RecordArgs { subject, metric, quantity, at, dimensions, key, enforce, corrects } = args;
    ctx.check_policy()?;
    let says_how_much = quantity.quantity.is_some() || quantity.cost.is_some();
    let amount = quantity.amount().map_err(|error| fail_plain(Kind::Usage, error))?;
    let (mut books, mirror) = (ctx.books()?, ctx.mirror()?);
    let who = subject::anybody(&books, &mirror, &subject)?;
    let known = Known::read(ctx, &mirror, &who)?;
    let now = known.now;
    let entitlement = known.entitlement(ctx)?;
    let mut metric = Metric::of(&ctx.catalog()?.catalog, &entitlement, &metric, now)?;
    let name = counted_as(&who, &subject);
    let quantity = match &corrects {
        None => metric.quantity(&amount)?,
        Some(_) if says_how_much => metric.quantity(&amount)?.saturating_abs().saturating_neg(),
        Some(corrected) => match books.usage_record(corrected)? {
            Some(corrected) => corrected.quantity.saturating_abs().saturating_neg(),
            None => return Err(nothing_to_correct(corrected)),
        },
    };
    let key = key.unwrap_or_else(|| match &corrects {
        // Taken back whole: that can be meant once only.
        Some(corrected) if !says_how_much => format!("corrects:{corrected}"),
        _ => format!("cli:{:032x}", fastrand::u128(..)),
    });
    let record = Record {
        subject: name.to_owned(),
        metric: metric.name.to_owned(),
        quantity,
        currency: metric.currency,
        at: at.map_or(now, |at| at.from(ctx.clock().now()).as_second()),
        key,
        dimensions: distinct(dimensions)?,
        corrects,
    };
    // What costs less than half of the currency's smallest unit was used all the same, and there is nothing to add up.
    let costs_nothing = record.corrects.is_none() && record.quantity == 0 && amount.is_cost();
    let checked = Record { quantity: record.quantity + i64::from(costs_nothing), ..record.clone() };
    checked.check(now).map_err(|bad| {
        fail(
            Kind::Usage,
            format!("Nothing was recorded: {bad}"),
            "Correct it, and record it under the same key",
        )
    })?;
    if enforce && !metric.counts_at(record.at) {
        return Err(other_time(record.at));
    }
    let dry_run = ctx.settings().dry_run;
    if costs_nothing {
        if books.usage_record(&record.key)?.is_some() {
            return Err(refusal(&Recorded::DiffersIn("quantity"), &record));
        }
        let held = Held::read(&books, name, &metric, 0, now)?;
        ctx.show(&Shown { held, record, recorded: false, refused: false, dry_run })?;
        return Ok(Outcome::Done);
    }
    match dry_run {
        true => metric.look_up_free_credits(ctx, &books, name)?,
        false => metric.book_free_credits(ctx, name)?,
    }
    let price = metric.credits().and_then(|credits| credits.price(quantity)).unwrap_or(0);
    let lacking = price.saturating_sub(metric.balance(&books, name, now)?);
    let recorded = if dry_run {
        let check = metric.check(&books, name, quantity, now)?;
        if enforce && !check.allowed() { Recorded::Refused(check) } else { Recorded::New }
    } else {
        books.record_usage(&record, at.is_some(), enforce.then(|| metric.bound()), metric.credits(), now)?
    };
    let is_new = match recorded {
        Recorded::New => !dry_run,
        Recorded::Already => false,
        Recorded::Refused(check) => {
            let held = Held::of(&books, name, &metric, check, now)?;
            ctx.show(&Shown { held, record, recorded: false, refused: true, dry_run })?;
            return Ok(Outcome::Limit);
        }
        refused => return Err(refusal(&refused, &record)),
    };
    if is_new && lacking > 0 {
        ctx.ui().warn(&format!("{lacking} of the {price} credits for it were not there, and are not owed"));
    }
    let held = Held::read(&books, name, &metric, 0, now)?;
    ctx.show(&Shown { held, record, recorded: is_new, refused: false, dry_run })?;
    Ok(Outcome::Done)
}

/// Dimensions by their names.
///
/// # Errors
/// `Usage` where one is given twice.
pub fn distinct(dimensions: Vec<Pair>) -> anyhow::Result<BTreeMap<String, String>> {
    let mut by_name = BTreeMap::new();
    for Pair { name, value } in dimensions {
        if by_name.insert(name.clone(), value).is_some() {
            return Err(fail(
                Kind::Usage,
                format!("The dimension `{name}` is given twice"),
                "A record has one value of each dimension",
            ));
        }
    }
    Ok(by_name)
}

fn other_time(at: i64) -> anyhow::Error {
    fail(
        Kind::Usage,
        format!(
            "`--enforce` asks what may be used now, and {} counts in another time; nothing was recorded",
            time(at)
        ),
        "Leave out `--enforce`: what was used is recorded whatever the limit was",
    )
}

fn nothing_to_correct(key: &str) -> anyhow::Error {
    fail(
        Kind::Usage,
        format!("Nothing was recorded under the key `{key}`, so nothing can be taken back"),
        "`--corrects` names the key that it was recorded with",
    )
}

/// Why nothing was recorded, as an error.
pub fn refusal(recorded: &Recorded, record: &Record) -> anyhow::Error {
    let (message, fix) = match recorded {
        Recorded::DiffersIn(field) => (
            format!("The key `{}` was used before, for a record with another {field}", record.key),
            "Use a key of its own for each record; only a repetition of the same one has the same key"
                .to_owned(),
        ),
        Recorded::NothingToCorrect => {
            return nothing_to_correct(record.corrects.as_deref().unwrap_or_default());
        }
        Recorded::CorrectsAnother => (
            "What is to be taken back was recorded for another subject or metric".to_owned(),
            "Name the subject and the metric that it was recorded for".to_owned(),
        ),
        Recorded::CorrectsCorrection => (
            "What was taken back can't be taken back itself".to_owned(),
            "Record it anew, under a key of its own".to_owned(),
        ),
        Recorded::CorrectsTooMuch { left } => (
            format!("No more than {left} of it is left to take back"),
            "`billctl usage show` says what is counted".to_owned(),
        ),
        Recorded::New | Recorded::Already | Recorded::Refused(_) => unreachable!("these are results"),
    };
    fail(Kind::Usage, format!("{message}; nothing was recorded"), fix)
}

struct Shown<'a> {
    held: Held<'a>,
    record: Record,
    /// It is in the books because of this call.
    recorded: bool,
    refused: bool,
    dry_run: bool,
}

impl Present for Shown<'_> {
    fn json(&self) -> Value {
        let Record { quantity, currency, at, key, dimensions, corrects, subject: _, metric: _ } =
            &self.record;
        let mut json = self.held.json();
        json["recorded"] = json!(self.recorded);
        json["allowed"] = json!(!self.refused);
        json["quantity"] = amount_json(*quantity, *currency);
        json["at"] = json!(time(*at));
        json["key"] = json!(key);
        json["dimensions"] = json!(dimensions);
        json["corrects"] = json!(corrects);
        json
    }

    fn view(&self) -> View {
        let Record { quantity, subject, metric, key, .. } = &self.record;
        let amount = self.held.words(quantity.saturating_abs());
        let line = match (self.refused, self.dry_run, self.recorded, *quantity < 0) {
            (true, ..) => Text::new(
                Role::Delete,
                format!(
                    "Refused: {amount} more of {metric} is over the limit of {subject}; nothing was recorded"
                ),
            ),
            _ if *quantity == 0 => {
                Text::from(format!("Nothing to record for {subject}: it costs {amount} of {metric}, rounded"))
            }
            (_, true, _, false) => {
                Text::new(Role::Create, format!("Would record {amount} of {metric} for {subject}"))
            }
            (_, true, _, true) => {
                Text::new(Role::Create, format!("Would take back {amount} of {metric} from {subject}"))
            }
            (_, _, true, false) => {
                Text::new(Role::Create, format!("Recorded {amount} of {metric} for {subject}"))
            }
            (_, _, true, true) => {
                Text::new(Role::Create, format!("Took back {amount} of {metric} from {subject}"))
            }
            (_, _, false, _) => {
                Text::from(format!("Recorded before, and not again: {amount} of {metric} for {subject}"))
            }
        };
        let mut fields = self.held.fields();
        if !self.refused && !self.dry_run && *quantity != 0 {
            fields.push(("key", Text::from(key.as_str())));
        }
        View::new().line(line).fields(fields)
    }
}
