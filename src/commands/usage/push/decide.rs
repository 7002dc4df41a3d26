//! A record → what is to become of it.

use std::collections::HashMap;

use super::meters::Meter;
use crate::billing::usage::identifier;
use crate::store::books::{Adding, Corrected, Fate, PushState, Staged, Unpushed};

const DAY: i64 = 24 * 60 * 60;

/// Stripe takes events from the past 35 days.
const OLDEST_SECONDS: i64 = 35 * DAY;

/// Stripe cancels what it received within 24 hours; the last minutes of them are left to the way there.
const CANCELABLE_SECONDS: i64 = DAY - 10 * 60;

/// Why a record can't be told to a meter of its kind, whoever its subject is: trying again helps nothing.
pub const FOR_GOOD: [&str; 3] = ["quantity_not_one", "correction_not_whole", "too_late_to_cancel"];

/// The code of a record that takes back a part of what was refused, and why it is not sent either.
pub const CORRECTED_REFUSED: (&str, &str) =
    ("corrected_refused", "what it takes back in part was refused: `--retry` sends both");

/// Whom a subject's usage is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    pub id: String,
    /// It lives in the time of a test clock, and Stripe alone knows what is too old there.
    pub has_clock: bool,
}

/// Says what is to become of records of a meter, in their order. `now` is in seconds since 1970.
pub fn stage(
    project: &str,
    meter: &Meter,
    records: &[Unpushed],
    customer: impl Fn(&str) -> Option<Customer>,
    now: i64,
) -> Vec<Staged> {
    let mut states: HashMap<i64, PushState> = HashMap::new();
    let mut staged = Vec::with_capacity(records.len());
    for record in records {
        let fate = fate(meter, record, customer(&record.subject), &states, now);
        let state = match fate {
            Fate::Send { .. } => PushState::Sending,
            Fate::Wait => PushState::Waiting,
            Fate::Reject { .. } => PushState::Rejected,
            Fate::Cancel => PushState::Canceled,
        };
        states.insert(record.record, state);
        staged.push(Staged {
            record: record.record,
            series: record.series,
            identifier: identifier(project, &meter.metric, &record.subject, &record.key),
            fate,
        });
    }
    staged
}

fn fate(
    meter: &Meter,
    record: &Unpushed,
    customer: Option<Customer>,
    states: &HashMap<i64, PushState>,
    now: i64,
) -> Fate {
    let reject = |code, why: &str| Fate::Reject { code, why: why.to_owned() };
    let is_too_old = record.at < now - OLDEST_SECONDS;
    let is_refused = is_too_old && customer.as_ref().is_some_and(|customer| !customer.has_clock);
    let send = match customer {
        Some(Customer { id, has_clock: _ }) => {
            Fate::Send { customer: id, event_name: meter.event_name.clone() }
        }
        None => Fate::Wait,
    };
    match (&record.corrects, meter.adding) {
        // What Stripe refused is not taken off what it has.
        (Some(corrected), Adding::Sum) if state_of(corrected, states) == Some(PushState::Rejected) => {
            return match record.quantity + corrected.quantity {
                0 => Fate::Cancel,
                _ => reject(CORRECTED_REFUSED.0, CORRECTED_REFUSED.1),
            };
        }
        // Below zero, it is an event like any other.
        (_, Adding::Sum) | (None, Adding::Last) => {}
        (None, Adding::Count) if record.quantity == 1 => {}
        (None, Adding::Count) => {
            return reject(
                "quantity_not_one",
                "the meter counts events, and this record stands for more than one",
            );
        }
        (Some(corrected), Adding::Count | Adding::Last) => {
            return cancellation(record, corrected, states, send, now);
        }
    }
    if is_refused {
        return reject("timestamp_too_far_in_past", "Stripe takes no events from more than 35 days ago");
    }
    send
}

/// How a record stands that another takes back: it may be of the same batch.
fn state_of(corrected: &Corrected, states: &HashMap<i64, PushState>) -> Option<PushState> {
    states.get(&corrected.record).copied().or(corrected.state)
}

