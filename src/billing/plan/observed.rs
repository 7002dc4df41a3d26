//! Stripe's objects → canonical fields.
//!
//! Only what a catalog can say is read; everything else of an object is left alone. Ids of other objects
//! become references where `refs` knows them.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use super::account::Object;
use super::field::{Field, Fields};
use super::kind::Kind;
use super::wanted::canonical_tier;
use crate::billing::catalog::model::Tier;
use crate::billing::currency::Currency;

/// Turns the id of an object into a reference, or keeps it as text where it is none of the catalog's.
pub type Refs<'a> = dyn Fn(Kind, &str) -> Field + 'a;

/// The fields of an object as Stripe has them.
pub fn fields(object: &Object, refs: &Refs<'_>) -> Fields {
    let json = object.json.read();
    let reader = Reader { json: &json, refs };
    let mut fields = match object.kind {
        Kind::Meter => reader.meter(),
        Kind::Feature => reader.all(&[("lookup_key", text), ("name", text), ("active", flag)]),
        Kind::TaxRate => reader.tax_rate(),
        Kind::Product => reader.product(),
        Kind::Price => reader.price(),
        Kind::ProductFeature => Fields::new(),
        Kind::Coupon => reader.coupon(),
        Kind::PromotionCode => reader.promotion_code(),
        Kind::Portal => reader.portal(),
        Kind::WebhookEndpoint => reader.webhook_endpoint(),
    };
    if let Some(metadata) = json.get("metadata").and_then(Value::as_object) {
        for (key, value) in metadata {
            fields.insert(format!("metadata.{key}"), text(value));
        }
    }
    fields
}

type Read = fn(&Value) -> Field;

fn text(value: &Value) -> Field {
    Field::optional(value.as_str())
}

fn flag(value: &Value) -> Field {
    value.as_bool().map_or(Field::Null, Field::Bool)
}

fn int(value: &Value) -> Field {
    value.as_i64().map_or(Field::Null, Field::Int)
}

fn time(value: &Value) -> Field {
    value.as_i64().map_or(Field::Null, Field::Time)
}

/// A JSON number or a decimal string, taken by its digits: never through a float.
fn decimal(value: &Value) -> Field {
    parse_decimal(value).map_or(Field::Null, Field::decimal)
}

fn parse_decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::String(digits) => digits.parse().ok(),
        Value::Number(number) => {
            let digits = number.to_string();
            digits.parse().ok().or_else(|| Decimal::from_scientific(&digits).ok())
        }
        _ => None,
    }
}

fn money(value: &Value, currency: Currency) -> Field {
    parse_decimal(value).map_or(Field::Null, |minor| Field::Money { minor: minor.normalize(), currency })
}

fn texts(value: &Value) -> Vec<Field> {
    value.as_array().map(|items| items.iter().map(text).collect()).unwrap_or_default()
}

fn list(value: &Value) -> Field {
    Field::List(texts(value))
}

fn set(value: &Value) -> Field {
    Field::set(texts(value))
}

const NOTHING: &Value = &Value::Null;

struct Reader<'a> {
    json: &'a Value,
    refs: &'a Refs<'a>,
}

