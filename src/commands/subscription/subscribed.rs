//! A subscription as every command shows it: whose it is, for which plan, and how it stands.

use serde_json::{Value, json};

use crate::billing::catalog::model::Catalog;
use crate::billing::entitlement::bought;
use crate::billing::subscription::{Seen, SeenItem};
use crate::commands::amount;
use crate::commands::customer::list::status_role;
use crate::commands::moment::time;
use crate::context::Context;
use crate::render::{Column, Role, Table, Text};
use crate::store::books::Books;

/// Stripe's statuses of subscriptions.
pub const STATUSES: [&str; 8] =
    ["active", "canceled", "incomplete", "incomplete_expired", "past_due", "paused", "trialing", "unpaid"];

/// A subscription object, with what is known here beside it.
#[derive(Debug, Clone)]
pub struct Subscribed {
    pub object: Value,
    /// The subject that its customer is.
    pub subject: Option<String>,
    /// The plan's key in the billing file.
    pub plan: Option<String>,
}

impl Subscribed {
    /// # Errors
    /// `Usage` where the billing file can't be used; if the books can't be read.
    pub fn new(ctx: &Context, books: &Books, object: Value) -> anyhow::Result<Subscribed> {
        let subject = books.subjects_of(Seen(&object).customer())?.into_iter().next();
        let plan = plan_of(catalog(ctx)?, Seen(&object));
        Ok(Subscribed { subject, plan, object })
    }

    pub fn seen(&self) -> Seen<'_> {
        Seen(&self.object)
    }

    /// What a person would call whose it is.
    pub fn name(&self) -> &str {
        self.subject.as_deref().unwrap_or_else(|| self.seen().customer())
    }

    /// `sub_… of u_1 (pro)`
    pub fn words(&self) -> String {
        let plan = self.plan.as_ref().map_or_else(String::new, |plan| format!(" ({plan})"));
        format!("{} of {}{plan}", self.seen().id(), self.name())
    }

    /// The fields that every command tells programs.
    pub fn json(&self) -> Value {
        let seen = self.seen();
        let field = |name: &str| self.object.get(name).cloned().unwrap_or_default();
        json!({
            "id": seen.id(),
            "subject": self.subject,
            "customer": seen.customer(),
            "plan": self.plan,
            "status": seen.status(),
            "items": seen.items().iter().map(item_json).collect::<Vec<_>>(),
            "current_period_start": seen.period_start().map(time),
            "current_period_end": seen.period_end().map(time),
            "cancel_at_period_end": seen.cancels_at_period_end(),
            "cancel_at": seen.cancel_at().map(time),
            "canceled_at": seen.canceled_at().map(time),
            "ended_at": seen.ended_at().map(time),
            "trial_end": seen.trial_end().map(time),
            "pause": seen.pause().map(|pause| {
                json!({"behavior": pause.behavior, "resumes_at": pause.resumes_at.map(time)})
            }),
            "schedule": seen.schedule(),
            "collection_method": field("collection_method"),
            "default_payment_method": field("default_payment_method"),
            "latest_invoice": field("latest_invoice"),
            "cancellation_details": field("cancellation_details"),
            "metadata": field("metadata"),
            "created": time(seen.created()),
        })
    }

    /// How it stands, in fields.
    pub fn fields(&self) -> Vec<(&'static str, Text)> {
        let seen = self.seen();
        let mut fields = vec![
            ("subscription", Text::new(Role::Strong, seen.id())),
            ("subject", Text::from(self.subject.as_deref().unwrap_or("none"))),
            ("customer", Text::from(seen.customer())),
            ("plan", Text::new(Role::Strong, self.plan.as_deref().unwrap_or("none of the billing file"))),
            ("status", self.status()),
        ];
        if let (Some(start), Some(end), false) = (seen.period_start(), seen.period_end(), seen.is_over()) {
            fields.push(("period", Text::from(format!("{} to {}", time(start), time(end)))));
        }
        fields
    }

    /// The status, and what comes next.
    pub fn status(&self) -> Text {
        let seen = self.seen();
        let status = Text::new(status_role(Some(seen.status())), seen.status());
        let words = self.standing();
        if words.is_empty() { status } else { status.plain(format!(": {words}")) }
    }

    fn standing(&self) -> String {
        let seen = self.seen();
        if seen.is_over() {
            return seen.ended_at().map_or_else(String::new, |at| format!("ended at {}", time(at)));
        }
        let mut words = Vec::new();
        if let Some(end) = seen.trial_end().filter(|_| seen.status() == "trialing") {
            words.push(format!("on trial until {}", time(end)));
        }
        if let Some(pause) = seen.pause() {
            let until = pause.resumes_at.map_or_else(String::new, |at| format!(" until {}", time(at)));
            words.push(format!("nothing is collected{until} ({})", pause.behavior));
        }
        if let Some(end) = seen.ends_at() {
            words.push(format!("ends at {}", time(end)));
        } else if let Some(end) = seen.period_end().filter(|_| seen.status() == "active") {
            words.push(format!("renews at {}", time(end)));
        }
        words.join(", ")
    }

    /// What it charges, a row an item.
    pub fn items(&self) -> Table {
        let mut table = Table::new([
            Column::id("price"),
            Column::id("id"),
            Column::number("how many"),
            Column::number("amount"),
            Column::id("every"),
        ]);
        for item in self.seen().items() {
            let quantity = item.quantity.filter(|_| !item.metered);
            let amount = item.amount().map(|amount| amount::words(amount, item.currency));
            table.row([
                Text::from(item.lookup_key.unwrap_or("-")),
                Text::from(item.price),
                Text::from(quantity.map_or_else(|| "as used".to_owned(), |number| number.to_string())),
                Text::from(amount.unwrap_or_else(|| "-".to_owned())),
                Text::from(item.every().unwrap_or_else(|| "-".to_owned())),
            ]);
        }
        table
    }

    /// The prices that it charges, by their lookup keys where they have one.
    pub fn prices(&self) -> Vec<&str> {
        self.seen().items().iter().map(|item| item.lookup_key.unwrap_or(item.price)).collect()
    }
}

fn item_json(item: &SeenItem<'_>) -> Value {
    json!({
        "id": item.id,
        "price": item.price,
        "lookup_key": item.lookup_key,
        "product": item.product,
        "quantity": item.quantity,
        "amount": item.amount().map(|amount| amount::json(amount, item.currency)),
        "every": item.every(),
    })
}

/// The catalog, if there is a billing file.
///
/// # Errors
/// `Usage` where it can't be used.
pub fn catalog(ctx: &Context) -> anyhow::Result<Option<&Catalog>> {
    match ctx.settings().config {
        Some(_) => Ok(Some(&ctx.catalog()?.catalog)),
        None => Ok(None),
    }
}

/// The key of the plan that a subscription is for; of several the highest.
pub fn plan_of(catalog: Option<&Catalog>, seen: Seen<'_>) -> Option<String> {
    let plans = bought(catalog?, &seen.as_bought());
    plans.first().map(|(key, _)| (*key).to_owned())
}
