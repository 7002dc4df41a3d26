//! Random billing files that Stripe takes whole: every rule of the catalog is kept, every table and key is used.
//!
//! Parts are made independently of each other, and references are settled afterwards, so that a failing file
//! shrinks to a small one.

mod discounts;
mod portals;
mod prices;
mod products;
mod words;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use billctl::billing::catalog::file::{
    Aggregation, BillingFile, EventTimeWindow, Feature, Meter, Percent, Product, Project, TaxRate, TaxType,
    WebhookEndpoint,
};
use billctl::billing::catalog::{self, Loaded};
use proptest::prelude::*;
use proptest::sample::select;

use self::words::{free_text, key, metadata, mostly_true, web_address};

/// How many random files a test tries; `PROPTEST_CASES` overrules it. What fails is printed whole, not kept.
pub fn cases(count: u32) -> ProptestConfig {
    let standard = ProptestConfig::default();
    let overruled = standard.cases != 256;
    ProptestConfig {
        cases: if overruled { standard.cases } else { count },
        failure_persistence: None,
        ..standard
    }
}

/// The file as `billing.toml`.
pub fn to_toml(file: &BillingFile) -> String {
    toml::to_string(file).unwrap()
}

/// Reads a text as `billing.toml` without any file around it.
#[track_caller]
pub fn load(text: &str) -> Loaded {
    let read = |path: &Path| match path.to_str() {
        Some("billing.toml") => Ok(text.as_bytes().to_vec()),
        _ => Err(io::Error::from(io::ErrorKind::NotFound)),
    };
    match catalog::load(&read, Path::new("billing.toml"), None) {
        Ok(loaded) => loaded,
        Err(problems) => panic!("{:#}\nin\n{text}", problems.to_json()),
    }
}

/// Files with a project and a catalog; profiles are for the test to add.
pub fn files() -> impl Strategy<Value = BillingFile> {
    let tables = (
        prop::collection::btree_map(key(), meter(), 0..4),
        prop::collection::btree_map(key(), feature(), 0..4),
        prop::collection::btree_map(key(), tax_rate(), 0..3),
        prop::collection::btree_map(key(), products::product(), 0..5),
        prop::collection::btree_map(words::code(), discounts::coupon(), 0..4),
        prop::collection::btree_map(words::code(), discounts::promotion_code(), 0..4),
        prop::collection::btree_map(key(), portals::portal(), 0..3),
        prop::collection::btree_map(key(), webhook_endpoint(), 0..3),
    );
    let project = "[a-z][a-z0-9_-]{0,8}".prop_map(|name| Project { name, default_profile: None });
    (project, tables).prop_map(|(project, tables)| {
        let (meters, features, tax_rates, products, coupons, promotion_codes, portals, webhook_endpoints) =
            tables;
        let meters = named_events(meters);
        let live_meters: Vec<String> = keys(&meters, |meter| meter.active != Some(false));
        let features: BTreeMap<String, Feature> = features;
        let feature_keys: Vec<String> = features.keys().cloned().collect();
        let products: BTreeMap<String, Product> = products
            .into_iter()
            .map(|(key, draft)| (key.clone(), draft.settle(&key, &live_meters, &feature_keys)))
            .collect();
        let products = one_default_plan(products);
        let sold = keys(&products, |product| !product.default_plan);
        let coupons: BTreeMap<_, _> =
            coupons.into_iter().map(|(key, draft)| (key, draft.settle(&sold))).collect();
        let promotion_codes = discounts::settle_codes(promotion_codes, &coupons);
        let portals = portals.into_iter().map(|(key, draft)| (key, draft.settle(&products))).collect();
        BillingFile {
            project: Some(project),
            meters,
            features,
            tax_rates,
            products,
            coupons,
            promotion_codes,
            portals,
            webhook_endpoints,
            ..BillingFile::default()
        }
    })
}

fn keys<T>(table: &BTreeMap<String, T>, keep: impl Fn(&T) -> bool) -> Vec<String> {
    table.iter().filter(|(_, value)| keep(value)).map(|(key, _)| key.clone()).collect()
}

