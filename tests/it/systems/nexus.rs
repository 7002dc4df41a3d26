//! nexus: three tiers with a monthly quota of posts.

use serde_json::json;

use super::{GOOD_CARD, System, stands};

#[test]
fn a_plan_is_bought_renewed_and_ended_with_its_period() {
    let mut nexus = System::new("nexus");
    nexus.shop.set("NEXT_PUBLIC_BASE_URL", "https://nexus.example.com");
    nexus.shop.write(".env", "NODE_ENV=test\n");
    nexus.shop.billctl("catalog env --write .env").exits(0);
    let env = nexus.shop.read(".env");
    let price = nexus._emulator.list("/v1/prices?lookup_keys[]=nexus_pro_monthly")[0]["id"].clone();
    let line = format!("STRIPE_PRICE_PRO={}", price.as_str().unwrap());
    assert!(env.starts_with("NODE_ENV=test\n") && env.lines().any(|one| one == line), "{env}");
    let made = nexus.told("checkout create --subject u_1 --plan pro --key first");
    assert_eq!(
        (&made["success_url"], &made["cancel_url"], &made["metadata"]["userId"]),
        (
            &json!("https://nexus.example.com/dashboard?checkout=success"),
            &json!("https://nexus.example.com/pricing"),
            &json!("u_1")
        )
    );
    nexus.buy("--subject u_1 --plan pro --key first", GOOD_CARD);
    assert_eq!(nexus.stands("u_1"), stands("pro", "active"));
    assert_eq!(
        nexus.told("portal create --subject u_1")["return_url"],
        "https://nexus.example.com/dashboard"
    );
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
    let canceled = nexus.told("subscription cancel u_1 --at-period-end --feedback unused");
    assert_eq!(canceled["cancel_at_period_end"], true);
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

#[test]
fn the_five_hundredth_post_is_allowed_and_the_next_is_not_until_the_month_is_paid() {
    let mut nexus = System::new("nexus");
    nexus.buy("--subject u_1 --plan pro", GOOD_CARD);
    nexus.told("usage record u_1 posts --quantity 499 --key first --enforce");
    nexus.told("usage check u_1 posts");
    let last = nexus.told("usage record u_1 posts --key last --enforce");
    assert_eq!((&last["used"], &last["remaining"]), (&json!(500), &json!(0)));
    let refused = nexus.shop.billctl("usage record u_1 posts --key over --enforce -o json").exits(4).json();
    assert_eq!((&refused["used"], &refused["resets_at"]), (&json!(500), &json!("2026-12-01T00:00:00Z")));
    // Who subscribes already is led to the portal, where the plan is changed: a second one would be paid beside it.
    let check = nexus.shop.billctl("usage check u_1 posts --checkout -o json").exits(4).json();
    assert_eq!((&check["link"]["kind"], &check["link"]["product"]), (&json!("portal"), &json!("business")));
    let shown = nexus.told("customer show u_1");
    assert_eq!((&shown["usage"][0]["used"], &shown["usage"][0]["remaining"]), (&json!(500), &json!(0)));
    nexus.wait("29d");
    nexus.wait("2d");
    nexus.shop.set("BILLCTL_NOW", "2026-12-02T00:00:00Z");
    assert_eq!(nexus.told("usage check u_1 posts")["used"], 0);
}
