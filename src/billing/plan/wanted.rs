//! The catalog → the resources that should be in Stripe, with their canonical fields.
//!
//! A field that is here is managed: where the catalog says nothing and Stripe can hold nothing, it is wanted
//! as `Null`. Where Stripe has no way to unset a field, the catalog's silence leaves it alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::account::{FEATURES_TAG, KEY_TAG, PROJECT_TAG};
use super::field::{Field, Fields};
use super::kind::{Address, Kind};
use crate::billing::catalog::model::{
    Catalog, Coupon, Discount, Feature, Meter, Portal, Price, Pricing, Product, PromotionCode, TaxRate, Tier,
    WebhookEndpoint,
};
use crate::billing::currency::Currency;
use crate::billing::money::Rate;

/// A resource as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    pub address: Address,
    /// What Stripe keeps unique: an id that we choose, a lookup key, an event name, a code in capitals.
    pub natural_key: Option<String>,
    /// An object that exists already, by its id.
    pub stripe_id: Option<String>,
    /// Held against what Stripe has.
    pub fields: Fields,
    /// Sent when it is made, and never compared.
    pub create_only: Fields,
}

impl Resource {
    /// Gives it the id that Stripe lets us choose.
    fn with_own_id(mut self) -> Resource {
        let id = self.natural_key.as_deref();
        self.create_only.insert("id".to_owned(), Field::optional(id));
        self
    }
}

/// The resources of a catalog, by kind, then key. `api_version` is given to new webhook endpoints that name none.
pub fn resources(catalog: &Catalog, api_version: &str) -> Vec<Resource> {
    let mut resources = Vec::new();
    for (key, meter) in &catalog.meters {
        resources.push(self::meter(key, meter));
    }
    for (key, feature) in &catalog.features {
        resources.push(self::feature(key, feature));
    }
    for (key, rate) in &catalog.tax_rates {
        resources.push(tax_rate(key, rate));
    }
    for (key, product) in catalog.products.iter().filter(|(_, product)| !product.is_only_local()) {
        let mut resource = self::product(key, product);
        if !product.features.is_empty() {
            // Says that it is worth asking Stripe what is attached to this product.
            resource.fields.insert(format!("metadata.{FEATURES_TAG}"), Field::text("true"));
        }
        resources.push(resource);
        for (price_key, price) in &product.prices {
            let derived = format!("{}_{key}_{price_key}", catalog.project);
            resources.push(self::price(key, price_key, price, &derived));
        }
        for feature in &product.features {
            resources.push(product_feature(key, feature));
        }
    }
    for (key, coupon) in &catalog.coupons {
        resources.push(self::coupon(key, coupon));
    }
    for (key, code) in &catalog.promotion_codes {
        resources.push(promotion_code(key, code));
    }
    for (key, portal) in &catalog.portals {
        resources.push(self::portal(key, portal));
    }
    for (key, endpoint) in &catalog.webhook_endpoints {
        resources.push(webhook_endpoint(key, endpoint, api_version));
    }
    for resource in resources.iter_mut().filter(|resource| resource.address.kind.has_metadata()) {
        let Resource { address, fields, .. } = resource;
        fields.insert(format!("metadata.{PROJECT_TAG}"), Field::text(&catalog.project));
        fields.insert(format!("metadata.{KEY_TAG}"), Field::text(&address.key));
    }
    resources.sort_by(|one, other| one.address.cmp(&other.address));
    resources
}

/// A unit variant of a file's enum by its name, which is Stripe's.
fn word(variant: impl Serialize) -> Field {
    match serde_json::to_value(variant) {
        Ok(Value::String(name)) => Field::Text(name),
        _ => Field::Null,
    }
}

fn words<T: Serialize>(variants: &[T]) -> Field {
    Field::set(variants.iter().map(word).collect())
}

fn texts(items: &[String]) -> Field {
    Field::List(items.iter().map(Field::text).collect())
}

struct Build {
    fields: Fields,
}

