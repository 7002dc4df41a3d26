//! founder: three tiers with a week to try them.

use super::{CARD_THAT_FAILS_LATER, GOOD_CARD, System, stands};

impl System {
    /// How many events of a type were read.
    fn heard(&self, event_type: &str) -> usize {
        self.told(&format!("events list --type {event_type} --limit 100")).as_array().unwrap().len()
    }

    fn payments(&self, subject: &str) -> Vec<String> {
        let shown = self.told(&format!("customer show {subject}"));
        let payments = shown["payments"].as_array().unwrap().iter();
        payments.map(|payment| payment["status"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn a_checkout_by_tier_or_by_price_id_is_for_the_same_customer_and_leads_back() {
    let founder = System::new("founder");
    let by_tier = founder.told("checkout create --subject u_1 --plan founder");
    let price = founder._emulator.list("/v1/prices?lookup_keys[]=founder_founder_monthly")[0]["id"].clone();
    let by_id = founder.told(&format!("checkout create --subject u_1 --price {}", price.as_str().unwrap()));
    assert_eq!(by_id["customer"], by_tier["customer"]);
    for made in [&by_tier, &by_id] {
        assert_eq!(made["success_url"], "http://localhost:3000/dashboard?session_id={CHECKOUT_SESSION_ID}");
        assert_eq!(made["cancel_url"], "http://localhost:3000/pricing");
    }
    let session = by_id["id"].as_str().unwrap();
    founder.shop.billctl(&format!("emulator pay {session} --card {GOOD_CARD}")).exits(0);
    founder.shop.billctl("events pull").exits(0);
    assert_eq!(founder.stands("u_1"), stands("founder", "trialing"));
}

#[test]
fn a_trial_is_told_of_before_it_ends_and_charged_when_it_does() {
    let founder = System::new("founder");
    founder.buy("--subject u_1 --plan founder", GOOD_CARD);
    assert_eq!(founder.stands("u_1"), stands("founder", "trialing"));
    assert_eq!(founder.payments("u_1"), Vec::<String>::new());
    founder.wait("3d");
    assert_eq!(founder.heard("customer.subscription.trial_will_end"), 0);
    founder.wait("2d");
    assert_eq!(founder.heard("customer.subscription.trial_will_end"), 1);
    founder.wait("2d");
    founder.wait("2h");
    assert_eq!(founder.stands("u_1"), stands("founder", "active"));
    assert_eq!(founder.payments("u_1"), ["succeeded"]);
}

#[test]
fn a_trial_whose_card_is_declined_ends_past_due() {
    let founder = System::new("founder");
    founder.buy("--subject u_2 --plan founder", CARD_THAT_FAILS_LATER);
    assert_eq!(founder.stands("u_2"), stands("founder", "trialing"));
    founder.wait("7d");
    founder.wait("2h");
    assert_eq!(founder.stands("u_2"), stands("founder", "past_due"));
    assert_eq!(founder.payments("u_2"), ["failed"]);
}
