//! An account that billctl has never seen: made by hand, by programs, by other tools.

use serde_json::Value;

use crate::support::{Emulator, Shop};

const PRICE: &str = "/v1/prices";

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

/// A price of a product; what it costs is in `form`.
fn price(emulator: &Emulator, product: &str, form: &str) -> String {
    id(&emulator.post(PRICE, &format!("product={product}&{form}")))
}

/// Everything a catalog can say, said by raw calls.
fn furnish(emulator: &Emulator) {
    let pro = id(&emulator.post(
        "/v1/products",
        "name=Größe+%22Pro%22&description=All+of+it&images[0]=https://example.com/a.png&unit_label=seat\
         &statement_descriptor=NEXUS+PRO&tax_code=txcd_10103001&url=https://example.com/pro&shippable=true\
         &marketing_features[0][name]=Fast&package_dimensions[height]=1.5&package_dimensions[length]=2\
         &package_dimensions[weight]=3&package_dimensions[width]=4&metadata[tier]=gold",
    ));
    let meter = id(&emulator.post(
        "/v1/billing/meters",
        "display_name=Messages&event_name=ai_chat_message&default_aggregation[formula]=count\
         &customer_mapping[type]=by_id&customer_mapping[event_payload_key]=who&value_settings[event_payload_key]=n",
    ));
    let monthly =
        price(emulator, &pro, "currency=usd&unit_amount=9900&recurring[interval]=month&nickname=Standard");
    price(
        emulator,
        &pro,
        "currency=eur&unit_amount=9500&recurring[interval]=month&lookup_key=pro+eur&tax_behavior=inclusive",
    );
    price(
        emulator,
        &pro,
        "currency=usd&unit_amount=99000&recurring[interval]=year&recurring[trial_period_days]=14\
        &currency_options[eur][unit_amount]=95000&currency_options[eur][tax_behavior]=exclusive&currency_options[jpy][unit_amount_decimal]=100000",
    );
    price(
        emulator,
        &pro,
        &format!(
            "currency=usd&unit_amount_decimal=0.002&recurring[interval]=month\
        &recurring[usage_type]=metered&recurring[meter]={meter}"
        ),
    );
    price(
        emulator,
        &pro,
        "currency=usd&billing_scheme=tiered&tiers_mode=graduated&recurring[interval]=month&recurring[interval_count]=3\
        &tiers[0][up_to]=10&tiers[0][unit_amount]=0&tiers[0][flat_amount]=500&tiers[1][up_to]=100&tiers[1][unit_amount_decimal]=12.5\
        &tiers[2][up_to]=inf&tiers[2][unit_amount]=0\
        &currency_options[eur][tiers][0][up_to]=10&currency_options[eur][tiers][0][flat_amount]=700\
        &currency_options[eur][tiers][1][up_to]=100&currency_options[eur][tiers][1][unit_amount]=11\
        &currency_options[eur][tiers][2][up_to]=inf&currency_options[eur][tiers][2][unit_amount_decimal]=0.5",
    );
    price(
        emulator,
        &pro,
        "currency=usd&unit_amount=1000&transform_quantity[divide_by]=100&transform_quantity[round]=down",
    );
    price(
        emulator,
        &pro,
        "currency=kwd&custom_unit_amount[enabled]=true&custom_unit_amount[minimum]=1000&custom_unit_amount[preset]=2500",
    );
    emulator.post(&format!("/v1/products/{pro}"), &format!("default_price={monthly}"));
    let feature = id(&emulator.post("/v1/entitlements/features", "name=Analytics&lookup_key=Deep+Analytics"));
    emulator.post(&format!("/v1/products/{pro}/features"), &format!("entitlement_feature={feature}"));
    emulator.post("/v1/tax_rates", "display_name=VAT&percentage=19.6&inclusive=true&country=FR&tax_type=vat");
    let coupon = id(&emulator.post("/v1/coupons", &format!("id=THIRD&percent_off=33.3&duration=repeating&duration_in_months=3&name=A+third&applies_to[products][0]={pro}")));
    emulator.post(
        "/v1/coupons",
        "id=FIVE&amount_off=500&currency=usd&currency_options[eur][amount_off]=450&max_redemptions=10",
    );
    emulator.post("/v1/promotion_codes", &format!("promotion[type]=coupon&promotion[coupon]={coupon}&code=Summer-26\
        &restrictions[first_time_transaction]=true&restrictions[minimum_amount]=1000&restrictions[minimum_amount_currency]=usd"));
    let customer = id(&emulator.post("/v1/customers", "name=Ada"));
    emulator.post(
        "/v1/promotion_codes",
        &format!("promotion[type]=coupon&promotion[coupon]=FIVE&code=ADA&customer={customer}"),
    );
    emulator.post("/v1/billing_portal/configurations", &format!("business_profile[headline]=Yours\
        &features[customer_update][enabled]=true&features[customer_update][allowed_updates][0]=email\
        &features[invoice_history][enabled]=true&features[subscription_cancel][enabled]=true\
        &features[subscription_cancel][mode]=immediately&features[subscription_cancel][cancellation_reason][enabled]=true\
        &features[subscription_cancel][cancellation_reason][options][0]=unused\
        &features[subscription_update][enabled]=true&features[subscription_update][default_allowed_updates][0]=price\
        &features[subscription_update][proration_behavior]=create_prorations\
        &features[subscription_update][products][0][product]={pro}&features[subscription_update][products][0][prices][0]={monthly}"));
    emulator.post("/v1/webhook_endpoints", "url=https://hooks.example.com/stripe&enabled_events[0]=invoice.paid&enabled_events[1]=customer.created");
}

