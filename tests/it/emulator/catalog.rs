//! What the catalog's objects look like and how they change.

use serde_json::{Value, json};

use super::world::{START, World, ids};

fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn a_product_shows_every_field() {
    let world = World::new();
    let plain = world.post("/v1/products", "name=A&id=a").ok();
    let expected = json!({
        "id": "a", "object": "product", "active": true, "created": START, "default_price": null, "description": null,
        "images": [], "livemode": false, "marketing_features": [], "metadata": {}, "name": "A",
        "package_dimensions": null, "shippable": null, "statement_descriptor": null, "tax_code": null,
        "tax_details": null, "type": "service", "unit_label": null, "updated": START, "url": null,
    });
    assert_eq!(plain, expected);
    let full = world
        .post(
            "/v1/products",
            "name=B&active=false&description=D&images[]=https://a.example/1.png&marketing_features[0][name]=Fast\
             &metadata[k]=v&package_dimensions[height]=1&package_dimensions[length]=2.50\
             &package_dimensions[weight]=3&package_dimensions[width]=4&shippable=true&statement_descriptor=SHOP\
             &tax_code=txcd_10000000&tax_details[performance_location]=taxloc_1&type=good&unit_label=seat\
             &url=https://a.example",
        )
        .ok();
    assert_eq!(keys(&full), keys(&expected));
    assert_eq!(full["package_dimensions"], json!({"height": 1, "length": 2.5, "weight": 3, "width": 4}));
    assert_eq!(full["tax_details"], json!({"performance_location": "taxloc_1", "tax_code": null}));
    assert_eq!(full["marketing_features"], json!([{"name": "Fast"}]));
    assert_eq!((&full["type"], &full["unit_label"]), (&json!("good"), &json!("seat")));
}

#[test]
fn an_empty_text_unsets_and_absence_keeps() {
    let world = World::new();
    let form = "name=A&id=a&description=D&images[]=https://a.example/1.png&marketing_features[0][name]=Fast&url=https://a.example&metadata[k]=v&metadata[l]=w&tax_code=txcd_10000000&unit_label=seat";
    world.make("/v1/products", form);
    let changed = world.post("/v1/products/a", "description=&images=&metadata[k]=").ok();
    assert_eq!(changed["description"], Value::Null);
    assert_eq!(changed["images"], json!([]));
    assert_eq!(changed["metadata"], json!({"l": "w"}));
    assert_eq!((&changed["url"], &changed["unit_label"]), (&json!("https://a.example"), &json!("seat")));
    let cleared =
        world.post("/v1/products/a", "marketing_features=&url=&metadata=&tax_code=&unit_label=").ok();
    assert_eq!((&cleared["marketing_features"], &cleared["metadata"]), (&json!([]), &json!({})));
    assert_eq!([&cleared["url"], &cleared["tax_code"], &cleared["unit_label"]], [&Value::Null; 3]);
    world.post("/v1/products/a", "name=").refused(400, Some("parameter_invalid_empty"), Some("name"));
}

