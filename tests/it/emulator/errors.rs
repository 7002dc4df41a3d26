//! The error matrix: what Stripe refuses, with its status, code and parameter.

use super::world::World;

/// A shop with one of each thing that a refusal needs.
struct Shop {
    world: World,
    price: String,
    meter: String,
}

impl Shop {
    fn new() -> Shop {
        let world = World::new();
        world.make("/v1/products", "name=A&id=a");
        world.make("/v1/products", "name=B&id=b");
        let price = world.make("/v1/prices", "product=a&currency=usd&unit_amount=100&lookup_key=held");
        let meter =
            world.make("/v1/billing/meters", "display_name=M&event_name=e&default_aggregation[formula]=sum");
        Shop { world, price, meter }
    }

    /// A POST that is refused with 400, `code` and `param`.
    #[track_caller]
    fn check(&self, path: &str, form: &str, code: &str, param: &str) -> String {
        let some = |text: &'static str| (!text.is_empty()).then_some(text);
        let (code, param): (&'static str, &'static str) =
            (Box::leak(code.to_owned().into_boxed_str()), Box::leak(param.to_owned().into_boxed_str()));
        self.world.post(path, form).refused(400, some(code), some(param))
    }
}

#[test]
fn unknown_ids_in_paths_are_404() {
    let world = World::new();
    for path in [
        "/v1/products/x",
        "/v1/prices/x",
        "/v1/billing/meters/x",
        "/v1/entitlements/features/x",
        "/v1/coupons/x",
        "/v1/promotion_codes/x",
        "/v1/tax_rates/x",
        "/v1/billing_portal/configurations/x",
        "/v1/webhook_endpoints/x",
        "/v1/payment_links/x",
        "/v1/payment_links/x/line_items",
        "/v1/customers/x",
        "/v1/subscriptions/x",
        "/v1/events/x",
        "/v1/products/x/features",
    ] {
        let message = world.get(path).refused(404, Some("resource_missing"), Some("id"));
        assert!(message.starts_with("No such ") && message.ends_with(": 'x'"), "{path}: {message}");
    }
    world.post("/v1/prices/x", "nickname=n").refused(404, Some("resource_missing"), Some("id"));
    world.delete("/v1/coupons/x").refused(404, Some("resource_missing"), Some("id"));
}

#[test]
fn parameters_are_checked_by_name_then_type_then_presence() {
    let shop = Shop::new();
    let message = shop.check("/v1/products", "nmae=A", "parameter_unknown", "nmae");
    assert_eq!(message, "Received unknown parameter: nmae. Did you mean name?");
    let message = shop.check("/v1/products", "name=A&first=1&second=2", "parameter_unknown", "first");
    assert_eq!(message, "Received unknown parameters: first, second");
    shop.check("/v1/products", "active=yes", "", "active");
    let message = shop.check("/v1/products", "active=true", "parameter_missing", "name");
    assert_eq!(message, "Missing required param: name.");
    let nested = "product=a&currency=usd&unit_amount=1&recurring[intervall]=month";
    let message = shop.check("/v1/prices", nested, "parameter_unknown", "recurring[intervall]");
    assert!(message.ends_with("Did you mean recurring[interval]?"), "{message}");
    let nested = "product=a&currency=usd&unit_amount=1&recurring[interval_count]=1";
    shop.check("/v1/prices", nested, "parameter_missing", "recurring[interval]");
}

