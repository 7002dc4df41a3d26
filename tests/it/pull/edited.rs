//! Pulling into a file that a person wrote.

use proptest::prelude::*;

use super::pure::{pull, request};
use crate::support::accounts::{Made, account};
use crate::support::catalogs::{cases, files, load, to_toml};

/// The text with a comment above every line that begins something.
fn commented(text: &str) -> String {
    let mut commented = String::new();
    for (number, line) in text.lines().enumerate() {
        if line.contains('=') || line.starts_with('[') {
            commented.push_str(&format!("# note {number}\n"));
        }
        commented.push_str(line);
        commented.push('\n');
    }
    commented
}

proptest! {
    #![proptest_config(cases(48))]
    #[test]
    fn a_file_that_says_what_stripe_has_stays_as_it_is(file in files()) {
        let text = commented(&to_toml(&file));
        let catalog = load(&text).catalog;
        let account = account(&catalog, Made::ByBillctl);
        let pulled = pull(&request(&account, &catalog.project), &text);
        prop_assert_eq!(&pulled.files, &[]);
        prop_assert_eq!(&pulled.missing, &[]);
    }

    #[test]
    fn a_file_that_says_something_else_is_changed_until_it_plans_to_nothing(file in files(), other in files()) {
        let other = billctl::billing::catalog::file::BillingFile { project: file.project.clone(), ..other };
        let text = commented(&to_toml(&file));
        let stripe = load(&to_toml(&other)).catalog;
        let account = account(&stripe, Made::ByBillctl);
        let request = request(&account, &stripe.project);
        let pulled = pull(&request, &text);
        prop_assert_eq!(&pulled.to_mark, &[]);
        if let Some(changed) = pulled.files.first() {
            let lost: Vec<&str> =
                text.lines().filter(|line| line.starts_with("# note") && !changed.text.lines().any(|other| other == *line)).collect();
            prop_assert!(lost.is_empty(), "{:?} of\n{}\nis lost in\n{}", lost, text, changed.text);
            prop_assert_eq!(&pull(&request, &changed.text).files, &[]);
        }
    }
}
