//! Money that a customer is given in Stripe: as a balance that the next invoices use up, or as billing credits for metered
//! prices.

use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::billing::money::{Money, Rate};

/// The metadata key that holds the booking's key, so that what was made is found again.
pub const KEY_TAG: &str = "billctl_credit_key";

/// The metadata key of a balance transaction that takes another one back: the id of that.
pub const UNDOES_TAG: &str = "billctl_undoes";

/// The longest description that Stripe takes, in characters.
const LONGEST_DESCRIPTION: usize = 350;

/// An amount as it is typed: `20.00usd`, `20.00 usd`, `20 usd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenAmount(pub Money);

impl FromStr for GivenAmount {
    type Err = String;

    fn from_str(text: &str) -> Result<GivenAmount, String> {
        let at = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
        let (number, code) = text.split_at(at);
        let spaced = format!("{} {}", number.trim(), code.to_ascii_lowercase());
        let rate: Rate = spaced.parse().map_err(|error| format!("{error}"))?;
        let money = rate.whole().ok_or("nothing below the currency's smallest coin can be given")?;
        if money.minor <= 0 {
            return Err("the amount must be more than zero".to_owned());
        }
        Ok(GivenAmount(money))
    }
}

/// What kind of billing credits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Category {
    Paid,
    #[default]
    Promotional,
}

impl Category {
    /// Stripe's word.
    pub fn name(self) -> &'static str {
        match self {
            Category::Paid => "paid",
            Category::Promotional => "promotional",
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Category {
    type Err = String;

    fn from_str(name: &str) -> Result<Category, String> {
        let known = [Category::Paid, Category::Promotional];
        known
            .into_iter()
            .find(|known| known.name() == name)
            .ok_or_else(|| format!("`{name}` is no category: credits are `paid` or `promotional`"))
    }
}

/// In which form money is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// The customer's balance, which the next invoices use up.
    Balance,
    /// Billing credits, which metered prices use up.
    Grant {
        category: Category,
        /// 0 is used up first, 100 last; Stripe's default is 50.
        priority: Option<u8>,
        /// In seconds since 1970.
        expires_at: Option<i64>,
        /// Ids of metered prices; all of them where empty.
        prices: Vec<String>,
        name: Option<String>,
    },
}

/// Money for a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyGrant {
    pub subject: String,
    pub customer: String,
    pub amount: Money,
    pub form: Form,
    pub reason: String,
    pub key: String,
}

impl MoneyGrant {
    /// The list of Stripe to which the grant adds: where it is posted, and where it is found again.
    pub fn route(&self) -> String {
        match &self.form {
            Form::Balance => format!("/v1/customers/{}/balance_transactions", self.customer),
            Form::Grant { .. } => "/v1/billing/credit_grants".to_owned(),
        }
    }

    /// The `object` field of what is made.
    pub fn kind(&self) -> &'static str {
        match &self.form {
            Form::Balance => "customer_balance_transaction",
            Form::Grant { .. } => "billing.credit_grant",
        }
    }

    /// The parameters of the request.
    pub fn params(&self) -> Value {
        let MoneyGrant { subject, customer, amount: Money { minor, currency }, form, reason, key } = self;
        let metadata = json!({KEY_TAG: key, "billctl_subject": subject, "billctl_reason": reason});
        match form {
            // Stripe counts what a customer owes, so that a credit is below zero.
            Form::Balance => json!({
                "amount": -minor,
                "currency": currency,
                "description": reason.chars().take(LONGEST_DESCRIPTION).collect::<String>(),
                "metadata": metadata,
            }),
            Form::Grant { category, priority, expires_at, prices, name } => {
                let scope = match prices.is_empty() {
                    true => json!({"price_type": "metered"}),
                    false => json!({"prices": prices.iter().map(|id| json!({"id": id})).collect::<Vec<_>>()}),
                };
                let mut params = json!({
                    "customer": customer,
                    "amount": {"type": "monetary", "monetary": {"currency": currency, "value": minor}},
                    "applicability_config": {"scope": scope},
                    "category": category.name(),
                    "metadata": metadata,
                });
                for (field, value) in [
                    ("priority", priority.map(Value::from)),
                    ("expires_at", expires_at.map(Value::from)),
                    ("name", name.as_deref().map(Value::from)),
                ] {
                    if let Some(value) = value {
                        params[field] = value;
                    }
                }
                params
            }
        }
    }

    /// All that is asked of Stripe as text: equal for the same grant.
    pub fn request(&self) -> String {
        json!({"route": self.route(), "params": self.params()}).to_string()
    }
}