impl Build {
    fn new(metadata: &BTreeMap<String, String>) -> Build {
        let mut build = Build { fields: Fields::new() };
        for (key, value) in metadata {
            let field = if value.is_empty() { Field::Null } else { Field::text(value) };
            build.set(&format!("metadata.{key}"), field);
        }
        build
    }

    fn set(&mut self, path: &str, field: Field) {
        self.fields.insert(path.to_owned(), field);
    }

    /// Managed only where the catalog says something: Stripe can't unset it.
    fn set_if(&mut self, path: &str, field: Field) {
        if field != Field::Null {
            self.set(path, field);
        }
    }

    fn optional(&mut self, path: &str, text: Option<&String>) {
        self.set(path, Field::optional(text.map(String::as_str)));
    }

    fn resource(
        self,
        kind: Kind,
        key: &str,
        natural_key: Option<&str>,
        stripe_id: Option<&String>,
    ) -> Resource {
        Resource {
            address: Address::new(kind, key),
            natural_key: natural_key.map(str::to_owned),
            stripe_id: stripe_id.cloned(),
            fields: self.fields,
            create_only: Fields::new(),
        }
    }
}

fn meter(key: &str, meter: &Meter) -> Resource {
    let mut build = Build::new(&BTreeMap::new());
    build.set("event_name", Field::text(&meter.event_name));
    build.set("display_name", Field::text(&meter.display_name));
    build.set("default_aggregation.formula", word(meter.aggregation));
    build.set("customer_mapping.event_payload_key", Field::text(&meter.customer_key));
    build.set("value_settings.event_payload_key", Field::text(&meter.value_key));
    build.set("event_time_window", meter.event_time_window.map_or(Field::Null, word));
    build.set("status", Field::text(if meter.active { "active" } else { "inactive" }));
    let mut resource = build.resource(Kind::Meter, key, Some(&meter.event_name), meter.stripe_id.as_ref());
    resource.create_only.insert("customer_mapping.type".to_owned(), Field::text("by_id"));
    resource
}

fn feature(key: &str, feature: &Feature) -> Resource {
    let mut build = Build::new(&feature.metadata);
    build.set("lookup_key", Field::text(&feature.lookup_key));
    build.set("name", Field::text(&feature.name));
    build.set("active", Field::Bool(true));
    build.resource(Kind::Feature, key, Some(&feature.lookup_key), feature.stripe_id.as_ref())
}

fn tax_rate(key: &str, rate: &TaxRate) -> Resource {
    let mut build = Build::new(&rate.metadata);
    build.set("display_name", Field::text(&rate.display_name));
    build.set("percentage", Field::decimal(rate.percentage));
    build.set("inclusive", Field::Bool(rate.inclusive));
    for (path, text) in [
        ("description", &rate.description),
        ("country", &rate.country),
        ("state", &rate.state),
        ("jurisdiction", &rate.jurisdiction),
    ] {
        build.set_if(path, Field::optional(text.as_deref()));
    }
    build.set_if("tax_type", rate.tax_type.map_or(Field::Null, word));
    build.set("active", Field::Bool(rate.active));
    build.resource(Kind::TaxRate, key, None, rate.stripe_id.as_ref())
}

fn product(key: &str, product: &Product) -> Resource {
    let mut build = Build::new(&product.metadata);
    build.set("name", Field::text(&product.name));
    build.optional("description", product.description.as_ref());
    build.set("images", texts(&product.images));
    build.optional("unit_label", product.unit_label.as_ref());
    build.set_if("statement_descriptor", Field::optional(product.statement_descriptor.as_deref()));
    build.optional("tax_code", product.tax_code.as_ref());
    build.optional("url", product.url.as_ref());
    let features = product.marketing_features.iter().map(|name| Field::map([("name", Field::text(name))]));
    build.set("marketing_features", Field::List(features.collect()));
    build.set_if("shippable", product.shippable.map_or(Field::Null, Field::Bool));
    let dimensions = product.package_dimensions.as_ref().map(|size| {
        Field::map([
            ("height", Field::decimal(size.height)),
            ("length", Field::decimal(size.length)),
            ("weight", Field::decimal(size.weight)),
            ("width", Field::decimal(size.width)),
        ])
    });
    build.set("package_dimensions", dimensions.unwrap_or(Field::Null));
    build.set("active", Field::Bool(product.active));
    if let Some(price) = &product.default_price {
        build.set("default_price", Field::Ref(Address::new(Kind::Price, format!("{key}.{price}"))));
    }
    build.resource(Kind::Product, key, Some(&product.id), product.stripe_id.as_ref()).with_own_id()
}

