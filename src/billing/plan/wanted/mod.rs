//! The catalog → the resources that should be in Stripe, with their canonical fields.
//!
//! A field that is here is managed: where the catalog says nothing and Stripe can hold nothing, it is wanted
//! as `Null`. Where Stripe has no way to unset a field, the catalog's silence leaves it alone.

mod discount; // coupons and promotion codes
mod portal; // customer-portal configurations
mod price; // amounts, tiers, other currencies, and how often

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::account::{FEATURES_TAG, KEY_TAG, PROJECT_TAG};
use super::field::{Field, Fields};
use super::kind::{Address, Kind};
use crate::billing::catalog::model::{Catalog, Feature, Meter, Product, TaxRate, WebhookEndpoint};

pub use self::price::canonical_tier;

/// A resource as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    pub address: Address,
    /// What Stripe keeps unique: an id that we choose, a lookup key, an event name, a code with its customer.
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
            resources.push(price::price(key, price_key, price, &derived));
        }
        for feature in &product.features {
            resources.push(product_feature(key, feature));
        }
    }
    for (key, coupon) in &catalog.coupons {
        resources.push(discount::coupon(key, coupon));
    }
    for (key, code) in &catalog.promotion_codes {
        resources.push(discount::promotion_code(key, code));
    }
    for (key, portal) in &catalog.portals {
        resources.push(portal::portal(key, portal));
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

fn product_feature(product: &str, feature: &str) -> Resource {
    let mut build = Build::new(&BTreeMap::new());
    build.set("entitlement_feature", Field::Ref(Address::new(Kind::Feature, feature)));
    build.resource(Kind::ProductFeature, &format!("{product}.{feature}"), None, None)
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
