//! communities: one paid plan, billed per community.

use std::process::Stdio;

use serde_json::{Value, json};

use super::{GOOD_CARD, System, stands};

#[test]
fn two_checkouts_that_start_together_give_one_customer_who_is_on_the_plan_once_paid() {
    let communities = System::new("communities");
    let start = |plugin: &[&str]| {
        let line = ["checkout", "create", "--subject", "c_7", "--plan", "pro", "-o", "json"];
        communities.shop.spawn(&[&line, plugin].concat(), Stdio::null())
    };
    let started = [start(&[]), start(&["--var", "plugin=chat"])];
    let made: Vec<Value> =
        started.into_iter().map(|child| communities.shop.finish(child).exits(0).json()).collect();
    assert_eq!(made[0]["customer"], made[1]["customer"]);
    assert_eq!(
        [&made[0]["success_url"], &made[1]["success_url"]],
        [
            "http://localhost:3000/c/c_7/?stripe_status=success&session_id={CHECKOUT_SESSION_ID}",
            "http://localhost:3000/c/c_7/plugin/chat/?stripe_status=success&session_id={CHECKOUT_SESSION_ID}"
        ]
    );
    let session = made[1]["id"].as_str().unwrap();
    communities.shop.billctl(&format!("emulator pay {session} --card {GOOD_CARD}")).exits(0);
    communities.shop.billctl("events pull").exits(0);
    assert_eq!(communities.stands("c_7"), stands("pro", "active"));
    let shown = communities.told("customer show c_7");
    assert_eq!(
        (&shown["limits"]["ai_chat_message"], &shown["portal"], &shown["features"]),
        (&json!({"limit": 10_000, "unlimited": false, "per": "30 days"}), &json!(true), &json!(["ai_chat"]))
    );
    assert_eq!(
        communities.told("portal create --subject c_7")["return_url"],
        "http://localhost:3000/c/c_7/?stripe_status=portal_return"
    );
}
