//! Which of two versions of an object holds.
//!
//! Stripe delivers in any order, and its times are seconds. A version is an object as an event carries it or as it was
//! fetched. The later second wins. Within a second the winner follows from the *set* of versions alone, so that every
//! order of arrival ends alike:
//!
//! 1. a deletion wins;
//! 2. a creation loses: nothing of an object comes before it;
//! 3. a version loses that another follows on, by the values that `previous_attributes` says were there before; where
//!    values go to and fro, all changes of the second are put into the order in which each follows on the one before it,
//!    the first of them on the version before that second;
//! 4. what is further in its life cycle wins (canceled beats active, paid beats open), then what more was paid on,
//!    refunded of, or tried;
//! 5. what was fetched wins over what was told, and of two events the one with the greater id.
//!
//! To and fro without an order that all changes fit into can't be told apart: then what was fetched in that second wins,
//! else rules 4 and 5, and the version is only a guess.

use std::cmp::Ordering;

use serde_json::Value;

use super::chain;
use crate::billing::event::Content;

/// Where a version comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Event {
        id: String,
        event_type: String,
    },
    /// Fetched from the API.
    Fetched,
}

/// A version of an object, among others of the same second.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub origin: Origin,
    pub content: Content,
}

impl Candidate {
    pub fn is_deletion(&self) -> bool {
        let stub = self.content.object.get("deleted") == Some(&Value::Bool(true));
        match &self.origin {
            Origin::Event { event_type, .. } => stub || is_deletion(event_type),
            Origin::Fetched => stub,
        }
    }

    fn is_creation(&self) -> bool {
        matches!(&self.origin, Origin::Event { event_type, .. } if event_type.ends_with(".created"))
    }

    fn id(&self) -> Option<&str> {
        match &self.origin {
            Origin::Event { id, .. } => Some(id),
            Origin::Fetched => None,
        }
    }
}

/// Whether events of a type tell that their object is gone. A subscription that ends stays, as canceled.
pub fn is_deletion(event_type: &str) -> bool {
    event_type.ends_with(".deleted") && event_type != "customer.subscription.deleted"
}

/// Whether an object of this kind that was deleted stays so. Ids of the others are chosen by people, who may make
/// another object with the same.
pub fn forever(kind: &str) -> bool {
    !matches!(kind, "product" | "coupon" | "plan")
}

/// The version that holds, of several of the same second.
#[derive(Debug, Clone, PartialEq)]
pub struct Newest {
    pub version: Candidate,
    pub footing: Footing,
}

/// What it rests on that a version holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Footing {
    /// On the versions of its second alone.
    Own,
    /// On the version before that second, too: another one before it can make another one hold.
    Before,
    /// On nothing: values went to and fro, and there is no telling how they ended.
    Guess,
}

/// The version that holds, of several of the same second; none if there are none. `before` is asked for the version
/// before that second, where it matters.
///
/// # Errors
/// What `before` gives.
pub fn newest<E>(
    kind: &str,
    candidates: Vec<Candidate>,
    before: impl FnOnce() -> Result<Option<Value>, E>,
) -> Result<Option<Newest>, E> {
    let mut left = candidates;
    keep(&mut left, |version, _| version.is_deletion());
    let created =
        left.iter().find(|version| version.is_creation()).map(|version| version.content.object.clone());
    keep(&mut left, |version, _| !version.is_creation());
    let all = left.clone();
    keep(&mut left, |version, all| !all.iter().any(|other| comes_right_after(other, version)));
    let mut footing = Footing::Own;
    if left.iter().any(|version| left.iter().any(|other| is_to_and_fro(version, other))) {
        let start = created.as_ref();
        let mut end = chained(start, &all);
        if end.is_none() && start.is_none() {
            footing = Footing::Before;
            let before = before()?;
            end = before.as_ref().and_then(|before| chained(Some(before), &all));
        }
        match end {
            Some(end) => left = end,
            None => {
                footing = Footing::Guess;
                let fetched: Vec<Candidate> =
                    all.into_iter().filter(|version| version.id().is_none()).collect();
                if !fetched.is_empty() {
                    left = fetched;
                }
            }
        }
    }
    let version = left.into_iter().max_by(|one, other| {
        rank(kind, &one.content.object).cmp(&rank(kind, &other.content.object)).then_with(|| {
            match (one.id(), other.id()) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(one), Some(other)) => one.cmp(other),
            }
        })
    });
    Ok(version.map(|version| Newest { version, footing }))
}

/// Of all versions of a second those with which its changes end, and those that none of the changes makes or begins with.
fn chained(start: Option<&Value>, all: &[Candidate]) -> Option<Vec<Candidate>> {
    let changes: Vec<&Content> =
        all.iter().map(|version| &version.content).filter(|content| !content.changes().is_empty()).collect();
    let end = chain::end(start, &changes)?;
    let known = |object: &Value| {
        let objects = changes.iter().map(|change| &change.object).chain(start);
        objects.into_iter().any(|known| chain::same(known, object))
    };
    let is_left =
        |version: &&Candidate| chain::same(end, &version.content.object) || !known(&version.content.object);
    Some(all.iter().filter(is_left).cloned().collect())
}

