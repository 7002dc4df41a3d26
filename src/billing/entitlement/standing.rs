//! Whether a subscription gives what it is for.

use super::{Reason, Subscription};
use crate::billing::catalog::file::EntitlementPolicy;

const DAY: i64 = 24 * 60 * 60;

/// Whether a subscription gives what it is for at a time, to when as far as that is known, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub holds: bool,
    /// In seconds since 1970; none where nothing says that it ends.
    pub until: Option<i64>,
    pub reason: Reason,
}

impl Standing {
    fn holds(reason: Reason, until: Option<i64>) -> Standing {
        Standing { holds: true, until, reason }
    }

    fn lapsed(reason: Reason) -> Standing {
        Standing { holds: false, until: None, reason }
    }
}

/// How a subscription stands at `now`, in seconds since 1970.
///
/// | status | gives its plan |
/// |---|---|
/// | `active` | yes; to the end that was decided, even before Stripe's event of it has come |
/// | `trialing` | yes, unless the policy says no |
/// | `past_due` | for the days of grace that the policy gives, counted from when the oldest unpaid invoice was due; without a number for as long as Stripe tries again |
/// | `canceled` | no; where the policy says so, to the end of a period that was paid |
/// | `unpaid`, `incomplete`, `incomplete_expired`, `paused` | no |
///
/// An active one whose invoices are void while collection is paused gives nothing: that is how Stripe says that the
/// service is withheld (<https://docs.stripe.com/billing/subscriptions/pause-payment>).
pub fn standing(subscription: &Subscription, policy: &EntitlementPolicy, now: i64) -> Standing {
    let ends_at = subscription.ends_at();
    let over = ends_at.filter(|at| *at <= now);
    match subscription.status.as_str() {
        "active" | "trialing" | "past_due" if over.is_some() => {
            Standing::lapsed(Reason::Over { at: over.unwrap_or_default() })
        }
        "active" | "trialing" if subscription.pause_behavior.as_deref() == Some("void") => {
            Standing::lapsed(Reason::CollectionVoid)
        }
        "trialing" if !policy.trials => Standing::lapsed(Reason::TrialNotCounted),
        "active" | "trialing" => match ends_at {
            Some(at) => Standing::holds(Reason::Ending { at }, Some(at)),
            None if subscription.status == "trialing" => {
                Standing::holds(Reason::Trialing { until: subscription.trial_end }, None)
            }
            None => Standing::holds(Reason::Active, None),
        },
        "past_due" => past_due(subscription, policy, now),
        "canceled" => canceled(subscription, policy, now),
        "unpaid" => Standing::lapsed(Reason::Unpaid),
        "incomplete" | "incomplete_expired" => Standing::lapsed(Reason::Incomplete),
        "paused" => Standing::lapsed(Reason::Paused),
        _ => Standing::lapsed(Reason::UnknownStatus),
    }
}

fn past_due(subscription: &Subscription, policy: &EntitlementPolicy, now: i64) -> Standing {
    // Where the mirror has no invoice of it: a renewal begins the period that it is for.
    let since = subscription.unpaid_since.or(subscription.current_period_start);
    let ends_at = subscription.ends_at();
    let Some(days) = policy.past_due_days else {
        return Standing::holds(Reason::Grace { since, until: None }, ends_at);
    };
    let begun = since.unwrap_or(subscription.created);
    let until = begun.saturating_add(i64::from(days) * DAY);
    if now < until {
        let earlier = ends_at.map_or(until, |at| at.min(until));
        Standing::holds(Reason::Grace { since, until: Some(until) }, Some(earlier))
    } else {
        Standing::lapsed(Reason::GraceOver { since: begun, until })
    }
}

fn canceled(subscription: &Subscription, policy: &EntitlementPolicy, now: i64) -> Standing {
    let Subscription { cancellation_reason, unpaid_since, current_period_end, ended_at, canceled_at, .. } =
        subscription;
    // A trial was not paid for, and neither was a period whose invoice is open, or whose money went back.
    let was_paid = cancellation_reason.as_deref() != Some("payment_failed")
        && cancellation_reason.as_deref() != Some("payment_disputed")
        && unpaid_since.is_none()
        && !subscription.is_refunded
        && subscription.trial_end.is_none_or(|end| ended_at.is_some_and(|at| at > end));
    match current_period_end {
        Some(until) if policy.keep_paid_time && was_paid && now < *until => {
            Standing::holds(Reason::PaidUntil { until: *until }, Some(*until))
        }
        _ => Standing::lapsed(Reason::Canceled { at: ended_at.or(*canceled_at) }),
    }
}