#[test]
fn values_must_be_of_their_type() {
    let shop = Shop::new();
    let price = |rest: &str, code: &str, param: &str| {
        shop.check("/v1/prices", &format!("product=a&currency=usd&{rest}"), code, param)
    };
    price("unit_amount=ten", "parameter_invalid_integer", "unit_amount");
    price("unit_amount=1.5", "parameter_invalid_integer", "unit_amount");
    price("unit_amount=-1", "", "unit_amount");
    price("unit_amount=1000000000000", "", "unit_amount");
    price("unit_amount=", "parameter_invalid_empty", "unit_amount");
    price("unit_amount[a]=1", "", "unit_amount");
    price("unit_amount_decimal=1.0000000000001", "", "unit_amount_decimal");
    price("unit_amount_decimal=-1", "", "unit_amount_decimal");
    price("unit_amount_decimal=1e3", "", "unit_amount_decimal");
    price("unit_amount=1&recurring=month", "", "recurring");
    price("unit_amount=1&recurring[interval]=fortnight", "", "recurring[interval]");
    price(
        "unit_amount=1&recurring[interval]=month&recurring[interval_count]=37",
        "",
        "recurring[interval_count]",
    );
    price(
        "unit_amount=1&recurring[interval]=year&recurring[interval_count]=4",
        "",
        "recurring[interval_count]",
    );
    price("unit_amount=1&tax_behavior=maybe", "", "tax_behavior");
    price("unit_amount=1&currency_options[zzz][unit_amount]=1", "", "currency_options[zzz]");
    price("unit_amount=1&tiers[0]=x", "", "tiers[0]");
    let message = shop.check(
        "/v1/prices",
        "product=a&currency=usd&unit_amount=1&billing_scheme=odd",
        "",
        "billing_scheme",
    );
    assert_eq!(message, "Invalid billing_scheme: must be one of per_unit or tiered");
    shop.check("/v1/prices", "product=a&currency=zzz&unit_amount=1", "", "currency");
    shop.check("/v1/products", "name=A&images=x", "", "images");
    shop.check("/v1/products", "name=A&images[0]=nowhere", "url_invalid", "images[0]");
    let nine: Vec<String> = (0..9).map(|n| format!("images[{n}]=https://a.example/{n}")).collect();
    shop.check("/v1/products", &format!("name=A&{}", nine.join("&")), "", "images");
    shop.check("/v1/products", &format!("name={}", "x".repeat(5001)), "", "name");
    shop.check("/v1/products", "name=A&statement_descriptor=A%3CB", "", "statement_descriptor");
    shop.check("/v1/products", "name=A&statement_descriptor=123", "", "statement_descriptor");
    shop.check("/v1/products", "name=A&unit_label=much+too+long", "", "unit_label");
    shop.check("/v1/products", "name=A&tax_code=books", "resource_missing", "tax_code");
    shop.check(
        "/v1/products",
        "name=A&package_dimensions[height]=1",
        "parameter_missing",
        "package_dimensions[length]",
    );
}

#[test]
fn metadata_has_limits() {
    let shop = Shop::new();
    let message =
        shop.check("/v1/products", &format!("name=A&metadata[k]={}", "v".repeat(501)), "", "metadata[k]");
    assert!(message.contains("up to 500 characters"), "{message}");
    let key = "k".repeat(41);
    shop.check("/v1/products", &format!("name=A&metadata[{key}]=v"), "", &format!("metadata[{key}]"));
    let pairs =
        |from: usize, to: usize| -> String { (from..to).map(|n| format!("&metadata[k{n}]=v")).collect() };
    shop.check("/v1/products", &format!("name=A{}", pairs(0, 51)), "", "metadata");
    let id = shop.world.make("/v1/products", &format!("name=A{}", pairs(0, 50)));
    shop.check(&format!("/v1/products/{id}"), "metadata[another]=v", "", "metadata");
    shop.world.post(&format!("/v1/products/{id}"), "metadata[k0]=&metadata[another]=v").ok();
}

#[test]
fn products_refuse() {
    let shop = Shop::new();
    let message = shop.check("/v1/products", "name=A&id=a", "resource_already_exists", "id");
    assert_eq!(message, "Product already exists.");
    let both = "name=A&default_price_data[currency]=usd&default_price_data[unit_amount]=1&default_price_data[unit_amount_decimal]=1";
    shop.check("/v1/products", both, "parameters_exclusive", "default_price_data[unit_amount]");
    let none = "name=A&default_price_data[currency]=usd";
    shop.check("/v1/products", none, "parameter_missing", "default_price_data[unit_amount]");
    let tiers = "name=A&default_price_data[currency]=usd&default_price_data[tiers][0][up_to]=inf";
    shop.check("/v1/products", tiers, "parameter_unknown", "default_price_data[tiers]");
    shop.check("/v1/products/b", &format!("default_price={}", shop.price), "", "default_price");
    shop.check("/v1/products/a", "default_price=price_x", "resource_missing", "default_price");
    shop.world.post(&format!("/v1/prices/{}", shop.price), "active=false").ok();
    shop.check("/v1/products/a", &format!("default_price={}", shop.price), "", "default_price");
    shop.check("/v1/products/a", "id=c", "parameter_unknown", "id");
    shop.check("/v1/products/a", "type=good", "parameter_unknown", "type");
    let message = shop.world.delete("/v1/products/a").refused(400, None, None);
    assert_eq!(message, "This product cannot be deleted because it has one or more user-created prices.");
    shop.world.ask("DELETE", "/v1/products/b?expand[]=x").send().refused(
        400,
        Some("parameter_unknown"),
        Some("expand"),
    );
    shop.world.delete("/v1/products/b").ok();
    shop.world.get("/v1/products/b").refused(404, Some("resource_missing"), Some("id"));
    shop.world.post("/v1/products/b", "name=B").refused(404, Some("resource_missing"), Some("id"));
}