/// Whether each of two different versions follows on the other.
fn is_to_and_fro(one: &Candidate, other: &Candidate) -> bool {
    one.content.follows(&other.content.object) && other.content.follows(&one.content.object)
}

/// Keeps those that a rule names, if it names any.
fn keep(left: &mut Vec<Candidate>, rule: impl Fn(&Candidate, &[Candidate]) -> bool) {
    let kept: Vec<bool> = left.iter().map(|version| rule(version, left)).collect();
    if kept.contains(&true) {
        let mut kept = kept.into_iter();
        left.retain(|_| kept.next() == Some(true));
    }
}

/// Whether one follows on the other, and not also the other way round: what changes to and fro says nothing by itself.
fn comes_right_after(later: &Candidate, earlier: &Candidate) -> bool {
    later.content.follows(&earlier.content.object) && !earlier.content.follows(&later.content.object)
}

/// How far an object is in its life; more is later.
fn rank(kind: &str, object: &Value) -> [i64; 4] {
    let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
    let number = |name: &str| object.get(name).and_then(Value::as_i64).unwrap_or(0);
    let place = |steps: &[&str], name: &str| {
        let status = text(name);
        steps.iter().position(|step| *step == status).and_then(|at| i64::try_from(at).ok()).unwrap_or(-1)
    };
    match kind {
        "subscription" => [place(&SUBSCRIPTION, "status"), number("canceled_at"), number("cancel_at"), 0],
        "invoice" => [place(&INVOICE, "status"), number("amount_paid"), number("attempt_count"), 0],
        "payment_intent" | "setup_intent" => [place(&INTENT, "status"), number("amount_received"), 0, 0],
        "charge" => [place(&CHARGE, "status"), number("amount_refunded"), number("amount_captured"), 0],
        "refund" => [place(&REFUND, "status"), 0, 0, 0],
        "checkout.session" => [place(&SESSION, "status"), place(&SESSION_PAYMENT, "payment_status"), 0, 0],
        "invoice_payment" => [place(&INVOICE_PAYMENT, "status"), number("amount_paid"), 0, 0],
        "test_helpers.test_clock" => [number("frozen_time"), place(&TEST_CLOCK, "status"), 0, 0],
        "billing.credit_grant" => [number("voided_at"), number("updated"), 0, 0],
        _ => [number("updated"), 0, 0, 0],
    }
}

const SUBSCRIPTION: [&str; 8] =
    ["incomplete", "trialing", "active", "past_due", "unpaid", "paused", "incomplete_expired", "canceled"];
