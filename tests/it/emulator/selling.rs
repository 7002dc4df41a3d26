//! Portals, payment links and customers.

use serde_json::{Value, json};

use super::world::{World, ids};

fn shop() -> (World, String, String) {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a");
    let monthly =
        world.make("/v1/prices", "product=a&currency=usd&unit_amount=1000&recurring[interval]=month");
    let once = world
        .make("/v1/prices", "product=a&currency=usd&unit_amount=250&currency_options[eur][unit_amount]=200");
    (world, monthly, once)
}

#[test]
fn a_portal_shows_all_its_features() {
    let (world, monthly, _) = shop();
    let plain =
        world.post("/v1/billing_portal/configurations", "features[invoice_history][enabled]=true").ok();
    assert_eq!(
        plain["features"],
        json!({
            "customer_update": {"allowed_updates": [], "enabled": false},
            "invoice_history": {"enabled": true},
            "payment_method_update": {"enabled": false, "payment_method_configuration": null},
            "subscription_cancel": {
                "cancellation_reason": {"enabled": false, "feedback_options": null, "options": []},
                "enabled": false, "mode": "at_period_end", "proration_behavior": "none",
            },
            "subscription_pause": {"duration": {"interval_options": [], "type": "indefinite"}, "enabled": false},
            "subscription_update": {
                "billing_cycle_anchor": null, "default_allowed_updates": [], "enabled": false,
                "proration_behavior": "none", "schedule_at_period_end": {"conditions": []},
                "trial_update_behavior": "end_trial",
            },
        })
    );
    let path = format!("/v1/billing_portal/configurations/{}", plain["id"].as_str().unwrap());
    let update = "features[subscription_update]";
    let changed = world
        .post(
            &path,
            &format!(
                "{update}[enabled]=true&{update}[default_allowed_updates][]=price&{update}[products][0][product]=a\
                 &{update}[products][0][prices][]={monthly}&{update}[proration_behavior]=create_prorations\
                 &business_profile[headline]=H&login_page[enabled]=true&default_return_url=https://a.example\
                 &expand[]=features.subscription_update.products"
            ),
        )
        .ok();
    assert_eq!(
        changed["features"]["subscription_update"]["products"],
        json!([{"adjustable_quantity": {"enabled": false, "maximum": null, "minimum": 1}, "prices": [monthly], "product": "a"}])
    );
    assert_eq!(changed["features"]["invoice_history"], json!({"enabled": true}), "what was not given stays");
    assert!(changed["login_page"]["url"].as_str().unwrap().starts_with("https://billing.stripe.com/"));
    assert_eq!(
        changed["business_profile"],
        json!({"headline": "H", "privacy_policy_url": null, "terms_of_service_url": null})
    );
    // The products are shown only when asked for.
    assert_eq!(world.get(&path).ok()["features"]["subscription_update"].get("products"), None);
    assert_eq!(world.post(&path, "active=false").ok()["active"], false);
    assert_eq!(ids(&world.get("/v1/billing_portal/configurations?active=false").ok()).len(), 1);
}

#[test]
fn portals_refuse() {
    let (world, monthly, once) = shop();
    world.make("/v1/products", "name=B&id=b");
    let check = |form: &str, code: Option<&str>, param: &str| {
        world.post("/v1/billing_portal/configurations", form).refused(400, code, Some(param));
    };
    let (update, cancel) = ("features[subscription_update]", "features[subscription_cancel]");
    check("", Some("parameter_missing"), "features");
    check(
        &format!("{cancel}[mode]=immediately"),
        Some("parameter_missing"),
        "features[subscription_cancel][enabled]",
    );
    let proration = "features[subscription_cancel][proration_behavior]";
    check(&format!("{cancel}[enabled]=true&{proration}=always_invoice"), None, proration);
    check(&format!("{cancel}[enabled]=true&{proration}=create_prorations"), None, proration);
    check(
        &format!("{update}[enabled]=true"),
        Some("parameter_missing"),
        "features[subscription_update][products]",
    );
    let product = |product: &str, price: &str| {
        format!(
            "{update}[enabled]=true&{update}[default_allowed_updates][]=price&{update}[products][0][product]={product}&{update}[products][0][prices][]={price}"
        )
    };
    let price_param = "features[subscription_update][products][0][prices][0]";
    check(
        &product("x", &monthly),
        Some("resource_missing"),
        "features[subscription_update][products][0][product]",
    );
    check(&product("a", "price_x"), Some("resource_missing"), price_param);
    check(&product("b", &monthly), None, price_param);
    check(&product("a", &once), None, price_param);
    world.post(&format!("/v1/prices/{monthly}"), "active=false").ok();
    check(&product("a", &monthly), None, price_param);
}

