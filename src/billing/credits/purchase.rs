//! Credits that were bought, as Stripe's objects tell of them. Nothing is guessed: what an object does not say is unclear.
//!
//! How many credits a price buys stands in its metadata, where `catalog sync` writes it. A checkout session's event has no
//! lines: either the session says itself how many credits it buys, or its lines are fetched.

use serde_json::Value;
use thiserror::Error;

use super::request::MAX_CREDITS;

/// The metadata key of a price: how many credits one of it buys. Of a checkout session: how many it buys in all, `0` for
/// none.
pub const CREDITS_TAG: &str = "billctl_credits";

/// The metadata key beside [`CREDITS_TAG`]: after how many seconds the credits expire. Without it they never do.
pub const EXPIRY_TAG: &str = "billctl_credits_expire_seconds";

/// What one unit of something buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pack {
    /// Zero or more.
    pub credits: i64,
    /// Counted from when they are booked; more than zero.
    pub expire_seconds: Option<i64>,
}

/// Something that was paid, and may buy credits.
#[derive(Debug, Clone, PartialEq)]
pub struct Payment {
    /// The checkout session's or invoice's id.
    pub id: String,
    /// Who it says it is for, in the application's words.
    pub subject: Option<String>,
    pub customer: Option<String>,
    /// What was paid for all of it, in minor units; refunds are a part of that.
    pub total: i64,
    pub currency: Option<String>,
    pub bought: Bought,
}

/// What a payment was for.
#[derive(Debug, Clone, PartialEq)]
pub enum Bought {
    /// The session says itself how many credits it buys in all.
    InAll(Pack),
    Lines(Vec<Line>),
    /// The object came without its lines, or with the first ones only.
    Unread,
}

/// A line of what was bought.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub price: String,
    /// The price's metadata, where the line has the whole price in it.
    pub metadata: Option<Value>,
    pub quantity: i64,
    /// Billed for a subscription: its price is a recurring one.
    pub recurs: bool,
}

/// Why it can't be told what was bought.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unclear {
    #[error("`{key}` of `{id}` is `{text}`, which is no whole number that can be booked")]
    BadNumber { id: String, key: &'static str, text: String },
    #[error("what `{0}` was for is not in its event: `billctl events pull` reads its lines")]
    NoLines(String),
    #[error("the price `{0}` is not in the mirror, and it may buy credits: `billctl events pull` reads it")]
    NoPrice(String),
    #[error(
        "`{0}` is paid, but names nobody in client_reference_id or metadata, and its customer is nobody known"
    )]
    NoSubject(String),
    #[error("`{id}` buys more credits than the ledger takes ({most} at most)", most = MAX_CREDITS)]
    TooMany { id: String },
    #[error(
        "something else is booked under `{key}`, the key of what `{id}` bought: see `billctl credits export`"
    )]
    KeyTaken { id: String, key: String },
    #[error("`{id}` was refunded in {refund}, and paid in {paid}: how many credits that is can't be said")]
    OtherCurrency { id: String, paid: String, refund: String },
}

/// What the metadata of a price, or of a session, says that it buys. `id` is for the error.
///
/// # Errors
/// [`Unclear::BadNumber`].
pub fn pack(id: &str, metadata: &Value) -> Result<Option<Pack>, Unclear> {
    let Some(credits) = number(id, metadata, CREDITS_TAG, 0)? else { return Ok(None) };
    Ok(Some(Pack { credits, expire_seconds: number(id, metadata, EXPIRY_TAG, 1)? }))
}

fn number(id: &str, metadata: &Value, key: &'static str, least: i64) -> Result<Option<i64>, Unclear> {
    let Some(text) = metadata.get(key).filter(|value| !value.is_null()) else { return Ok(None) };
    let text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<i64>() {
        Ok(number) if digits && (least..=MAX_CREDITS).contains(&number) => Ok(Some(number)),
        Ok(_) | Err(_) => Err(Unclear::BadNumber { id: id.to_owned(), key, text }),
    }
}

