//! Prepaid credits as the limit of a metric: a record and what it takes of them are one.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::Shop;

const PLANS: &str = r#"
[project]
name = "boxes"

[products.free]
default_plan = true
limits.calls = { max = "credits" }
limits.renders = { max = "credits", credits = 3 }
limits.minutes = { max = "credits", kind = "minutes" }
"#;

fn boxes() -> Shop {
    let shop = Shop::new();
    shop.write("billing.toml", PLANS);
    shop.billctl("credits grant u_1 10 --reason bought --key g1").exits(0);
    shop
}

fn balance(shop: &Shop) -> i64 {
    shop.billctl("credits balance u_1 -o json").exits(0).json()["balance"].as_i64().unwrap()
}

#[test]
fn what_the_credits_pay_for_is_allowed_and_nothing_more() {
    let shop = boxes();
    // 10 credits: 10 calls, or 3 renders at 3 each.
    let checked = shop.billctl("usage check u_1 calls --quantity 10 -o json").exits(0).json();
    assert_eq!(
        checked,
        json!({"subject": "u_1", "metric": "calls", "plan": "free", "used": 0, "reserved": 0, "limit": 10,
               "remaining": 10, "resets_at": null,
               "credits": {"kind": "credits", "per_unit": 1, "balance": 10}, "allowed": true})
    );
    shop.billctl("usage check u_1 calls --quantity 11").exits(4);
    shop.billctl("usage check u_1 renders --quantity 3").exits(0);
    shop.billctl("usage check u_1 renders --quantity 4").exits(4);
    shop.billctl("usage check u_1 minutes").exits(4);
    shop.billctl("usage check u_2 calls").exits(4);
    assert_eq!(balance(&shop), 10);
}