#[test]
fn a_payment_link_sells_what_it_was_made_for() {
    let (world, monthly, once) = shop();
    let link = world
        .post("/v1/payment_links", &format!("line_items[0][price]={once}&line_items[0][quantity]=3"))
        .ok();
    assert_eq!((&link["currency"], &link["subscription_data"]), (&json!("usd"), &Value::Null));
    assert_eq!(link["invoice_creation"]["enabled"], false);
    assert_eq!(link.get("line_items"), None);
    let path = format!("/v1/payment_links/{}", link["id"].as_str().unwrap());
    let items = world.get(&format!("{path}/line_items")).ok();
    let line = &items["data"][0];
    assert_eq!(
        (&line["amount_total"], &line["quantity"], &line["price"]["id"]),
        (&json!(750), &json!(3), &json!(once))
    );
    assert_eq!(line["description"], "A");
    let expanded = world.get(&format!("{path}?expand[]=line_items")).ok();
    assert_eq!(expanded["line_items"]["data"], items["data"]);
    let deep = world.get("/v1/payment_links?expand[]=data.line_items").ok();
    assert_eq!(deep["data"][0]["line_items"]["data"][0]["price"]["product"], "a");
    // Its price can't be changed, only quantities.
    world
        .post(
            &path,
            &format!("line_items[0][id]={}&line_items[0][price]={monthly}", line["id"].as_str().unwrap()),
        )
        .refused(400, Some("parameter_unknown"), Some("line_items[0][price]"));
    world.post(&path, "line_items[0][quantity]=2").refused(
        400,
        Some("parameter_missing"),
        Some("line_items[0][id]"),
    );
    world.post(&path, "line_items[0][id]=li_x&line_items[0][quantity]=2").refused(
        400,
        Some("resource_missing"),
        Some("line_items[0][id]"),
    );
    let change = format!(
        "line_items[0][id]={}&line_items[0][quantity]=2&line_items[0][adjustable_quantity][enabled]=true&active=false&inactive_message=Gone",
        line["id"].as_str().unwrap()
    );
    assert_eq!(world.post(&path, &change).ok()["active"], false);
    let line = world.get(&format!("{path}/line_items")).ok()["data"][0].clone();
    assert_eq!((&line["quantity"], &line["amount_total"]), (&json!(2), &json!(500)));
    assert_eq!(line["adjustable_quantity"], json!({"enabled": true, "maximum": null, "minimum": null}));
    assert_eq!(ids(&world.get("/v1/payment_links?active=true").ok()).len(), 0);
    assert_eq!(world.event("payment_link.updated")["data"]["previous_attributes"]["active"], true);
}