/// Event names are unique: they are made of the key where they are not the key.
fn named_events(meters: BTreeMap<String, Meter>) -> BTreeMap<String, Meter> {
    let name = |(key, mut meter): (String, Meter)| {
        meter.event_name = meter.event_name.map(|prefix| format!("{prefix}.{key}"));
        (key, meter)
    };
    meters.into_iter().map(name).collect()
}

/// At most one product is the default plan.
fn one_default_plan(mut products: BTreeMap<String, Product>) -> BTreeMap<String, Product> {
    let mut found = false;
    for product in products.values_mut().filter(|product| product.default_plan) {
        product.default_plan = !found;
        found = true;
    }
    products
}

fn meter() -> impl Strategy<Value = Meter> {
    let aggregation = select(vec![Aggregation::Sum, Aggregation::Count, Aggregation::Last]);
    let window = select(vec![EventTimeWindow::Hour, EventTimeWindow::Day]);
    (
        prop::option::of("[a-z_]{1,8}"),
        prop::option::of(free_text(1, 30)),
        prop::option::of(aggregation),
        prop::option::of("customer_[a-z]{1,5}"),
        prop::option::of("value_[a-z]{1,5}"),
        prop::option::of(window),
        mostly_true(),
    )
        .prop_map(
            |(event_name, display_name, aggregation, customer_key, value_key, event_time_window, active)| {
                Meter {
                    stripe_id: None,
                    event_name,
                    display_name,
                    aggregation,
                    customer_key,
                    value_key,
                    event_time_window,
                    active,
                }
            },
        )
}

fn feature() -> impl Strategy<Value = Feature> {
    (prop::option::of(free_text(1, 30)), metadata()).prop_map(|(name, metadata)| Feature {
        stripe_id: None,
        name,
        lookup_key: None,
        metadata,
    })
}

fn tax_rate() -> impl Strategy<Value = TaxRate> {
    let percentage = prop_oneof![
        (0..=100_i64).prop_map(Percent::Whole),
        "[0-9]{1,2}\\.[0-9]{1,4}".prop_map(Percent::Decimal),
    ];
    let tax_type = select(vec![TaxType::Vat, TaxType::SalesTax, TaxType::Gst]);
    (
        (free_text(1, 20), percentage, any::<bool>(), prop::option::of(free_text(1, 20))),
        prop::option::of(select(vec!["DE", "US", "FR"]).prop_map(str::to_owned)),
        prop::option::of(select(vec!["CA", "NY"]).prop_map(str::to_owned)),
        (prop::option::of(free_text(1, 20)), prop::option::of(tax_type), mostly_true(), metadata()),
    )
        .prop_map(|(head, country, state, (jurisdiction, tax_type, active, metadata))| {
            let (display_name, percentage, inclusive, description) = head;
            TaxRate {
                stripe_id: None,
                display_name,
                percentage,
                inclusive,
                description,
                country,
                state,
                jurisdiction,
                tax_type,
                active,
                metadata,
            }
        })
}

fn webhook_endpoint() -> impl Strategy<Value = WebhookEndpoint> {
    let types =
        vec!["invoice.paid", "customer.subscription.deleted", "checkout.session.completed", "price.created"];
    let some = prop::sample::subsequence(types, 1..=4).prop_shuffle();
    let events = prop_oneof![Just(vec!["*"]), some];
    let version = Just("2026-10-28.endive".to_owned());
    (
        web_address(),
        events,
        prop::option::of(free_text(1, 40)),
        prop::option::of(version),
        mostly_true(),
        metadata(),
    )
        .prop_map(|(url, events, description, api_version, active, metadata)| WebhookEndpoint {
            stripe_id: None,
            url,
            enabled_events: events.into_iter().map(str::to_owned).collect(),
            description,
            api_version,
            active,
            metadata,
        })
}

proptest! {
    #![proptest_config(cases(128))]
    #[test]
    fn every_random_file_is_a_catalog_without_a_problem(file in files()) {
        let text = to_toml(&file);
        prop_assert_eq!(load(&text).file, file);
    }
}