impl Reader<'_> {
    fn at(&self, path: &str) -> &Value {
        path.split('.').try_fold(self.json, |value, name| value.get(name)).unwrap_or(NOTHING)
    }

    fn all(&self, reads: &[(&str, Read)]) -> Fields {
        reads.iter().map(|(path, read)| ((*path).to_owned(), read(self.at(path)))).collect()
    }

    /// A reference: an id, or the expanded object.
    fn reference(&self, kind: Kind, value: &Value) -> Field {
        let id = value.as_str().or_else(|| value.get("id").and_then(Value::as_str));
        id.map_or(Field::Null, |id| (self.refs)(kind, id))
    }

    fn currency(&self) -> Currency {
        self.at("currency").as_str().and_then(|code| code.parse().ok()).unwrap_or(Currency::USD)
    }

    fn meter(&self) -> Fields {
        self.all(&[
            ("event_name", text),
            ("display_name", text),
            ("default_aggregation.formula", text),
            ("customer_mapping.event_payload_key", text),
            ("value_settings.event_payload_key", text),
            ("event_time_window", text),
            ("status", text),
        ])
    }

    fn tax_rate(&self) -> Fields {
        self.all(&[
            ("display_name", text),
            ("percentage", decimal),
            ("inclusive", flag),
            ("description", text),
            ("country", text),
            ("state", text),
            ("jurisdiction", text),
            ("tax_type", text),
            ("active", flag),
        ])
    }

    fn product(&self) -> Fields {
        let mut fields = self.all(&[
            ("name", text),
            ("description", text),
            ("images", list),
            ("unit_label", text),
            ("statement_descriptor", text),
            ("tax_code", text),
            ("url", text),
            ("shippable", flag),
            ("active", flag),
        ]);
        let names = self.at("marketing_features").as_array().map(Vec::as_slice).unwrap_or_default();
        let features = names
            .iter()
            .filter_map(|feature| feature.get("name"))
            .map(|name| Field::map([("name", text(name))]));
        fields.insert("marketing_features".to_owned(), Field::List(features.collect()));
        let size = self.at("package_dimensions");
        let dimensions = size.as_object().map_or(Field::Null, |_| {
            Field::map(
                ["height", "length", "weight", "width"]
                    .map(|side| (side, decimal(size.get(side).unwrap_or(NOTHING)))),
            )
        });
        fields.insert("package_dimensions".to_owned(), dimensions);
        let default_price = self.reference(Kind::Price, self.at("default_price"));
        fields.insert("default_price".to_owned(), default_price);
        // The tax code may come back expanded.
        if let Some(code) = self.at("tax_code.id").as_str() {
            fields.insert("tax_code".to_owned(), Field::text(code));
        }
        fields
    }

    fn price(&self) -> Fields {
        let currency = self.currency();
        let mut fields = self.all(&[
            ("currency", text),
            ("billing_scheme", text),
            ("tiers_mode", text),
            ("recurring.interval", text),
            ("recurring.interval_count", int),
            ("recurring.usage_type", text),
            ("recurring.trial_period_days", int),
            ("transform_quantity.divide_by", int),
            ("transform_quantity.round", text),
            ("lookup_key", text),
            ("nickname", text),
            ("active", flag),
            ("tax_behavior", text),
        ]);
        fields.insert("product".to_owned(), self.reference(Kind::Product, self.at("product")));
        fields.insert("recurring.meter".to_owned(), self.reference(Kind::Meter, self.at("recurring.meter")));
        fields.extend(pricing(self.json, currency));
        if let Some(options) = self.at("currency_options").as_object() {
            for (code, option) in options {
                let Ok(other) = code.parse::<Currency>() else { continue };
                if other == currency {
                    continue;
                }
                let mut option_fields = pricing(option, other);
                option_fields
                    .insert("tax_behavior".to_owned(), text(option.get("tax_behavior").unwrap_or(NOTHING)));
                option_fields.retain(|path, field| {
                    let unset = Field::text("unspecified");
                    *field != Field::Null && !(path == "tax_behavior" && *field == unset)
                });
                fields.extend(
                    option_fields
                        .into_iter()
                        .map(|(path, field)| (format!("currency_options.{code}.{path}"), field)),
                );
            }
        }
        fields
    }

    fn coupon(&self) -> Fields {
        let mut fields = self.all(&[
            ("name", text),
            ("percent_off", decimal),
            ("currency", text),
            ("duration", text),
            ("duration_in_months", int),
            ("max_redemptions", int),
            ("redeem_by", time),
        ]);
        fields.insert("amount_off".to_owned(), money(self.at("amount_off"), self.currency()));
        let products = self.at("applies_to.products").as_array().map(Vec::as_slice).unwrap_or_default();
        let products = products.iter().map(|product| self.reference(Kind::Product, product)).collect();
        fields.insert("applies_to.products".to_owned(), Field::set(products));
        if let Some(options) = self.at("currency_options").as_object() {
            for (code, option) in options {
                let Ok(other) = code.parse::<Currency>() else { continue };
                if other != self.currency() {
                    let amount = money(option.get("amount_off").unwrap_or(NOTHING), other);
                    fields.insert(format!("currency_options.{code}.amount_off"), amount);
                }
            }
        }
        fields
    }

    fn promotion_code(&self) -> Fields {
        let mut fields = self.all(&[
            ("customer", text),
            ("max_redemptions", int),
            ("expires_at", time),
            ("restrictions.first_time_transaction", flag),
            ("restrictions.minimum_amount_currency", text),
            ("active", flag),
        ]);
        let code = self.at("code").as_str().map(str::to_uppercase);
        fields.insert("code".to_owned(), Field::optional(code.as_deref()));
        let coupon = self.reference(Kind::Coupon, self.at("promotion.coupon"));
        fields.insert("promotion.coupon".to_owned(), coupon);
        let currency = self.at("restrictions.minimum_amount_currency").as_str();
        if let Some(currency) = currency.and_then(|code| code.parse().ok()) {
            let amount = money(self.at("restrictions.minimum_amount"), currency);
            fields.insert("restrictions.minimum_amount".to_owned(), amount);
        }
        fields
    }

    fn portal(&self) -> Fields {
        let mut fields = self.all(&[
            ("name", text),
            ("business_profile.headline", text),
            ("business_profile.privacy_policy_url", text),
            ("business_profile.terms_of_service_url", text),
            ("default_return_url", text),
            ("login_page.enabled", flag),
            ("features.customer_update.enabled", flag),
            ("features.customer_update.allowed_updates", set),
            ("features.invoice_history.enabled", flag),
            ("features.payment_method_update.enabled", flag),
            ("features.subscription_cancel.enabled", flag),
            ("features.subscription_cancel.mode", text),
            ("features.subscription_cancel.proration_behavior", text),
            ("features.subscription_cancel.cancellation_reason.enabled", flag),
            ("features.subscription_cancel.cancellation_reason.options", set),
            ("features.subscription_update.enabled", flag),
            ("features.subscription_update.default_allowed_updates", set),
            ("features.subscription_update.proration_behavior", text),
            ("active", flag),
        ]);
        let products = self.at("features.subscription_update.products").as_array();
        let products = products.map(Vec::as_slice).unwrap_or_default().iter().map(|entry| {
            let prices = entry.get("prices").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let prices = prices.iter().map(|price| self.reference(Kind::Price, price)).collect();
            let product = self.reference(Kind::Product, entry.get("product").unwrap_or(NOTHING));
            Field::map([("product", product), ("prices", Field::set(prices))])
        });
        let products = Field::set(products.collect());
        fields.insert("features.subscription_update.products".to_owned(), products);
        let conditions = self.at("features.subscription_update.schedule_at_period_end.conditions").as_array();
        let conditions = conditions.map(Vec::as_slice).unwrap_or_default().iter();
        let conditions = conditions
            .map(|condition| Field::map([("type", text(condition.get("type").unwrap_or(NOTHING)))]))
            .collect();
        fields.insert(
            "features.subscription_update.schedule_at_period_end.conditions".to_owned(),
            Field::set(conditions),
        );
        fields
    }

    fn webhook_endpoint(&self) -> Fields {
        let mut fields =
            self.all(&[("url", text), ("enabled_events", set), ("description", text), ("api_version", text)]);
        let disabled = self.at("status").as_str() == Some("disabled");
        fields.insert("disabled".to_owned(), Field::Bool(disabled));
        fields
    }
}