fn price(product: &str, key: &str, price: &Price, derived_lookup_key: &str) -> Resource {
    let mut build = Build::new(&price.metadata);
    build.set("product", Field::Ref(Address::new(Kind::Product, product)));
    build.set("currency", Field::text(price.currency.code()));
    for (path, field) in pricing(&price.pricing, price.currency) {
        build.set(&path, field);
    }
    let recurring = price.recurring.as_ref();
    let in_recurring = |field: Option<Field>| field.unwrap_or(Field::Null);
    build
        .set("recurring.interval", in_recurring(recurring.map(|every| Field::text(every.interval.as_str()))));
    build.set(
        "recurring.interval_count",
        in_recurring(recurring.map(|every| Field::Int(i64::from(every.interval_count)))),
    );
    let meter = recurring.and_then(|every| every.meter.as_ref());
    let usage_type = recurring.map(|_| Field::text(if meter.is_some() { "metered" } else { "licensed" }));
    build.set("recurring.usage_type", in_recurring(usage_type));
    build.set(
        "recurring.meter",
        meter.map_or(Field::Null, |meter| Field::Ref(Address::new(Kind::Meter, meter))),
    );
    let trial_days = recurring.and_then(|every| every.trial_days);
    build.set(
        "recurring.trial_period_days",
        trial_days.map_or(Field::Null, |days| Field::Int(i64::from(days))),
    );
    let transform = price.transform_quantity;
    build.set(
        "transform_quantity.divide_by",
        transform.map_or(Field::Null, |packages| Field::Int(packages.divide_by)),
    );
    build.set("transform_quantity.round", transform.map_or(Field::Null, |packages| word(packages.round)));
    build.set_if("tax_behavior", price.tax_behavior.map_or(Field::Null, word));
    build.set_if("nickname", Field::optional(price.nickname.as_deref()));
    build.set("active", Field::Bool(price.active));
    for (currency, option) in &price.currency_options {
        let mut fields = pricing(&option.pricing, *currency);
        fields.insert("tax_behavior".to_owned(), option.tax_behavior.map_or(Field::Null, word));
        for (path, field) in fields {
            // The scheme is the price's own.
            if path != "billing_scheme" && path != "tiers_mode" {
                build.set_if(&format!("currency_options.{currency}.{path}"), field);
            }
        }
    }
    let key = format!("{product}.{key}");
    let adopted_without_key = price.stripe_id.is_some() && price.lookup_key == derived_lookup_key;
    let mut create_only = Fields::new();
    if adopted_without_key {
        // An adopted price keeps having no lookup key; only its replacement gets one.
        create_only.insert("lookup_key".to_owned(), Field::text(&price.lookup_key));
    } else {
        build.set("lookup_key", Field::text(&price.lookup_key));
    }
    let mut resource = build.resource(Kind::Price, &key, Some(&price.lookup_key), price.stripe_id.as_ref());
    resource.create_only = create_only;
    resource
}