#[test]
fn a_subscription_link_has_a_trial_and_no_payment_data() {
    let (world, monthly, once) = shop();
    let items = format!(
        "line_items[0][price]={monthly}&line_items[0][quantity]=1&line_items[1][price]={once}&line_items[1][quantity]=1"
    );
    let link = world
        .post(
            "/v1/payment_links",
            &format!(
                "{items}&subscription_data[trial_period_days]=7&subscription_data[metadata][k]=v&after_completion[type]=redirect\
                 &after_completion[redirect][url]=https://a.example/thanks&allow_promotion_codes=true&restrictions[completed_sessions][limit]=5\
                 &custom_fields[0][key]=k&custom_fields[0][label][type]=custom&custom_fields[0][label][custom]=L&custom_fields[0][type]=text\
                 &custom_text[submit][message]=Go&automatic_tax[enabled]=true&tax_id_collection[enabled]=true&name_collection[business][enabled]=true\
                 &payment_method_types[]=card&shipping_address_collection[allowed_countries][]=DE&consent_collection[terms_of_service]=required"
            ),
        )
        .ok();
    assert_eq!(link["subscription_data"]["trial_period_days"], 7);
    assert_eq!(
        link["after_completion"],
        json!({"redirect": {"url": "https://a.example/thanks"}, "type": "redirect"})
    );
    assert_eq!(link["restrictions"], json!({"completed_sessions": {"count": 0, "limit": 5}}));
    assert_eq!(link["invoice_creation"], Value::Null);
    let path = format!("/v1/payment_links/{}", link["id"].as_str().unwrap());
    let changed = world.post(&path, "subscription_data[trial_period_days]=&restrictions=&custom_fields=&name_collection=&payment_method_types=").ok();
    assert_eq!(
        (&changed["subscription_data"]["trial_period_days"], &changed["restrictions"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!((&changed["custom_fields"], changed.get("name_collection")), (&json!([]), None));
    let refuse = |form: &str, code: Option<&str>, param: &str| {
        world.post("/v1/payment_links", form).refused(400, code, Some(param));
    };
    refuse(&format!("{items}&payment_intent_data[description]=D"), None, "payment_intent_data");
    refuse(
        &format!(
            "line_items[0][price]={once}&line_items[0][quantity]=1&subscription_data[trial_period_days]=7"
        ),
        None,
        "subscription_data",
    );
    refuse(
        &format!("{items}&after_completion[type]=redirect"),
        Some("parameter_missing"),
        "after_completion[redirect]",
    );
    refuse("line_items[0][quantity]=1", Some("parameter_missing"), "line_items[0][price]");
    refuse(&format!("line_items[0][price]={once}"), Some("parameter_missing"), "line_items[0][quantity]");
    refuse(
        "line_items[0][price]=price_x&line_items[0][quantity]=1",
        Some("resource_missing"),
        "line_items[0][price]",
    );
    refuse(&format!("{items}&currency=eur"), None, "line_items[0][price]");
}

#[test]
fn a_link_takes_active_prices_of_active_products() {
    let (world, monthly, once) = shop();
    let refuse = |price: &str| {
        let form = format!("line_items[0][price]={price}&line_items[0][quantity]=1");
        let message = world.post("/v1/payment_links", &form).refused(400, None, Some("line_items[0][price]"));
        assert_eq!(message, "The price specified is inactive. This field only accepts active prices.");
    };
    world.post(&format!("/v1/prices/{once}"), "active=false").ok();
    refuse(&once);
    world.post("/v1/products/a", "active=false").ok();
    refuse(&monthly);
}

#[test]
fn a_link_sells_in_the_currency_it_is_told() {
    let (world, _, once) = shop();
    let form =
        format!("line_items[0][price]={once}&line_items[0][quantity]=3&currency=eur&expand[]=line_items");
    let link = world.post("/v1/payment_links", &form).ok();
    assert_eq!(
        (&link["currency"], &link["line_items"]["data"][0]["amount_total"]),
        (&json!("eur"), &json!(600))
    );
}

#[test]
fn a_price_made_in_a_link_is_in_no_list() {
    let (world, _, _) = shop();
    let data = "line_items[0][price_data]";
    let form = format!(
        "{data}[currency]=usd&{data}[unit_amount]=700&{data}[product_data][name]=Once&line_items[0][quantity]=1&expand[]=line_items"
    );
    let link = world.post("/v1/payment_links", &form).ok();
    let price = link["line_items"]["data"][0]["price"]["id"].as_str().unwrap().to_owned();
    assert!(!ids(&world.get("/v1/prices?limit=100").ok()).contains(&price));
    assert_eq!(world.get(&format!("/v1/prices/{price}")).ok()["unit_amount"], 700);
}

#[test]
fn lines_of_a_link_come_in_pages() {
    let (world, monthly, once) = shop();
    let form = format!(
        "line_items[0][price]={monthly}&line_items[0][quantity]=1&line_items[1][price]={once}&line_items[1][quantity]=1"
    );
    let id = world.make("/v1/payment_links", &form);
    let path = format!("/v1/payment_links/{id}/line_items");
    let all = ids(&world.get(&path).ok());
    let first = world.get(&format!("{path}?limit=1")).ok();
    assert_eq!((ids(&first), &first["has_more"]), (all[..1].to_vec(), &json!(true)));
    let second = world.get(&format!("{path}?limit=1&starting_after={}", all[0])).ok();
    assert_eq!((ids(&second), &second["has_more"]), (all[1..].to_vec(), &json!(false)));
    assert_eq!(ids(&world.get(&format!("{path}?ending_before={}", all[1])).ok()), all[..1]);
}

#[test]
fn a_customer_is_kept_and_changed() {
    let world = World::new();
    let made = world
        .post(
            "/v1/customers",
            "email=ada@example.com&name=Ada&phone=%2B49&metadata[userId]=u_1&address[city]=Berlin&address[country]=DE\
             &shipping[name]=Ada&shipping[address][line1]=Street&preferred_locales[]=de&tax_exempt=reverse&balance=-500\
             &invoice_settings[footer]=F&business_name=Ada+Ltd&tax[ip_address]=1.2.3.4&expand[]=tax",
        )
        .ok();
    assert_eq!(
        made["address"],
        json!({"city": "Berlin", "country": "DE", "line1": null, "line2": null, "postal_code": null, "state": null})
    );
    assert_eq!(
        (&made["balance"], &made["tax_exempt"], &made["business_name"]),
        (&json!(-500), &json!("reverse"), &json!("Ada Ltd"))
    );
    assert_eq!(made["tax"]["ip_address"], "1.2.3.4");
    let path = format!("/v1/customers/{}", made["id"].as_str().unwrap());
    let changed = world.post(&path, "email=&address=&business_name=&tax_exempt=&preferred_locales=").refused(
        400,
        Some("parameter_invalid_empty"),
        Some("preferred_locales"),
    );
    assert!(changed.contains("cannot be unset"), "{changed}");
    let changed = world.post(&path, "email=&address=&business_name=&tax_exempt=&metadata[plan]=pro").ok();
    assert_eq!(
        (&changed["email"], &changed["address"], changed.get("business_name")),
        (&Value::Null, &Value::Null, None)
    );
    assert_eq!(
        (&changed["tax_exempt"], &changed["metadata"]),
        (&json!("none"), &json!({"userId": "u_1", "plan": "pro"}))
    );
    assert_eq!(changed["shipping"]["name"], "Ada");
}
