//! Random prices.

use std::collections::BTreeMap;

use billctl::billing::catalog::file::{
    Amount, CurrencyOption, CustomUnitAmount, EnvName, Price, Round, TaxBehavior, Tier, TiersMode,
    TransformQuantity, UpTo,
};
use billctl::billing::currency::Currency;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::words::{Sum, currency, free_text, metadata, mostly_true, sum};

/// A price before it is known which meters there are.
#[derive(Debug, Clone)]
pub struct PriceDraft {
    currency: Currency,
    shape: Shape,
    /// `None` for a price that is paid once.
    every: Option<String>,
    /// A metered price, where there is a meter.
    meter: Option<Index>,
    trial_days: Option<u32>,
    transform_quantity: Option<TransformQuantity>,
    options: Vec<(Currency, Vec<Sum>, Option<TaxBehavior>)>,
    tax_behavior: Option<TaxBehavior>,
    own_lookup_key: bool,
    credits: Option<i64>,
    rest: Price,
}

/// How the amount comes about, with as many sums as it takes.
#[derive(Debug, Clone)]
enum Shape {
    PerUnit(Sum),
    Tiered { mode: TiersMode, steps: Vec<i64>, sums: Vec<Sum> },
    Custom(Vec<Sum>),
}

pub fn price() -> impl Strategy<Value = PriceDraft> {
    let mode = select(vec![TiersMode::Graduated, TiersMode::Volume]);
    let tiered = (mode, prop::collection::vec(1..1000_i64, 0..3), prop::collection::vec(sum(), 8))
        .prop_map(|(mode, steps, sums)| Shape::Tiered { mode, steps, sums });
    let shape = prop_oneof![
        3 => sum().prop_map(Shape::PerUnit),
        2 => tiered,
        1 => prop::collection::vec(sum(), 3).prop_map(Shape::Custom),
    ];
    let every = select(vec!["day", "week", "month", "year", "3 months", "2 weeks", "6 months", "1 year"]);
    let round = select(vec![Round::Up, Round::Down]);
    let packages = (2..500_i64, round).prop_map(|(divide_by, round)| TransformQuantity { divide_by, round });
    let tax_behavior = || prop::option::of(select(vec![TaxBehavior::Inclusive, TaxBehavior::Exclusive]));
    let option = (currency(), prop::collection::vec(sum(), 8), tax_behavior());
    let time = (
        prop::option::weighted(0.7, every.prop_map(str::to_owned)),
        prop::option::weighted(0.3, any::<Index>()),
        prop::option::weighted(0.2, 1..=730_u32),
    );
    let rest = (
        prop::option::of(free_text(1, 30)),
        mostly_true(),
        metadata(),
        prop::option::weighted(0.3, 1..10_000_i64),
    );
    (
        (currency(), shape, time, prop::option::weighted(0.3, packages)),
        prop::collection::vec(option, 0..3),
        tax_behavior(),
        any::<bool>(),
        rest,
    )
        .prop_map(
            |((currency, shape, time, transform_quantity), options, tax_behavior, own_lookup_key, rest)| {
                let (every, meter, trial_days) = time;
                let (nickname, active, metadata, credits) = rest;
                let rest = Price { nickname, active, metadata, ..Price::default() };
                PriceDraft {
                    currency,
                    shape,
                    every,
                    meter,
                    trial_days,
                    transform_quantity,
                    options,
                    tax_behavior,
                    own_lookup_key,
                    credits,
                    rest,
                }
            },
        )
}