fn plans_to_nothing(shop: &Shop, flags: &str) {
    let plan = shop.billctl(&format!("catalog plan --exit-code {flags}"));
    assert_eq!(plan.code, Some(0), "{plan}\n{}", shop.read("billing.toml"));
}

#[test]
fn an_account_that_billctl_has_never_seen_is_adopted_whole() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    furnish(&emulator);
    let before = emulator.requests().len();
    shop.billctl("catalog pull --out billing.toml --project nexus").exits(0);
    plans_to_nothing(&shop, "");
    shop.billctl("catalog sync --yes").exits(0);
    let writes = emulator.requests().into_iter().skip(before).filter(|request| request["method"] != "GET");
    assert_eq!(writes.count(), 0, "nothing is written to adopt what is there");
    insta::with_settings!({filters => ids()}, {
        insta::assert_snapshot!(shop.read("billing.toml"));
    });
}

/// Ids that differ from run to run.
fn ids() -> Vec<(&'static str, &'static str)> {
    vec![(r"\b(acct|prod|price|mtr|feat_test|feat|txr|promo|bpc|we|cus)_[A-Za-z0-9]{10,}", "${1}_[ID]")]
}

#[test]
fn what_others_marked_is_left_to_them_unless_it_is_taken_over() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let product =
        id(&emulator
            .post("/v1/products", "name=Theirs&metadata[billctl_project]=other&metadata[billctl_key]=x"));
    price(&emulator, &product, "currency=usd&unit_amount=100");
    emulator.post("/v1/products", "name=Tooled&metadata[managed_by]=terraform");
    emulator.post("/v1/products", "name=Mine");
    let pulled = shop.billctl("catalog pull --out billing.toml --project nexus").exits(0);
    assert!(pulled.stderr.contains("(Theirs): it belongs to project `other`"), "{pulled}");
    assert!(pulled.stderr.contains("(Tooled): another tool marked it with `managed_by`"), "{pulled}");
    plans_to_nothing(&shop, "");
    let text = shop.read("billing.toml");
    assert!(
        text.contains("[products.mine]") && !text.contains("theirs") && !text.contains("tooled"),
        "{text}"
    );

    shop.billctl("catalog pull --out billing.toml --takeover").exits(0);
    let text = shop.read("billing.toml");
    assert!(text.contains("[products.theirs.prices.once]") && text.contains("[products.tooled]"), "{text}");
    let plan = shop.billctl("catalog plan -o json").exits(5);
    assert!(plan.stderr.contains("--takeover"), "{plan}");
    let plan = shop.billctl("catalog plan --takeover -o json").exits(0).json();
    let actions: Vec<&str> =
        plan["changes"].as_array().unwrap().iter().map(|change| change["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["adopt", "adopt"]);
    shop.billctl("catalog sync --takeover --yes").exits(0);
    plans_to_nothing(&shop, "");
}

#[test]
fn what_is_archived_is_pulled_on_request_only() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let product = id(&emulator.post("/v1/products", "name=Pro"));
    price(&emulator, &product, "currency=usd&unit_amount=100");
    price(&emulator, &product, "currency=usd&unit_amount=200&active=false");
    emulator.post("/v1/products", "name=Old&active=false");
    let pulled = shop.billctl("catalog pull --out billing.toml --project nexus").exits(0);
    assert!(pulled.stderr.contains("1 product, 1 price"), "{pulled}");
    assert!(!shop.read("billing.toml").contains("active = false"));
    plans_to_nothing(&shop, "");
    shop.billctl("catalog pull --out billing.toml --include-archived").exits(0);
    assert_eq!(shop.read("billing.toml").matches("active = false").count(), 2);
    plans_to_nothing(&shop, "");
}

#[test]
fn what_the_file_has_no_words_for_is_named_and_left_out() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let product = id(&emulator.post("/v1/products", "name=Pro"));
    let meter =
        id(&emulator
            .post("/v1/billing/meters", "display_name=M&event_name=m&default_aggregation[formula]=sum"));
    let metered = price(
        &emulator,
        &product,
        &format!(
            "currency=usd&unit_amount=1&recurring[interval]=month&recurring[usage_type]=metered&recurring[meter]={meter}"
        ),
    );
    emulator.post(&format!("/v1/billing/meters/{meter}/deactivate"), "");
    let pulled = shop.billctl("catalog pull --out billing.toml --project nexus").exits(0);
    assert!(pulled.stderr.contains(&format!("price {metered}: its meter {meter} is left out")), "{pulled}");
    plans_to_nothing(&shop, "");
}
