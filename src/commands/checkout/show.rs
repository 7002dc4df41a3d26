//! `billctl checkout show`: one session, what it sells, and what became of it.

use serde_json::{Value, json};

use super::json::{self, amount_words, id};
use super::list::role;
use crate::billing::decline;
use crate::commands::Outcome;
use crate::commands::amount;
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::stripe::{Reader, segment};

/// Show a checkout: what it sells, and what became of it
///
/// Asks Stripe, which tells nobody when a session is made.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// The session's id
    #[arg(value_name = "SESSION")]
    pub id: String,
}

pub async fn run(ctx: &Context, args: ShowArgs) -> anyhow::Result<Outcome> {
    check_id(&args.id)?;
    let connection = ctx.stripe().await?;
    let session = fetch(&connection.reader(), &args.id).await?;
    ctx.show(&Shown(session))?;
    Ok(Outcome::Done)
}

/// # Errors
/// `Usage` for an id of something else.
pub fn check_id(id: &str) -> anyhow::Result<()> {
    if id.starts_with("cs_") {
        return Ok(());
    }
    Err(fail(
        Kind::Usage,
        format!("`{id}` is no checkout session's id"),
        "It begins with cs_; `billctl checkout list` shows them",
    ))
}

/// Reads a session with its lines and what it made.
///
/// # Errors
/// `Failed` where there is none; else what Stripe says.
pub async fn fetch(reader: &Reader, id: &str) -> anyhow::Result<Value> {
    let path = format!("/v1/checkout/sessions/{}", segment(id));
    let expand = json!({"expand": ["line_items", "payment_intent", "subscription"]});
    match reader.get(&path, &expand).await {
        Ok(session) => Ok(session),
        Err(error) if error.is_missing() => Err(fail(
            Kind::Failed,
            format!("Stripe has no checkout session {id} in this account and mode"),
            "See what there is with `billctl checkout list`",
        )),
        Err(error) => Err(error.into()),
    }
}

struct Shown(Value);

impl Shown {
    fn lines(&self) -> impl Iterator<Item = &Value> {
        self.0.pointer("/line_items/data").and_then(Value::as_array).into_iter().flatten()
    }

    /// What became of it, in words.
    fn fate(&self) -> String {
        let text = |place: &str| self.0.pointer(place).and_then(Value::as_str);
        let made = match (text("/subscription/status"), text("/payment_intent/status")) {
            (Some(status), _) => {
                Some(format!("{} is {status}", id(&self.0, "subscription").unwrap_or("the subscription")))
            }
            (None, Some(status)) => {
                Some(format!("{} has {status}", id(&self.0, "payment_intent").unwrap_or("the payment")))
            }
            (None, None) => None,
        };
        let declined = decline::explain_either(
            text("/payment_intent/last_payment_error/decline_code"),
            text("/payment_intent/last_payment_error/code"),
        );
        match (text("/status"), made, declined) {
            (Some("complete"), Some(made), _) => made,
            (Some("complete"), None, _) => "done".to_owned(),
            (Some("open"), _, Some(declined)) => {
                format!("nobody has paid yet; the last attempt was declined: {}", declined.meaning)
            }
            (Some("open"), _, None) => "nobody has paid yet".to_owned(),
            (Some("expired"), ..) => "nobody paid in time".to_owned(),
            _ => text("/status").unwrap_or("unknown").to_owned(),
        }
    }
}

impl Present for Shown {
    fn json(&self) -> Value {
        let mut json = json::json(&self.0);
        let lines = self.lines().map(|line| {
            let minor = line.get("amount_total").and_then(Value::as_i64);
            let currency = line.get("currency").and_then(Value::as_str);
            json!({
                "description": line.get("description"),
                "price": line.pointer("/price/id"),
                "lookup_key": line.pointer("/price/lookup_key"),
                "quantity": line.get("quantity"),
                "amount": minor.zip(currency).map(|(minor, currency)| amount::json(minor, currency)),
            })
        });
        json["lines"] = Value::Array(lines.collect());
        json["became"] = json!(self.fate());
        json["subscription_status"] = json!(self.0.pointer("/subscription/status"));
        json["payment_intent_status"] = json!(self.0.pointer("/payment_intent/status"));
        json
    }

    fn view(&self) -> View {
        let text = |name: &str| self.0.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
        let at = |name: &str| self.0.get(name).and_then(Value::as_i64).map_or_else(String::new, time);
        let status = text("status");
        let mut fields = vec![
            ("session", Text::new(Role::Strong, text("id"))),
            ("subject", Text::from(text("client_reference_id"))),
            ("customer", Text::from(id(&self.0, "customer").unwrap_or("-"))),
            ("status", Text::new(role(&status), status.clone()).plain(format!(": {}", self.fate()))),
            ("payment", Text::from(text("payment_status"))),
            ("to pay", Text::from(amount_words(&self.0))),
            ("created", Text::from(at("created"))),
        ];
        if status == "open" {
            fields.push(("good until", Text::from(at("expires_at"))));
            fields.push(("link", Text::from(text("url"))));
        }
        fields.push(("success", Text::from(text("success_url"))));
        fields.push(("cancel", Text::from(text("cancel_url"))));
        let mut table = Table::new([
            Column::words("what"),
            Column::id("price"),
            Column::number("how many"),
            Column::number("amount"),
        ]);
        for line in self.lines() {
            let of = |place: &str| line.pointer(place).and_then(Value::as_str);
            let quantity = line.get("quantity").and_then(Value::as_i64);
            table.row([
                Text::from(of("/description").unwrap_or("-")),
                Text::from(of("/price/lookup_key").or(of("/price/id")).unwrap_or("-")),
                Text::from(quantity.map_or_else(|| "as used".to_owned(), |quantity| quantity.to_string())),
                Text::from(amount_words(line)),
            ]);
        }
        View::new().fields(fields).blank().table(table)
    }
}
