//! README.md and docs/: every page is followed as its reader would, every command and link in it exists, and what is
//! said of keys and flags is what billing.schema.json and `--help` say.
//!
//! `BILLCTL_REFRESH=1 cargo test --test it docs` writes what commands say, and the tables of keys and flags, anew.

mod commands; // what is typed has to exist
mod follow; // a page run from top to bottom
mod links; // what is pointed at has to be there
mod page; // Markdown, as far as a page needs it
mod reference; // tables written from the program itself

use follow::follow;
use page::Page;

/// All pages. A test for each follows it; another holds this list against docs/.
const PAGES: [&str; 23] = [
    "README.md",
    "docs/README.md",
    "docs/alerts.md",
    "docs/catalog.md",
    "docs/checkout.md",
    "docs/commands.md",
    "docs/credits.md",
    "docs/customers.md",
    "docs/emulator.md",
    "docs/events.md",
    "docs/figures.md",
    "docs/mirror.md",
    "docs/money-reports.md",
    "docs/payments.md",
    "docs/plan-and-sync.md",
    "docs/profiles-and-keys.md",
    "docs/recipes.md",
    "docs/reports.md",
    "docs/runbooks.md",
    "docs/store.md",
    "docs/subscriptions.md",
    "docs/usage.md",
    "docs/webhooks.md",
];

#[test]
fn the_readme_does_what_it_says() {
    follow("README.md");
}

#[test]
fn the_page_of_the_catalog_does_what_it_says() {
    follow("docs/catalog.md");
}

#[test]
fn the_page_of_alerts_does_what_it_says() {
    follow("docs/alerts.md");
}

#[test]
fn the_page_of_reports_about_money_does_what_it_says() {
    follow("docs/money-reports.md");
}

#[test]
fn the_page_of_checkout_does_what_it_says() {
    follow("docs/checkout.md");
}

#[test]
fn the_page_of_credits_does_what_it_says() {
    follow("docs/credits.md");
}

#[test]
fn the_page_of_usage_does_what_it_says() {
    follow("docs/usage.md");
}

#[test]
fn the_page_of_reports_does_what_it_says() {
    follow("docs/reports.md");
}

#[test]
fn the_page_of_customers_does_what_it_says() {
    follow("docs/customers.md");
}

#[test]
fn the_page_of_payments_does_what_it_says() {
    follow("docs/payments.md");
}

#[test]
fn the_page_of_the_emulator_does_what_it_says() {
    follow("docs/emulator.md");
}

#[test]
fn the_page_of_the_mirror_does_what_it_says() {
    follow("docs/mirror.md");
}

#[test]
fn the_page_of_events_does_what_it_says() {
    follow("docs/events.md");
}

#[test]
fn the_page_of_plans_does_what_it_says() {
    follow("docs/plan-and-sync.md");
}

#[test]
fn the_page_of_keys_does_what_it_says() {
    follow("docs/profiles-and-keys.md");
}

#[test]
fn the_recipes_do_what_they_say() {
    follow("docs/recipes.md");
}

#[test]
fn the_runbooks_do_what_they_say() {
    follow("docs/runbooks.md");
}

#[test]
fn the_page_of_books_and_mirror_does_what_it_says() {
    follow("docs/store.md");
}

#[test]
fn the_page_of_subscriptions_does_what_it_says() {
    follow("docs/subscriptions.md");
}

#[test]
fn the_page_of_webhooks_does_what_it_says() {
    follow("docs/webhooks.md");
}

#[test]
fn pages_without_a_test_of_their_own_run_nothing() {
    let followed = [
        "README.md",
        "docs/alerts.md",
        "docs/catalog.md",
        "docs/checkout.md",
        "docs/credits.md",
        "docs/customers.md",
        "docs/emulator.md",
        "docs/events.md",
        "docs/mirror.md",
        "docs/money-reports.md",
        "docs/payments.md",
        "docs/plan-and-sync.md",
        "docs/profiles-and-keys.md",
        "docs/recipes.md",
        "docs/reports.md",
        "docs/runbooks.md",
        "docs/store.md",
        "docs/subscriptions.md",
        "docs/usage.md",
        "docs/webhooks.md",
    ];
    for path in PAGES.into_iter().filter(|path| !followed.contains(path)) {
        let blocks = Page::read(path).blocks();
        assert!(
            blocks.iter().all(|block| block.language != "console"),
            "{path} has commands that nobody runs"
        );
    }
}

#[test]
fn every_page_is_known() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");
    let entries = fs_err::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut pages: Vec<String> =
        names.filter(|name| name.ends_with(".md")).map(|name| format!("docs/{name}")).collect();
    pages.push("README.md".to_owned());
    pages.sort();
    assert_eq!(pages, PAGES);
}
