//! `billctl payment show`: one payment, every attempt, what went back, and what can be done next.

use serde_json::{Value, json};

use super::live::remember_links;
use super::record::{self, Record, why_words};
use crate::billing::decline;
use crate::billing::payment::PaymentStatus;
use crate::commands::events::{age, pull};
use crate::commands::moment::time;
use crate::commands::{Outcome, amount};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::mirror::{Mirror, MirroredObject};

/// Show a payment: its attempts, why they were declined in plain words, what went back, and what to do next
///
/// Reads the mirror, and asks Stripe nothing without `--fresh`. Exit code 1 if the mirror does not know it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl payment show pi_1QyHrZ2eZvKYlo2C
  billctl payment show in_1QyHrZ2eZvKYlo2C --fresh      the last payment of an invoice")]
pub struct ShowArgs {
    /// The payment's id: pi_…, ch_…, or in_… for what pays an invoice
    #[arg(value_name = "PAYMENT")]
    pub id: String,
    /// Read new events from Stripe first
    #[arg(long)]
    pub fresh: bool,
}

pub async fn run(ctx: &Context, args: ShowArgs) -> anyhow::Result<Outcome> {
    check_id(&args.id)?;
    if args.fresh {
        pull::pull(ctx, None).await?;
    }
    let (books, mut mirror) = (ctx.books()?, ctx.mirror()?);
    if args.fresh && args.id.starts_with("in_") {
        let reader = ctx.connect().await?.reader();
        remember_links(ctx, &reader, &books, &mut mirror, &args.id).await?;
    }
    let Some(payment) = mirror.counted_payment(&args.id)? else {
        return Err(fail(
            Kind::Failed,
            format!("The mirror knows of no payment {}", args.id),
            "`--fresh` reads what is new in Stripe; `billctl mirror backfill` reads what is older than thirty days",
        ));
    };
    let subject = match &payment.customer {
        Some(customer) => books.subjects_of(customer)?.into_iter().next(),
        None => None,
    };
    let page = Page {
        attempts: mirror.charges_of(&payment.id)?,
        refunds: mirror.refunds_of(&payment.id)?,
        invoice: invoice(&mirror, payment.invoice.as_deref())?,
        record: Record { payment, subject },
    };
    ctx.show(&page)?;
    age::say(ctx, &books, &mirror)?;
    Ok(Outcome::Done)
}

/// # Errors
/// `Usage` for an id of something else than a payment.
pub fn check_id(id: &str) -> anyhow::Result<()> {
    if ["pi_", "ch_", "py_", "in_"].iter().any(|prefix| id.starts_with(prefix)) {
        return Ok(());
    }
    Err(fail(
        Kind::Usage,
        format!("`{id}` is no payment's id"),
        "It begins with pi_ or ch_, or in_ for an invoice's; `billctl payment list --subject SUBJECT` shows them",
    ))
}

fn invoice(mirror: &Mirror, id: Option<&str>) -> anyhow::Result<Option<MirroredObject>> {
    match id {
        Some(id) => mirror.object("invoice", id),
        None => Ok(None),
    }
}

struct Page {
    record: Record,
    attempts: Vec<MirroredObject>,
    refunds: Vec<MirroredObject>,
    invoice: Option<MirroredObject>,
}

/// What a charge says of an attempt.
struct Attempt<'a> {
    status: &'a str,
    /// `visa 4242`
    method: String,
    code: Option<&'a str>,
    failure_code: Option<&'a str>,
    /// What the bank advises: `do_not_try_again`, `try_again_later`, `confirm_card_data`.
    bank_advice: Option<&'a str>,
    created: i64,
}

impl Attempt<'_> {
    fn read(charge: &Value) -> Attempt<'_> {
        let text = |place: &str| charge.pointer(place).and_then(Value::as_str);
        let failed = text("/status") == Some("failed");
        let brand = text("/payment_method_details/card/brand").or(text("/payment_method_details/type"));
        let last4 = text("/payment_method_details/card/last4");
        let words = [brand, last4].into_iter().flatten();
        Attempt {
            status: text("/status").unwrap_or_default(),
            method: words.collect::<Vec<_>>().join(" "),
            code: text("/outcome/reason").filter(|_| failed),
            failure_code: text("/failure_code").filter(|_| failed),
            bank_advice: text("/outcome/advice_code").filter(|_| failed),
            created: charge.get("created").and_then(Value::as_i64).unwrap_or_default(),
        }
    }

    fn happened(&self) -> String {
        if self.status != "failed" {
            return String::new();
        }
        let code = self.code.or(self.failure_code);
        let words = why_words(code, decline::explain_either(self.code, self.failure_code));
        match self.bank_advice {
            Some("do_not_try_again") => format!("{words}; the bank says not to try this card again"),
            Some(_) | None => words,
        }
    }

    fn json(&self, id: &str) -> Value {
        let why = decline::explain_either(self.code, self.failure_code);
        json!({
            "charge": id,
            "status": self.status,
            "method": self.method,
            "decline_code": self.code.or(self.failure_code),
            "reason": why.map(|decline| decline.meaning),
            "advice": why.map(|decline| decline.advice.words()),
            "advice_code": self.bank_advice,
            "created": time(self.created),
        })
    }
}

impl Page {
    /// What an invoice says: its id or number, its status, its page.
    fn invoice_field(&self, name: &str) -> Option<&str> {
        self.invoice.as_ref()?.body.get(name)?.as_str()
    }