#[test]
fn a_price_shows_every_field() {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a");
    let one_time = world.post("/v1/prices", "product=a&currency=USD&unit_amount=4900").ok();
    let expected = json!({
        "id": one_time["id"], "object": "price", "active": true, "billing_scheme": "per_unit", "created": START,
        "currency": "usd", "custom_unit_amount": null, "livemode": false, "lookup_key": null, "metadata": {},
        "nickname": null, "product": "a", "recurring": null, "tax_behavior": "unspecified", "tiers_mode": null,
        "transform_quantity": null, "type": "one_time", "unit_amount": 4900, "unit_amount_decimal": "4900",
    });
    assert_eq!(one_time, expected);
    let recurring = world
        .post(
            "/v1/prices",
            "product=a&currency=usd&unit_amount=1&recurring[interval]=month&recurring[trial_period_days]=7\
             &transform_quantity[divide_by]=10&transform_quantity[round]=up&nickname=N&lookup_key=k\
             &tax_behavior=exclusive&active=false&metadata[k]=v",
        )
        .ok();
    assert_eq!(keys(&recurring), keys(&expected));
    assert_eq!(
        recurring["recurring"],
        json!({"interval": "month", "interval_count": 1, "meter": null, "trial_period_days": 7, "usage_type": "licensed"})
    );
    assert_eq!(recurring["transform_quantity"], json!({"divide_by": 10, "round": "up"}));
    assert_eq!((&recurring["type"], &recurring["active"]), (&json!("recurring"), &json!(false)));
    let custom = world
        .post(
            "/v1/prices",
            "product=a&currency=usd&custom_unit_amount[enabled]=true&custom_unit_amount[preset]=500",
        )
        .ok();
    assert_eq!(custom["custom_unit_amount"], json!({"maximum": null, "minimum": null, "preset": 500}));
    assert_eq!((&custom["unit_amount"], &custom["unit_amount_decimal"]), (&Value::Null, &Value::Null));
}

#[test]
fn decimals_come_back_in_their_shortest_form() {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a");
    for (given, decimal, whole) in [
        ("100", "100", json!(100)),
        ("100.000", "100", json!(100)),
        ("0.50", "0.5", Value::Null),
        ("0", "0", json!(0)),
        ("007", "7", json!(7)),
        ("0.000000000001", "0.000000000001", Value::Null),
        ("999999999999.999999999999", "999999999999.999999999999", Value::Null),
    ] {
        let price =
            world.post("/v1/prices", &format!("product=a&currency=usd&unit_amount_decimal={given}")).ok();
        assert_eq!(
            (&price["unit_amount_decimal"], &price["unit_amount"]),
            (&json!(decimal), &whole),
            "{given}"
        );
    }
}

#[test]
fn a_price_can_make_its_product() {
    let world = World::new();
    let form = "currency=usd&unit_amount=5&product_data[name]=New&product_data[id]=new&product_data[metadata][k]=v&expand[]=product";
    let price = world.post("/v1/prices", form).ok();
    assert_eq!((&price["product"]["id"], &price["product"]["metadata"]), (&json!("new"), &json!({"k": "v"})));
    assert_eq!(world.get("/v1/products/new").ok()["default_price"], Value::Null);
    // A price that is refused makes no product either.
    world.post("/v1/prices", "currency=usd&product_data[name]=X&product_data[id]=x").refused(
        400,
        Some("parameter_missing"),
        Some("unit_amount"),
    );
    world.get("/v1/products/x").refused(404, Some("resource_missing"), Some("id"));
}

#[test]
fn currency_options_grow_and_change() {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a");
    let id = world
        .make("/v1/prices", "product=a&currency=usd&unit_amount=100&currency_options[eur][unit_amount]=90");
    let path = format!("/v1/prices/{id}");
    let options = |form: &str| {
        world.post(&path, &format!("{form}&expand[]=currency_options")).ok()["currency_options"].clone()
    };
    let option = |amount: i64, tax: &str| json!({"custom_unit_amount": null, "tax_behavior": tax, "unit_amount": amount, "unit_amount_decimal": amount.to_string()});
    let now =
        options("currency_options[jpy][unit_amount]=15000&currency_options[eur][tax_behavior]=inclusive");
    assert_eq!(
        now,
        json!({"eur": option(90, "inclusive"), "jpy": option(15000, "unspecified"), "usd": option(100, "unspecified")})
    );
    let now = options("currency_options[eur][unit_amount]=95");
    assert_eq!(now["eur"], option(95, "inclusive"));
    assert_eq!(keys(&options("currency_options=")), ["usd"]);
}

