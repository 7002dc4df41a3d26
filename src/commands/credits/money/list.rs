//! `credits money`

use serde_json::{Value, json};

use super::given::{self, Given, given_to};
use super::{customer_of, keep, money_json, words};
use crate::commands::Outcome;
use crate::commands::credits::booking::now;
use crate::commands::moment::time;
use crate::context::Context;
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::stripe::{Reader, segment};

/// Show the money that a subject has in Stripe: the customer's balance, billing credits, and what was given from here
///
/// It is read from Stripe at this moment, and the mirror is brought up to date with it. Who gave what from here, why, and who took
/// it back stands in the books. Credits of the ledger are in `credits balance`.
#[derive(Debug, clap::Args)]
pub struct MoneyArgs {
    /// Whose money
    pub subject: String,
    /// The customer in Stripe [default: the one that the subject is linked to]
    #[arg(long, value_name = "ID")]
    pub customer: Option<String>,
}

pub async fn run(ctx: &Context, args: MoneyArgs) -> anyhow::Result<Outcome> {
    let MoneyArgs { subject, customer } = args;
    let books = ctx.books()?;
    let customer = customer_of(&books, &subject, customer)?;
    let connection = ctx.stripe().await?;
    let reader = connection.reader();
    let found = reader.get(&format!("/v1/customers/{}", segment(&customer)), &Value::Null).await?;
    let grants = reader.list("/v1/billing/credit_grants", &json!({"customer": customer})).await?;
    let mut left = Vec::with_capacity(grants.len());
    for grant in &grants {
        left.push(left_of(&reader, &customer, grant).await?);
    }
    if !ctx.settings().dry_run {
        keep(ctx, &books, "customer", std::slice::from_ref(&found))?;
        keep(ctx, &books, "billing.credit_grant", &grants)?;
    }
    let now = now(ctx);
    let grants = grants.into_iter().zip(left).map(|(grant, left)| Grant::new(grant, left, now)).collect();
    let given = given_to(&books, &customer)?;
    ctx.show(&Held { subject, customer: found, grants, given })?;
    Ok(Outcome::Done)
}

/// What can be spent of a grant, in minor units.
async fn left_of(reader: &Reader, customer: &str, grant: &Value) -> anyhow::Result<i64> {
    let id = grant.get("id").and_then(Value::as_str).unwrap_or_default();
    let params = json!({"customer": customer, "filter": {"type": "credit_grant", "credit_grant": id}});
    let summary = reader.get("/v1/billing/credit_balance_summary", &params).await?;
    let left = summary.pointer("/balances/0/available_balance/monetary/value").and_then(Value::as_i64);
    Ok(left.unwrap_or(0))
}

struct Grant {
    object: Value,
    /// In minor units.
    left: i64,
    state: &'static str,
}

impl Grant {
    fn new(object: Value, left: i64, now: i64) -> Grant {
        let at = |name: &str| object.get(name).and_then(Value::as_i64);
        let state = match (at("voided_at"), at("expires_at"), at("effective_at")) {
            (Some(_), _, _) => "voided",
            (None, Some(expiry), _) if expiry <= now => "expired",
            (None, _, Some(effective)) if effective > now => "later",
            (None, _, _) if left == 0 => "used up",
            (None, _, _) => "open",
        };
        Grant { object, left, state }
    }

    fn text(&self, pointer: &str) -> &str {
        self.object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    fn given(&self) -> i64 {
        self.object.pointer("/amount/monetary/value").and_then(Value::as_i64).unwrap_or(0)
    }

    fn expires(&self) -> Option<String> {
        self.object.get("expires_at").and_then(Value::as_i64).map(time)
    }

    fn json(&self) -> Value {
        let currency = self.text("/amount/monetary/currency");
        json!({
            "id": self.text("/id"),
            "money": money_json(self.given(), currency),
            "left": money_json(self.left, currency),
            "category": self.text("/category"),
            "priority": self.object.get("priority"),
            "expires_at": self.expires(),
            "state": self.state,
            "reason": self.object.pointer("/metadata/billctl_reason"),
        })
    }
}

struct Held {
    subject: String,
    customer: Value,
    grants: Vec<Grant>,
    given: Vec<Given>,
}

impl Held {
    fn id(&self) -> &str {
        self.customer.get("id").and_then(Value::as_str).unwrap_or_default()
    }

    /// What the customer has to their credit, in minor units: below zero where they owe; and the currency, if they have one.
    fn balance(&self) -> (i64, Option<&str>) {
        let owed = self.customer.get("balance").and_then(Value::as_i64).unwrap_or(0);
        (owed.saturating_neg(), self.customer.get("currency").and_then(Value::as_str))
    }
}

impl Present for Held {
    fn json(&self) -> Value {
        let (minor, currency) = self.balance();
        json!({
            "subject": self.subject,
            "customer": self.id(),
            "balance": currency.map(|currency| money_json(minor, currency)),
            "grants": self.rows(),
            "given": self.given.iter().map(Given::json).collect::<Vec<_>>(),
        })
    }

    fn rows(&self) -> Vec<Value> {
        self.grants.iter().map(Grant::json).collect()
    }

    fn view(&self) -> View {
        let (minor, currency) = self.balance();
        let balance = match (minor, currency) {
            (0, _) | (_, None) => "no balance".to_owned(),
            (owed @ ..0, Some(currency)) => {
                format!("{} to pay with the next invoice", words(-owed, currency))
            }
            (_, Some(currency)) => format!("a balance of {} for the next invoices", words(minor, currency)),
        };
        let headline = format!("{} ({}) has {balance}", self.subject, self.id());
        let mut view = View::new().line(Text::new(Role::Strong, headline));
        view = if self.grants.is_empty() {
            view.line("No billing credits")
        } else {
            view.blank().table(self.table())
        };
        if self.given.is_empty() { view } else { view.blank().table(given::table(&self.given)) }
    }
}

impl Held {
    fn table(&self) -> Table {
        let mut table = Table::new([
            Column::id("billing credits"),
            Column::number("given"),
            Column::number("left"),
            Column::id("kind"),
            Column::number("priority"),
            Column::id("expires"),
            Column::id("state"),
        ]);
        for grant in &self.grants {
            let currency = grant.text("/amount/monetary/currency");
            let priority = grant.object.get("priority").and_then(Value::as_i64);
            table.row([
                grant.text("/id").to_owned(),
                words(grant.given(), currency),
                words(grant.left, currency),
                grant.text("/category").to_owned(),
                priority.map(|priority| priority.to_string()).unwrap_or_default(),
                grant.expires().unwrap_or_else(|| "never".to_owned()),
                grant.state.to_owned(),
            ]);
        }
        table
    }
}
