//! `billctl subscription show`: one subscription, from the mirror.

use serde_json::{Value, json};

use super::subscribed::Subscribed;
use crate::billing::subscription::Seen;
use crate::billing::subscription::schedule::coming;
use crate::commands::Outcome;
use crate::commands::amount;
use crate::commands::events::{age, pull};
use crate::commands::moment::time;
use crate::commands::subject;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::books::Books;
use crate::store::mirror::{InvoiceLine, Mirror, SubscriptionFilter};

/// How many invoices are shown.
const RECENT: usize = 5;

/// Show a subscription: how it stands, what it charges, what is scheduled, its last invoices
///
/// Reads the mirror, and asks Stripe nothing without `--fresh`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl subscription show u_1
  billctl subscription show sub_1Qx2eZvKYlo2 -o json")]
pub struct ShowArgs {
    /// The subject, a customer's id, or a subscription's
    pub subject: String,
    /// Read new events from Stripe first
    #[arg(long)]
    pub fresh: bool,
}

pub async fn run(ctx: &Context, args: ShowArgs) -> anyhow::Result<Outcome> {
    if args.fresh {
        pull::pull(ctx, None).await?;
    }
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let (object, others) = find(&books, &mirror, &args.subject)?;
    let subscribed = Subscribed::new(ctx, &books, object)?;
    let scheduled = match subscribed.seen().schedule() {
        Some(id) => scheduled(&mirror, id)?,
        None => Vec::new(),
    };
    let invoices = mirror.invoices_of(subscribed.seen().id(), RECENT)?;
    ctx.show(&Shown { subscribed, others, scheduled, invoices })?;
    age::say(ctx, &books, &mirror)?;
    Ok(Outcome::Done)
}

/// The subscription that is meant, and the ids of further ones of the same customer that go on: what goes on comes before
/// what is over, what is newer before what is older.
fn find(books: &Books, mirror: &Mirror, text: &str) -> anyhow::Result<(Value, Vec<String>)> {
    if text.starts_with(super::PREFIX) {
        let found = mirror.object("subscription", text)?.filter(|known| !known.deleted);
        let found = found.ok_or_else(|| {
            fail(
                Kind::Failed,
                format!("The mirror knows no subscription {text}"),
                "`billctl subscription list` shows them; `--fresh` reads what is new in Stripe",
            )
        })?;
        return Ok((found.body, Vec::new()));
    }
    let who = subject::known(books, mirror, text)?;
    let filter = SubscriptionFilter { customer: who.customer.clone(), ..SubscriptionFilter::default() };
    let mut all = match who.customer {
        Some(_) => mirror.subscriptions(&filter, None, usize::MAX)?,
        None => Vec::new(),
    };
    all.sort_by_key(|object| Seen(object).is_over());
    let mut all = all.into_iter();
    let Some(first) = all.next() else {
        return Err(fail(
            Kind::Failed,
            format!("`{text}` has never had a subscription, as far as the mirror knows"),
            format!(
                "Sell one with `billctl checkout create --subject {text} --plan KEY`; `--fresh` reads what is new in Stripe"
            ),
        ));
    };
    let others = all.filter(|object| !Seen(object).is_over());
    Ok((first, others.map(|object| Seen(&object).id().to_owned()).collect()))
}

/// When phases begin that are yet to come, and the prices that they charge.
fn scheduled(mirror: &Mirror, id: &str) -> anyhow::Result<Vec<(i64, Vec<String>)>> {
    let Some(known) = mirror.object("subscription_schedule", id)?.filter(|known| !known.deleted) else {
        return Ok(Vec::new());
    };
    let mut scheduled = Vec::new();
    for phase in coming(&known.body) {
        let mut prices = Vec::new();
        for (price, quantity) in phase.items {
            let known = mirror.object("price", &price)?;
            let key = known.as_ref().and_then(|known| known.body.get("lookup_key")).and_then(Value::as_str);
            let name = key.unwrap_or(&price);
            prices.push(match quantity {
                Some(quantity) if quantity != 1 => format!("{quantity} × {name}"),
                Some(_) | None => name.to_owned(),
            });
        }
        scheduled.push((phase.at, prices));
    }
    Ok(scheduled)
}

struct Shown {
    subscribed: Subscribed,
    /// Further ones of the same customer that go on.
    others: Vec<String>,
    /// When phases begin, and their prices.
    scheduled: Vec<(i64, Vec<String>)>,
    invoices: Vec<InvoiceLine>,
}

impl Shown {
    fn next_steps(&self) -> Vec<(String, &'static str)> {
        let (name, seen) = (self.subscribed.name(), self.subscribed.seen());
        let name = if self.others.is_empty() { name } else { seen.id() };
        let mut steps = Vec::new();
        if seen.is_over() {
            steps.push((format!("billctl subscription create {name} --plan KEY"), "subscribe again"));
            return steps;
        }
        if seen.status() == "incomplete" {
            let cancel = format!("billctl subscription cancel {name} --now");
            steps.push((cancel, "end it: its first payment never came"));
            return steps;
        }
        if seen.ends_at().is_some() || seen.pause().is_some() || seen.status() == "paused" {
            steps.push((format!("billctl subscription resume {name}"), "let it go on"));
        }
        if seen.schedule().is_some() {
            steps.push((format!("billctl subscription schedule {name} --drop"), "drop what is scheduled"));
        } else if seen.ends_at().is_none() {
            steps.push((
                format!("billctl subscription change {name} --plan KEY"),
                "another plan, with what it costs",
            ));
            steps.push((format!("billctl subscription cancel {name} --at-period-end"), "end it"));
        }
        steps
    }
}

impl Present for Shown {
    fn json(&self) -> Value {
        let mut json = self.subscribed.json();
        let phases = self.scheduled.iter().map(|(at, prices)| json!({"at": time(*at), "prices": prices}));
        json["scheduled"] = Value::Array(phases.collect());
        let invoices = self.invoices.iter().map(|invoice| {
            json!({
                "id": invoice.id,
                "number": invoice.number,
                "status": invoice.status,
                "reason": invoice.reason,
                "total": amount::json(invoice.total, &invoice.currency),
                "created": time(invoice.created),
            })
        });
        json["invoices"] = Value::Array(invoices.collect());
        json["others"] = json!(self.others);
        json["next"] = json!(self.next_steps().into_iter().map(|(command, _)| command).collect::<Vec<_>>());
        json
    }

    fn view(&self) -> View {
        let mut fields = self.subscribed.fields();
        for (at, prices) in &self.scheduled {
            fields.push(("scheduled", Text::from(format!("{} from {}", prices.join(", "), time(*at)))));
        }
        if !self.others.is_empty() {
            fields.push(("also", Text::from(self.others.join(", "))));
        }
        let mut view = View::new().fields(fields).blank().table(self.subscribed.items());
        let mut table = Table::new([
            Column::id("last invoices"),
            Column::id("number"),
            Column::number("total"),
            Column::id("status"),
            Column::id("because of"),
        ]);
        for invoice in &self.invoices {
            let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            table.row([
                Text::from(time(invoice.created)),
                Text::from(or_none(&invoice.number)),
                Text::from(amount::words(invoice.total, &invoice.currency)),
                Text::from(or_none(&invoice.status)),
                Text::from(or_none(&invoice.reason)),
            ]);
        }
        if !self.invoices.is_empty() {
            view = view.blank().table(table);
        }
        let mut table = Table::new([Column::id("next"), Column::words("")]);
        for (command, what) in self.next_steps() {
            table.row([Text::from(command), Text::new(Role::Hint, what)]);
        }
        view.blank().table(table)
    }
}