#[test]
fn features_are_attached_and_kept_up_to_date() {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a");
    world.make("/v1/products", "name=B&id=b");
    let feature = world.make("/v1/entitlements/features", "name=F&lookup_key=f");
    let attached = world.post("/v1/products/a/features", &format!("entitlement_feature={feature}")).ok();
    assert_eq!(keys(&attached), ["entitlement_feature", "id", "livemode", "object"]);
    assert_eq!(attached["entitlement_feature"]["lookup_key"], "f");
    world.post(&format!("/v1/entitlements/features/{feature}"), "name=G").ok();
    let id = attached["id"].as_str().unwrap();
    let path = format!("/v1/products/a/features/{id}");
    assert_eq!(world.get(&path).ok()["entitlement_feature"]["name"], "G");
    assert_eq!(ids(&world.get("/v1/products/a/features").ok()), [id]);
    assert!(ids(&world.get("/v1/products/b/features").ok()).is_empty());
    world.get(&format!("/v1/products/b/features/{id}")).refused(404, Some("resource_missing"), Some("id"));
    assert_eq!(world.delete(&path).ok(), json!({"id": id, "object": "product_feature", "deleted": true}));
    world.get(&path).refused(404, Some("resource_missing"), Some("id"));
    world.post("/v1/products/a/features", &format!("entitlement_feature={feature}")).ok();
}

#[test]
fn meters_turn_off_and_on() {
    let world = World::new();
    let meter = world
        .post("/v1/billing/meters", "display_name=M&event_name=e&default_aggregation[formula]=last&value_settings[event_payload_key]=tokens&event_time_window=day")
        .ok();
    assert_eq!(
        meter,
        json!({
            "id": meter["id"], "object": "billing.meter", "created": START,
            "customer_mapping": {"event_payload_key": "stripe_customer_id", "type": "by_id"},
            "default_aggregation": {"formula": "last"}, "display_name": "M", "event_name": "e",
            "event_time_window": "day", "livemode": false, "status": "active",
            "status_transitions": {"deactivated_at": null}, "updated": START,
            "value_settings": {"event_payload_key": "tokens"},
        })
    );
    world.pass(9);
    let path = format!("/v1/billing/meters/{}", meter["id"].as_str().unwrap());
    let off = world.post(&format!("{path}/deactivate"), "").ok();
    assert_eq!(
        (&off["status"], &off["status_transitions"]["deactivated_at"]),
        (&json!("inactive"), &json!(START + 9))
    );
    let on = world.post(&format!("{path}/reactivate"), "").ok();
    assert_eq!(
        (&on["status"], &on["status_transitions"]["deactivated_at"]),
        (&json!("active"), &Value::Null)
    );
}

#[test]
fn coupons_are_valid_until_they_end() {
    let world = World::new();
    let coupon = world.post("/v1/coupons", &format!("percent_off=12.5&redeem_by={}", START + 100)).ok();
    assert_eq!(
        (&coupon["percent_off"], &coupon["duration"], &coupon["valid"]),
        (&json!(12.5), &json!("once"), &json!(true))
    );
    let id = coupon["id"].as_str().unwrap();
    assert_eq!(id.len(), 8);
    let code = world.make(
        "/v1/promotion_codes",
        &format!("promotion[type]=coupon&promotion[coupon]={id}&code=X&expires_at={}", START + 50),
    );
    world.pass(60);
    assert_eq!(world.get(&format!("/v1/promotion_codes/{code}")).ok()["active"], false);
    assert_eq!(world.get("/v1/coupons").ok()["data"][0]["valid"], true);
    world.pass(60);
    assert_eq!(world.get("/v1/coupons").ok()["data"][0]["valid"], false);
    assert_eq!(world.get(&format!("/v1/coupons/{id}")).ok()["valid"], false);
}