#[test]
fn new_prices_refuse() {
    let shop = Shop::new();
    let check = |form: &str, code: &str, param: &str| shop.check("/v1/prices", form, code, param);
    check("currency=usd&unit_amount=1", "parameter_missing", "product");
    check("currency=usd&unit_amount=1&product=a&product_data[name]=A", "parameters_exclusive", "product");
    check("currency=usd&unit_amount=1&product=x", "resource_missing", "product");
    check("product=a&unit_amount=1", "parameter_missing", "currency");
    check("currency=usd&product=a", "parameter_missing", "unit_amount");
    check(
        "currency=usd&product=a&unit_amount=1&unit_amount_decimal=1",
        "parameters_exclusive",
        "unit_amount",
    );
    check("currency=usd&product=a&unit_amount=1&custom_unit_amount[enabled]=true", "", "unit_amount");
    check("currency=usd&product=a&custom_unit_amount[enabled]=false", "", "custom_unit_amount[enabled]");
    check(
        "currency=usd&product=a&custom_unit_amount[enabled]=true&custom_unit_amount[minimum]=5&custom_unit_amount[maximum]=4",
        "",
        "custom_unit_amount[maximum]",
    );
    check(
        "currency=usd&product=a&custom_unit_amount[enabled]=true&recurring[interval]=month",
        "",
        "custom_unit_amount",
    );
    check(
        "currency=usd&product=a&unit_amount=1&transform_quantity[divide_by]=5",
        "parameter_missing",
        "transform_quantity[round]",
    );
    check(
        "currency=usd&product=a&unit_amount=1&currency_options[usd][unit_amount]=1",
        "",
        "currency_options[usd]",
    );
    check(
        "currency=usd&product=a&unit_amount=1&currency_options[eur][tax_behavior]=inclusive",
        "parameter_missing",
        "currency_options[eur][unit_amount]",
    );
    let message = check("currency=usd&product=a&unit_amount=1&lookup_key=held", "", "lookup_key");
    assert_eq!(message, format!("A price (`{}`) already uses that lookup key.", shop.price));
}

#[test]
fn tiers_must_add_up() {
    let shop = Shop::new();
    let check = |rest: &str, code: &str, param: &str| {
        shop.check(
            "/v1/prices",
            &format!("product=a&currency=usd&recurring[interval]=month&{rest}"),
            code,
            param,
        )
    };
    let tiered = "billing_scheme=tiered&tiers_mode=volume";
    let good = "tiers[0][up_to]=5&tiers[0][unit_amount]=1&tiers[1][up_to]=inf&tiers[1][unit_amount]=1";
    check(
        "billing_scheme=tiered&tiers[0][up_to]=inf&tiers[0][unit_amount]=1",
        "parameter_missing",
        "tiers_mode",
    );
    check(tiered, "parameter_missing", "tiers");
    check(&format!("unit_amount=1&{good}"), "", "tiers");
    check("unit_amount=1&tiers_mode=volume", "", "tiers_mode");
    check(&format!("{tiered}&{good}&unit_amount=1"), "", "unit_amount");
    check(&format!("{tiered}&tiers[0][up_to]=5&tiers[0][unit_amount]=1"), "", "tiers");
    check(
        &format!(
            "{tiered}&tiers[0][up_to]=inf&tiers[0][unit_amount]=1&tiers[1][up_to]=inf&tiers[1][unit_amount]=1"
        ),
        "",
        "tiers[0][up_to]",
    );
    check(
        &format!(
            "{tiered}&tiers[0][up_to]=5&tiers[0][unit_amount]=1&tiers[1][up_to]=5&tiers[1][unit_amount]=1&tiers[2][up_to]=inf&tiers[2][unit_amount]=1"
        ),
        "",
        "tiers[1][up_to]",
    );
    check(&format!("{tiered}&tiers[0][up_to]=inf"), "parameter_missing", "tiers[0]");
    check(&format!("{tiered}&tiers[0][unit_amount]=1"), "parameter_missing", "tiers[0][up_to]");
    check(
        &format!("{tiered}&{good}&transform_quantity[divide_by]=5&transform_quantity[round]=up"),
        "",
        "tiers",
    );
    check(
        &format!(
            "{tiered}&{good}&currency_options[eur][tiers][0][up_to]=inf&currency_options[eur][tiers][0][unit_amount]=1"
        ),
        "",
        "currency_options[eur][tiers]",
    );
}

