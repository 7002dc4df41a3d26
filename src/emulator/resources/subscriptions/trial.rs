//! The end of a trial where nobody can be charged.

use serde_json::{Value, json};

use super::{end, pause};
use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::resources::invoices::collect;

/// Cancels or pauses a subscription whose trial ends without a payment method, if its settings say so. Whether that was
/// done, so that nothing is to be billed.
///
/// # Errors
/// SQLite's.
pub fn ends_otherwise(call: &mut Call<'_>, before: &Object, bill: &Object, now: i64) -> Outcome<bool> {
    let wanted = before.body["trial_settings"]["end_behavior"]["missing_payment_method"].as_str();
    let is_charged =
        before.body["collection_method"] == "charge_automatically" && bill.body["amount_due"] != 0;
    if !is_charged || matches!(wanted, None | Some("create_invoice")) {
        return Ok(false);
    }
    if collect::method_of(call, &bill.body)?.is_some() {
        return Ok(false);
    }
    if wanted == Some("cancel") {
        end(call, before, now, None)?;
        return Ok(true);
    }
    pause::pause(call, before, "trial_end_without_payment_method", now)?;
    Ok(true)
}

/// Ends a trial before its time, or has it end at another. The items' periods follow; whoever calls bills what is due.
pub fn move_end(subscription: &mut Value, end: i64, now: i64) {
    if subscription["trial_start"].is_null() || subscription["status"] != "trialing" {
        subscription["trial_start"] = json!(now);
    }
    subscription["trial_end"] = json!(end);
    if end > now {
        subscription["status"] = json!("trialing");
        subscription["billing_cycle_anchor"] = json!(end);
        for item in subscription["items"]["data"].as_array_mut().into_iter().flatten() {
            item["current_period_end"] = json!(end);
        }
    }
}