    /// What can be done about it, each with what it is for.
    fn next_steps(&self) -> Vec<(String, &'static str)> {
        let id = &self.record.payment.id;
        let mut steps = Vec::new();
        let left = self.record.payment.amount - self.record.payment.refunded;
        match self.record.status() {
            PaymentStatus::Failed | PaymentStatus::Pending => {
                if self.record.payment.customer.is_some() {
                    let name = self.record.whose();
                    steps.push((
                        format!("billctl portal create --subject {name} --flow payment-method"),
                        "for another card",
                    ));
                    steps.push((format!("billctl payment retry {id}"), "try it again"));
                    steps.push((
                        format!("billctl payment retry {id} --payment-method pm_…"),
                        "with another card",
                    ));
                }
            }
            PaymentStatus::Succeeded if left > 0 => {
                steps.push((format!("billctl payment refund {id} --reason TEXT"), "give it back"));
                if self.record.payment.invoice.is_some() {
                    steps.push((
                        format!("billctl payment refund {id} --prorated --reason TEXT"),
                        "only for time to come",
                    ));
                }
            }
            PaymentStatus::Succeeded | PaymentStatus::Canceled => {}
        }
        steps.push((format!("billctl events list --object {id}"), "all that happened"));
        steps
    }
}

impl Present for Page {
    fn json(&self) -> Value {
        let mut json = self.record.json();
        let attempts = self.attempts.iter().map(|charge| Attempt::read(&charge.body).json(&charge.id));
        json["attempts"] = attempts.collect();
        let refund = |refund: &MirroredObject| {
            let text = |name: &str| refund.body.get(name).and_then(Value::as_str);
            json!({
                "id": refund.id,
                "amount": refund_amount(refund).map(|(minor, currency)| amount::json(minor, currency)),
                "status": text("status"),
                "reason": text("reason"),
                "why": refund.body.pointer("/metadata/billctl_reason"),
                "created": refund.body.get("created").and_then(Value::as_i64).map(time),
            })
        };
        json["refunds"] = self.refunds.iter().map(refund).collect();
        json["invoice_number"] = json!(self.invoice_field("number"));
        json["invoice_status"] = json!(self.invoice_field("status"));
        json["invoice_url"] = json!(self.invoice_field("hosted_invoice_url"));
        json["next"] = self.next_steps().into_iter().map(|(command, _)| Value::String(command)).collect();
        json
    }

    fn view(&self) -> View {
        let Record { payment, .. } = &self.record;
        let happened = self.record.happened();
        let status = self.record.status_text();
        let mut fields = vec![
            ("payment", Text::new(Role::Strong, payment.id.as_str())),
            ("of", Text::from(self.record.whose_both())),
            ("status", if happened.is_empty() { status } else { status.plain(format!(": {happened}")) }),
            ("amount", Text::from(self.record.amount_words())),
        ];
        if let Some(description) = &payment.description {
            fields.push(("for", Text::from(description.as_str())));
        }
        if let Some(id) = &payment.invoice {
            let number = self.invoice_field("number").map(|number| format!("{number}, "));
            let status = self.invoice_field("status").unwrap_or("unknown");
            fields.push(("invoice", Text::from(format!("{id} ({}{status})", number.unwrap_or_default()))));
            if let Some(url) = self.invoice_field("hosted_invoice_url").filter(|_| status == "open") {
                fields.push(("pay it at", Text::from(url)));
            }
        }
        fields.push(("created", Text::from(time(payment.created))));
        let mut view = View::new().fields(fields);
        let mut attempts = Table::new([
            Column::id("attempts"),
            Column::id("with"),
            Column::id("status"),
            Column::words("what happened"),
        ]);
        for charge in &self.attempts {
            let attempt = Attempt::read(&charge.body);
            let role = record::role(PaymentStatus::of(attempt.status, false));
            attempts.row([
                Text::from(time(attempt.created)),
                Text::from(attempt.method.as_str()),
                Text::new(role, attempt.status),
                Text::from(attempt.happened()),
            ]);
        }
        if !attempts.is_empty() {
            view = view.blank().table(attempts);
        }
        let mut refunds = Table::new([
            Column::id("refunds"),
            Column::number("amount"),
            Column::id("status"),
            Column::id("id"),
            Column::words("why"),
        ]);
        for refund in &self.refunds {
            let text = |place: &str| refund.body.pointer(place).and_then(Value::as_str).unwrap_or_default();
            let words = refund_amount(refund).map(|(minor, currency)| amount::words(minor, currency));
            let created = refund.body.get("created").and_then(Value::as_i64);
            let why = match text("/metadata/billctl_reason") {
                "" => text("/reason"),
                why => why,
            };
            refunds.row([
                Text::from(created.map_or_else(String::new, time)),
                Text::from(words.unwrap_or_default()),
                Text::from(text("/status")),
                Text::from(refund.id.as_str()),
                Text::from(why),
            ]);
        }
        if !refunds.is_empty() {
            view = view.blank().table(refunds);
        }
        let mut next = Table::new([Column::id("next"), Column::words("")]);
        for (command, what) in self.next_steps() {
            next.row([Text::from(command), Text::new(Role::Hint, what)]);
        }
        view.blank().table(next)
    }
}

fn refund_amount(refund: &MirroredObject) -> Option<(i64, &str)> {
    let minor = refund.body.get("amount")?.as_i64()?;
    Some((minor, refund.body.get("currency")?.as_str()?))
}