#[test]
fn metered_prices_need_an_active_meter() {
    let shop = Shop::new();
    let check = |rest: &str, code: &str| {
        let form = format!("product=a&currency=usd&unit_amount=1&recurring[interval]=month&{rest}");
        shop.check("/v1/prices", &form, code, "recurring[meter]")
    };
    check("recurring[usage_type]=metered", "");
    check(&format!("recurring[meter]={}", shop.meter), "");
    check("recurring[usage_type]=metered&recurring[meter]=mtr_x", "resource_missing");
    shop.world.post(&format!("/v1/billing/meters/{}/deactivate", shop.meter), "").ok();
    check(&format!("recurring[usage_type]=metered&recurring[meter]={}", shop.meter), "");
}

#[test]
fn what_a_price_is_never_changes() {
    let shop = Shop::new();
    let path = format!("/v1/prices/{}", shop.price);
    for (form, param) in [
        ("unit_amount=5", "unit_amount"),
        ("currency=eur", "currency"),
        ("product=b", "product"),
        ("recurring[interval]=month", "recurring"),
        ("billing_scheme=tiered", "billing_scheme"),
        ("transform_quantity[divide_by]=2", "transform_quantity"),
    ] {
        shop.check(&path, form, "parameter_unknown", param);
    }
    shop.check(&path, "currency_options[usd][unit_amount]=5", "", "currency_options[usd]");
    shop.world.post(&path, "tax_behavior=inclusive").ok();
    shop.world.post(&path, "tax_behavior=inclusive").ok();
    shop.check(&path, "tax_behavior=exclusive", "", "tax_behavior");
    shop.world
        .post(&path, "currency_options[eur][unit_amount]=5&currency_options[eur][tax_behavior]=exclusive")
        .ok();
    shop.check(
        &path,
        "currency_options[eur][tax_behavior]=inclusive",
        "",
        "currency_options[eur][tax_behavior]",
    );
    shop.world.post("/v1/products/a", &format!("default_price={}", shop.price)).ok();
    let message = shop.check(&path, "active=false", "", "");
    assert_eq!(message, "This price cannot be archived because it is the default price of its product.");
    shop.world.post("/v1/products/a", "default_price=").ok();
    shop.world.post(&path, "active=false").ok();
    let other = shop.world.make("/v1/prices", "product=a&currency=usd&unit_amount=1");
    // Inactive prices hold on to their lookup keys.
    shop.check(&format!("/v1/prices/{other}"), "lookup_key=held", "", "lookup_key");
}

