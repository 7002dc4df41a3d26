//! How many left, and what went with them.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::till::{Till, ended, event, item, subscription};

/// Ten customers of 50.00 in September. In October two leave, one shrinks to 30.00 and one grows to 90.00.
fn till() -> Till {
    let mut till = Till::new();
    let since = "2026-09-01T00:00:00Z";
    let of = |number: i32, status: &str, amount: i64| {
        subscription(&format!("sub_{number}"), &format!("cus_{number}"), since, status, amount)
    };
    let mut objects: Vec<Value> = (0..6).map(|number| of(number, "active", 5_000)).collect();
    objects.push(ended(&of(6, "active", 5_000), "2026-10-04T00:00:00Z"));
    objects.push(ended(&of(7, "active", 5_000), "2026-10-20T00:00:00Z"));
    till.fetch(&objects);
    let before = |number: i32| json!({"items": {"data": [item(&format!("sub_{number}"), 5_000)]}});
    let updated = "customer.subscription.updated";
    till.receive(&[
        event("evt_1", updated, "2026-10-08T00:00:00Z", &of(8, "active", 3_000), before(8)),
        event("evt_2", updated, "2026-10-09T00:00:00Z", &of(9, "active", 9_000), before(9)),
    ]);
    till
}

#[test]
fn churn_is_of_what_there_was_at_the_start() {
    let till = till();
    assert_snapshot!(till.shop.billctl("report churn --from 2026-09-01 --to 2026-12-01"), @"
    Churn
    2026-09-01 to 2026-12-01 (UTC)

    customer churn    0.00 %  0 of 8 in 2026-11
    revenue churn     0.00 %  0.00 USD of 420.00 USD
    net of what grew  0.00 %

    USD
    month    customers  left  came back    churn  revenue lost  revenue churn      net
    2026-09          0     0          0        -      0.00 USD              -        -
    2026-10         10     2          0  20.00 %    120.00 USD        24.00 %  16.00 %
    2026-11          8     0          0   0.00 %      0.00 USD         0.00 %   0.00 %
    [exit 0]
    ");
    let document = till.report("churn --from 2026-09-01 --to 2026-12-01");
    let october = &document["lines"][1];
    // 2 of 10; (100.00 + 20.00) of 500.00; (100.00 + 20.00 − 40.00) of 500.00.
    assert_eq!(
        [&october["customer_churn"], &october["revenue_churn"], &october["net_revenue_churn"]],
        [&json!(20.0), &json!(24.0), &json!(16.0)]
    );
    // There was nothing that could have gone in September.
    assert_eq!(document["lines"][0]["customer_churn"], Value::Null);
}
