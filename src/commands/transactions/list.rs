//! `billctl transactions list`

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::{Value, json};

use crate::billing::catalog::nearest::suggest;
use crate::commands::events::{age, pull};
use crate::commands::moment::{Moment, begin, time};
use crate::commands::{Outcome, amount, subject};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::mirror::{Transaction, TransactionFilter};

/// List transactions, the newest first
///
/// Reads the mirror, and asks Stripe nothing without `--fresh`. Each transaction is booked once, under the Stripe id that it is
/// about, however often it was told.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl transactions list --subject u_1
  billctl transactions list --type refund --since 7d -o csv
  billctl transactions list --status failed

Types: SUBSCRIPTION_PAYMENT, SUBSCRIPTION_UPGRADE, SUBSCRIPTION_DOWNGRADE, SUBSCRIPTION_CANCEL,
CREDIT_TOPUP, REFUND. Statuses: PENDING, COMPLETED, FAILED, CANCELLED.")]
pub struct ListArgs {
    /// Only those of this subject or customer
    #[arg(long, value_name = "SUBJECT")]
    pub subject: Option<String>,
    /// Only those of this type; may be repeated
    #[arg(long = "type", value_name = "TYPE")]
    pub types: Vec<String>,
    /// Only those with this status; may be repeated
    #[arg(long, value_name = "STATUS")]
    pub status: Vec<String>,
    /// Only those from this time on: 2026-11-01, 2026-11-01T12:00:00Z, 90m, 7d
    #[arg(long, value_name = "TIME")]
    pub since: Option<Moment>,
    /// Only those before this time
    #[arg(long, value_name = "TIME")]
    pub until: Option<Moment>,
    /// At most so many
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// The oldest first
    #[arg(long)]
    pub oldest_first: bool,
    /// Read new events from Stripe first
    #[arg(long)]
    pub fresh: bool,
}

const TYPES: [&str; 6] = [
    "CREDIT_TOPUP",
    "REFUND",
    "SUBSCRIPTION_CANCEL",
    "SUBSCRIPTION_DOWNGRADE",
    "SUBSCRIPTION_PAYMENT",
    "SUBSCRIPTION_UPGRADE",
];
const STATUSES: [&str; 4] = ["CANCELLED", "COMPLETED", "FAILED", "PENDING"];

pub async fn run(ctx: &Context, args: ListArgs) -> anyhow::Result<Outcome> {
    let types = words(&args.types, &TYPES, "transaction type", "types")?;
    let statuses = words(&args.status, &STATUSES, "status of a transaction", "statuses")?;
    if args.fresh {
        pull::pull(ctx, None).await?;
    }
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let now = ctx.clock().now();
    let second = |moment: Option<Moment>| moment.map(|moment| begin(moment.from(now)));
    let mut filter = TransactionFilter {
        customer: None,
        types,
        statuses,
        from: second(args.since),
        to: second(args.until),
        oldest_first: args.oldest_first,
    };
    let mut nobody = false;
    if let Some(text) = &args.subject {
        filter.customer = subject::known(&books, &mirror, text)?.customer;
        nobody = filter.customer.is_none();
    }
    let mut found =
        if nobody { Vec::new() } else { mirror.transactions(&filter, args.limit.saturating_add(1))? };
    let is_all = found.len() <= args.limit;
    found.truncate(args.limit);
    let mut subjects = HashMap::new();
    for customer in found.iter().filter_map(|one| one.customer.clone()) {
        if let Entry::Vacant(unknown) = subjects.entry(customer) {
            let subject = books.subjects_of(unknown.key())?.into_iter().next();
            unknown.insert(subject);
        }
    }
    ctx.show(&Listed { found, subjects })?;
    if !is_all {
        ctx.ui().hint(&format!("There are more than these {}; `--limit N` shows more", args.limit));
    }
    age::say(ctx, &books, &mirror)?;
    Ok(Outcome::Done)
}

/// Words of a fixed list, however they are written: `refund` is `REFUND`.
fn words(given: &[String], known: &[&str], noun: &str, plural: &str) -> anyhow::Result<Vec<String>> {
    let mut words = Vec::new();
    for word in given {
        let upper = word.to_uppercase().replace('-', "_");
        if !known.contains(&upper.as_str()) {
            let hint = suggest(&upper, known.iter().copied(), plural);
            return Err(fail(Kind::Usage, format!("There is no {noun} `{word}`"), hint));
        }
        words.push(upper);
    }
    Ok(words)
}

struct Listed {
    found: Vec<Transaction>,
    /// By customer.
    subjects: HashMap<String, Option<String>>,
}

impl Listed {
    fn subject(&self, transaction: &Transaction) -> Option<&str> {
        self.subjects.get(transaction.customer.as_ref()?)?.as_deref()
    }
}

impl Present for Listed {
    fn json(&self) -> Value {
        Value::Array(self.rows())
    }

    fn rows(&self) -> Vec<Value> {
        let row = |one: &Transaction| {
            json!({
                "id": one.id,
                "type": one.transaction_type,
                "status": one.status,
                "subject": self.subject(one),
                "customer": one.customer,
                "amount": amount::json(one.amount, &one.currency),
                "subscription": one.subscription,
                "invoice": one.invoice,
                "payment_intent": one.payment_intent,
                "charge": one.charge,
                "checkout_session": one.checkout_session,
                "price": one.price,
                "previous_price": one.previous_price,
                "description": one.description,
                "at": time(one.at),
            })
        };
        self.found.iter().map(row).collect()
    }

    fn view(&self) -> View {
        if self.found.is_empty() {
            return View::new().line("No transaction fits");
        }
        let mut table = Table::new([
            Column::id("at"),
            Column::id("type"),
            Column::id("status"),
            Column::number("amount"),
            Column::id("subject"),
            Column::id("id"),
        ]);
        for one in &self.found {
            let role = match one.status.as_str() {
                "COMPLETED" => Role::Create,
                "FAILED" => Role::Delete,
                "PENDING" => Role::Change,
                _ => Role::Hint,
            };
            let who = self.subject(one).or(one.customer.as_deref()).unwrap_or("-");
            table.row([
                Text::from(time(one.at)),
                Text::from(one.transaction_type.as_str()),
                Text::new(role, one.status.as_str()),
                Text::from(amount::words(one.amount, &one.currency)),
                Text::from(who),
                Text::from(one.id.as_str()),
            ]);
        }
        View::new().table(table)
    }
}
