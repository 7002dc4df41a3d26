//! Products, and what they are as plans.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Checker;
use super::unique::{Namespace, Owner};
use crate::billing::catalog::file;
use crate::billing::catalog::model::{PackageDimensions, Price, Pricing, Product};
use crate::billing::catalog::nearest::suggest;
use crate::billing::catalog::path::At;
use crate::billing::catalog::problem::{Finding, On, Place};

/// Stripe's longest marketing feature, in characters.
const MAX_MARKETING_FEATURE: usize = 80;

impl<'a> Checker<'a> {
    pub fn product(&mut self, at: &At<'_>, key: &'a str, product: &'a file::Product) -> Option<Product> {
        let local = product.default_plan && !self.has_prices(key) && product.stripe_id.is_none();
        if product.name.is_none() && !local {
            self.report(
                Finding::at("missing_key", at, "`name` is missing")
                    .hint("Add name = \"…\": customers see it"),
            );
        }
        let default = format!("{}_{key}", self.project);
        let (id, field) = self.identity(at, product.stripe_id.as_deref(), product.id.as_deref(), default);
        self.claim(Namespace::ProductId, id.clone(), Owner::new("products", key, field));
        self.texts(at, product);
        self.metadata(at, &product.metadata);
        if let Some(env) = &product.env {
            self.claim(Namespace::EnvName, env.0.as_str(), Owner::new("products", key, "env"));
            if local {
                self.report(
                    Finding::at(
                        "conflict",
                        &at.key("env"),
                        "this plan has no id: without prices it lives only in the file",
                    )
                    .hint("Remove env, or give it a price of 0.00 to have it in Stripe"),
                );
            }
        }
        let prices = self.prices(at, key, product);
        let default_price = self.default_price(at, product);
        self.product_features(at, product);
        if product.default_plan {
            self.free(at, product, &prices);
        }
        Some(Product {
            id,
            stripe_id: product.stripe_id.clone(),
            name: product.name.clone().unwrap_or_else(|| key.to_owned()),
            description: product.description.clone(),
            images: product.images.clone(),
            unit_label: product.unit_label.clone(),
            statement_descriptor: product.statement_descriptor.clone(),
            tax_code: product.tax_code.clone(),
            url: product.url.clone(),
            marketing_features: product.marketing_features.clone(),
            shippable: product.shippable,
            package_dimensions: self.dimensions(at, product.package_dimensions.as_ref()),
            active: product.active.unwrap_or(true),
            metadata: product.metadata.clone(),
            default_price,
            features: product.features.clone(),
            prices,
            default_plan: product.default_plan,
            rank: product.rank.unwrap_or_default(),
            limits: self.limits(at, product),
            free_credits: product.free_credits.clone(),
            rates: self.rates(at, product),
            env: product.env.as_ref().map(|env| env.0.clone()),
        })
    }

    /// At most one plan is the default, and plans that are ranked have a rank each.
    pub fn plans(&mut self) {
        let plans = &self.file.products;
        let place = |key: &str, field: &str| {
            let table = At::ROOT.key("products");
            let product = table.key(key);
            Place::Value(product.key(field).path(), On::Value)
        };
        let mut default: Option<&str> = None;
        let mut ranks: BTreeMap<i64, &str> = BTreeMap::new();
        for (key, product) in plans {
            if product.default_plan {
                match default {
                    None => default = Some(key),
                    Some(first) => {
                        let message = format!("`{first}` and `{key}` are both the default plan");
                        self.report(
                            Finding::of("duplicate", place(key, "default_plan"), message)
                                .hint("Keep default_plan = true in one of them")
                                .also(place(first, "default_plan"), "the other one"),
                        );
                    }
                }
            }
            let Some(rank) = product.rank else { continue };
            match ranks.get(&rank) {
                None => {
                    ranks.insert(rank, key);
                }
                Some(first) => self.report(
                    Finding::of(
                        "same_rank",
                        place(key, "rank"),
                        format!("`{first}` and `{key}` have the same rank"),
                    )
                    .hint("Give each plan its own: a change to a higher rank is an upgrade")
                    .also(place(first, "rank"), "the other one")
                    .as_warning(),
                ),
            }
        }
    }

    /// Whether the file gives a product prices, be they broken or not.
    fn has_prices(&self, product: &str) -> bool {
        let prices =
            self.known.get("products").and_then(|all| all.get(product)).and_then(|one| one.get("prices"));
        prices.and_then(serde_json::Value::as_object).is_some_and(|prices| !prices.is_empty())
    }

