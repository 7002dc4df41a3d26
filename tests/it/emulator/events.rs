//! Events: one for every change, with what changed.

use serde_json::{Value, json};

use super::world::{START, World, ids};

#[test]
fn a_product_with_its_price_tells_three_things() {
    let world = World::new();
    world.make(
        "/v1/products",
        "name=A&id=a&default_price_data[currency]=usd&default_price_data[unit_amount]=5",
    );
    assert_eq!(world.events(), ["product.created", "price.created", "product.updated"]);
    let price = world.event("price.created")["data"]["object"]["id"].clone();
    let updated = world.event("product.updated");
    assert_eq!(updated["data"]["object"]["default_price"], price);
    assert_eq!(updated["data"]["previous_attributes"], json!({"default_price": null}));
}

#[test]
fn a_recurring_price_is_a_plan_as_well() {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a");
    let price = world.make("/v1/prices", "product=a&currency=usd&unit_amount=5&recurring[interval]=month");
    assert_eq!(world.events(), ["product.created", "price.created", "plan.created"]);
    let plan = &world.event("plan.created")["data"]["object"];
    assert_eq!(
        (&plan["id"], &plan["amount"], &plan["interval"]),
        (&json!(price), &json!(5), &json!("month"))
    );
    world.post(&format!("/v1/prices/{price}"), "nickname=N").ok();
    assert_eq!(world.events()[3..], ["price.updated", "plan.updated"]);
    assert_eq!(world.event("plan.updated")["data"]["previous_attributes"], json!({"nickname": null}));
}

#[test]
fn a_lookup_key_changes_hands_in_view() {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a");
    let old = world.make("/v1/prices", "product=a&currency=usd&unit_amount=5&lookup_key=k");
    let new = world
        .make("/v1/prices", "product=a&currency=usd&unit_amount=6&lookup_key=k&transfer_lookup_key=true");
    assert_eq!(world.get(&format!("/v1/prices/{old}")).ok()["lookup_key"], Value::Null);
    assert_eq!(ids(&world.get("/v1/prices?lookup_keys[]=k").ok()), std::slice::from_ref(&new));
    let lost = world.event("price.updated");
    assert_eq!(
        (&lost["data"]["object"]["id"], &lost["data"]["previous_attributes"]),
        (&json!(old), &json!({"lookup_key": "k"}))
    );
    // And back, by a change.
    world.post(&format!("/v1/prices/{old}"), "lookup_key=k&transfer_lookup_key=true").ok();
    assert_eq!(ids(&world.get("/v1/prices?lookup_keys[]=k").ok()), [old]);
    assert_eq!(world.get(&format!("/v1/prices/{new}")).ok()["lookup_key"], Value::Null);
}

#[test]
fn an_event_tells_its_request_and_what_was_before() {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a&metadata[keep]=1&metadata[change]=1");
    world.pass(5);
    let ask =
        world.ask("POST", "/v1/products/a").form("metadata[change]=2&metadata[new]=3&description=D").key("k");
    let answer = ask.send();
    let event = world.event("product.updated");
    assert_eq!(event["request"], json!({"id": answer.header("request-id"), "idempotency_key": "k"}));
    assert_eq!(
        event["data"]["previous_attributes"],
        json!({"description": null, "metadata": {"change": "1", "new": null}, "updated": START})
    );
    assert_eq!(event["data"]["object"], answer.ok());
    assert_eq!((&event["created"], &event["api_version"]), (&json!(START + 5), &json!("2026-10-28.endive")));
    // A replay changes nothing, so it tells nothing.
    ask.send().ok();
    assert_eq!(world.events().len(), 2);
}

#[test]
fn what_an_object_keeps_for_itself_is_never_told() {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a");
    let price = world.make("/v1/prices", "product=a&currency=usd&unit_amount=5");
    let link = world
        .post(
            "/v1/payment_links",
            &format!("line_items[0][price]={price}&line_items[0][quantity]=1&expand[]=line_items"),
        )
        .ok();
    let line = link["line_items"]["data"][0]["id"].as_str().unwrap();
    let path = format!("/v1/payment_links/{}", link["id"].as_str().unwrap());
    world.post(&path, &format!("line_items[0][id]={line}&line_items[0][quantity]=2&active=false")).ok();
    assert_eq!(world.event("payment_link.updated")["data"]["previous_attributes"], json!({"active": true}));
    world.post(&format!("/v1/prices/{price}"), "currency_options[eur][unit_amount]=4").ok();
    let previous = &world.event("price.updated")["data"]["previous_attributes"];
    assert_eq!(previous["currency_options"]["usd"]["unit_amount"], 5);
    assert_eq!(previous.as_object().unwrap().len(), 1, "{previous}");
}

#[test]
fn no_change_and_no_success_tell_nothing() {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a");
    world.pass(5);
    assert_eq!(world.post("/v1/products/a", "name=A&active=true").ok()["updated"], START);
    world.post("/v1/products", "name=A&id=a").refused(400, Some("resource_already_exists"), Some("id"));
    let failing =
        "currency=usd&product_data[name]=B&unit_amount=1&recurring[interval]=month&recurring[meter]=mtr_x";
    world.post("/v1/prices", failing).refused(400, None, Some("recurring[meter]"));
    assert_eq!(world.events(), ["product.created"]);
}