#[test]
fn a_record_takes_its_credits_exactly_once() {
    let shop = boxes();
    assert_snapshot!(shop.billctl("usage record u_1 renders --quantity 2 --key r1 --enforce"), @"
    Recorded 2 of renders for u_1
    plan     free
    used     2 this month; the limit: prepaid credits, 3 each
    left     1
    balance  4 credits
    key      r1
    [exit 0]
    ");
    assert_eq!(balance(&shop), 4);
    shop.billctl("usage record u_1 renders --quantity 2 --key r1 --enforce").exits(0);
    assert_eq!(balance(&shop), 4);
    assert_snapshot!(shop.billctl("usage record u_1 renders --quantity 2 --key r2 --enforce"), @"
    Refused: 2 more of renders is over the limit of u_1; nothing was recorded
    plan     free
    used     2 this month; the limit: prepaid credits, 3 each
    left     1
    balance  4 credits
    [exit 4]
    ");
    assert_eq!(balance(&shop), 4);
    shop.billctl("usage record u_1 renders --key r3 --enforce").exits(0);
    let history = shop.billctl("credits history u_1 -o json").exits(0).stdout;
    assert!(history.contains("usage:r1") && !history.contains("usage:r2"), "{history}");
    shop.billctl("credits verify").exits(0);
    // What a dry run would do is said, and not done.
    shop.billctl("usage record u_1 calls --key r4 --enforce --dry-run").exits(0);
    shop.billctl("usage record u_1 calls --quantity 2 --key r4 --enforce --dry-run").exits(4);
    assert_eq!(balance(&shop), 1);
}

#[test]
fn what_was_used_without_enough_credits_takes_what_is_there() {
    let shop = boxes();
    assert_snapshot!(shop.billctl("usage record u_1 calls --quantity 12 --key r1"), @"
    Recorded 12 of calls for u_1
    plan     free
    used     12 this month; the limit: prepaid credits, 1 each
    left     0
    balance  0 credits
    key      r1
    [stderr]
    warning: 2 of the 12 credits for it were not there, and are not owed
    [exit 0]
    ");
    assert_eq!(balance(&shop), 0);
    let shown = shop.billctl("usage check u_1 calls -o json").exits(4).json();
    assert_eq!((&shown["used"], &shown["remaining"]), (&json!(12), &json!(0)));
}

#[test]
fn what_is_taken_back_gives_its_credits_back() {
    let shop = boxes();
    shop.billctl("usage record u_1 renders --quantity 3 --key r1 --enforce").exits(0);
    assert_eq!(balance(&shop), 1);
    shop.billctl("usage record u_1 renders --corrects r1 --quantity 1 --key c1").exits(0);
    assert_eq!(balance(&shop), 4);
    shop.billctl("usage record u_1 renders --corrects r1 --quantity 1 --key c1").exits(0);
    assert_eq!(balance(&shop), 4);
    shop.billctl("usage record u_1 renders --corrects r1 --quantity 2 --key c2").exits(0);
    assert_eq!(balance(&shop), 10);
    // All at once: the very credits come back.
    shop.billctl("usage record u_1 calls --quantity 4 --key r2 --enforce").exits(0);
    shop.billctl("usage record u_1 calls --corrects r2").exits(0);
    assert_eq!(balance(&shop), 10);
    // Of 12 calls 10 were paid: with 3 taken back 9 are left, so 1 credit comes back; with the rest 9 more.
    shop.billctl("usage record u_1 calls --quantity 12 --key r3").exits(0);
    shop.billctl("usage record u_1 calls --corrects r3 --quantity 3 --key c3").exits(0);
    assert_eq!(balance(&shop), 1);
    shop.billctl("usage record u_1 calls --corrects r3 --quantity 9 --key c4").exits(0);
    assert_eq!(balance(&shop), 10);
    shop.billctl("credits verify").exits(0);
}

#[test]
fn an_estimate_is_held_against_the_balance_and_pays_when_it_is_settled() {
    let shop = boxes();
    shop.billctl("usage reserve u_1 calls --quantity 8 --key t1").exits(0);
    shop.billctl("usage reserve u_1 calls --quantity 3 --key t2").exits(4);
    shop.billctl("usage record u_1 calls --quantity 3 --key r1 --enforce").exits(4);
    assert_eq!(balance(&shop), 10);
    shop.billctl("usage commit t1 --quantity 6").exits(0);
    shop.billctl("usage commit t1 --quantity 6").exits(0);
    assert_eq!(balance(&shop), 4);
    shop.billctl("usage reserve u_1 calls --quantity 4 --key t3").exits(0);
    shop.billctl("usage release t3").exits(0);
    assert_eq!(balance(&shop), 4);
}

#[test]
fn what_is_held_for_one_metric_is_not_there_for_another() {
    let shop = boxes();
    shop.billctl("usage reserve u_1 calls --quantity 6 --key task").exits(0);
    // 4 of 10 credits are left: one render.
    let checked = shop.billctl("usage check u_1 renders -o json").exits(0).json();
    assert_eq!((&checked["remaining"], &checked["credits"]["balance"]), (&json!(1), &json!(10)));
    shop.billctl("usage record u_1 renders --quantity 2 --key r1 --enforce").exits(4);
    shop.billctl("usage reserve u_1 renders --quantity 2 --key r2").exits(4);
    shop.billctl("usage record u_1 renders --key r1 --enforce").exits(0);
    shop.billctl("usage commit task").exits(0);
    assert_eq!(balance(&shop), 1);
    shop.billctl("credits verify").exits(0);
}

#[test]
fn of_many_at_once_as_many_are_allowed_as_there_are_credits() {
    let shop = boxes();
    let children: Vec<_> = (0..20)
        .map(|index| {
            let key = format!("race-{index}");
            let line = ["usage", "record", "u_1", "calls", "--key", &key, "--enforce"];
            shop.spawn(&line, std::process::Stdio::null())
        })
        .collect();
    let codes: Vec<_> =
        children.into_iter().map(|child| child.wait_with_output().unwrap().status.code().unwrap()).collect();
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 10, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == 4).count(), 10, "{codes:?}");
    assert_eq!(balance(&shop), 0);
    shop.billctl("credits verify").exits(0);
}

#[test]
fn the_free_credits_of_a_plan_pay_too() {
    let shop = Shop::new();
    shop.write("billing.toml", format!("{PLANS}free_credits = {{ credits = 3, per = \"month\" }}\n"));
    let checked = shop.billctl("usage check u_1 calls -o json").exits(0).json();
    assert_eq!(checked["remaining"], 3);
    shop.billctl("usage record u_1 calls --quantity 4 --key r1 --enforce").exits(4);
    shop.billctl("usage record u_1 calls --quantity 3 --key r1 --enforce --dry-run").exits(0);
    shop.billctl("usage record u_1 calls --quantity 2 --key r1 --enforce").exits(0);
    assert_eq!(balance(&shop), 1);
    let shown = shop.billctl("usage show u_1 -o json").exits(0).json();
    assert_eq!(shown["usage"][0]["remaining"], 1);
}

#[test]
fn what_means_nothing_beside_credits_is_refused() {
    let shop = Shop::new();
    let plan = "[project]\nname = \"boxes\"\n[products.free]\ndefault_plan = true\n";
    shop.write("billing.toml", format!("{plan}limits.calls = {{ max = \"credits\", per = \"month\" }}\n"));
    assert_snapshot!(shop.billctl("catalog validate"), @r#"
    [stderr]
    error: credits are a limit at any time
     --> billing.toml:5:35
      |
    5 | limits.calls = { max = "credits", per = "month" }
      |                                   ^^^
      |
      = hint: Remove per

    error: 1 problem in billing.toml
    [exit 2]
    "#);
    shop.write("billing.toml", format!("{plan}limits.calls = {{ max = 5, per = \"month\", credits = 2 }}\n"));
    assert_snapshot!(shop.billctl("catalog validate"), @r#"
    [stderr]
    error: only max = "credits" takes credits
     --> billing.toml:5:42
      |
    5 | limits.calls = { max = 5, per = "month", credits = 2 }
      |                                          ^^^^^^^
      |
      = hint: Remove credits

    error: 1 problem in billing.toml
    [exit 2]
    "#);
}
