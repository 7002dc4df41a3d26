//! Products. Their prices have tables of their own.

use std::collections::BTreeMap;

use super::read::{Read, decimal, table};
use super::{Table, Unsayable};
use crate::billing::catalog::file::{PackageDimensions, Product};
use crate::billing::plan::field::Field;

pub fn product(read: &Read<'_>) -> Result<Table, Unsayable> {
    if read.raw("type").as_str() == Some("good") {
        read.leave_unsaid("its type `good`, which only old products have");
    }
    let identity = &read.source.identity;
    table(Product {
        id: identity.id.clone(),
        stripe_id: identity.stripe_id.clone(),
        name: read.text("name"),
        description: read.text("description"),
        images: read.texts("images"),
        unit_label: read.text("unit_label"),
        statement_descriptor: read.text("statement_descriptor"),
        tax_code: read.text("tax_code"),
        url: read.text("url"),
        marketing_features: marketing_features(read),
        shippable: match read.field("shippable") {
            Field::Bool(shippable) => Some(*shippable),
            _ => None,
        },
        package_dimensions: dimensions(read),
        active: read.off("active"),
        metadata: read.metadata(),
        default_price: default_price(read),
        features: read.source.features.clone(),
        // What only billctl knows, and Stripe has no place for.
        prices: BTreeMap::new(),
        default_plan: false,
        rank: None,
        limits: BTreeMap::new(),
        free_credits: None,
        rates: BTreeMap::new(),
        env: None,
    })
}

fn marketing_features(read: &Read<'_>) -> Vec<String> {
    let Field::List(features) = read.field("marketing_features") else { return Vec::new() };
    let name = |feature: &Field| match feature {
        Field::Map(entries) => match entries.get("name") {
            Some(Field::Text(name)) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    };
    features.iter().filter_map(name).collect()
}

fn dimensions(read: &Read<'_>) -> Option<PackageDimensions> {
    let Field::Map(sides) = read.field("package_dimensions") else { return None };
    let side = |name: &str| sides.get(name).and_then(decimal).map(|side| side.to_string());
    Some(PackageDimensions {
        height: side("height")?,
        length: side("length")?,
        weight: side("weight")?,
        width: side("width")?,
    })
}

/// The key of one of the product's own prices; another one, or one that is not in the file, stays as it is in Stripe.
fn default_price(read: &Read<'_>) -> Option<String> {
    let key = read.reference("default_price")?;
    let (product, price) = key.split_once('.')?;
    (product == read.source.address.key).then(|| price.to_owned())
}