#[test]
fn each_kind_tells_of_itself() {
    let world = World::new();
    world.make("/v1/coupons", "id=c&percent_off=5");
    world.post("/v1/coupons/c", "name=C").ok();
    let code = world.make("/v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=c&code=X");
    world.post(&format!("/v1/promotion_codes/{code}"), "active=false").ok();
    world.delete("/v1/coupons/c").ok();
    let rate = world.make("/v1/tax_rates", "display_name=VAT&percentage=19&inclusive=true");
    world.post(&format!("/v1/tax_rates/{rate}"), "active=false").ok();
    let meter =
        world.make("/v1/billing/meters", "display_name=M&event_name=e&default_aggregation[formula]=sum");
    world.post(&format!("/v1/billing/meters/{meter}"), "display_name=N").ok();
    world.post(&format!("/v1/billing/meters/{meter}/deactivate"), "").ok();
    world.post(&format!("/v1/billing/meters/{meter}/reactivate"), "").ok();
    let customer = world.make("/v1/customers", "name=Ada");
    world.post(&format!("/v1/customers/{customer}"), "name=Bob").ok();
    world.delete(&format!("/v1/customers/{customer}")).ok();
    let portal = world.make("/v1/billing_portal/configurations", "features[invoice_history][enabled]=true");
    world.post(&format!("/v1/billing_portal/configurations/{portal}"), "name=P").ok();
    world.make("/v1/products", "name=A&id=a");
    world.delete("/v1/products/a").ok();
    let feature = world.make("/v1/entitlements/features", "name=F&lookup_key=f");
    world.post(&format!("/v1/entitlements/features/{feature}"), "name=G").ok();
    assert_eq!(
        world.events(),
        [
            "coupon.created",
            "coupon.updated",
            "promotion_code.created",
            "promotion_code.updated",
            "coupon.deleted",
            "tax_rate.created",
            "tax_rate.updated",
            "billing.meter.created",
            "billing.meter.updated",
            "billing.meter.deactivated",
            "billing.meter.reactivated",
            "customer.created",
            "customer.updated",
            "customer.deleted",
            "billing_portal.configuration.created",
            "billing_portal.configuration.updated",
            "product.created",
            "product.deleted",
        ]
    );
    // What was deleted is told whole.
    assert_eq!(world.event("coupon.deleted")["data"]["object"]["percent_off"], 5);
}

#[test]
fn events_are_filtered_by_type_and_end_after_thirty_days() {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a");
    world.make("/v1/coupons", "id=c&percent_off=5");
    world.post("/v1/products/a", "name=B").ok();
    let types = |query: &str| -> Vec<String> {
        let list = world.get(&format!("/v1/events?{query}")).ok();
        list["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["type"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(types("type=product.*"), ["product.updated", "product.created"]);
    assert_eq!(types("type=coupon.created"), ["coupon.created"]);
    assert_eq!(
        types("types[]=coupon.created&types[]=product.updated"),
        ["product.updated", "coupon.created"]
    );
    assert_eq!(types("type=*").len(), 3);
    assert_eq!(types("type=product"), [""; 0]);
    world.get("/v1/events?type=a&types[]=b").refused(400, Some("parameters_exclusive"), Some("type"));
    let event = world.event("coupon.created");
    let path = format!("/v1/events/{}", event["id"].as_str().unwrap());
    assert_eq!(world.get(&path).ok(), event);
    world.pass(30 * 24 * 60 * 60 + 1);
    world.get(&path).refused(404, Some("resource_missing"), Some("id"));
    assert!(world.events().is_empty());
}

#[test]
fn each_event_has_a_thin_twin() {
    let world = World::new();
    let customer = world.make("/v1/customers", "name=Ada");
    world.post(&format!("/v1/customers/{customer}"), "name=Zoë").ok();
    let event = world.event("customer.updated");
    let (snapshot, request) = (event["id"].as_str().unwrap(), &event["request"]);
    let id = snapshot.replace("evt_", "evt_test_");
    assert_eq!(
        world.get(&format!("/v2/core/events/{id}")).ok(),
        json!({
            "id": id,
            "object": "v2.core.event",
            "type": "v1.customer.updated",
            "created": "2027-01-15T08:00:00.000Z",
            "livemode": false,
            "context": null,
            "related_object": {"id": customer, "type": "customer", "url": format!("/v1/customers/{customer}")},
            "reason": {"type": "request", "request": request},
            "snapshot_event": snapshot,
            "changes": {"before": {"name": "Ada"}, "after": {"name": "Zoë"}},
        })
    );
    world.get(&format!("/v2/core/events/{snapshot}")).refused(404, Some("resource_missing"), Some("id"));
    world.get("/v2/core/events/evt_test_1").refused(404, Some("resource_missing"), Some("id"));
    world.pass(30 * 24 * 60 * 60 + 1);
    world.get(&format!("/v2/core/events/{id}")).refused(404, Some("resource_missing"), Some("id"));
}

#[test]
fn events_count_the_endpoints_that_want_them() {
    let world = World::new();
    world.make("/v1/webhook_endpoints", "url=https://a.example&enabled_events[]=*");
    world.make("/v1/webhook_endpoints", "url=https://a.example&enabled_events[]=product.created");
    let off = world.make("/v1/webhook_endpoints", "url=https://a.example&enabled_events[]=*");
    world.post(&format!("/v1/webhook_endpoints/{off}"), "disabled=true").ok();
    world.make("/v1/products", "name=A");
    world.make("/v1/coupons", "percent_off=5");
    assert_eq!(world.event("product.created")["pending_webhooks"], 2);
    assert_eq!(world.event("coupon.created")["pending_webhooks"], 1);
    assert_eq!(ids(&world.get("/v1/events?delivery_success=false").ok()).len(), 2);
    assert!(ids(&world.get("/v1/events?delivery_success=true").ok()).is_empty());
}