/// A checkout session as a payment, if it is complete and paid, or needed no money. One that makes an invoice is paid by
/// that, and none here. `subject_key` is `links.subject_metadata` of the billing file.
///
/// # Errors
/// [`Unclear::BadNumber`].
pub fn paid_session(session: &Value, subject_key: Option<&str>) -> Result<Option<Payment>, Unclear> {
    let text = |name: &str| session.get(name).and_then(Value::as_str);
    let Some(id) = text("id") else { return Ok(None) };
    let by_invoice = session.pointer("/invoice_creation/enabled") == Some(&Value::Bool(true));
    let paid = text("status") == Some("complete") && text("payment_status") != Some("unpaid");
    if text("mode") != Some("payment") || !paid || by_invoice {
        return Ok(None);
    }
    let bought = match session.get("metadata").map(|metadata| pack(id, metadata)).transpose()?.flatten() {
        Some(pack) => Bought::InAll(pack),
        None => lines(session.get("line_items")),
    };
    let named = subject_key.and_then(|key| session.get("metadata")?.get(key)).and_then(Value::as_str);
    Ok(Some(Payment {
        id: id.to_owned(),
        subject: first([named, text("client_reference_id")]),
        customer: reference(session.get("customer")),
        total: session.get("amount_total").and_then(Value::as_i64).unwrap_or(0),
        currency: text("currency").map(str::to_owned),
        bought,
    }))
}

/// An invoice as a payment, if it is paid.
pub fn paid_invoice(invoice: &Value, subject_key: Option<&str>) -> Option<Payment> {
    let text = |name: &str| invoice.get(name).and_then(Value::as_str);
    let id = text("id")?;
    // Before `status` came in 2018 there was only the flag.
    let paid = text("status")
        .map_or_else(|| invoice.get("paid") == Some(&Value::Bool(true)), |status| status == "paid");
    if !paid {
        return None;
    }
    let named = |place: &str| subject_key.and_then(|key| invoice.pointer(place)?.get(key)?.as_str());
    Some(Payment {
        id: id.to_owned(),
        subject: first([
            named("/metadata"),
            named("/parent/subscription_details/metadata"),
            named("/subscription_details/metadata"),
        ]),
        customer: reference(invoice.get("customer")),
        total: invoice.get("amount_paid").and_then(Value::as_i64).unwrap_or(0),
        currency: text("currency").map(str::to_owned),
        bought: lines(invoice.get("lines")),
    })
}

fn lines(list: Option<&Value>) -> Bought {
    let Some(data) = list.and_then(|list| list.get("data")).and_then(Value::as_array) else {
        return Bought::Unread;
    };
    if list.and_then(|list| list.get("has_more")) == Some(&Value::Bool(true)) {
        return Bought::Unread;
    }
    Bought::Lines(data.iter().filter_map(line).collect())
}

/// A line that has a price and buys something: no proration, which settles time, and no period of a subscription that
/// costs nothing, such as a trial.
fn line(line: &Value) -> Option<Line> {
    let flag = |place: &str| line.pointer(place) == Some(&Value::Bool(true));
    let prorated = flag("/proration")
        || flag("/parent/subscription_item_details/proration")
        || flag("/parent/invoice_item_details/proration");
    if prorated {
        return None;
    }
    let price = ["/pricing/price_details/price", "/price", "/plan"]
        .into_iter()
        .filter_map(|place| line.pointer(place))
        .find(|price| !price.is_null())?;
    let of_item = line.pointer("/parent/type").and_then(Value::as_str) == Some("subscription_item_details");
    let recurs = of_item || line.get("type").and_then(Value::as_str) == Some("subscription");
    if recurs && line.get("amount").and_then(Value::as_i64) == Some(0) {
        return None;
    }
    Some(Line {
        price: reference(Some(price))?,
        metadata: price.get("metadata").cloned(),
        quantity: line.get("quantity").and_then(Value::as_i64).unwrap_or(1),
        recurs,
    })
}

fn first<const N: usize>(names: [Option<&str>; N]) -> Option<String> {
    names.into_iter().flatten().find(|name| !name.is_empty()).map(str::to_owned)
}

