//! `billctl payment list`

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::Value;

use super::record::Record;
use crate::billing::payment::PaymentStatus;
use crate::commands::events::{age, pull};
use crate::commands::moment::{Moment, begin, time};
use crate::commands::{Outcome, subject};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Column, Present, Table, Text, View};
use crate::store::mirror::PaymentFilter;

/// List payments, the newest first, with why one was declined
///
/// Reads the mirror, and asks Stripe nothing without `--fresh`. Each payment intent is one payment, however often it was tried.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl payment list --subject u_1
  billctl payment list --status failed --since 7d
  billctl payment list --invoice in_1QyHrZ2eZvKYlo2C -o json")]
pub struct ListArgs {
    /// Only those of this subject or customer
    #[arg(long, value_name = "SUBJECT")]
    pub subject: Option<String>,
    /// Only those that stand so; may be repeated
    #[arg(long, value_name = "STATUS")]
    pub status: Vec<Status>,
    /// Only those that pay this invoice
    #[arg(long, value_name = "ID")]
    pub invoice: Option<String>,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Status {
    /// Nobody has paid yet, or the bank has not answered
    Pending,
    /// The money is there, though some of it may be refunded
    Succeeded,
    /// The last attempt was declined
    Failed,
    /// It can't be paid any more
    Canceled,
}

impl From<Status> for PaymentStatus {
    fn from(status: Status) -> PaymentStatus {
        match status {
            Status::Pending => PaymentStatus::Pending,
            Status::Succeeded => PaymentStatus::Succeeded,
            Status::Failed => PaymentStatus::Failed,
            Status::Canceled => PaymentStatus::Canceled,
        }
    }
}

pub async fn run(ctx: &Context, args: ListArgs) -> anyhow::Result<Outcome> {
    if let Some(id) = args.invoice.as_ref().filter(|id| !id.starts_with("in_")) {
        return Err(fail(
            Kind::Usage,
            format!("`{id}` is no invoice's id"),
            "It begins with in_; `billctl customer find NUMBER` leads from an invoice's number to its customer",
        ));
    }
    if args.fresh {
        pull::pull(ctx, None).await?;
    }
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let now = ctx.clock().now();
    let second = |moment: Option<Moment>| moment.map(|moment| begin(moment.from(now)));
    let mut filter = PaymentFilter {
        id: None,
        customer: None,
        invoice: args.invoice,
        statuses: args.status.into_iter().map(PaymentStatus::from).collect(),
        from: second(args.since),
        to: second(args.until),
        oldest_first: args.oldest_first,
    };
    let mut nobody = false;
    if let Some(text) = &args.subject {
        filter.customer = subject::known(&books, &mirror, text)?.customer;
        nobody = filter.customer.is_none();
    }
    let limit = args.limit;
    let mut found = match nobody {
        true => Vec::new(),
        false => mirror.counted_payments(&filter, limit.saturating_add(1))?,
    };
    let is_all = found.len() <= limit;
    found.truncate(limit);
    let mut subjects: HashMap<String, Option<String>> = HashMap::new();
    let mut records = Vec::new();
    for payment in found {
        let subject = match &payment.customer {
            Some(customer) => match subjects.entry(customer.clone()) {
                Entry::Occupied(known) => known.get().clone(),
                Entry::Vacant(unknown) => {
                    let subject = books.subjects_of(customer)?.into_iter().next();
                    unknown.insert(subject).clone()
                }
            },
            None => None,
        };
        records.push(Record { payment, subject });
    }
    ctx.show(&Listed(records))?;
    if !is_all {
        ctx.ui().hint(&format!("There are more than these {limit}; `--limit N` shows more"));
    }
    age::say(ctx, &books, &mirror)?;
    Ok(Outcome::Done)
}

struct Listed(Vec<Record>);

impl Present for Listed {
    fn json(&self) -> Value {
        Value::Array(self.rows())
    }

    fn rows(&self) -> Vec<Value> {
        self.0.iter().map(Record::json).collect()
    }

    fn view(&self) -> View {
        if self.0.is_empty() {
            return View::new().line("No payment fits");
        }
        let mut table = Table::new([
            Column::id("created"),
            Column::number("amount"),
            Column::id("status"),
            Column::id("subject"),
            Column::id("payment"),
            Column::words("what happened"),
        ]);
        for record in &self.0 {
            table.row([
                Text::from(time(record.payment.created)),
                Text::from(record.amount_words()),
                record.status_text(),
                Text::from(record.whose()),
                Text::from(record.payment.id.as_str()),
                Text::from(record.happened()),
            ]);
        }
        View::new().table(table)
    }
}