impl PriceDraft {
    /// Makes the price, with what goes together only.
    pub fn settle(self, product: &str, key: &str, meters: &[String]) -> Price {
        let custom = matches!(self.shape, Shape::Custom(_));
        let tiered = matches!(self.shape, Shape::Tiered { .. });
        let every = match (&self.shape, self.every) {
            (Shape::Custom(_), _) => None,
            // Stripe has tiers for what is paid again and again.
            (Shape::Tiered { .. }, None) => Some("month".to_owned()),
            (_, every) => every,
        };
        let meter = self.meter.filter(|_| every.is_some() && !meters.is_empty());
        let meter = meter.map(|index| index.get(meters).clone());
        let mut price = Price {
            trial_days: self.trial_days.filter(|_| every.is_some() && meter.is_none()),
            credits: self.credits.filter(|_| meter.is_none()),
            transform_quantity: self.transform_quantity.filter(|_| !tiered && !custom),
            lookup_key: self.own_lookup_key.then(|| format!("{product}:{key} x")),
            env: self.own_lookup_key.then(|| EnvName(format!("PRICE_{}", variable(product, key)))),
            tax_behavior: self.tax_behavior,
            every,
            meter,
            ..self.rest
        };
        let amounts = self.shape.amounts(self.currency, None);
        price.amount = amounts.amount;
        price.tiers = amounts.tiers;
        price.custom_unit_amount = amounts.custom_unit_amount;
        if let Shape::Tiered { mode, .. } = &self.shape {
            price.tiers_mode = Some(*mode);
        }
        let options: BTreeMap<_, _> =
            self.options.into_iter().map(|(currency, sums, tax)| (currency, (sums, tax))).collect();
        for (currency, (sums, tax_behavior)) in options {
            if currency != self.currency {
                let option = CurrencyOption { tax_behavior, ..self.shape.amounts(currency, Some(&sums)) };
                price.currency_options.insert(currency.to_string(), option);
            }
        }
        price
    }
}

/// A name for a variable that no other price has.
fn variable(product: &str, key: &str) -> String {
    format!("{product}__{key}")
        .bytes()
        .map(|byte| match byte {
            b'-' => "_H".to_owned(),
            other => char::from(other).to_ascii_uppercase().to_string(),
        })
        .collect()
}

impl Shape {
    /// The amounts in a currency; with other sums for a currency option.
    fn amounts(&self, currency: Currency, others: Option<&[Sum]>) -> CurrencyOption {
        let mut option = CurrencyOption::default();
        match self {
            Shape::PerUnit(own) => {
                let sum = others.and_then(<[Sum]>::first).unwrap_or(own);
                option.amount = Some(sum.rate(currency));
            }
            Shape::Tiered { steps, sums, .. } => {
                option.tiers = Some(tiers(steps, others.unwrap_or(sums), currency));
            }
            Shape::Custom(sums) => {
                let sums = others.map_or(sums.as_slice(), |others| &others[..3]);
                option.custom_unit_amount = Some(custom(sums, currency));
            }
        }
        option
    }
}

fn tiers(steps: &[i64], sums: &[Sum], currency: Currency) -> Vec<Tier> {
    let mut end = 0;
    let mut ends: Vec<UpTo> = steps
        .iter()
        .map(|step| {
            end += step;
            UpTo::Units(end)
        })
        .collect();
    ends.push(UpTo::Text("inf".to_owned()));
    let one = |(index, up_to): (usize, UpTo)| {
        let (unit, flat) = (&sums[index * 2], &sums[index * 2 + 1]);
        // Which of the two amounts a tier has.
        let (amount, flat) = match unit.minor() % 3 {
            0 => (Some(unit.rate(currency)), None),
            1 => (None, Some(flat.rate(currency))),
            _ => (Some(unit.rate(currency)), Some(flat.rate(currency))),
        };
        Tier { up_to, amount, flat }
    };
    ends.into_iter().enumerate().map(one).collect()
}

fn custom(sums: &[Sum], currency: Currency) -> CustomUnitAmount {
    let mut sorted: Vec<&Sum> = sums.iter().collect();
    sorted.sort_by_key(|sum| sum.minor());
    let given = |index: usize, bit: i64| -> Option<Amount> {
        ((sums[0].minor() / 10) & bit == 0).then(|| sorted[index].whole(currency))
    };
    CustomUnitAmount {
        currency: Some(currency.to_string()),
        minimum: given(0, 1),
        preset: given(1, 2),
        maximum: given(2, 4),
    }
}
