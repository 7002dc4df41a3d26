//! Random products.

use std::collections::BTreeMap;

use billctl::billing::catalog::file::{
    EnvName, FreeCredits, FreeCreditsExpiry, FreeCreditsPeriod, Limit, LimitMax, PackageDimensions, Price,
    Product,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::prices::{PriceDraft, price};
use super::words::{free_text, key, metadata, mostly_true, sum, web_address};

/// A product before it is known which meters and features there are.
#[derive(Debug, Clone)]
pub struct ProductDraft {
    own_id: bool,
    features: Vec<Index>,
    prices: BTreeMap<String, PriceDraft>,
    default_price: Option<Index>,
    rest: Product,
}

pub fn product() -> impl Strategy<Value = ProductDraft> {
    let shown = (
        free_text(1, 40),
        prop::option::of(free_text(1, 60)),
        prop::collection::vec(web_address(), 0..3),
        prop::option::of("[a-z]{1,12}"),
        prop::option::of("[A-Za-z][A-Za-z0-9 ]{3,18}[A-Za-z0-9]"),
        prop::option::of(web_address()),
        prop::collection::vec(free_text(1, 30), 0..3),
    );
    let tax_code = prop::option::of(select(vec!["txcd_10103001", "txcd_10000000"]).prop_map(str::to_owned));
    let size =
        || (1..10_000_i64).prop_map(|hundredths| rust_decimal::Decimal::new(hundredths, 2).to_string());
    let dimensions = (size(), size(), size(), size())
        .prop_map(|(height, length, weight, width)| PackageDimensions { height, length, weight, width });
    let goods =
        (tax_code, prop::option::of(any::<bool>()), prop::option::of(dimensions), mostly_true(), metadata());
    let links = (
        any::<bool>(),
        prop::collection::vec(any::<Index>(), 0..3),
        prop::collection::btree_map(key(), price(), 0..4),
        prop::option::of(any::<Index>()),
    );
    (shown, goods, plan(), links).prop_map(|(shown, goods, plan, links)| {
        let (name, description, images, unit_label, statement_descriptor, url, marketing_features) = shown;
        let (tax_code, shippable, package_dimensions, active, metadata) = goods;
        let (own_id, features, prices, default_price) = links;
        let rest = Product {
            name: Some(name),
            description,
            images,
            unit_label,
            statement_descriptor,
            tax_code,
            url,
            marketing_features,
            shippable,
            package_dimensions,
            active,
            metadata,
            ..plan
        };
        ProductDraft { own_id, features, prices, default_price, rest }
    })
}

/// What only billctl knows of a product.
fn plan() -> impl Strategy<Value = Product> {
    let paid = |max: &str, credits| Limit {
        max: LimitMax::Text(max.to_owned()),
        per: None,
        time_zone: None,
        credits,
        kind: None,
    };
    let limit = prop_oneof![
        Just(paid("unlimited", None)),
        prop::option::of(1..9_i64).prop_map(move |credits| paid("credits", credits)),
        (0..1000_i64, select(vec!["month", "period", "30 days", "12 hours"])).prop_map(|(max, per)| {
            Limit {
                max: LimitMax::Count(max),
                per: Some(per.to_owned()),
                time_zone: None,
                credits: None,
                kind: None,
            }
        }),
    ];
    let period = select(vec![FreeCreditsPeriod::Month, FreeCreditsPeriod::Period]);
    let expires = select(vec![FreeCreditsExpiry::Never, FreeCreditsExpiry::PeriodEnd]);
    let credits = (1..1000_i64, period, expires).prop_map(|(credits, per, expires)| FreeCredits {
        credits,
        per,
        expires,
    });
    (
        prop::bool::weighted(0.2),
        prop::option::of(0..9_i64),
        prop::collection::btree_map(key(), limit, 0..2),
        prop::option::of(credits),
        prop::collection::btree_map(key(), sum(), 0..2),
    )
        .prop_map(|(default_plan, rank, limits, free_credits, rates)| Product {
            default_plan,
            rank,
            limits,
            free_credits,
            rates: rates.into_iter().map(|(key, sum)| (key, sum.rate("usd".parse().unwrap()))).collect(),
            ..Product::default()
        })
}

impl ProductDraft {
    /// Makes the product, with references to what there is.
    pub fn settle(self, key: &str, meters: &[String], features: &[String]) -> Product {
        let mut product = self.rest;
        let chosen = self.features.iter().filter(|_| !features.is_empty());
        for feature in chosen.map(|index| index.get(features)) {
            if !product.features.contains(feature) {
                product.features.push(feature.clone());
            }
        }
        if product.default_plan {
            // Without prices it lives only in the file.
            product.active = None;
            return product;
        }
        if self.own_id {
            product.id = Some(format!("own.{key}"));
            product.env = Some(EnvName(format!("PRODUCT_{}", key.to_uppercase().replace('-', "_H"))));
        }
        product.prices = self
            .prices
            .into_iter()
            .map(|(name, draft)| (name.clone(), draft.settle(key, &name, meters)))
            .collect();
        let active = |price: &Price| price.active != Some(false);
        let candidates: Vec<&String> =
            product.prices.iter().filter(|(_, price)| active(price)).map(|(name, _)| name).collect();
        let default = self.default_price.filter(|_| !candidates.is_empty());
        product.default_price = default.map(|index| (*index.get(&candidates)).clone());
        product
    }
}