const INVOICE: [&str; 5] = ["draft", "open", "uncollectible", "void", "paid"];
const INTENT: [&str; 7] = [
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "requires_capture",
    "canceled",
    "succeeded",
];
const CHARGE: [&str; 3] = ["pending", "failed", "succeeded"];
/// A refund that succeeded can still come back as failed.
const REFUND: [&str; 5] = ["pending", "requires_action", "succeeded", "canceled", "failed"];
const SESSION: [&str; 3] = ["open", "expired", "complete"];
const SESSION_PAYMENT: [&str; 3] = ["unpaid", "no_payment_required", "paid"];
/// A clock that advances shows its old time until it is ready.
const TEST_CLOCK: [&str; 2] = ["ready", "advancing"];
const INVOICE_PAYMENT: [&str; 3] = ["open", "canceled", "paid"];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(id: &str, event_type: &str, object: Value, previous: Value) -> Candidate {
        let previous_attributes = previous.as_object().cloned().unwrap_or_default();
        let origin = Origin::Event { id: id.to_owned(), event_type: event_type.to_owned() };
        Candidate { origin, content: Content { object, previous_attributes } }
    }

    fn fetched(object: Value) -> Candidate {
        let content = Content { object, previous_attributes: serde_json::Map::new() };
        Candidate { origin: Origin::Fetched, content }
    }

    /// The winner by the second's own versions.
    fn of(kind: &str, candidates: Vec<Candidate>) -> Option<Candidate> {
        newest(kind, candidates, || Ok::<_, ()>(None)).unwrap().map(|newest| newest.version)
    }

    /// The winner is the last of those given, in whatever order they come.
    fn last_wins(kind: &str, candidates: Vec<Candidate>) {
        let expected = candidates.last().cloned();
        for turn in 0..candidates.len() {
            let mut turned = candidates.clone();
            turned.rotate_left(turn);
            assert_eq!(of(kind, turned.clone()), expected, "{turned:?}");
            turned.reverse();
            assert_eq!(of(kind, turned), expected);
        }
    }

    #[test]
    fn a_deletion_wins() {
        last_wins(
            "customer",
            vec![
                event("evt_9", "customer.updated", json!({"name": "b"}), json!({"name": "a"})),
                event("evt_1", "customer.deleted", json!({"name": "a"}), json!(null)),
            ],
        );
        last_wins(
            "customer",
            vec![
                event("evt_9", "customer.updated", json!({"name": "b"}), json!({"name": "a"})),
                fetched(json!({"id": "cus_1", "deleted": true})),
            ],
        );
    }

    #[test]
    fn a_clock_that_has_advanced_wins() {
        let clock = |status: &str, frozen_time: i64| json!({"status": status, "frozen_time": frozen_time});
        last_wins(
            "test_helpers.test_clock",
            vec![
                event("evt_9", "test_helpers.test_clock.created", clock("ready", 1), json!(null)),
                event("evt_8", "test_helpers.test_clock.advancing", clock("advancing", 1), json!(null)),
                event("evt_1", "test_helpers.test_clock.ready", clock("ready", 2), json!(null)),
            ],
        );
    }

    #[test]
    fn a_creation_loses() {
        last_wins(
            "subscription",
            vec![
                event("evt_9", "customer.subscription.created", json!({"status": "active"}), json!(null)),
                event(
                    "evt_1",
                    "customer.subscription.trial_will_end",
                    json!({"status": "trialing"}),
                    json!(null),
                ),
            ],
        );
    }

    #[test]
    fn what_was_there_before_tells_the_order() {
        last_wins(
            "subscription",
            vec![
                event("evt_9", "s.created", json!({"status": "incomplete", "m": 1}), json!(null)),
                event(
                    "evt_8",
                    "s.updated",
                    json!({"status": "past_due", "m": 1}),
                    json!({"status": "incomplete"}),
                ),
                event("evt_7", "s.updated", json!({"status": "past_due", "m": 2}), json!({"m": 1})),
                event(
                    "evt_6",
                    "s.updated",
                    json!({"status": "active", "m": 2}),
                    json!({"status": "past_due"}),
                ),
            ],
        );
    }

    #[test]
    fn what_is_further_in_its_life_wins() {
        last_wins(
            "invoice",
            vec![
                event("evt_8", "invoice.finalized", json!({"status": "open"}), json!(null)),
                event(
                    "evt_9",
                    "invoice.payment_failed",
                    json!({"status": "open", "attempt_count": 1}),
                    json!(null),
                ),
                event("evt_1", "invoice.paid", json!({"status": "paid"}), json!(null)),
            ],
        );
        last_wins(
            "subscription",
            vec![
                event("evt_2", "customer.subscription.updated", json!({"status": "active"}), json!({})),
                event("evt_1", "customer.subscription.deleted", json!({"status": "canceled"}), json!(null)),
            ],
        );
    }

    fn to_and_fro(before: Option<Value>, versions: Vec<Candidate>) -> (Value, Footing) {
        let Newest { version, footing } =
            newest("subscription", versions, || Ok::<_, ()>(before)).unwrap().unwrap();
        (version.content.object["status"].clone(), footing)
    }

    #[test]
    fn to_and_fro_is_decided_by_what_was_there_before() {
        let updated = |id: &str, to: &str, from: &str| {
            event(id, "customer.subscription.updated", json!({"status": to}), json!({"status": from}))
        };
        let failed = updated("evt_1", "past_due", "active");
        let paid = updated("evt_2", "active", "past_due");
        let versions = vec![failed.clone(), paid.clone()];
        let before = |status: &str| Some(json!({"status": status}));
        assert_eq!(to_and_fro(before("active"), versions.clone()), (json!("active"), Footing::Before));
        assert_eq!(to_and_fro(before("past_due"), versions.clone()), (json!("past_due"), Footing::Before));
        // Else nothing tells, and what is further in its life is as good a guess as any.
        assert_eq!(to_and_fro(None, versions.clone()), (json!("past_due"), Footing::Guess));
        let asked = fetched(json!({"status": "active"}));
        assert_eq!(
            to_and_fro(None, [versions.clone(), vec![asked]].concat()),
            (json!("active"), Footing::Guess)
        );
        // A creation is what was there before.
        let created =
            event("evt_3", "customer.subscription.created", json!({"status": "active"}), json!(null));
        let versions = [versions, vec![created]].concat();
        assert_eq!(to_and_fro(None, versions.clone()), (json!("active"), Footing::Own));
        // What no change makes is later in its life.
        let ended =
            event("evt_0", "customer.subscription.deleted", json!({"status": "canceled"}), json!(null));
        assert_eq!(to_and_fro(None, [versions, vec![ended]].concat()), (json!("canceled"), Footing::Own));
    }

    #[test]
    fn what_was_fetched_wins_unless_an_event_follows_on_it() {
        last_wins(
            "price",
            vec![
                event("evt_1", "price.updated", json!({"active": true}), json!({"active": false})),
                fetched(json!({"active": true})),
            ],
        );
        last_wins(
            "price",
            vec![
                fetched(json!({"active": false})),
                event("evt_1", "price.updated", json!({"active": true}), json!({"active": false})),
            ],
        );
    }
}
