//! Every status, every policy, and what of several subscriptions holds.

use std::path::Path;

use super::{Entitlement, Item, Reason, Subscription, decide};
use crate::billing::catalog;
use crate::billing::catalog::file::EntitlementPolicy;
use crate::billing::catalog::model::{Catalog, Limit};

const DAY: i64 = 24 * 60 * 60;
const NOW: i64 = 1_793_491_200;

const TIERS: &str = r#"
[project]
name = "shop"

[features.export]
name = "Export"

[products.free]
default_plan = true
limits.posts = { max = 10, per = "month" }

[products.starter]
name = "Starter"
rank = 1
limits.posts = { max = 100, per = "period" }
prices.monthly = { amount = "49.00 usd", every = "month" }

[products.pro]
name = "Pro"
rank = 2
features = ["export"]
limits.posts = { max = 500, per = "period" }
prices.monthly = { amount = "99.00 usd", every = "month" }
prices.adopted = { stripe_id = "price_old", amount = "90.00 usd", every = "month" }
"#;

fn tiers() -> Catalog {
    load(TIERS)
}

fn load(text: &str) -> Catalog {
    let read = |_: &Path| Ok(text.as_bytes().to_vec());
    catalog::load(&read, Path::new("billing.toml"), None).unwrap().catalog
}

/// A subscription to a plan of the catalog, by its product's id, ten days into its month.
fn subscription(plan: &str, status: &str) -> Subscription {
    Subscription {
        id: format!("sub_{plan}"),
        status: status.to_owned(),
        current_period_start: Some(NOW - 10 * DAY),
        current_period_end: Some(NOW + 20 * DAY),
        created: NOW - 10 * DAY,
        items: vec![Item { product: Some(format!("shop_{plan}")), ..Item::default() }],
        ..Subscription::default()
    }
}

fn pro(status: &str) -> Subscription {
    subscription("pro", status)
}

fn policy(text: &str) -> EntitlementPolicy {
    toml::from_str(text).unwrap()
}

/// Plan, a word for why, days to its known end, and what comes then.
#[track_caller]
fn check(subscriptions: &[Subscription], rules: &str, expected: (&str, &str, Option<i64>, Option<&str>)) {
    let catalog = tiers();
    let found = decide(&catalog, &policy(rules), subscriptions, NOW);
    let days = found.until.map(|until| (until - NOW) / DAY);
    assert_eq!((found.plan.unwrap().0, found.reason.code(), days, found.falls_back_to), expected);
}

#[test]
fn nobody_has_more_than_the_default_plan() {
    check(&[], "", ("free", "no_subscription", None, None));
    let catalog = tiers();
    let found = decide(&catalog, &policy(""), &[], NOW);
    assert_eq!(found.status(), None);
    assert!(matches!(found.limits()["posts"], Limit::Count { max: 10, .. }));
}

#[test]
fn without_a_default_plan_there_is_none() {
    let catalog = load("[project]\nname = \"shop\"\n[products.pro]\nname = \"Pro\"\n");
    let found = decide(&catalog, &policy(""), &[], NOW);
    assert_eq!((found.plan, found.limits().len()), (None, 0));
}

#[test]
fn what_is_active_gives_its_plan() {
    check(&[pro("active")], "", ("pro", "active", None, Some("free")));
    let catalog = tiers();
    let subscriptions = [pro("active")];
    let found = decide(&catalog, &policy(""), &subscriptions, NOW);
    assert!(matches!(found.limits()["posts"], Limit::Count { max: 500, .. }));
    assert_eq!(found.features.into_iter().collect::<Vec<_>>(), ["export"]);
}

#[test]
fn a_trial_gives_its_plan_unless_the_policy_says_no() {
    let trial = Subscription { trial_end: Some(NOW + 3 * DAY), ..pro("trialing") };
    check(std::slice::from_ref(&trial), "", ("pro", "trialing", None, Some("free")));
    check(std::slice::from_ref(&trial), "trials = false", ("free", "trial_not_counted", None, None));
    // Stripe's event of the end is late: it is still for Stripe to say what comes.
    let late = Subscription { trial_end: Some(NOW - DAY), ..pro("trialing") };
    check(&[late], "", ("pro", "trialing", None, Some("free")));
}

