//! The plan and the limits that hold for a subject, as the mirror tells.

use serde_json::{Value, json};

use super::{Who, limits};
use crate::billing::catalog::file::EntitlementPolicy;
use crate::billing::entitlement::{Entitlement, Subscription, Verdict, decide};
use crate::commands::moment::time;
use crate::context::Context;
use crate::store::mirror::Mirror;

/// What the mirror knows of a subject's subscriptions, and at what time that is looked at.
#[derive(Debug)]
pub struct Known {
    pub subscriptions: Vec<Subscription>,
    /// The clock's; for a customer with a test clock, that one's. In seconds.
    pub now: i64,
}

impl Known {
    /// # Errors
    /// If the mirror can't be read.
    pub fn read(ctx: &Context, mirror: &Mirror, who: &Who) -> anyhow::Result<Known> {
        let now = ctx.clock().now().as_second();
        let Some(customer) = &who.customer else { return Ok(Known { subscriptions: Vec::new(), now }) };
        let clock = mirror.test_clock_of(customer)?;
        Ok(Known { subscriptions: mirror.subscriptions_of(customer)?, now: clock.unwrap_or(now) })
    }

    /// What holds, by the catalog and the policy of the profile in use.
    ///
    /// # Errors
    /// `Usage` where the billing file can't be used.
    pub fn entitlement<'a>(&'a self, ctx: &'a Context) -> anyhow::Result<Entitlement<'a>> {
        let policy = policy(ctx)?;
        Ok(decide(&ctx.catalog()?.catalog, &policy, &self.subscriptions, self.now))
    }
}

/// When a subscription gives its plan, as the policy of the profile in use says.
///
/// # Errors
/// `Usage` where the billing file can't be used.
pub fn policy(ctx: &Context) -> anyhow::Result<EntitlementPolicy> {
    Ok(ctx.policy()?.and_then(|policy| policy.entitlement).unwrap_or_default())
}

/// The fields that every command about a subject's plan has.
pub fn json(who: &Who, entitlement: &Entitlement<'_>) -> Value {
    let subscription = entitlement.subscription;
    json!({
        "subject": who.subject,
        "customer": who.customer,
        "plan": entitlement.plan.map(|(key, _)| key),
        "status": entitlement.status(),
        "subscription": subscription.map(|subscription| &subscription.id),
        "current_period_end": subscription.and_then(|subscription| subscription.current_period_end).map(time),
        "cancel_at_period_end": subscription.is_some_and(|subscription| subscription.cancel_at_period_end),
        "trial_end": subscription.and_then(|subscription| subscription.trial_end).map(time),
        "reason": entitlement.reason.code(),
        "until": entitlement.until.map(time),
        "falls_back_to": entitlement.falls_back_to,
        "limits": limits::json(&entitlement.limits()),
        "features": entitlement.features,
    })
}

/// Each subscription, and what was said of it.
pub fn considered_json(entitlement: &Entitlement<'_>) -> Vec<Value> {
    let considered = entitlement.considered.iter();
    considered
        .map(|Verdict { subscription, plan, standing }| {
            json!({
                "subscription": subscription.id,
                "status": subscription.status,
                "plan": plan,
                "holds": standing.holds,
                "until": standing.until.map(time),
                "reason": standing.reason.code(),
                "said": standing.reason.words(),
            })
        })
        .collect()
}

/// `pro`, and what the file calls it where that is another name: `pro (Pro)`.
pub fn plan_words(entitlement: &Entitlement<'_>) -> String {
    match entitlement.plan {
        None => "none: the billing file has no default plan".to_owned(),
        Some((key, plan)) if plan.name == key => key.to_owned(),
        Some((key, plan)) => format!("{key} ({})", plan.name),
    }
}

/// Why it holds: `sub_… is on trial until …`.
pub fn reason_words(entitlement: &Entitlement<'_>) -> String {
    let words = entitlement.reason.words();
    match entitlement.subscription {
        Some(subscription) => format!("{}: {words}", subscription.id),
        None => words,
    }
}
