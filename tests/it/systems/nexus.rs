//! nexus: three tiers with a monthly quota of posts.

use serde_json::json;

use super::{GOOD_CARD, System, stands};

#[test]
fn a_plan_is_bought_renewed_and_ended_with_its_period() {
    let nexus = System::new("nexus");
    nexus.buy("--subject u_1 --plan pro", GOOD_CARD);
    assert_eq!(nexus.stands("u_1"), stands("pro", "active"));
    let shown = nexus.told("customer show u_1");
    assert_eq!(shown["current_period_end"], "2026-12-01T00:00:00Z");
    assert_eq!(shown["limits"]["posts"]["limit"], 500);
    nexus.wait("29d");
    nexus.wait("2d");
    let shown = nexus.told("customer show u_1");
    assert_eq!(
        (&shown["status"], &shown["current_period_end"]),
        (&json!("active"), &json!("2027-01-01T00:00:00Z"))
    );
    let paid = nexus.told("transactions list --subject u_1 --type subscription_payment --status completed");
    assert_eq!(paid.as_array().unwrap().len(), 2);
    assert_eq!(paid[0]["amount"]["display"], "99.00 USD");
    // In the portal, or by the application itself.
    let subscription = shown["subscription"].as_str().unwrap().to_owned();
    nexus._emulator.post(&format!("/v1/subscriptions/{subscription}"), "cancel_at_period_end=true");
    nexus.wait("1d");
    let ending = nexus.told("customer show u_1");
    assert_eq!(
        (&ending["plan"], &ending["cancel_at_period_end"], &ending["falls_back_to"]),
        (&json!("pro"), &json!(true), &json!("free"))
    );
    nexus.wait("29d");
    nexus.wait("2d");
    assert_eq!(nexus.stands("u_1"), stands("free", "canceled"));
    assert_eq!(nexus.told("customer show u_1")["limits"]["posts"]["limit"], 10);
}
