//! `expand[]`: ids become objects, and what is left out appears.

use serde_json::{Value, json};

use super::world::{World, ids};

fn shop() -> (World, String) {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a");
    let price = world.make(
        "/v1/prices",
        "product=a&currency=usd&recurring[interval]=month&billing_scheme=tiered&tiers_mode=graduated\
         &tiers[0][up_to]=10&tiers[0][unit_amount_decimal]=0.50&tiers[1][up_to]=inf&tiers[1][flat_amount]=300\
         &currency_options[eur][tiers][0][up_to]=10&currency_options[eur][tiers][0][unit_amount]=1\
         &currency_options[eur][tiers][1][up_to]=inf&currency_options[eur][tiers][1][unit_amount]=2",
    );
    world.post("/v1/products/a", &format!("default_price={price}")).ok();
    (world, price)
}

#[test]
fn tiers_and_currency_options_appear_when_asked_for() {
    let (world, price) = shop();
    let plain = world.get(&format!("/v1/prices/{price}")).ok();
    assert_eq!((plain.get("tiers"), plain.get("currency_options")), (None, None));
    let full = world.get(&format!("/v1/prices/{price}?expand[]=tiers&expand[]=currency_options")).ok();
    let tiers = json!([
        {"flat_amount": null, "flat_amount_decimal": null, "unit_amount": null, "unit_amount_decimal": "0.5", "up_to": 10},
        {"flat_amount": 300, "flat_amount_decimal": "300", "unit_amount": null, "unit_amount_decimal": null, "up_to": null},
    ]);
    assert_eq!(full["tiers"], tiers);
    assert_eq!(full["currency_options"]["eur"]["tiers"][1]["unit_amount"], 2);
    // The price's own currency is among its options.
    assert_eq!(full["currency_options"]["usd"]["tiers"], tiers);
    let list = world.get("/v1/prices?expand[]=data.tiers").ok();
    assert_eq!(list["data"][0]["tiers"], tiers);
}

#[test]
fn links_are_followed_up_to_four_names_deep() {
    let (world, price) = shop();
    let product = world.get("/v1/products/a?expand[]=default_price.product.default_price.tiers").ok();
    let inner = &product["default_price"]["product"]["default_price"];
    assert_eq!((&inner["id"], inner["tiers"].as_array().unwrap().len()), (&json!(price), 2));
    assert_eq!(inner["product"], "a");
    let list = world.get("/v1/prices?expand[]=data.product.default_price").ok();
    assert_eq!(list["data"][0]["product"]["default_price"]["id"], json!(price));
}

#[test]
fn creations_and_changes_expand_too() {
    let (world, price) = shop();
    let changed = world.post(&format!("/v1/prices/{price}"), "nickname=N&expand[]=product").ok();
    assert_eq!((&changed["nickname"], &changed["product"]["name"]), (&json!("N"), &json!("A")));
    let made = world.post("/v1/coupons", "percent_off=5&applies_to[products][]=a&expand[]=applies_to").ok();
    assert_eq!(made["applies_to"], json!({"products": ["a"]}));
    let code = world
        .post(
            "/v1/promotion_codes",
            &format!(
                "promotion[type]=coupon&promotion[coupon]={}&expand[]=promotion.coupon.applies_to",
                made["id"].as_str().unwrap()
            ),
        )
        .ok();
    assert_eq!(code["promotion"]["coupon"]["applies_to"], json!({"products": ["a"]}));
}

#[test]
fn a_deleted_object_leaves_its_stub() {
    let world = World::new();
    let customer = world.make("/v1/customers", "email=a@example.com");
    world.make("/v1/coupons", "id=c&percent_off=5");
    world.make(
        "/v1/promotion_codes",
        &format!("promotion[type]=coupon&promotion[coupon]=c&customer={customer}&code=X"),
    );
    let stub = json!({"id": customer, "object": "customer", "deleted": true});
    assert_eq!(world.delete(&format!("/v1/customers/{customer}")).ok(), stub);
    assert_eq!(world.get(&format!("/v1/customers/{customer}")).ok(), stub);
    assert!(ids(&world.get("/v1/customers").ok()).is_empty());
    let list = world.get("/v1/promotion_codes?expand[]=data.customer").ok();
    assert_eq!(list["data"][0]["customer"], stub);
    world.post(&format!("/v1/customers/{customer}"), "name=Ada").refused(
        404,
        Some("resource_missing"),
        Some("id"),
    );
}

#[test]
fn what_is_hidden_stays_out_of_events() {
    let (world, _) = shop();
    let event = world.event("price.created");
    assert_eq!(event["data"]["object"].get("tiers"), None::<&Value>);
}