#[test]
fn what_is_past_due_is_kept_for_the_days_of_grace() {
    let due = Subscription { unpaid_since: Some(NOW - 3 * DAY), ..pro("past_due") };
    check(std::slice::from_ref(&due), "", ("pro", "grace", None, Some("free")));
    check(std::slice::from_ref(&due), "past_due_days = 7", ("pro", "grace", Some(4), Some("free")));
    check(std::slice::from_ref(&due), "past_due_days = 4", ("pro", "grace", Some(1), Some("free")));
    // The last second of the third day is over now.
    check(std::slice::from_ref(&due), "past_due_days = 3", ("free", "grace_over", None, None));
    check(std::slice::from_ref(&due), "past_due_days = 0", ("free", "grace_over", None, None));
    // Without an invoice in the mirror the period's beginning counts: ten days ago.
    check(&[pro("past_due")], "past_due_days = 11", ("pro", "grace", Some(1), Some("free")));
    check(&[pro("past_due")], "past_due_days = 10", ("free", "grace_over", None, None));
}

#[test]
fn what_ends_before_the_grace_does_ends() {
    let due = Subscription {
        unpaid_since: Some(NOW - DAY),
        cancel_at: Some(NOW + 2 * DAY),
        cancel_at_period_end: true,
        ..pro("past_due")
    };
    check(&[due], "past_due_days = 7", ("pro", "grace", Some(2), Some("free")));
}

#[test]
fn what_nobody_pays_gives_nothing() {
    for (status, reason) in [
        ("unpaid", "unpaid"),
        ("incomplete", "incomplete"),
        ("incomplete_expired", "incomplete"),
        ("paused", "paused"),
        ("canceled", "canceled"),
        ("something_new", "unknown_status"),
    ] {
        check(&[pro(status)], "", ("free", reason, None, None));
    }
}

#[test]
fn what_ends_with_its_period_is_kept_until_then() {
    let ending = Subscription { cancel_at_period_end: true, ..pro("active") };
    check(std::slice::from_ref(&ending), "", ("pro", "ending", Some(20), Some("free")));
    let at_a_day = Subscription { cancel_at: Some(NOW + 5 * DAY), ..pro("active") };
    check(&[at_a_day], "", ("pro", "ending", Some(5), Some("free")));
    // Its end has come, and Stripe's event of it has not.
    let over = Subscription { current_period_end: Some(NOW), ..ending };
    check(&[over], "", ("free", "over", None, None));
}

#[test]
fn what_is_canceled_at_once_is_over_unless_paid_time_is_kept() {
    let canceled = Subscription { ended_at: Some(NOW - DAY), ..pro("canceled") };
    let keep = "keep_paid_time = true";
    check(std::slice::from_ref(&canceled), "", ("free", "canceled", None, None));
    check(std::slice::from_ref(&canceled), keep, ("pro", "paid_until", Some(20), Some("free")));
    let unpaid = Subscription { unpaid_since: Some(NOW - 2 * DAY), ..canceled.clone() };
    check(&[unpaid], keep, ("free", "canceled", None, None));
    let failed = Subscription { cancellation_reason: Some("payment_failed".to_owned()), ..canceled.clone() };
    check(&[failed], keep, ("free", "canceled", None, None));
    let on_trial = Subscription { trial_end: Some(NOW + DAY), ..canceled.clone() };
    check(&[on_trial], keep, ("free", "canceled", None, None));
    let refunded = Subscription { is_refunded: true, ..canceled.clone() };
    check(&[refunded], keep, ("free", "canceled", None, None));
    let long_ago = Subscription { current_period_end: Some(NOW - DAY), ..canceled };
    check(&[long_ago], keep, ("free", "canceled", None, None));
}

#[test]
fn while_collection_is_paused_the_plan_stays_unless_invoices_are_void() {
    let paused = |behavior: &str| Subscription { pause_behavior: Some(behavior.to_owned()), ..pro("active") };
    check(&[paused("keep_as_draft")], "", ("pro", "active", None, Some("free")));
    check(&[paused("mark_uncollectible")], "", ("pro", "active", None, Some("free")));
    check(&[paused("void")], "", ("free", "collection_void", None, None));
}

