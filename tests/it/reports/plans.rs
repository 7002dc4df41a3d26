//! Who is on which plan.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::till::{Till, ended, product, subscription};

fn till() -> Till {
    let mut till = Till::new();
    let since = "2026-10-01T00:00:00Z";
    let of =
        |id: &str, status: &str, amount: i64| subscription(id, &format!("cus_{id}"), since, status, amount);
    let mut metered = of("sub_6", "active", 4_900);
    metered["items"]["data"][0]["price"]["recurring"]["usage_type"] = json!("metered");
    let trial = |mut object: Value, end: &str| {
        object["trial_start"] = object["start_date"].clone();
        object["trial_end"] = json!(super::second(end));
        object
    };
    till.fetch(&[
        product("prod_4900", Some("starter")),
        product("prod_9900", Some("pro")),
        of("sub_1", "active", 4_900),
        of("sub_2", "past_due", 4_900),
        of("sub_3", "active", 9_900),
        of("sub_5", "unpaid", 9_900),
        metered,
        trial(of("sub_4", "trialing", 9_900), "2026-11-30T00:00:00Z"),
        // Two trials ended: one became a customer.
        trial(of("sub_7", "active", 9_900), "2026-11-08T00:00:00Z"),
        ended(&trial(of("sub_8", "active", 9_900), "2026-11-09T00:00:00Z"), "2026-11-09T00:00:00Z"),
        json!({"id": "in_7", "object": "invoice", "status": "paid", "amount_paid": 9_900, "currency": "usd",
            "parent": {"subscription_details": {"subscription": "sub_7"}}}),
        json!({"id": "in_8", "object": "invoice", "status": "paid", "amount_paid": 0, "currency": "usd",
            "parent": {"subscription_details": {"subscription": "sub_8"}}}),
    ]);
    till
}

#[test]
fn a_report_says_who_is_on_which_plan_and_what_it_brings() {
    let till = till();
    assert_snapshot!(till.shop.billctl("report plans"), @"
    Plans
    Plans as they are now; trials that ended 2026-11-01 to 2026-12-01 (UTC)

    trials that became customers  50.00 %  1 of 2

    USD
    plan     paying  past due  on trial  others     a month    share
    pro           2         0         1       1  198.00 USD  66.89 %  █████████▍
    starter       3         1         0       0   98.00 USD  33.11 %  ████▋

    Trials
    plan  ended  converted     rate
    pro       2          1  50.00 %

    1 item billed by use or in tiers comes to an amount that is not known before, and counts as nothing
    [exit 0]
    ");
    let document = till.report("plans");
    let told: Vec<(&str, i64, i64, i64)> = document["plans"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let count = |name: &str| line[name].as_i64().unwrap();
            (
                line["plan"].as_str().unwrap(),
                count("paying"),
                count("trialing"),
                line["mrr"]["amount"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, [("pro", 2, 1, 19_800), ("starter", 3, 0, 9_800)]);
    assert_eq!(
        document["trials"],
        json!([{"plan": "pro", "product": "prod_9900", "ended": 2, "converted": 1, "conversion": 50.0}])
    );
    // What all plans bring is what `report mrr` ends with.
    let mrr = till.report("mrr");
    let last = mrr["lines"].as_array().unwrap().last().unwrap();
    assert_eq!(last["end"]["amount"], 29_600);
}

#[test]
fn a_subscription_with_two_prices_of_a_plan_is_one() {
    let mut till = Till::new();
    // The monthly price, and what is billed by use beside it.
    let mut both = subscription("sub_1", "cus_1", "2026-10-01T00:00:00Z", "active", 9_900);
    let mut used = both["items"]["data"][0].clone();
    used["id"] = json!("si_used");
    used["price"]["id"] = json!("price_used");
    used["price"]["recurring"]["usage_type"] = json!("metered");
    both["items"]["data"].as_array_mut().unwrap().push(used);
    till.fetch(&[product("prod_9900", Some("pro")), both]);
    let told = till.report("plans");
    assert_eq!(
        (
            &told["plans"][0]["paying"],
            &told["plans"][0]["mrr"]["amount"],
            told["plans"].as_array().unwrap().len()
        ),
        (&json!(1), &json!(9_900), 1)
    );
    let by_price = till.report("plans --by price");
    let paying: Vec<&Value> =
        by_price["plans"].as_array().unwrap().iter().map(|line| &line["paying"]).collect();
    assert_eq!(paying, [&json!(1), &json!(1)]);
}

#[test]
fn every_figure_is_that_of_the_subscriptions_and_trials_behind_it() {
    let till = till();
    let document = till.report("plans --explain");
    let objects = document["objects"].as_array().unwrap();
    for line in document["plans"].as_array().unwrap() {
        let items: Vec<&Value> = objects
            .iter()
            .filter(|one| one["object"] == "subscription_item" && one["plan"] == line["plan"])
            .collect();
        let counting = items.iter().filter(|item| item["counts"] == true).count();
        let sum: i64 = items.iter().filter_map(|item| item["mrr"]["amount"].as_i64()).sum();
        assert_eq!((&line["paying"], &line["mrr"]["amount"]), (&json!(counting), &json!(sum)), "{line}");
    }
    let trials: Vec<(&str, bool)> = objects
        .iter()
        .filter(|one| one["object"] == "trial")
        .map(|one| (one["subscription"].as_str().unwrap(), one["converted"].as_bool().unwrap()))
        .collect();
    assert_eq!(trials, [("sub_7", true), ("sub_8", false)]);
    assert_snapshot!(till.shop.billctl("report plans --explain --by price -o csv"), @"
    object,id,subscription,customer,plan,product,price,status,counts,mrr.amount,mrr.currency,mrr.display,unknown,ended_at,converted
    subscription_item,si_sub_1,sub_1,cus_sub_1,starter,prod_4900,price_4900,active,true,4900,usd,49.00 USD,false,,
    subscription_item,si_sub_2,sub_2,cus_sub_2,starter,prod_4900,price_4900,past_due,true,4900,usd,49.00 USD,false,,
    subscription_item,si_sub_3,sub_3,cus_sub_3,pro,prod_9900,price_9900,active,true,9900,usd,99.00 USD,false,,
    subscription_item,si_sub_4,sub_4,cus_sub_4,pro,prod_9900,price_9900,trialing,false,0,usd,0.00 USD,false,,
    subscription_item,si_sub_5,sub_5,cus_sub_5,pro,prod_9900,price_9900,unpaid,false,0,usd,0.00 USD,false,,
    subscription_item,si_sub_6,sub_6,cus_sub_6,starter,prod_4900,price_4900,active,true,0,usd,0.00 USD,true,,
    subscription_item,si_sub_7,sub_7,cus_sub_7,pro,prod_9900,price_9900,active,true,9900,usd,99.00 USD,false,,
    trial,,sub_7,cus_sub_7,pro,prod_9900,,,,,,,,2026-11-08T00:00:00Z,true
    trial,,sub_8,cus_sub_8,pro,prod_9900,,,,,,,,2026-11-09T00:00:00Z,false
    [exit 0]
    ");
}
