//! Plans: recurring prices by their older name.

use serde_json::{Value, json};

use super::world::{START, World, ids};

#[test]
fn a_plan_makes_its_product_and_is_a_price() {
    let world = World::new();
    let form = "currency=usd&interval=month&amount=2000&product[name]=myproduct&metadata[k]=v&nickname=N\
                &trial_period_days=7&interval_count=2";
    let plan = world.post("/v1/plans", form).ok();
    let product = ids(&world.get("/v1/products").ok())[0].clone();
    assert_eq!(
        plan,
        json!({
            "id": plan["id"], "object": "plan", "active": true, "amount": 2000, "amount_decimal": "2000",
            "billing_scheme": "per_unit", "created": START, "currency": "usd", "interval": "month",
            "interval_count": 2, "livemode": false, "metadata": {"k": "v"}, "meter": null, "nickname": "N",
            "product": product, "tiers_mode": null, "transform_usage": null, "trial_period_days": 7,
            "usage_type": "licensed",
        })
    );
    let id = plan["id"].as_str().unwrap();
    assert!(id.starts_with("plan_"), "{id}");
    let price = world.get(&format!("/v1/prices/{id}")).ok();
    assert_eq!((&price["unit_amount"], &price["recurring"]["interval"]), (&json!(2000), &json!("month")));
    assert_eq!(world.get(&format!("/v1/plans/{id}")).ok(), plan);
    let expanded = world.get(&format!("/v1/plans/{id}?expand[]=product")).ok();
    assert_eq!(expanded["product"]["name"], "myproduct");
    assert_eq!(ids(&world.get("/v1/plans").ok()), [id]);
}

#[test]
fn a_plan_of_tiers_shows_them_when_asked() {
    let world = World::new();
    world.make("/v1/products", "id=a&name=A");
    let form = "id=gold&currency=usd&interval=year&product=a&billing_scheme=tiered&tiers_mode=volume\
                &tiers[0][up_to]=inf&tiers[0][unit_amount]=5";
    let plan = world.post("/v1/plans", form).ok();
    assert_eq!((&plan["id"], &plan["amount"], &plan["tiers"]), (&json!("gold"), &Value::Null, &Value::Null));
    let listed = world.get("/v1/plans?expand[]=data.tiers&product=a").ok();
    assert_eq!(listed["data"][0]["tiers"][0]["unit_amount"], 5);
    world.post("/v1/plans", form).refused(400, Some("resource_already_exists"), Some("id"));
}

#[test]
fn what_is_wrong_with_a_plan_is_said_in_its_own_words() {
    let world = World::new();
    world.make("/v1/products", "id=a&name=A");
    let refused = |form: &str, code: Option<&str>, param: &str| {
        world.post("/v1/plans", form).refused(400, code, Some(param));
    };
    refused("currency=usd&interval=month&product=a", Some("parameter_missing"), "amount");
    refused("currency=usd&amount=1&product=a", Some("parameter_missing"), "interval");
    refused("currency=usd&interval=month&amount=1", Some("parameter_missing"), "product");
    refused("currency=usd&interval=month&amount=1&product=b", Some("resource_missing"), "product");
    refused("currency=usd&interval=year&interval_count=4&amount=1&product=a", None, "interval_count");
    refused("currency=usd&interval=month&usage_type=metered&amount=1&product=a", None, "meter");
    refused(
        "currency=usd&interval=month&amount=1&product[name]=B&product[color]=red",
        Some("parameter_unknown"),
        "product[color]",
    );
    assert_eq!(ids(&world.get("/v1/products").ok()), ["a"], "a refused plan makes no product");
    world.make("/v1/prices", "product=a&currency=usd&unit_amount=1");
    let once = ids(&world.get("/v1/prices").ok())[0].clone();
    world.get(&format!("/v1/plans/{once}")).refused(404, Some("resource_missing"), Some("id"));
}

#[test]
fn a_plan_can_change_and_go_and_who_has_it_keeps_paying() {
    let world = World::new();
    world.make("/v1/products", "id=a&name=A");
    world.post("/v1/plans", "id=gold&currency=usd&interval=month&amount=900&product=a").ok();
    let changed = world.post("/v1/plans/gold", "metadata[foo]=bar&nickname=Gold&trial_period_days=3").ok();
    assert_eq!(
        (&changed["metadata"], &changed["nickname"], &changed["trial_period_days"]),
        (&json!({"foo": "bar"}), &json!("Gold"), &json!(3))
    );
    world.post("/v1/plans/gold", "amount=5").refused(400, Some("parameter_unknown"), Some("amount"));

    let customer = world.make("/v1/customers", "name=Ada");
    let method = world.make("/v1/payment_methods/pm_card_visa/attach", &format!("customer={customer}"));
    let form = format!("customer={customer}&items[0][plan]=gold&default_payment_method={method}");
    world.post("/v1/subscriptions", &form).ok();

    let gone = world.delete("/v1/plans/gold").ok();
    assert_eq!(gone, json!({"id": "gold", "object": "plan", "deleted": true}));
    world.get("/v1/plans/gold").refused(404, Some("resource_missing"), Some("id"));
    let told = world.get("/v1/events?types[]=plan.created&types[]=plan.updated&types[]=plan.deleted").ok();
    let types: Vec<&Value> = told["data"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    assert_eq!(types, ["plan.deleted", "plan.updated", "plan.created"]);

    world.pass(32 * 86_400);
    let invoices = world.get(&format!("/v1/invoices?customer={customer}")).ok();
    assert_eq!(
        (&invoices["data"][0]["total"], &invoices["data"][0]["billing_reason"]),
        (&json!(900), &json!("subscription_cycle"))
    );
}