#[test]
fn meters_and_features_refuse() {
    let shop = Shop::new();
    let meter = "display_name=M&default_aggregation[formula]=sum&event_name";
    shop.check("/v1/billing/meters", &format!("{meter}=e"), "resource_already_exists", "event_name");
    shop.check(
        "/v1/billing/meters",
        "display_name=M&event_name=f&default_aggregation[formula]=max",
        "",
        "default_aggregation[formula]",
    );
    let path = format!("/v1/billing/meters/{}", shop.meter);
    shop.check(&path, "event_name=f", "parameter_unknown", "event_name");
    shop.check(&format!("{path}/reactivate"), "", "", "");
    shop.world.post(&format!("{path}/deactivate"), "").ok();
    shop.check(&format!("{path}/deactivate"), "", "", "");
    // An event name is free again once its meter is inactive; then that meter can't come back.
    shop.world.make("/v1/billing/meters", &format!("{meter}=e"));
    shop.check(&format!("{path}/reactivate"), "", "resource_already_exists", "event_name");
    let feature = shop.world.make("/v1/entitlements/features", "name=F&lookup_key=f");
    shop.check("/v1/entitlements/features", "name=F&lookup_key=f", "", "lookup_key");
    shop.world.post("/v1/products/a/features", &format!("entitlement_feature={feature}")).ok();
    shop.check(
        "/v1/products/a/features",
        &format!("entitlement_feature={feature}"),
        "",
        "entitlement_feature",
    );
    shop.check(
        "/v1/products/a/features",
        "entitlement_feature=feat_x",
        "resource_missing",
        "entitlement_feature",
    );
    let path = format!("/v1/entitlements/features/{feature}");
    shop.check(&path, "lookup_key=g", "parameter_unknown", "lookup_key");
    shop.world.post(&path, "active=false").ok();
    shop.check(
        "/v1/products/b/features",
        &format!("entitlement_feature={feature}"),
        "",
        "entitlement_feature",
    );
    shop.check(&path, "active=true", "", "active");
}

#[test]
fn coupons_refuse() {
    let shop = Shop::new();
    let check = |form: &str, code: &str, param: &str| shop.check("/v1/coupons", form, code, param);
    shop.world.make("/v1/coupons", "id=c&percent_off=25.5");
    assert_eq!(check("id=c&percent_off=1", "resource_already_exists", "id"), "Coupon already exists.");
    check("", "parameter_missing", "percent_off");
    check("percent_off=1&amount_off=1&currency=usd", "parameters_exclusive", "percent_off");
    check("amount_off=1", "parameter_missing", "currency");
    check("percent_off=0", "", "percent_off");
    check("percent_off=100.5", "", "percent_off");
    check("percent_off=1&duration=repeating", "parameter_missing", "duration_in_months");
    check("percent_off=1&duration_in_months=3", "", "duration_in_months");
    check("percent_off=1&redeem_by=1", "", "redeem_by");
    check("percent_off=1&redeem_by=4000000000", "", "redeem_by");
    check("percent_off=1&applies_to[products][0]=x", "resource_missing", "applies_to[products][0]");
    check("percent_off=1&currency_options[eur][amount_off]=1", "", "currency_options");
    check("amount_off=1&currency=usd&currency_options[usd][amount_off]=1", "", "currency_options[usd]");
    check(&format!("percent_off=1&name={}", "n".repeat(41)), "", "name");
    for immutable in ["percent_off=1", "duration=forever", "max_redemptions=2", "redeem_by=1900000000"] {
        let (param, _) = immutable.split_once('=').unwrap();
        shop.check("/v1/coupons/c", immutable, "parameter_unknown", param);
    }
    shop.check("/v1/coupons/c", "currency_options[eur][amount_off]=1", "", "currency_options");
}