#[test]
fn coupons_have_amounts_in_several_currencies() {
    let world = World::new();
    let form = "id=c&amount_off=500&currency=usd&currency_options[eur][amount_off]=450&duration=repeating&duration_in_months=3";
    let coupon = world.post("/v1/coupons", &format!("{form}&expand[]=currency_options")).ok();
    assert_eq!(coupon["currency_options"], json!({"eur": {"amount_off": 450}}));
    let plain = world.get("/v1/coupons/c").ok();
    assert_eq!((plain.get("currency_options"), &plain["duration_in_months"]), (None, &json!(3)));
    let changed =
        world.post("/v1/coupons/c", "currency_options[gbp][amount_off]=400&expand[]=currency_options").ok();
    assert_eq!(changed["currency_options"], json!({"eur": {"amount_off": 450}, "gbp": {"amount_off": 400}}));
    assert_eq!(world.delete("/v1/coupons/c").ok(), json!({"id": "c", "object": "coupon", "deleted": true}));
    world.make("/v1/coupons", "id=c&percent_off=1");
}

#[test]
fn a_promotion_code_is_unique_while_it_is_active() {
    let world = World::new();
    world.make("/v1/coupons", "id=c&percent_off=5");
    let of = "promotion[type]=coupon&promotion[coupon]=c";
    let first = world.make("/v1/promotion_codes", &format!("{of}&code=FALL&restrictions[minimum_amount]=500&restrictions[minimum_amount_currency]=usd&restrictions[currency_options][eur][minimum_amount]=450"));
    let path = format!("/v1/promotion_codes/{first}");
    let full = world.get(&format!("{path}?expand[]=restrictions.currency_options")).ok();
    assert_eq!(full["restrictions"]["currency_options"], json!({"eur": {"minimum_amount": 450}}));
    assert_eq!(world.get(&path).ok()["restrictions"].get("currency_options"), None);
    world.post(&path, "active=false").ok();
    let second = world.make("/v1/promotion_codes", &format!("{of}&code=fall"));
    world.post(&path, "active=true").refused(400, None, Some("code"));
    assert_eq!(ids(&world.get("/v1/promotion_codes?code=FALL").ok()), [second.clone(), first]);
    assert_eq!(ids(&world.get("/v1/promotion_codes?code=Fall&active=true").ok()), [second]);
    let automatic = world.post("/v1/promotion_codes", of).ok();
    assert_eq!(automatic["code"].as_str().unwrap().len(), 8);
}

#[test]
fn a_webhook_endpoint_shows_its_secret_once() {
    let world = World::new();
    let made = world
        .post(
            "/v1/webhook_endpoints",
            "url=https://a.example/hook&enabled_events[]=price.created&description=D",
        )
        .ok();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let path = format!("/v1/webhook_endpoints/{}", made["id"].as_str().unwrap());
    let mut shown = made.clone();
    shown.as_object_mut().unwrap().remove("secret");
    assert_eq!(world.get(&path).ok(), shown);
    assert_eq!(world.get("/v1/webhook_endpoints").ok()["data"][0], shown);
    let off = world.post(&path, "disabled=true&enabled_events[]=*&description=").ok();
    assert_eq!(
        (&off["status"], &off["enabled_events"], &off["description"]),
        (&json!("disabled"), &json!(["*"]), &Value::Null)
    );
    assert_eq!(off.get("secret"), None);
    world.delete(&path).ok();
    assert!(ids(&world.get("/v1/webhook_endpoints").ok()).is_empty());
}

#[test]
fn tax_rates_keep_their_percentage() {
    let world = World::new();
    let rate = world
        .post("/v1/tax_rates", "display_name=VAT&percentage=19.6&inclusive=false&country=FR&jurisdiction=FR&tax_type=vat&description=D")
        .ok();
    assert_eq!(
        (&rate["percentage"], &rate["inclusive"], &rate["rate_type"]),
        (&json!(19.6), &json!(false), &json!("percentage"))
    );
    let path = format!("/v1/tax_rates/{}", rate["id"].as_str().unwrap());
    let changed = world.post(&path, "active=false&display_name=TVA&metadata[k]=v").ok();
    assert_eq!(
        (&changed["active"], &changed["display_name"], &changed["metadata"]),
        (&json!(false), &json!("TVA"), &json!({"k": "v"}))
    );
}