/// A record that takes back another, where sums can't do it: the other's event is canceled.
fn cancellation(
    record: &Unpushed,
    corrected: &Corrected,
    states: &HashMap<i64, PushState>,
    send: Fate,
    now: i64,
) -> Fate {
    let reject = |code, why: &str| Fate::Reject { code, why: why.to_owned() };
    if record.quantity + corrected.quantity != 0 {
        return reject(
            "correction_not_whole",
            "the meter doesn't add up, so an event can be taken back as a whole only",
        );
    }
    match state_of(corrected, states) {
        Some(PushState::Sending | PushState::Sent) => {
            // What is begun together with it is begun now, whenever it was tried before.
            let begun_at = corrected.begun_at.filter(|_| !states.contains_key(&corrected.record));
            match begun_at.is_none_or(|at| now - at < CANCELABLE_SECONDS) {
                true => send,
                false => reject("too_late_to_cancel", "Stripe cancels events within 24 hours only"),
            }
        }
        Some(PushState::Waiting | PushState::Rejected | PushState::Canceled) | None => Fate::Cancel,
        // Until somebody says whether Stripe has what it takes back.
        Some(PushState::Unsure) => Fate::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn meter(adding: Adding) -> Meter {
        Meter {
            metric: "calls".to_owned(),
            id: "mtr_1".to_owned(),
            event_name: "calls".to_owned(),
            adding,
            customer_key: "stripe_customer_id".to_owned(),
            value_key: "value".to_owned(),
        }
    }

    fn record(quantity: i64, at: i64, corrects: Option<(i64, PushState, i64)>) -> Unpushed {
        Unpushed {
            record: 7,
            series: 1,
            subject: "u_1".to_owned(),
            at,
            quantity,
            key: "k".to_owned(),
            corrects: corrects.map(|(quantity, state, begun_at)| Corrected {
                record: 3,
                quantity,
                state: Some(state),
                begun_at: Some(begun_at),
                identifier: None,
            }),
        }
    }

    #[track_caller]
    fn check(adding: Adding, record: Unpushed, expected: &str) {
        let customer = |_: &str| Some(Customer { id: "cus_1".to_owned(), has_clock: false });
        let staged = stage("shop", &meter(adding), &[record], customer, NOW);
        let found = match &staged[0].fate {
            Fate::Send { customer, event_name } => format!("send {customer} {event_name}"),
            Fate::Wait => "wait".to_owned(),
            Fate::Reject { code, .. } => (*code).to_owned(),
            Fate::Cancel => "cancel".to_owned(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn who_is_no_customer_waits_and_what_no_meter_takes_does_not() {
        let check = |adding, record, expected: Fate| {
            assert_eq!(stage("shop", &meter(adding), &[record], |_| None, NOW)[0].fate, expected);
        };
        check(Adding::Sum, record(5, NOW - 40 * DAY, None), Fate::Wait);
        let why = "the meter counts events, and this record stands for more than one".to_owned();
        check(Adding::Count, record(5, NOW, None), Fate::Reject { code: FOR_GOOD[0], why });
    }

    #[test]
    fn what_is_older_than_35_days_is_not_sent() {
        check(Adding::Sum, record(5, NOW - OLDEST_SECONDS, None), "send cus_1 calls");
        check(Adding::Sum, record(5, NOW - OLDEST_SECONDS - 1, None), "timestamp_too_far_in_past");
    }

    #[test]
    fn a_meter_that_counts_takes_one_at_a_time() {
        check(Adding::Count, record(1, NOW, None), "send cus_1 calls");
        check(Adding::Count, record(2, NOW, None), "quantity_not_one");
    }

    #[test]
    fn a_sum_is_corrected_below_zero_and_other_meters_by_canceling() {
        let of = |state, begun_at| Some((5, state, begun_at));
        check(Adding::Sum, record(-2, NOW, of(PushState::Sent, NOW - DAY)), "send cus_1 calls");
        check(Adding::Sum, record(-5, NOW, of(PushState::Sent, NOW - DAY)), "send cus_1 calls");
        check(Adding::Sum, record(-5, NOW, of(PushState::Rejected, NOW - DAY)), "cancel");
        check(Adding::Sum, record(-2, NOW, of(PushState::Rejected, NOW - DAY)), "corrected_refused");
        check(Adding::Last, record(-5, NOW, of(PushState::Sent, NOW - 60)), "send cus_1 calls");
        check(Adding::Last, record(-2, NOW, of(PushState::Sent, NOW - 60)), "correction_not_whole");
        check(Adding::Last, record(-5, NOW, of(PushState::Sent, NOW - DAY)), "too_late_to_cancel");
        check(Adding::Last, record(-5, NOW, of(PushState::Waiting, NOW)), "cancel");
        check(Adding::Last, record(-5, NOW, of(PushState::Unsure, NOW)), "wait");
    }

    #[test]
    fn what_is_begun_anew_with_what_cancels_it_can_be_canceled() {
        let old = NOW - 3 * DAY;
        let original = Unpushed { record: 3, ..record(5, old, None) };
        let cancels = record(-5, NOW, Some((5, PushState::Unsure, old)));
        let customer = |_: &str| Some(Customer { id: "cus_1".to_owned(), has_clock: false });
        let staged = stage("shop", &meter(Adding::Last), &[original, cancels], customer, NOW);
        assert!(staged.iter().all(|staged| matches!(staged.fate, Fate::Send { .. })), "{staged:?}");
    }
}