/// An id, or that of the object in its place where it was expanded.
fn reference(value: Option<&Value>) -> Option<String> {
    let value = value?;
    value.as_str().or_else(|| value.get("id")?.as_str()).map(str::to_owned)
}

/// How many of the credits that were bought for `total` go back when `refunded` of it has gone back, both in minor units:
/// a part of them, rounded down, so that a customer never loses more than was refunded. All where nothing was paid.
pub fn credits_back(credits: i64, refunded: i64, total: i64) -> i64 {
    if refunded <= 0 {
        return 0;
    }
    if refunded >= total {
        return credits;
    }
    let back = i128::from(credits) * i128::from(refunded) / i128::from(total);
    i64::try_from(back).unwrap_or(credits)
}

/// Something that tells of money which went back. Facts only ever grow: a refund that failed stays failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackFact {
    /// The id of the refund, dispute or charge.
    pub id: String,
    pub source: BackSource,
    /// In minor units.
    pub amount: i64,
    /// It failed or was canceled: the money did not go back after all.
    pub failed: bool,
}

/// What tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackSource {
    Refund,
    /// One that was lost.
    Dispute,
    /// A charge's sum of all its refunds.
    Charge,
}

/// How much of a payment went back, in minor units. A charge may know of refunds that were never told of; but not that one
/// failed.
pub fn gone_back(facts: &[BackFact]) -> i64 {
    let sum = |source| {
        let counted = facts.iter().filter(|fact| fact.source == source && !fact.failed);
        counted.fold(0_i64, |sum, fact| sum.saturating_add(fact.amount))
    };
    let refunds = sum(BackSource::Refund);
    let any_failed = facts.iter().any(|fact| fact.failed);
    let refunds = if any_failed { refunds } else { refunds.max(sum(BackSource::Charge)) };
    refunds.saturating_add(sum(BackSource::Dispute))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn session(change: Value) -> Value {
        let mut session = json!({"id": "cs_1", "object": "checkout.session", "mode": "payment", "status": "complete",
            "payment_status": "paid", "amount_total": 100, "currency": "usd", "client_reference_id": "u_1",
            "customer": "cus_1", "payment_intent": "pi_1", "metadata": {}});
        for (name, value) in change.as_object().unwrap() {
            session[name.as_str()] = value.clone();
        }
        session
    }

    #[track_caller]
    fn check(change: Value, expected: Option<Bought>) {
        let found = paid_session(&session(change), Some("userId")).unwrap();
        assert_eq!(found.map(|payment| payment.bought), expected);
    }

    #[test]
    fn a_session_says_itself_what_it_buys_or_by_its_lines() {
        let in_all = |credits| Some(Bought::InAll(Pack { credits, expire_seconds: None }));
        check(json!({"metadata": {"billctl_credits": "1000"}}), in_all(1000));
        check(json!({"metadata": {"billctl_credits": "0"}}), in_all(0));
        check(json!({}), Some(Bought::Unread));
        let price = json!({"id": "price_1", "metadata": {"billctl_credits": "500"}});
        let items = json!({"data": [{"price": price, "quantity": 2}], "has_more": false});
        let line = Line {
            price: "price_1".to_owned(),
            metadata: Some(price["metadata"].clone()),
            quantity: 2,
            recurs: false,
        };
        check(json!({"line_items": items}), Some(Bought::Lines(vec![line])));
        check(json!({"line_items": {"data": [], "has_more": true}}), Some(Bought::Unread));
    }

    #[test]
    fn only_what_is_paid_is_bought() {
        check(json!({"payment_status": "unpaid"}), None);
        check(json!({"payment_status": "no_payment_required"}), Some(Bought::Unread));
        check(json!({"status": "open"}), None);
        check(json!({"mode": "subscription"}), None);
        check(json!({"mode": "setup"}), None);
        // Its invoice is what is paid.
        check(json!({"invoice_creation": {"enabled": true}}), None);
    }

    #[test]
    fn a_number_of_credits_is_a_whole_one() {
        for text in ["", "-1", "+5", "1.5", "1e3", " 1", "1000000000000001", "ten"] {
            let unclear = paid_session(&session(json!({"metadata": {"billctl_credits": text}})), None);
            assert!(matches!(unclear, Err(Unclear::BadNumber { .. })), "{text}");
        }
        assert_eq!(pack("price_1", &json!({"billctl_credits": null})), Ok(None));
        let never = json!({"billctl_credits": "5", "billctl_credits_expire_seconds": "0"});
        assert!(pack("price_1", &never).is_err());
    }

    #[test]
    fn an_invoice_buys_its_lines_but_for_prorations_and_trials() {
        let invoice = json!({"id": "in_1", "status": "paid", "amount_paid": 300, "currency": "usd",
        "customer": {"id": "cus_1"}, "metadata": {},
        "parent": {"subscription_details": {"metadata": {"userId": "u_7"}, "subscription": "sub_1"}},
        "lines": {"has_more": false, "data": [
            {"id": "il_1", "quantity": 1, "pricing": {"price_details": {"price": "price_pro"}},
             "parent": {"type": "subscription_item_details", "subscription_item_details": {"proration": false}}},
            {"id": "il_2", "quantity": 3, "pricing": {"price_details": {"price": "price_pack"}},
             "parent": {"type": "invoice_item_details", "invoice_item_details": {"proration": false}}},
            {"id": "il_3", "quantity": 1, "pricing": {"price_details": {"price": "price_pro"}},
             "parent": {"type": "subscription_item_details", "subscription_item_details": {"proration": true}}},
        ]}});
        let payment = paid_invoice(&invoice, Some("userId")).unwrap();
        assert_eq!((payment.subject.as_deref(), payment.customer.as_deref()), (Some("u_7"), Some("cus_1")));
        let Bought::Lines(lines) = payment.bought else { panic!("{:?}", payment.bought) };
        let told: Vec<_> =
            lines.iter().map(|line| (line.price.as_str(), line.quantity, line.recurs)).collect();
        assert_eq!(told, [("price_pro", 1, true), ("price_pack", 3, false)]);
        assert_eq!(paid_invoice(&json!({"id": "in_1", "status": "open"}), None), None);
    }

    #[test]
    fn what_went_back_is_what_refunds_and_lost_disputes_say_or_the_charge_if_that_knows_more() {
        use BackSource::{Charge, Dispute, Refund};
        let check = |facts: &[(BackSource, i64, bool)], expected| {
            let fact = |(source, amount, failed): &(_, _, _)| BackFact {
                id: String::new(),
                source: *source,
                amount: *amount,
                failed: *failed,
            };
            assert_eq!(gone_back(&facts.iter().map(fact).collect::<Vec<_>>()), expected, "{facts:?}");
        };
        check(&[], 0);
        check(&[(Refund, 30, false), (Charge, 30, false)], 30);
        check(&[(Refund, 30, false), (Charge, 70, false)], 70);
        check(&[(Refund, 30, false), (Refund, 40, false), (Charge, 30, false)], 70);
        check(&[(Refund, 30, false), (Refund, 40, true), (Charge, 70, false)], 30);
        check(&[(Refund, 30, false), (Dispute, 70, false)], 100);
    }

    #[test]
    fn a_part_of_the_money_is_that_part_of_the_credits_rounded_down() {
        assert_eq!(credits_back(1000, 0, 100), 0);
        assert_eq!(credits_back(1000, 50, 100), 500);
        assert_eq!(credits_back(100, 1, 3), 33);
        assert_eq!(credits_back(100, 3, 3), 100);
        assert_eq!(credits_back(100, 9, 3), 100);
        assert_eq!(credits_back(i64::MAX, i64::MAX - 1, i64::MAX), i64::MAX - 1);
        assert_eq!(credits_back(5, 1, 0), 5);
    }

    proptest! {
        #[test]
        fn more_money_back_is_never_fewer_credits_back(
            credits in 0..MAX_CREDITS, total in 1..1_000_000_000_i64, one in 0..2_000_000_000_i64, more in 0..1_000_000_i64,
        ) {
            let (before, after) = (credits_back(credits, one, total), credits_back(credits, one + more, total));
            prop_assert!(before <= after && after <= credits);
        }
    }
}
