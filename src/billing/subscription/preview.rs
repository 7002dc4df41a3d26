//! What Stripe's invoice previews say of a change: what is paid at once, what is set off, and what the next renewal costs.

use serde_json::Value;

use super::refund::net;

/// A line of a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub description: String,
    /// After discounts, with tax, in minor units.
    pub amount: i64,
    /// Given back, or charged, for a part of a period.
    pub proration: bool,
    /// In seconds since 1970.
    pub start: i64,
    pub end: i64,
}

/// An invoice at a renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// In seconds since 1970.
    pub at: i64,
    /// With what is set off in it, in minor units; what a balance pays is in it.
    pub total: i64,
}

/// What a change costs. Amounts are minor units of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// What is billed at once; negative where it becomes a balance. Nothing where all waits for the renewal.
    pub now: i64,
    /// What of that is to be paid, after the customer's balance.
    pub due_now: i64,
    /// What is given back and charged for the rest of the current period, wherever it is billed.
    pub prorated: i64,
    pub lines: Vec<Line>,
    /// Where Stripe can tell it: nothing is billed any more once a subscription ends.
    pub renewal: Option<Renewal>,
}

/// Reads the lines of an invoice.
pub fn lines(invoice: &Value) -> Vec<Line> {
    let lines = invoice.pointer("/lines/data").and_then(Value::as_array).into_iter().flatten();
    lines
        .map(|line| {
            let number = |place: &str| line.pointer(place).and_then(Value::as_i64).unwrap_or_default();
            let flag = |place: &str| line.pointer(place) == Some(&Value::Bool(true));
            Line {
                description: line.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
                amount: net(line),
                proration: flag("/parent/subscription_item_details/proration")
                    || flag("/parent/invoice_item_details/proration"),
                start: number("/period/start"),
                end: number("/period/end"),
            }
        })
        .collect()
}

/// Whether a preview is the invoice of the renewal at `period_end`, and not one that a change brings along at once: what
/// comes again begins when the period has ended, or nothing does.
pub fn is_renewal(invoice: &Value, period_end: i64) -> bool {
    let lines = lines(invoice);
    let mut again = lines.iter().filter(|line| !line.proration).peekable();
    match again.peek() {
        // Usage of the current period, or nothing but what waits.
        None => invoice.get("period_end").and_then(Value::as_i64) == Some(period_end),
        Some(_) => again.any(|line| line.start >= period_end || line.end == period_end),
    }
}

/// Puts together what a change costs, from the preview with its own proration and the one without any; both may be missing
/// where Stripe says that nothing will be billed. `period_end` is that of the current period.
pub fn cost(with: Option<&Value>, without: Option<&Value>, period_end: i64) -> Cost {
    let total = |invoice: &Value| invoice.get("total").and_then(Value::as_i64).unwrap_or_default();
    let due = |invoice: &Value| invoice.get("amount_due").and_then(Value::as_i64).unwrap_or_default();
    let all = with.map(lines).unwrap_or_default();
    let at_once = with.filter(|invoice| !is_renewal(invoice, period_end));
    let renewal = match (at_once, with, without) {
        // Nothing at once: the preview is the renewal itself, prorations and all.
        (None, Some(invoice), _) => Some(Renewal { at: period_end, total: total(invoice) }),
        (Some(_), _, Some(next)) if is_renewal(next, period_end) => {
            Some(Renewal { at: period_end, total: total(next) })
        }
        // Periods begin anew now: what comes again is in the invoice already, and comes again when it has ended.
        (Some(invoice), ..) => again(&lines(invoice)),
        (None, None, next) => next.map(|next| Renewal { at: period_end, total: total(next) }),
    };
    Cost {
        now: at_once.map_or(0, total),
        due_now: at_once.map_or(0, due),
        prorated: all.iter().filter(|line| line.proration).map(|line| line.amount).sum(),
        lines: all,
        renewal,
    }
}

fn again(lines: &[Line]) -> Option<Renewal> {
    let again: Vec<&Line> = lines.iter().filter(|line| !line.proration).collect();
    let at = again.iter().map(|line| line.end).min()?;
    Some(Renewal { at, total: again.iter().map(|line| line.amount).sum() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const END: i64 = 3_000;

    fn invoice(lines: &[(i64, bool, i64, i64)]) -> Value {
        let total: i64 = lines.iter().map(|(amount, ..)| amount).sum();
        let lines: Vec<Value> = lines
            .iter()
            .map(|(amount, proration, start, end)| {
                json!({
                    "amount": amount,
                    "period": {"start": start, "end": end},
                    "parent": {"subscription_item_details": {"proration": proration}},
                })
            })
            .collect();
        json!({"total": total, "amount_due": total.max(0), "lines": {"data": lines}})
    }

    #[track_caller]
    fn check(with: &Value, without: &Value, now: i64, prorated: i64, renewal: (i64, i64)) {
        let cost = cost(Some(with), Some(without), END);
        let found = cost.renewal.map(|renewal| (renewal.at, renewal.total));
        assert_eq!((cost.now, cost.prorated, found), (now, prorated, Some(renewal)));
    }

    #[test]
    fn prorations_that_wait_are_in_the_renewal() {
        let with =
            invoice(&[(-500, true, 1_500, END), (1_000, true, 1_500, END), (2_000, false, END, 6_000)]);
        let without = invoice(&[(2_000, false, END, 6_000)]);
        check(&with, &without, 0, 500, (END, 2_500));
        check(&without, &without, 0, 0, (END, 2_000));
    }

    #[test]
    fn prorations_that_are_billed_at_once_are_not_in_the_renewal() {
        let with = invoice(&[(-500, true, 1_500, END), (1_000, true, 1_500, END)]);
        check(&with, &invoice(&[(2_000, false, END, 6_000)]), 500, 500, (END, 2_000));
        // A downgrade becomes a balance.
        let with = invoice(&[(-1_000, true, 1_500, END), (500, true, 1_500, END)]);
        check(&with, &invoice(&[(1_000, false, END, 6_000)]), -500, -500, (END, 1_000));
    }

    #[test]
    fn a_new_interval_begins_at_once_and_renews_when_it_has_ended() {
        let with = invoice(&[(-500, true, 1_500, END), (24_000, false, 1_500, 38_000)]);
        check(&with, &invoice(&[(24_000, false, 1_500, 38_000)]), 23_500, -500, (38_000, 24_000));
    }

    #[test]
    fn where_nothing_is_billed_any_more_there_is_no_renewal() {
        let cost = cost(None, None, END);
        assert_eq!((cost.now, cost.due_now, cost.prorated, cost.renewal), (0, 0, 0, None));
    }
}
