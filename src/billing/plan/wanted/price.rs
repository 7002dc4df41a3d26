//! Prices: amounts, tiers, other currencies, and how often.

use super::{Build, Resource, word};
use crate::billing::catalog::model::{Price, Pricing, Tier};
use crate::billing::credits::purchase::{CREDITS_TAG, EXPIRY_TAG};
use crate::billing::currency::Currency;
use crate::billing::money::Rate;
use crate::billing::plan::field::{Field, Fields};
use crate::billing::plan::kind::{Address, Kind};

pub(super) fn price(product: &str, key: &str, price: &Price, derived_lookup_key: &str) -> Resource {
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
    // So that whoever sees that it is paid knows what to book, without this catalog.
    for (tag, number) in [(CREDITS_TAG, price.credits), (EXPIRY_TAG, price.credits_expire_seconds)] {
        build.set(
            &format!("metadata.{tag}"),
            number.map_or(Field::Null, |number| Field::text(number.to_string())),
        );
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
