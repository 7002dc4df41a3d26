//! A payment as every command shows it, from the mirror or from Stripe's own answer.

use serde_json::{Value, json};

use crate::billing::decline::{self, Decline};
use crate::billing::payment::PaymentStatus;
use crate::commands::amount;
use crate::commands::moment::time;
use crate::render::{Role, Text};
use crate::store::mirror::CountedPayment;

/// A payment, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub payment: CountedPayment,
    pub subject: Option<String>,
}

impl Record {
    /// From a payment intent as Stripe answered with it, or a charge that has none; and the charge that paid it.
    pub fn of_answer(
        object: &Value,
        charge: Option<&Value>,
        invoice: Option<&str>,
        subject: Option<&str>,
    ) -> Record {
        let text = |place: &str| object.pointer(place).and_then(Value::as_str).map(str::to_owned);
        let number =
            |object: &Value, name: &str| object.get(name).and_then(Value::as_i64).unwrap_or_default();
        let is_charge = object.get("object").and_then(Value::as_str) == Some("charge");
        let created = number(object, "created");
        let codes = if is_charge { ["/failure_code", "/outcome/reason"] } else { ERROR_CODES };
        let [failure_code, decline_code] = codes.map(text);
        let payment = CountedPayment {
            id: text("/id").unwrap_or_default(),
            customer: text("/customer").or(text("/customer/id")),
            invoice: invoice.map(str::to_owned),
            stripe_status: text("/status").unwrap_or_default(),
            amount: number(object, "amount"),
            refunded: charge.map_or(0, |charge| number(charge, "amount_refunded")),
            currency: text("/currency").unwrap_or_default(),
            failure_code,
            decline_code,
            charge: text("/latest_charge").or(text("/latest_charge/id")),
            description: text("/description"),
            created,
            updated: charge.map_or(0, |charge| number(charge, "created")).max(created),
        };
        Record { payment, subject: subject.map(str::to_owned) }
    }

    pub fn status(&self) -> PaymentStatus {
        self.payment.status()
    }

    /// The code that says most of why it failed; none if it did not.
    pub fn code(&self) -> Option<&str> {
        let CountedPayment { failure_code, decline_code, .. } = &self.payment;
        let failed = self.status() == PaymentStatus::Failed;
        decline_code.as_deref().or(failure_code.as_deref()).filter(|_| failed)
    }

    /// What that code means.
    pub fn why(&self) -> Option<&'static Decline> {
        self.code()?;
        decline::explain_either(self.payment.decline_code.as_deref(), self.payment.failure_code.as_deref())
    }

    /// Whom a person would say it is of.
    pub fn whose(&self) -> &str {
        self.subject.as_deref().or(self.payment.customer.as_deref()).unwrap_or("nobody")
    }

    /// The subject with its customer.
    pub fn whose_both(&self) -> String {
        match (&self.subject, &self.payment.customer) {
            (Some(subject), Some(customer)) => format!("{subject} ({customer})"),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => "nobody that is known".to_owned(),
        }
    }

    /// `12.50 USD`
    pub fn amount_words(&self) -> String {
        amount::words(self.payment.amount, &self.payment.currency)
    }

    pub fn status_text(&self) -> Text {
        Text::new(role(self.status()), self.status().name())
    }

    /// What there is to say of how it stands.
    pub fn happened(&self) -> String {
        let CountedPayment { stripe_status, amount, refunded, currency, .. } = &self.payment;
        match self.status() {
            PaymentStatus::Failed => why_words(self.code(), self.why()),
            PaymentStatus::Succeeded if *refunded <= 0 => String::new(),
            PaymentStatus::Succeeded if refunded >= amount => "refunded".to_owned(),
            PaymentStatus::Succeeded => format!("{} of it refunded", amount::words(*refunded, currency)),
            PaymentStatus::Canceled => "it can't be paid any more".to_owned(),
            PaymentStatus::Pending => match stripe_status.as_str() {
                "requires_action" => "the customer has to confirm it with their bank",
                "processing" | "pending" => "the bank has not answered yet",
                "requires_capture" => "the money is held, and not taken yet",
                _ => "nobody has paid yet",
            }
            .to_owned(),
        }
    }

    pub fn json(&self) -> Value {
        let Record { payment, subject } = self;
        let CountedPayment { id, customer, invoice, stripe_status, amount, refunded, currency, .. } = payment;
        let CountedPayment { charge, description, created, updated, .. } = payment;
        json!({
            "id": id,
            "subject": subject,
            "customer": customer,
            "status": self.status().name(),
            "stripe_status": stripe_status,
            "amount": amount::json(*amount, currency),
            "refunded": amount::json(*refunded, currency),
            "decline_code": self.code(),
            "reason": self.why().map(|decline| decline.meaning),
            "advice": self.why().map(|decline| decline.advice.words()),
            "invoice": invoice,
            "charge": charge,
            "description": description,
            "created": time(*created),
            "updated": time(*updated),
        })
    }
}

const ERROR_CODES: [&str; 2] = ["/last_payment_error/code", "/last_payment_error/decline_code"];

/// Why something was declined, with what to do about it.
pub fn why_words(code: Option<&str>, why: Option<&Decline>) -> String {
    match (code, why) {
        (Some(code), Some(decline)) => format!("{} ({code}): {}", decline.meaning, decline.advice.words()),
        (Some(code), None) => format!("declined ({code})"),
        (None, _) => "declined".to_owned(),
    }
}

/// How a status is coloured.
pub fn role(status: PaymentStatus) -> Role {
    match status {
        PaymentStatus::Pending => Role::Change,
        PaymentStatus::Succeeded => Role::Create,
        PaymentStatus::Failed => Role::Delete,
        PaymentStatus::Canceled => Role::Hint,
    }
}