/// The amount of a grant, out of what was asked of Stripe for it.
pub fn amount_of(request: &str) -> Option<Money> {
    let request: Value = serde_json::from_str(request).ok()?;
    let params = request.get("params")?;
    let monetary = params.pointer("/amount/monetary");
    let minor = match monetary {
        Some(monetary) => monetary.get("value")?.as_i64()?,
        None => params.get("amount")?.as_i64()?.checked_neg()?,
    };
    let currency = monetary.unwrap_or(params).get("currency")?.as_str()?.parse().ok()?;
    Some(Money { minor, currency })
}

/// The idempotency key of a request for a booking's key, which may be any text. Stripe gives the same answer to the same
/// idempotency key, a refusal too: the attempt after one that was refused has another.
pub fn idempotency_key(key: &str, attempt: i64) -> String {
    let first = format!("billctl-money-{}", hex::encode(Sha256::digest(key)));
    if attempt <= 1 { first } else { format!("{first}-{attempt}") }
}

/// Parameters of the balance transaction that takes one back which gave `amount`, in the customer's balance.
pub fn undoing(amount: Money, subject: &str, reason: &str, undone: &str) -> Value {
    json!({
        "amount": amount.minor,
        "currency": amount.currency,
        "description": reason.chars().take(LONGEST_DESCRIPTION).collect::<String>(),
        "metadata": {UNDOES_TAG: undone, "billctl_subject": subject, "billctl_reason": reason},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(i64, &str)>) {
        let found = text.parse::<GivenAmount>().ok().map(|amount| amount.0);
        let found = found.map(|money| (money.minor, money.currency.code().to_owned()));
        assert_eq!(found, expected.map(|(minor, code)| (minor, code.to_owned())), "{text}");
    }

    #[test]
    fn an_amount_is_typed_with_its_currency() {
        check("20.00usd", Some((2000, "usd")));
        check("20 USD", Some((2000, "usd")));
        check("1500jpy", Some((1500, "jpy")));
        check("0.001kwd", Some((1, "kwd")));
        for wrong in ["20", "usd", "0usd", "-5usd", "1.5jpy", "20.001usd", "20xyz", "", "1e3usd"] {
            check(wrong, None);
        }
    }

    fn grant(form: Form) -> MoneyGrant {
        MoneyGrant {
            subject: "u_1".to_owned(),
            customer: "cus_1".to_owned(),
            amount: "20.00usd".parse::<GivenAmount>().unwrap().0,
            form,
            reason: "ticket 42".to_owned(),
            key: "t42".to_owned(),
        }
    }

    #[test]
    fn a_credit_to_the_balance_is_below_zero_in_stripe() {
        let params = grant(Form::Balance).params();
        assert_eq!((&params["amount"], &params["description"]), (&json!(-2000), &json!("ticket 42")));
        assert_eq!(params["metadata"]["billctl_credit_key"], "t42");
    }

    #[test]
    fn billing_credits_are_for_all_metered_prices_or_for_some() {
        let of = |prices: &[&str]| {
            let prices = prices.iter().map(|id| (*id).to_owned()).collect();
            let form = Form::Grant {
                category: Category::Promotional,
                priority: Some(0),
                expires_at: None,
                prices,
                name: None,
            };
            grant(form).params()
        };
        assert_eq!(of(&[])["applicability_config"], json!({"scope": {"price_type": "metered"}}));
        assert_eq!(
            of(&["price_1"])["applicability_config"],
            json!({"scope": {"prices": [{"id": "price_1"}]}})
        );
        assert_eq!((&of(&[])["priority"], of(&[]).get("expires_at")), (&json!(0), None));
    }

    #[test]
    fn the_amount_is_read_back_from_the_request() {
        let billing_credits = Form::Grant {
            category: Category::Paid,
            priority: None,
            expires_at: None,
            prices: Vec::new(),
            name: None,
        };
        for form in [Form::Balance, billing_credits] {
            let grant = grant(form);
            assert_eq!(amount_of(&grant.request()), Some(grant.amount));
        }
        assert_eq!(amount_of("{}"), None);
    }

    #[test]
    fn any_key_makes_an_idempotency_key() {
        let long = idempotency_key(&"ü".repeat(255), i64::MAX);
        assert!(long.len() <= 255 && long.is_ascii());
        assert_ne!(idempotency_key("a", 1), idempotency_key("b", 1));
        assert_ne!(idempotency_key("a", 1), idempotency_key("a", 2));
    }
}
