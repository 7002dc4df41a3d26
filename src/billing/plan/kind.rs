//! The kinds of resources a catalog has in Stripe, in the order in which they are shown.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A kind of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Meter,
    Feature,
    TaxRate,
    Product,
    Price,
    ProductFeature,
    Coupon,
    PromotionCode,
    Portal,
    WebhookEndpoint,
}

impl Kind {
    pub const ALL: [Kind; 10] = [
        Kind::Meter,
        Kind::Feature,
        Kind::TaxRate,
        Kind::Product,
        Kind::Price,
        Kind::ProductFeature,
        Kind::Coupon,
        Kind::PromotionCode,
        Kind::Portal,
        Kind::WebhookEndpoint,
    ];

    /// The name in plans and JSON, e.g. `promotion_code`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Meter => "meter",
            Kind::Feature => "feature",
            Kind::TaxRate => "tax_rate",
            Kind::Product => "product",
            Kind::Price => "price",
            Kind::ProductFeature => "product_feature",
            Kind::Coupon => "coupon",
            Kind::PromotionCode => "promotion_code",
            Kind::Portal => "portal",
            Kind::WebhookEndpoint => "webhook_endpoint",
        }
    }

    /// The name for people, e.g. `promotion code`.
    pub fn words(self) -> String {
        self.name().replace('_', " ")
    }

    /// The route that creates and lists this kind. Product features live under their product instead.
    pub fn route(self) -> &'static str {
        match self {
            Kind::Meter => "/v1/billing/meters",
            Kind::Feature => "/v1/entitlements/features",
            Kind::TaxRate => "/v1/tax_rates",
            Kind::Product | Kind::ProductFeature => "/v1/products",
            Kind::Price => "/v1/prices",
            Kind::Coupon => "/v1/coupons",
            Kind::PromotionCode => "/v1/promotion_codes",
            Kind::Portal => "/v1/billing_portal/configurations",
            Kind::WebhookEndpoint => "/v1/webhook_endpoints",
        }
    }

    /// Whether objects of this kind carry metadata, and so can be marked as ours.
    pub fn has_metadata(self) -> bool {
        !matches!(self, Kind::Meter | Kind::ProductFeature)
    }

    /// Whether Stripe itself refuses a second object of the same identity: by id, lookup key, event name,
    /// code or pair. Where it does not, the idempotency key alone guards against a second one.
    pub fn is_unique_in_stripe(self) -> bool {
        match self {
            Kind::Meter
            | Kind::Feature
            | Kind::Product
            | Kind::Price
            | Kind::ProductFeature
            | Kind::Coupon
            | Kind::PromotionCode => true,
            Kind::TaxRate | Kind::Portal | Kind::WebhookEndpoint => false,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which resource of the catalog: its kind and its key, e.g. price `pro.monthly`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Address {
    pub kind: Kind,
    /// A product's key; `product.price` for a price, `product.feature` for an attachment; else the table's key.
    pub key: String,
}

impl Address {
    pub fn new(kind: Kind, key: impl Into<String>) -> Address {
        Address { kind, key: key.into() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.key)
    }
}
