//! What may have changed while nobody looked, for a mirror that the thirty days of events don't reach back to.

use serde_json::Value;

/// How a kind is read again after a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Its objects can change at any time, or its lists take no times: all of it is read.
    Whole,
    /// Its objects come to an end: those made in the gap are read, and each that had not come to its end.
    Unsettled,
}

/// Kinds that Stripe tells nothing about, or not all: there is no event for a balance transaction or a feature, none for
/// an invoice item that goes onto an invoice, and none for a payment of an invoice until it is made. They are read as
/// after a gap at each update.
pub const UNTOLD: [&str; 5] =
    ["balance_transaction", "invoiceitem", "invoice_payment", "entitlements.feature", "product_feature"];

/// How a kind is read again.
pub fn again(kind: &str) -> Again {
    match kind {
        "subscription"
        | "subscription_schedule"
        | "invoice"
        | "invoiceitem"
        | "invoice_payment"
        | "credit_note"
        | "payment_intent"
        | "setup_intent"
        | "charge"
        | "refund"
        | "dispute"
        | "balance_transaction"
        | "checkout.session" => Again::Unsettled,
        _ => Again::Whole,
    }
}

/// How long after it succeeded a refund may fail yet: a bank sends it back within thirty days (docs.stripe.com/refunds),
/// and may be late.
const REFUND_IN_DOUBT_SECONDS: i64 = 90 * 24 * 60 * 60;

/// Whether an object had come to its end at a second, as it was known then: nothing more happens to it by itself, and
/// what somebody does to it later makes another object that names it (see [`touches`]).
pub fn is_settled(kind: &str, object: &Value, at: i64) -> bool {
    let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
    let is_set = |name: &str| object.get(name).is_some_and(|value| !value.is_null());
    let status = text("status");
    match kind {
        "subscription" => matches!(status, "canceled" | "incomplete_expired"),
        "subscription_schedule" => matches!(status, "canceled" | "completed" | "released"),
        // An uncollectible one can still be paid.
        "invoice" => matches!(status, "paid" | "void"),
        "invoiceitem" => is_set("invoice"),
        "invoice_payment" => matches!(status, "paid" | "canceled"),
        "credit_note" => status == "void",
        "payment_intent" | "setup_intent" => matches!(status, "succeeded" | "canceled"),
        // One that is only authorized is captured or expires.
        "charge" => {
            status == "failed"
                || (status == "succeeded" && object.get("captured") == Some(&Value::Bool(true)))
        }
        "refund" => {
            let created = object.get("created").and_then(Value::as_i64);
            let is_old = created.is_some_and(|created| created.saturating_add(REFUND_IN_DOUBT_SECONDS) <= at);
            matches!(status, "failed" | "canceled") || (status == "succeeded" && is_old)
        }
        "dispute" => matches!(status, "won" | "lost" | "warning_closed" | "prevented"),
        "balance_transaction" => status == "available",
        // A session can be complete before its money has come.
        "checkout.session" => {
            status == "expired" || (status == "complete" && text("payment_status") != "unpaid")
        }
        _ => false,
    }
}

/// The ids of settled objects that changed when this one was made, each with its kind: a charge by its refund.
pub fn touches<'a>(kind: &str, object: &'a Value) -> Vec<(&'static str, &'a str)> {
    let fields: &[(&'static str, &str)] = match kind {
        "refund" | "dispute" => &[("charge", "charge"), ("payment_intent", "payment_intent")],
        "credit_note" => &[("invoice", "invoice")],
        _ => &[],
    };
    fields.iter().filter_map(|(kind, field)| Some((*kind, object.get(*field)?.as_str()?))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::billing::backfill::SOURCES;

    #[test]
    fn what_is_read_by_time_only_can_come_to_an_end() {
        for source in SOURCES {
            if again(source.kind) == Again::Unsettled {
                assert!(source.is_timed || source.under.is_some(), "{}", source.name);
            } else {
                assert!(!is_settled(source.kind, &json!({"status": "paid"}), NOW), "{}", source.name);
            }
        }
    }

    const NOW: i64 = 1_790_000_000;

    #[track_caller]
    fn check(kind: &str, object: Value, settled: bool) {
        assert_eq!(is_settled(kind, &object, NOW), settled, "{kind} {object}");
    }

    #[test]
    fn an_object_is_settled_at_the_end_of_its_life() {
        check("invoice", json!({"status": "paid"}), true);
        check("invoice", json!({"status": "uncollectible"}), false);
        check("subscription", json!({"status": "past_due"}), false);
        check("subscription", json!({"status": "canceled"}), true);
        check("checkout.session", json!({"status": "complete", "payment_status": "paid"}), true);
        check("checkout.session", json!({"status": "complete", "payment_status": "unpaid"}), false);
        check("invoiceitem", json!({"invoice": null}), false);
        check("invoiceitem", json!({"invoice": "in_1"}), true);
        check("customer", json!({}), false);
    }

    #[test]
    fn money_that_can_still_move_is_not_settled() {
        let charge = |status: &str, captured: bool| json!({"status": status, "captured": captured});
        check("charge", charge("succeeded", true), true);
        check("charge", charge("succeeded", false), false);
        check("charge", charge("failed", false), true);
        check("charge", charge("pending", false), false);
        let refund = |status: &str, days: i64| json!({"status": status, "created": NOW - days * 86_400});
        check("refund", refund("succeeded", 20), false);
        check("refund", refund("succeeded", 90), true);
        check("refund", refund("pending", 90), false);
        check("refund", refund("failed", 1), true);
    }

    #[test]
    fn what_no_event_tells_about_is_in_a_list() {
        for kind in UNTOLD {
            assert!(SOURCES.iter().any(|source| source.kind == kind && !source.is_per_customer()), "{kind}");
        }
    }

    #[test]
    fn a_refund_touches_its_charge_and_payment() {
        let refund = json!({"id": "re_1", "charge": "ch_1", "payment_intent": null});
        assert_eq!(touches("refund", &refund), [("charge", "ch_1")]);
        assert_eq!(touches("charge", &json!({"payment_intent": "pi_1"})), []);
    }
}
