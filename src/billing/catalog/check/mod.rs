//! Checks what a catalog means, and makes the model of it: every rule that Stripe would answer with an error,
//! or that would leave something unsellable, is checked here, before anything is sent.

mod alerts;
mod basics;
mod coupon;
mod limit;
mod portal;
mod price;
mod pricing;
mod product;
mod project;
mod template;
mod text;
mod unique;
mod webhook;

use std::collections::BTreeMap;

use serde_json::Value;

use self::unique::Unique;
use super::file::BillingFile;
use super::model::Catalog;
use super::nearest::suggest;
use super::path::At;
use super::problem::Finding;

/// Checks a file and makes its catalog.
///
/// `known` is the document before anything wrong was taken out of it, so that a reference to a broken resource is
/// not called unknown. The catalog is whole only where nothing was found.
pub fn check(file: &BillingFile, known: &Value, profile: Option<&str>) -> (Catalog, Vec<Finding>) {
    let live = profile.and_then(|name| file.profiles.get(name)).is_some_and(|profile| profile.live);
    let project = file.project.as_ref().map_or("", |project| project.name.as_str());
    let mut checker = Checker { file, known, project, live, unique: Unique::default(), findings: Vec::new() };
    checker.settings();
    if file.project.is_none() && known.get("project").is_none() {
        checker.report(
            Finding::at("missing_key", &At::ROOT, "`[project]` is missing")
                .hint("Add [project] with name = \"…\": it marks in Stripe what is yours"),
        );
    }
    let catalog = Catalog {
        project: project.to_owned(),
        meters: checker.table("meters", &file.meters, Checker::meter),
        features: checker.table("features", &file.features, Checker::feature),
        tax_rates: checker.table("tax_rates", &file.tax_rates, Checker::tax_rate),
        products: checker.table("products", &file.products, Checker::product),
        coupons: checker.table("coupons", &file.coupons, Checker::coupon),
        promotion_codes: checker.table("promotion_codes", &file.promotion_codes, Checker::promotion_code),
        portals: checker.table("portals", &file.portals, Checker::portal),
        webhook_endpoints: checker.table(
            "webhook_endpoints",
            &file.webhook_endpoints,
            Checker::webhook_endpoint,
        ),
    };
    checker.plans();
    checker.count_endpoints();
    (catalog, checker.findings)
}

/// Checks profiles, links and policy alone.
pub fn check_settings(file: &BillingFile, known: &Value) -> Vec<Finding> {
    let mut checker =
        Checker { file, known, project: "", live: false, unique: Unique::default(), findings: Vec::new() };
    checker.settings();
    checker.findings
}

struct Checker<'a> {
    file: &'a BillingFile,
    known: &'a Value,
    project: &'a str,
    /// Whether the catalog is meant for a live account.
    live: bool,
    unique: Unique<'a>,
    findings: Vec<Finding>,
}

impl<'a> Checker<'a> {
    fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Checks every resource of a table. One that can't be made, because something is wrong with it, is left out.
    fn table<F, M>(
        &mut self,
        name: &'static str,
        resources: &'a BTreeMap<String, F>,
        check: fn(&mut Checker<'a>, &At<'_>, &'a str, &'a F) -> Option<M>,
    ) -> BTreeMap<String, M> {
        let table = At::ROOT.key(name);
        let mut made = BTreeMap::new();
        for (key, resource) in resources {
            let at = table.key(key);
            self.key(&at, name, key);
            if let Some(model) = check(self, &at, key, resource) {
                made.insert(key.clone(), model);
            }
        }
        made
    }

    /// Whether a table of the file has a key, be it broken or not; if not, says which was meant.
    fn refers(&mut self, at: &At<'_>, table: &str, key: &str, noun: &str) -> bool {
        let known = self.known.get(table).and_then(Value::as_object);
        if known.is_some_and(|known| known.contains_key(key)) {
            return true;
        }
        let keys = known.into_iter().flat_map(|known| known.keys().map(String::as_str));
        let hint = suggest(key, keys, table);
        self.report(Finding::at("unknown_reference", at, format!("there is no {noun} `{key}`")).hint(hint));
        false
    }
}