#[test]
fn of_two_that_stand_the_higher_plan_holds_and_the_other_comes_after() {
    let starter = subscription("starter", "active");
    let ending = Subscription { cancel_at_period_end: true, ..pro("active") };
    check(&[starter.clone(), pro("active")], "", ("pro", "active", None, Some("starter")));
    check(&[ending.clone(), starter], "", ("pro", "ending", Some(20), Some("starter")));
    // One that ends sooner is nothing to fall back to.
    let sooner = Subscription { cancel_at: Some(NOW + DAY), ..subscription("starter", "active") };
    check(&[sooner, ending], "", ("pro", "ending", Some(20), Some("free")));
}

#[test]
fn what_lapsed_never_beats_what_stands() {
    let starter = subscription("starter", "active");
    check(&[pro("unpaid"), starter.clone()], "", ("starter", "active", None, Some("free")));
    check(&[pro("canceled"), starter], "", ("starter", "active", None, Some("free")));
}

#[test]
fn where_none_stands_the_open_one_is_told_of_rather_than_a_finished_one() {
    let canceled = Subscription { created: NOW, ..subscription("starter", "canceled") };
    check(&[canceled.clone(), pro("unpaid")], "", ("free", "unpaid", None, None));
    let before = Subscription { created: NOW - 90 * DAY, ..pro("canceled") };
    let catalog = tiers();
    let subscriptions = [before, canceled];
    let found = decide(&catalog, &policy(""), &subscriptions, NOW);
    assert_eq!(found.subscription.map(|one| one.id.as_str()), Some("sub_starter"));
}

#[test]
fn a_plan_is_known_by_product_mark_lookup_key_and_adopted_price() {
    let known_by = |item: Item| [Subscription { items: vec![item], ..pro("active") }];
    let text = |text: &str| Some(text.to_owned());
    // A replaced or archived price has lost its lookup key and is still of the plan's product.
    let replaced = Item { price: text("price_1"), product: text("shop_pro"), ..Item::default() };
    check(&known_by(replaced), "", ("pro", "active", None, Some("free")));
    let marked = Item { product: text("prod_1"), product_mark: mark("shop", "pro"), ..Item::default() };
    check(&known_by(marked), "", ("pro", "active", None, Some("free")));
    let looked_up = Item { lookup_key: text("shop_pro_monthly"), ..Item::default() };
    check(&known_by(looked_up), "", ("pro", "active", None, Some("free")));
    let adopted = Item { price: text("price_old"), product: text("prod_2"), ..Item::default() };
    check(&known_by(adopted), "", ("pro", "active", None, Some("free")));
    let foreign = Item { product: text("prod_1"), product_mark: mark("other", "pro"), ..Item::default() };
    check(&known_by(foreign), "", ("free", "not_in_catalog", None, None));
    let unknown = Item { price: text("price_1"), product: text("prod_1"), ..Item::default() };
    check(&known_by(unknown), "", ("free", "not_in_catalog", None, None));
}

fn mark(project: &str, key: &str) -> Option<(String, String)> {
    Some((project.to_owned(), key.to_owned()))
}

#[test]
fn the_answer_does_not_depend_on_the_order_of_the_question() {
    let catalog = tiers();
    let rules = policy("past_due_days = 3");
    let mut all = vec![
        pro("past_due"),
        subscription("starter", "active"),
        Subscription { id: "sub_twin".to_owned(), ..subscription("starter", "active") },
        pro("canceled"),
    ];
    let told = |found: Entitlement<'_>| {
        let ids: Vec<String> =
            found.considered.iter().map(|verdict| verdict.subscription.id.clone()).collect();
        (found.plan.map(|(key, _)| key.to_owned()), ids)
    };
    let first = told(decide(&catalog, &rules, &all, NOW));
    for _ in 0..all.len() {
        all.rotate_left(1);
        assert_eq!(told(decide(&catalog, &rules, &all, NOW)), first);
    }
    assert_eq!(first.0.as_deref(), Some("starter"));
}

#[test]
fn reasons_are_told_in_words() {
    let words = |reason: Reason| reason.words();
    assert_eq!(words(Reason::Ending { at: NOW }), "ends at 2026-11-01T00:00:00Z");
    assert_eq!(
        words(Reason::Grace { since: Some(NOW), until: Some(NOW + DAY) }),
        "payment has failed since 2026-11-01T00:00:00Z; the plan is kept until 2026-11-02T00:00:00Z"
    );
    assert_eq!(
        words(Reason::NotInCatalog { prices: vec!["price_1".to_owned()] }),
        "for price_1, which no plan of the billing file has"
    );
}