fn pricing(pricing: &Pricing, currency: Currency) -> Fields {
    let money = |minor| Field::money(Rate { minor, currency });
    let whole = |minor: Option<i64>| minor.map_or(Field::Null, |minor| money(minor.into()));
    let mut fields = Fields::from([
        ("billing_scheme".to_owned(), Field::text("per_unit")),
        ("unit_amount_decimal".to_owned(), Field::Null),
        ("tiers".to_owned(), Field::Null),
        ("tiers_mode".to_owned(), Field::Null),
    ]);
    match pricing {
        Pricing::PerUnit(rate) => {
            fields.insert("unit_amount_decimal".to_owned(), Field::money(*rate));
        }
        Pricing::Tiered { mode, tiers } => {
            fields.insert("billing_scheme".to_owned(), Field::text("tiered"));
            fields.insert("tiers_mode".to_owned(), word(mode));
            let tiers = tiers.iter().map(|tier| canonical_tier(tier, currency)).collect();
            fields.insert("tiers".to_owned(), Field::List(tiers));
        }
        Pricing::Custom(amount) => {
            fields.insert("custom_unit_amount.enabled".to_owned(), Field::Bool(true));
            fields.insert("custom_unit_amount.minimum".to_owned(), whole(amount.minimum));
            fields.insert("custom_unit_amount.maximum".to_owned(), whole(amount.maximum));
            fields.insert("custom_unit_amount.preset".to_owned(), whole(amount.preset));
        }
    }
    fields
}

/// A tier in which an amount of zero and an absent one are the same: Stripe answers either with either.
pub fn canonical_tier(tier: &Tier, currency: Currency) -> Field {
    let money = |minor| Field::money(Rate { minor, currency });
    let flat = tier.flat.filter(|flat| !flat.is_zero());
    let unit = tier.unit.filter(|unit| !unit.is_zero()).or(flat.is_none().then_some(0.into()));
    Field::map([
        ("up_to", tier.up_to.map_or(Field::text("inf"), Field::Int)),
        ("unit_amount_decimal", unit.map_or(Field::Null, money)),
        ("flat_amount_decimal", flat.map_or(Field::Null, money)),
    ])
}

fn product_feature(product: &str, feature: &str) -> Resource {
    let mut build = Build::new(&BTreeMap::new());
    build.set("entitlement_feature", Field::Ref(Address::new(Kind::Feature, feature)));
    build.resource(Kind::ProductFeature, &format!("{product}.{feature}"), None, None)
}

fn coupon(key: &str, coupon: &Coupon) -> Resource {
    let mut build = Build::new(&coupon.metadata);
    build.set_if("name", Field::optional(coupon.name.as_deref()));
    let (percent, amount) = match &coupon.discount {
        Discount::Percent(percent) => (Field::decimal(*percent), None),
        Discount::Amount { amount, currency_options } => {
            for (currency, minor) in currency_options {
                let rate = Rate { minor: (*minor).into(), currency: *currency };
                build.set(&format!("currency_options.{currency}.amount_off"), Field::money(rate));
            }
            (Field::Null, Some(*amount))
        }
    };
    build.set("percent_off", percent);
    build.set("amount_off", amount.map_or(Field::Null, |amount| Field::money(amount.into())));
    build.set("currency", amount.map_or(Field::Null, |amount| Field::text(amount.currency.code())));
    build.set("duration", word(coupon.duration));
    build.set("duration_in_months", coupon.duration_in_months.map_or(Field::Null, Field::Int));
    build.set("max_redemptions", coupon.max_redemptions.map_or(Field::Null, Field::Int));
    build.set("redeem_by", coupon.redeem_by.map_or(Field::Null, |moment| Field::Time(moment.as_second())));
    let products = coupon.applies_to.iter().map(|key| Field::Ref(Address::new(Kind::Product, key)));
    build.set("applies_to.products", Field::set(products.collect()));
    build.resource(Kind::Coupon, key, Some(&coupon.id), coupon.stripe_id.as_ref()).with_own_id()
}

fn promotion_code(key: &str, code: &PromotionCode) -> Resource {
    let mut build = Build::new(&code.metadata);
    let typed = code.code.to_uppercase();
    build.set("code", Field::text(&typed));
    build.set("promotion.coupon", Field::Ref(Address::new(Kind::Coupon, &code.coupon)));
    build.optional("customer", code.customer.as_ref());
    build.set("max_redemptions", code.max_redemptions.map_or(Field::Null, Field::Int));
    build.set("expires_at", code.expires_at.map_or(Field::Null, |moment| Field::Time(moment.as_second())));
    build.set("restrictions.first_time_transaction", Field::Bool(code.first_time_transaction));
    let minimum = code.minimum_amount;
    build.set("restrictions.minimum_amount", minimum.map_or(Field::Null, |money| Field::money(money.into())));
    build.set(
        "restrictions.minimum_amount_currency",
        minimum.map_or(Field::Null, |money| Field::text(money.currency.code())),
    );
    build.set("active", Field::Bool(code.active));
    let mut resource = build.resource(Kind::PromotionCode, key, Some(&typed), code.stripe_id.as_ref());
    resource.create_only.insert("promotion.type".to_owned(), Field::text("coupon"));
    resource
}