#[test]
fn promotion_codes_refuse() {
    let shop = Shop::new();
    let check = |form: &str, code: &str, param: &str| shop.check("/v1/promotion_codes", form, code, param);
    shop.world.make("/v1/coupons", "id=c&percent_off=10&redeem_by=1800001000&max_redemptions=5");
    let of = "promotion[type]=coupon&promotion[coupon]=c";
    shop.world.make("/v1/promotion_codes", &format!("{of}&code=FALL20"));
    check("code=X", "parameter_missing", "promotion");
    check("coupon=c&code=X", "parameter_unknown", "coupon");
    check("promotion[type]=coupon", "parameter_missing", "promotion[coupon]");
    check("promotion[type]=coupon&promotion[coupon]=x", "resource_missing", "promotion[coupon]");
    check(&format!("{of}&code=fall20"), "", "code");
    check(&format!("{of}&code=FALL_20"), "", "code");
    check(&format!("{of}&code=X&expires_at=1800002000"), "", "expires_at");
    check(&format!("{of}&code=X&expires_at=1"), "", "expires_at");
    check(&format!("{of}&code=X&max_redemptions=6"), "", "max_redemptions");
    check(&format!("{of}&code=X&customer=cus_x"), "resource_missing", "customer");
    check(
        &format!("{of}&code=X&restrictions[minimum_amount]=5"),
        "parameter_missing",
        "restrictions[minimum_amount_currency]",
    );
    let id = shop.world.make("/v1/promotion_codes", &format!("{of}&code=X&active=false"));
    let path = format!("/v1/promotion_codes/{id}");
    for immutable in ["code=Y", "expires_at=1800000500", "max_redemptions=1", "promotion[type]=coupon"] {
        let (param, _) = immutable.split_once(['=', '[']).unwrap();
        shop.check(&path, immutable, "parameter_unknown", param);
    }
    shop.world.pass(1001);
    shop.check(&path, "active=true", "", "active");
}

#[test]
fn tax_rates_and_webhook_endpoints_refuse() {
    let shop = Shop::new();
    shop.check("/v1/tax_rates", "percentage=19&inclusive=true", "parameter_missing", "display_name");
    shop.check("/v1/tax_rates", "display_name=VAT&percentage=101&inclusive=true", "", "percentage");
    shop.check("/v1/tax_rates", "display_name=VAT&percentage=19.12345&inclusive=true", "", "percentage");
    let id = shop.world.make("/v1/tax_rates", "display_name=VAT&percentage=19&inclusive=true");
    shop.check(&format!("/v1/tax_rates/{id}"), "percentage=20", "parameter_unknown", "percentage");
    let check = |form: &str, code: &str, param: &str| shop.check("/v1/webhook_endpoints", form, code, param);
    check("url=https://a.example", "parameter_missing", "enabled_events");
    check("url=nowhere&enabled_events[]=*", "url_invalid", "url");
    check("url=https://a.example&enabled_events[]=price.exploded", "", "enabled_events[0]");
    check("url=https://a.example&enabled_events[]=*&api_version=soon", "", "api_version");
    for _ in 0..16 {
        shop.world.make("/v1/webhook_endpoints", "url=https://a.example&enabled_events[]=*");
    }
    check("url=https://a.example&enabled_events[]=*", "", "");
}

#[test]
fn customers_refuse() {
    let shop = Shop::new();
    let check = |form: &str, code: &str, param: &str| shop.check("/v1/customers", form, code, param);
    assert_eq!(check("email=ada", "email_invalid", "email"), "Invalid email address: ada");
    check("invoice_prefix=abc", "", "invoice_prefix");
    check("payment_method=pm_none", "resource_missing", "payment_method");
    check("source=tok_none", "resource_missing", "source");
    check("test_clock=clock_x", "resource_missing", "test_clock");
    check("coupon=c", "parameter_unknown", "coupon");
    check("shipping[name]=Ada", "parameter_missing", "shipping[address]");
    check("tax_exempt=always", "", "tax_exempt");
    let id = shop.world.make("/v1/customers", "");
    shop.check(&format!("/v1/customers/{id}"), "default_source=card_x", "resource_missing", "default_source");
    shop.check(&format!("/v1/customers/{id}"), "test_clock=clock_x", "parameter_unknown", "test_clock");
}

#[test]
fn expansions_refuse() {
    let shop = Shop::new();
    let check = |query: &str, code: Option<&str>| {
        shop.world.get(&format!("/v1/prices?{query}")).refused(400, code, Some("expand"))
    };
    check("expand[]=product", None);
    check("expand[]=data.nickname", None);
    check("expand[]=data.product.name", None);
    check("expand[]=data", None);
    check("expand[]=total_count", Some("property_forbidden"));
    let message = check("expand[]=data.product.default_price.product.default_price", None);
    assert!(message.starts_with("You cannot expand more than 4 levels"), "{message}");
    // A creation that asks for an impossible expansion creates nothing.
    shop.check("/v1/products", "name=C&id=c&expand[]=nothing", "", "expand");
    shop.world.get("/v1/products/c").refused(404, Some("resource_missing"), Some("id"));
}
