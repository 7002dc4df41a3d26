//! Catalogs that are too large, too many, too deep.

use std::path::Path;

use billctl::billing::catalog::Document;
use billctl::render;

use super::{assert_places, problems_of};

#[test]
fn a_catalog_of_a_hundred_thousand_products_is_refused_at_the_first_too_many() {
    let mut text = "[project]\nname = \"big\"\n[products]\n".to_owned();
    for number in 0..100_000 {
        text.push_str(&format!("p{number} = {{ name = \"P\" }}\n"));
    }
    let problems = problems_of(text.as_bytes());
    let [problem] = problems.list.as_slice() else { panic!("{}", problems.list.len()) };
    assert_eq!(problem.message, "the catalog has 100000 resources; 50000 are allowed");
    assert_eq!(problem.position.line, 50_004);
    assert_eq!(problem.path, "products.p50000");
}

#[test]
fn a_catalog_that_is_too_large_is_refused_before_it_is_read() {
    let text = vec![b'#'; billctl::billing::catalog::MAX_BYTES + 1];
    let problems = problems_of(&text);
    assert_eq!(problems.list.len(), 1);
    assert_eq!(problems.list[0].message, "the catalog is larger than 16 MiB");
}

#[test]
fn more_than_stripe_takes_is_refused() {
    let mut text =
        "[project]\nname = \"shop\"\n[portals.main.subscription_update]\nallow = [\"price\"]\n".to_owned();
    for number in 0..11 {
        text.push_str(&format!("products.p{number} = [\"monthly\"]\n"));
    }
    for number in 0..11 {
        text.push_str(&format!("[products.p{number}]\nname = \"P\"\n"));
        text.push_str("prices.monthly = { amount = \"1.00 usd\", every = \"month\" }\n");
    }
    for number in 0..17 {
        text.push_str(&format!("[webhook_endpoints.e{number:02}]\nurl = \"https://example.com/{number}\"\n"));
        text.push_str("enabled_events = [\"*\"]\n");
    }
    let problems = problems_of(text.as_bytes());
    let said: Vec<(&str, &str)> =
        problems.list.iter().map(|problem| (problem.path.as_str(), problem.message.as_str())).collect();
    assert_eq!(
        said,
        [
            ("portals.main.subscription_update.products", "the portal offers 11 products"),
            ("webhook_endpoints.e16", "there are 17 webhook endpoints"),
        ]
    );
}

#[test]
fn includes_nest_only_so_deep() {
    let read = |path: &Path| {
        let number: u32 = path.file_stem().unwrap().to_str().unwrap().parse().unwrap();
        Ok(format!("include = [\"{}.toml\"]\n", number + 1).into_bytes())
    };
    let problems = Document::read(&read, Path::new("1.toml")).unwrap().problems();
    let deep = problems.list.iter().find(|problem| problem.code == "include_depth").unwrap();
    assert_eq!(problems.file(deep), "16.toml");
}

#[test]
fn keys_without_end_are_no_danger() {
    for text in ["a.".repeat(50_000) + "b = 1", "[".repeat(50_000), "a = ".to_owned() + &"[".repeat(50_000)] {
        let problems = problems_of(text.as_bytes());
        assert!(!problems.list.is_empty());
        assert_places(&problems);
    }
}

#[test]
fn only_the_first_fifty_problems_are_shown() {
    let text: String = (0..60).map(|number| format!("key{number} = 1\n")).collect();
    let shown = render::problems(&problems_of(text.as_bytes()), false);
    assert_eq!(shown.matches("error: ").count(), 50);
    assert!(shown.ends_with("… and 10 more"), "{shown}");
}
