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

/// Whether an object has come to its end: nothing more happens to it by itself, and what somebody does to it later
/// makes another object that names it (see [`touches`]).
pub fn is_settled(kind: &str, object: &Value) -> bool {
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
        "charge" => matches!(status, "succeeded" | "failed"),
        "refund" => matches!(status, "succeeded" | "failed" | "canceled"),
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
                assert!(!is_settled(source.kind, &json!({"status": "paid"})), "{}", source.name);
            }
        }
    }

    #[track_caller]
    fn check(kind: &str, object: Value, settled: bool) {
        assert_eq!(is_settled(kind, &object), settled, "{kind} {object}");
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
    fn a_refund_touches_its_charge_and_payment() {
        let refund = json!({"id": "re_1", "charge": "ch_1", "payment_intent": null});
        assert_eq!(touches("refund", &refund), [("charge", "ch_1")]);
        assert_eq!(touches("charge", &json!({"payment_intent": "pi_1"})), []);
    }
}