fn portal(key: &str, portal: &Portal) -> Resource {
    let mut build = Build::new(&portal.metadata);
    build.optional("name", portal.name.as_ref());
    build.optional("business_profile.headline", portal.headline.as_ref());
    build
        .set_if("business_profile.privacy_policy_url", Field::optional(portal.privacy_policy_url.as_deref()));
    build.set_if(
        "business_profile.terms_of_service_url",
        Field::optional(portal.terms_of_service_url.as_deref()),
    );
    build.optional("default_return_url", portal.default_return_url.as_ref());
    build.set("login_page.enabled", Field::Bool(portal.login_page));
    let customer_update = !portal.customer_update.is_empty();
    build.set("features.customer_update.enabled", Field::Bool(customer_update));
    if customer_update {
        build.set("features.customer_update.allowed_updates", words(&portal.customer_update));
    }
    build.set("features.invoice_history.enabled", Field::Bool(portal.invoice_history));
    build.set("features.payment_method_update.enabled", Field::Bool(portal.payment_method_update));
    build.set("features.subscription_cancel.enabled", Field::Bool(portal.subscription_cancel.is_some()));
    if let Some(cancel) = &portal.subscription_cancel {
        let under = "features.subscription_cancel";
        build.set(&format!("{under}.mode"), word(cancel.mode));
        build.set(&format!("{under}.proration_behavior"), word(cancel.proration_behavior));
        let asks = !cancel.reasons.is_empty();
        build.set(&format!("{under}.cancellation_reason.enabled"), Field::Bool(asks));
        if asks {
            build.set(&format!("{under}.cancellation_reason.options"), words(&cancel.reasons));
        }
    }
    build.set("features.subscription_update.enabled", Field::Bool(portal.subscription_update.is_some()));
    if let Some(update) = &portal.subscription_update {
        let under = "features.subscription_update";
        build.set(&format!("{under}.default_allowed_updates"), words(&update.allow));
        build.set(&format!("{under}.proration_behavior"), word(update.proration_behavior));
        let products = update.products.iter().map(|(product, prices)| {
            let prices = prices
                .iter()
                .map(|price| Field::Ref(Address::new(Kind::Price, format!("{product}.{price}"))));
            Field::map([
                ("product", Field::Ref(Address::new(Kind::Product, product))),
                ("prices", Field::set(prices.collect())),
            ])
        });
        build.set(&format!("{under}.products"), Field::set(products.collect()));
        let conditions = update.schedule_at_period_end.iter();
        let conditions = conditions.map(|condition| Field::map([("type", word(condition))])).collect();
        build.set(&format!("{under}.schedule_at_period_end.conditions"), Field::set(conditions));
    }
    build.set("active", Field::Bool(portal.active));
    build.resource(Kind::Portal, key, None, portal.stripe_id.as_ref())
}

fn webhook_endpoint(key: &str, endpoint: &WebhookEndpoint, api_version: &str) -> Resource {
    let mut build = Build::new(&endpoint.metadata);
    build.set("url", Field::text(&endpoint.url));
    build.set("enabled_events", Field::set(endpoint.enabled_events.iter().map(Field::text).collect()));
    build.optional("description", endpoint.description.as_ref());
    build.set_if("api_version", Field::optional(endpoint.api_version.as_deref()));
    build.set("disabled", Field::Bool(!endpoint.active));
    let mut resource = build.resource(Kind::WebhookEndpoint, key, None, endpoint.stripe_id.as_ref());
    if endpoint.api_version.is_none() {
        resource.create_only.insert("api_version".to_owned(), Field::text(api_version));
    }
    resource
}
