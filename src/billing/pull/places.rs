//! From a canonical field to the keys of the file that say it.

use crate::billing::credits::purchase::{CREDITS_TAG, EXPIRY_TAG};
use crate::billing::plan::kind::{Address, Kind};

/// The keys that together say what a price costs.
pub const PRICING: [&str; 4] = ["amount", "tiers_mode", "tiers", "custom_unit_amount"];

/// The table a resource stands in, and its key there: `products.pro.prices.monthly`.
pub fn table_path(address: &Address) -> Vec<String> {
    let name = match address.kind {
        Kind::Meter => "meters",
        Kind::Feature => "features",
        Kind::TaxRate => "tax_rates",
        Kind::Product | Kind::Price | Kind::ProductFeature => "products",
        Kind::Coupon => "coupons",
        Kind::PromotionCode => "promotion_codes",
        Kind::Portal => "portals",
        Kind::WebhookEndpoint => "webhook_endpoints",
    };
    let keys: Vec<&str> = match (address.kind, address.key.split_once('.')) {
        (Kind::Price, Some((product, price))) => vec![name, product, "prices", price],
        (Kind::ProductFeature, Some((product, _))) => vec![name, product],
        (_, _) => vec![name, &address.key],
    };
    keys.into_iter().map(str::to_owned).collect()
}

/// The resource that a place of the file belongs to.
pub fn resource_at(path: &str) -> Option<Address> {
    let mut segments = path.split('.');
    let kind = match segments.next()? {
        "meters" => Kind::Meter,
        "features" => Kind::Feature,
        "tax_rates" => Kind::TaxRate,
        "products" => Kind::Product,
        "coupons" => Kind::Coupon,
        "promotion_codes" => Kind::PromotionCode,
        "portals" => Kind::Portal,
        "webhook_endpoints" => Kind::WebhookEndpoint,
        _ => return None,
    };
    let key = segments.next()?;
    match (kind, segments.next(), segments.next()) {
        (Kind::Product, Some("prices"), Some(price)) => {
            Some(Address::new(Kind::Price, format!("{key}.{price}")))
        }
        _ => Some(Address::new(kind, key)),
    }
}

/// The keys below a resource's table that say a canonical field; none for what the file has no key for.
pub fn keys(kind: Kind, field: &str) -> Vec<Vec<String>> {
    if let Some(key) = field.strip_prefix("metadata.") {
        match key {
            CREDITS_TAG => return same("credits"),
            EXPIRY_TAG => return same("credits_expire"),
            _ => {}
        }
        return vec![vec!["metadata".to_owned(), key.to_owned()]];
    }
    if let Some(option) = field.strip_prefix("currency_options.") {
        let code = option.split('.').next().unwrap_or_default();
        return vec![vec!["currency_options".to_owned(), code.to_owned()]];
    }
    let keys: &[&[&str]] = match kind {
        Kind::Meter => match field {
            "default_aggregation.formula" => &[&["aggregation"]],
            "customer_mapping.event_payload_key" => &[&["customer_key"]],
            "value_settings.event_payload_key" => &[&["value_key"]],
            "status" => &[&["active"]],
            _ => return same(field),
        },
        Kind::Price => match field {
            "product" => &[],
            "currency" | "billing_scheme" | "unit_amount_decimal" | "tiers" | "tiers_mode" => {
                return pricing();
            }
            _ if field.starts_with("custom_unit_amount.") => return pricing(),
            "recurring.interval" | "recurring.interval_count" => &[&["every"]],
            "recurring.usage_type" | "recurring.meter" => &[&["meter"]],
            "recurring.trial_period_days" => &[&["trial_days"]],
            "transform_quantity.divide_by" | "transform_quantity.round" => &[&["transform_quantity"]],
            _ => return same(field),
        },
        Kind::Coupon => match field {
            "currency" => &[],
            "applies_to.products" => &[&["applies_to"]],
            _ => return same(field),
        },
        Kind::PromotionCode => match field {
            "promotion.coupon" => &[&["coupon"]],
            "restrictions.first_time_transaction" => &[&["first_time_transaction"]],
            "restrictions.minimum_amount" | "restrictions.minimum_amount_currency" => &[&["minimum_amount"]],
            _ => return same(field),
        },
        Kind::Portal => return portal(field),
        Kind::WebhookEndpoint if field == "disabled" => &[&["active"]],
        Kind::Feature if field == "active" => &[],
        Kind::Feature | Kind::TaxRate | Kind::Product | Kind::WebhookEndpoint => return same(field),
        Kind::ProductFeature => &[&["features"]],
    };
    keys.iter().map(|path| path.iter().map(|key| (*key).to_owned()).collect()).collect()
}

fn same(field: &str) -> Vec<Vec<String>> {
    vec![vec![field.to_owned()]]
}

fn pricing() -> Vec<Vec<String>> {
    PRICING.iter().map(|key| vec![(*key).to_owned()]).collect()
}

fn portal(field: &str) -> Vec<Vec<String>> {
    let path: &[&str] = match field {
        "login_page.enabled" => &["login_page"],
        "features.customer_update.enabled" | "features.customer_update.allowed_updates" => {
            &["customer_update"]
        }
        "features.invoice_history.enabled" => &["invoice_history"],
        "features.payment_method_update.enabled" => &["payment_method_update"],
        "features.subscription_cancel.enabled" => &["subscription_cancel"],
        "features.subscription_cancel.mode" => &["subscription_cancel", "mode"],
        "features.subscription_cancel.proration_behavior" => &["subscription_cancel", "proration_behavior"],
        "features.subscription_cancel.cancellation_reason.enabled"
        | "features.subscription_cancel.cancellation_reason.options" => &["subscription_cancel", "reasons"],
        "features.subscription_update.enabled" => &["subscription_update"],
        "features.subscription_update.default_allowed_updates" => &["subscription_update", "allow"],
        "features.subscription_update.products" => &["subscription_update", "products"],
        "features.subscription_update.proration_behavior" => &["subscription_update", "proration_behavior"],
        "features.subscription_update.schedule_at_period_end.conditions" => {
            &["subscription_update", "schedule_at_period_end"]
        }
        _ => return same(field.strip_prefix("business_profile.").unwrap_or(field)),
    };
    vec![path.iter().map(|key| (*key).to_owned()).collect()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, key: &str, path: &str) {
        let address = Address::new(kind, key);
        assert_eq!(table_path(&address).join("."), path);
        assert_eq!(resource_at(&format!("{path}.metadata.a")), Some(address));
    }

    #[test]
    fn a_resource_has_one_place() {
        check(Kind::Meter, "messages", "meters.messages");
        check(Kind::Product, "pro", "products.pro");
        check(Kind::Price, "pro.monthly", "products.pro.prices.monthly");
        check(Kind::WebhookEndpoint, "main", "webhook_endpoints.main");
        assert_eq!(resource_at("project.name"), None);
    }
}
