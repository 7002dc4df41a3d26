//! Prices: how an amount comes about, in their own currency and in others.

use std::collections::{BTreeMap, BTreeSet};

use super::read::{Read, amount, table};
use super::{Table, Unsayable};
use crate::billing::catalog::file::{CurrencyOption, CustomUnitAmount, Price, Tier, TransformQuantity, UpTo};
use crate::billing::credits::purchase::{CREDITS_TAG, EXPIRY_TAG};
use crate::billing::currency::Currency;
use crate::billing::plan::field::Field;

pub fn price(read: &Read<'_>) -> Result<Table, Unsayable> {
    let code = read.text("currency").unwrap_or_default();
    let currency: Currency =
        code.parse().map_err(|_| Unsayable(format!("`{code}`, its currency, is not known")))?;
    let CurrencyOption { amount, tiers, custom_unit_amount, tax_behavior } = pricing(read, "", currency)?;
    if amount.is_none() && tiers.is_none() && custom_unit_amount.is_none() {
        return Err(Unsayable("it has no amount".to_owned()));
    }
    let metered = read.text("recurring.usage_type").as_deref() == Some("metered");
    let meter = key_of(read.reference("recurring.meter").as_deref());
    if metered && meter.is_none() {
        return Err(Unsayable("it is metered without a meter".to_owned()));
    }
    table(Price {
        stripe_id: read.source.identity.stripe_id.clone(),
        lookup_key: read.text_unless("lookup_key", &read.source.derived_lookup_key),
        amount,
        every: every(read),
        meter,
        tiers_mode: read.word("tiers_mode")?,
        tiers,
        transform_quantity: transform_quantity(read)?,
        custom_unit_amount,
        currency_options: currency_options(read)?,
        tax_behavior,
        nickname: read.text("nickname"),
        trial_days: read.int("recurring.trial_period_days").and_then(|days| u32::try_from(days).ok()),
        active: read.off("active"),
        metadata: read.metadata(),
        credits: read.text(&format!("metadata.{CREDITS_TAG}")).and_then(|text| text.parse().ok()),
        credits_expire: read.text(&format!("metadata.{EXPIRY_TAG}")).and_then(|text| lasting(&text)),
        // What only billctl knows.
        env: None,
    })
}

fn key_of(key: Option<&str>) -> Option<String> {
    key.map(str::to_owned)
}

/// Seconds as the file says them: `365 days`, in the largest unit that holds them.
fn lasting(seconds: &str) -> Option<String> {
    let seconds: i64 = seconds.parse().ok().filter(|seconds| *seconds > 0)?;
    let units = [("day", 86_400), ("hour", 3600), ("minute", 60)];
    let (unit, count) =
        units.into_iter().find_map(|(name, unit)| (seconds % unit == 0).then_some((name, seconds / unit)))?;
    Some(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }))
}

/// `month`, or `3 months`.
fn every(read: &Read<'_>) -> Option<String> {
    let interval = read.text("recurring.interval")?;
    Some(match read.int("recurring.interval_count") {
        None | Some(1) => interval,
        Some(count) => format!("{count} {interval}s"),
    })
}

fn transform_quantity(read: &Read<'_>) -> Result<Option<TransformQuantity>, Unsayable> {
    let (divide_by, round) =
        (read.int("transform_quantity.divide_by"), read.word("transform_quantity.round")?);
    Ok(divide_by.zip(round).map(|(divide_by, round)| TransformQuantity { divide_by, round }))
}

fn currency_options(read: &Read<'_>) -> Result<BTreeMap<String, CurrencyOption>, Unsayable> {
    let paths = read.source.fields.keys().filter_map(|path| path.strip_prefix("currency_options."));
    let codes: BTreeSet<&str> = paths.filter_map(|path| path.split('.').next()).collect();
    let mut options = BTreeMap::new();
    for code in codes {
        let Ok(currency) = code.parse() else { continue };
        options.insert(code.to_owned(), pricing(read, &format!("currency_options.{code}."), currency)?);
    }
    let known = read.raw("currency_options").as_object();
    for code in known.into_iter().flat_map(|known| known.keys()) {
        if code.parse::<Currency>().is_err() {
            read.leave_unsaid(format!("its amount in `{code}`, a currency that is not known"));
        }
    }
    Ok(options)
}

/// The amounts under a prefix: the price's own, or those of one of its currency options.
fn pricing(read: &Read<'_>, prefix: &str, currency: Currency) -> Result<CurrencyOption, Unsayable> {
    let at = |name: &str| format!("{prefix}{name}");
    let tax_behavior = match read.text(&at("tax_behavior")).as_deref() {
        None | Some("unspecified") => None,
        Some(_) => read.word(&at("tax_behavior"))?,
    };
    let mut option = CurrencyOption { tax_behavior, ..CurrencyOption::default() };
    if read.flag(&at("custom_unit_amount.enabled")) {
        let bound = |name: &str| read.amount(&at(&format!("custom_unit_amount.{name}")));
        let (minimum, maximum, preset) = (bound("minimum"), bound("maximum"), bound("preset"));
        let named = minimum.is_some() || maximum.is_some() || preset.is_some();
        // In a currency option the table's key says it.
        let currency = (!named && prefix.is_empty()).then(|| currency.to_string());
        option.custom_unit_amount = Some(CustomUnitAmount { currency, minimum, maximum, preset });
        return Ok(option);
    }
    if let Field::List(tiers) = read.field(&at("tiers")) {
        option.tiers = Some(tiers.iter().map(tier).collect::<Result<_, _>>()?);
        return Ok(option);
    }
    option.amount = read.amount(&at("unit_amount_decimal"));
    Ok(option)
}

fn tier(tier: &Field) -> Result<Tier, Unsayable> {
    let Field::Map(tier) = tier else { return Err(Unsayable("one of its tiers is not known".to_owned())) };
    let up_to = match tier.get("up_to") {
        Some(Field::Int(units)) => UpTo::Units(*units),
        _ => UpTo::Text("inf".to_owned()),
    };
    Ok(Tier {
        up_to,
        amount: tier.get("unit_amount_decimal").and_then(amount),
        flat: tier.get("flat_amount_decimal").and_then(amount),
    })
}