    fn texts(&mut self, at: &At<'_>, product: &file::Product) {
        if let Some(url) = &product.url {
            self.web_address(&at.key("url"), url);
        }
        let images = at.key("images");
        for (index, image) in product.images.iter().enumerate() {
            self.web_address(&images.index(index), image);
        }
        let marketing = at.key("marketing_features");
        for (index, text) in product.marketing_features.iter().enumerate() {
            let length = text.chars().count();
            if length == 0 || length > MAX_MARKETING_FEATURE {
                self.report(
                    Finding::at(
                        "too_long",
                        &marketing.index(index),
                        format!("the text has {length} characters"),
                    )
                    .hint("Stripe takes 1 to 80"),
                );
            }
        }
        if let Some(descriptor) = &product.statement_descriptor {
            let at = at.key("statement_descriptor");
            if let Some(bad) = descriptor.chars().find(|letter| {
                !letter.is_ascii() || letter.is_ascii_control() || "<>\\\"'*".contains(*letter)
            }) {
                self.report(
                    Finding::at("bad_value", &at, format!("a statement descriptor can't have `{bad}`"))
                        .hint("Use plain letters, digits and spaces"),
                );
            }
            if !descriptor.contains(|letter: char| letter.is_ascii_alphabetic()) {
                self.report(
                    Finding::at("bad_value", &at, "a statement descriptor needs a letter")
                        .hint("Write a name that customers know from their shopping"),
                );
            }
        }
    }

    fn prices(&mut self, at: &At<'_>, key: &'a str, product: &'a file::Product) -> BTreeMap<String, Price> {
        let table = at.key("prices");
        let mut prices = BTreeMap::new();
        for (price_key, price) in &product.prices {
            let at = table.key(price_key);
            self.key(&at, "prices", price_key);
            if let Some(price) = self.price(&at, key, price_key, price) {
                prices.insert(price_key.clone(), price);
            }
        }
        prices
    }

    fn default_price(&mut self, at: &At<'_>, product: &file::Product) -> Option<String> {
        let key = product.default_price.as_ref()?;
        let at = at.key("default_price");
        match product.prices.get(key) {
            None => {
                let keys = product.prices.keys().map(String::as_str);
                let hint = suggest(key, keys, "prices of this product");
                self.report(
                    Finding::at("unknown_reference", &at, format!("the product has no price `{key}`"))
                        .hint(hint),
                );
            }
            Some(price) if price.active == Some(false) => self.report(
                Finding::at("inactive_reference", &at, format!("the price `{key}` is not active"))
                    .hint("Stripe's default price must be active: choose another"),
            ),
            Some(_) => {}
        }
        Some(key.clone())
    }

    fn product_features(&mut self, at: &At<'_>, product: &file::Product) {
        let list = at.key("features");
        for (index, feature) in product.features.iter().enumerate() {
            let at = list.index(index);
            self.refers(&at, "features", feature, "feature");
            if product.features.iter().take(index).any(|earlier| earlier == feature) {
                self.report(
                    Finding::at("duplicate", &at, format!("the feature `{feature}` is listed twice"))
                        .hint("Remove one of the two"),
                );
            }
        }
    }

    /// A default plan is what subjects have who pay nothing.
    fn free(&mut self, at: &At<'_>, product: &file::Product, prices: &BTreeMap<String, Price>) {
        if product.active == Some(false) {
            self.report(
                Finding::at("conflict", &at.key("active"), "the default plan is archived")
                    .hint("Remove active = false, or make another plan the default"),
            );
        }
        let table = at.key("prices");
        for (key, price) in prices {
            if !is_zero(&price.pricing) {
                self.report(
                    Finding::at_key(
                        "paid_default_plan",
                        &table.key(key),
                        "the default plan has a price that costs something",
                    )
                    .hint("Subjects have the default plan without paying: remove the price or make it 0.00"),
                );
            }
        }
    }

    fn dimensions(
        &mut self,
        at: &At<'_>,
        written: Option<&file::PackageDimensions>,
    ) -> Option<PackageDimensions> {
        let written = written?;
        let at = at.key("package_dimensions");
        Some(PackageDimensions {
            height: self.dimension(&at.key("height"), &written.height)?,
            length: self.dimension(&at.key("length"), &written.length)?,
            weight: self.dimension(&at.key("weight"), &written.weight)?,
            width: self.dimension(&at.key("width"), &written.width)?,
        })
    }

    /// Stripe keeps two decimals of inches and ounces.
    fn dimension(&mut self, at: &At<'_>, text: &str) -> Option<Decimal> {
        let decimal = Decimal::from_str_exact(text).ok().map(|decimal| decimal.normalize());
        let valid = decimal
            .filter(|decimal| decimal.is_sign_positive() && !decimal.is_zero() && decimal.scale() <= 2);
        if valid.is_none() {
            self.report(
                Finding::at("bad_value", at, format!("`{text}` is not a size that Stripe takes"))
                    .hint("Write a decimal above 0 with at most two digits after the point, like \"12.5\""),
            );
        }
        valid
    }
}

fn is_zero(pricing: &Pricing) -> bool {
    let zero = |amount: Option<Decimal>| amount.is_none_or(|amount| amount.is_zero());
    match pricing {
        Pricing::PerUnit(rate) => rate.minor.is_zero(),
        Pricing::Tiered { tiers, .. } => tiers.iter().all(|tier| zero(tier.unit) && zero(tier.flat)),
        Pricing::Custom(_) => false,
    }
}
