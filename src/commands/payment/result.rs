//! What `payment charge` and `payment retry` show: a payment after somebody tried to have it paid.

use serde_json::{Value, json};

use super::record::Record;
use crate::billing::payment::PaymentStatus;
use crate::commands::Outcome;
use crate::error::Kind;
use crate::render::{Present, Role, Text, View};

/// A payment, and what this call has to do with it.
#[derive(Debug)]
pub struct Tried {
    pub record: Record,
    /// It was made before, by the same call; none where a call makes nothing.
    pub before: Option<bool>,
    /// Under which it is carried out once.
    pub key: Option<String>,
}

impl Tried {
    /// Exit code 1 where the payment was declined.
    pub fn outcome(&self) -> Outcome {
        match self.record.status() {
            PaymentStatus::Failed | PaymentStatus::Canceled => Outcome::Failed(Kind::Failed),
            PaymentStatus::Succeeded | PaymentStatus::Pending => Outcome::Done,
        }
    }

    fn headline(&self) -> Text {
        let (words, who) = (self.record.amount_words(), self.record.whose());
        let happened = self.record.happened();
        match (self.record.status(), self.before) {
            (PaymentStatus::Succeeded, Some(true)) => {
                Text::new(Role::Change, format!("Charged before, and not again: {words} from {who}"))
            }
            (PaymentStatus::Succeeded, _) => Text::new(Role::Create, format!("Paid: {words} from {who}")),
            (PaymentStatus::Pending, _) => Text::new(Role::Change, format!("Waiting for {words} from {who}"))
                .plain(format!(": {happened}")),
            (PaymentStatus::Failed, _) => Text::new(Role::Delete, format!("Declined: {words} from {who}"))
                .plain(format!(": {happened}")),
            (PaymentStatus::Canceled, _) => Text::new(Role::Delete, format!("Canceled: {words} from {who}"))
                .plain(format!(": {happened}")),
        }
    }
}

impl Present for Tried {
    fn json(&self) -> Value {
        let mut json = self.record.json();
        if let Some(before) = self.before {
            json["charged_before"] = json!(before);
        }
        if let Some(key) = &self.key {
            json["key"] = json!(key);
        }
        json
    }

    fn view(&self) -> View {
        let Record { payment, .. } = &self.record;
        let mut fields = vec![
            ("payment", Text::new(Role::Strong, payment.id.as_str())),
            ("of", Text::from(self.record.whose_both())),
        ];
        if let Some(description) = &payment.description {
            fields.push(("for", Text::from(description.as_str())));
        }
        if let Some(invoice) = &payment.invoice {
            fields.push(("invoice", Text::from(invoice.as_str())));
        }
        if let Some(key) = &self.key {
            fields.push(("key", Text::from(key.as_str())));
        }
        let view = View::new().line(self.headline()).fields(fields);
        match (self.record.status(), self.before) {
            (PaymentStatus::Failed, _) => view.line(Text::new(
                Role::Hint,
                format!("Try it with another: `billctl payment retry {} --payment-method pm_…`", payment.id),
            )),
            (PaymentStatus::Succeeded, Some(true)) => view.line(Text::new(
                Role::Hint,
                "Another charge of the same amount for the same thing has a key of its own: `--key TEXT`",
            )),
            (PaymentStatus::Pending, Some(true)) => view.line(Text::new(
                Role::Hint,
                format!("It was made before; have it paid with `billctl payment retry {}`", payment.id),
            )),
            _ => view,
        }
    }
}