/// The amounts of a price, or of one of its currency options.
fn pricing(json: &Value, currency: Currency) -> BTreeMap<String, Field> {
    let at = |name: &str| json.get(name).unwrap_or(NOTHING);
    let mut fields = Fields::new();
    let custom = at("custom_unit_amount");
    if custom.is_object() {
        fields.insert("custom_unit_amount.enabled".to_owned(), Field::Bool(true));
        for limit in ["minimum", "maximum", "preset"] {
            let amount = money(custom.get(limit).unwrap_or(NOTHING), currency);
            fields.insert(format!("custom_unit_amount.{limit}"), amount);
        }
    }
    // Old answers may lack the decimal form.
    let unit = match at("unit_amount_decimal") {
        Value::Null => at("unit_amount"),
        given => given,
    };
    fields.insert("unit_amount_decimal".to_owned(), money(unit, currency));
    let tiers = at("tiers").as_array().map(|tiers| {
        let amount = |tier: &Value, name: &str| {
            let decimal = tier.get(format!("{name}_decimal")).filter(|value| !value.is_null());
            parse_decimal(decimal.or_else(|| tier.get(name)).unwrap_or(NOTHING))
        };
        let tiers = tiers.iter().map(|tier| Tier {
            up_to: tier.get("up_to").and_then(Value::as_i64),
            unit: amount(tier, "unit_amount"),
            flat: amount(tier, "flat_amount"),
        });
        Field::List(tiers.map(|tier| canonical_tier(&tier, currency)).collect())
    });
    fields.insert("tiers".to_owned(), tiers.unwrap_or(Field::Null));
    fields
}
