//! What was recorded and what Stripe counted, side by side.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::Window;
use crate::store::books::{Adding, PushState, Standing};

/// What records of a customer come to in a stretch of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// All that counts.
    pub recorded: i64,
    /// Of it what Stripe has.
    pub sent: i64,
    /// Of it what it doesn't have, by reason, with the number of records.
    pub missing: BTreeMap<String, (i64, i64)>,
    /// The places of the latest records that make up the two values, where the latest alone counts.
    latest: (i64, i64),
}

/// What was recorded of a customer, by the first second of each stretch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    pub subjects: BTreeSet<String>,
    pub cells: BTreeMap<i64, Cell>,
}

/// The records of a meter, by customer.
#[derive(Debug)]
pub struct Compare {
    adding: Adding,
    pub customers: BTreeMap<String, Counted>,
    pub records: i64,
    /// Records of subjects that are no customers: Stripe can't know of them.
    pub without_customer: i64,
}

impl Compare {
    pub fn new(adding: Adding) -> Compare {
        Compare { adding, customers: BTreeMap::new(), records: 0, without_customer: 0 }
    }

    /// Adds what records of a standing come to.
    pub fn add(&mut self, customer: Option<String>, standing: Standing) {
        let Standing { subject, customer: _, starts_at, state, error_code, value, records, latest } =
            standing;
        self.records += records;
        let Some(customer) = customer else {
            self.without_customer += records;
            return;
        };
        // It counts on neither side.
        if state == Some(PushState::Canceled) {
            return;
        }
        let counted = self.customers.entry(customer).or_default();
        counted.subjects.insert(subject);
        let cell = counted.cells.entry(starts_at).or_default();
        let is_sent = state == Some(PushState::Sent);
        match self.adding {
            Adding::Sum | Adding::Count => {
                cell.recorded += value;
                cell.sent += if is_sent { value } else { 0 };
            }
            Adding::Last => {
                if latest > cell.latest.0 {
                    (cell.recorded, cell.latest.0) = (value, latest);
                }
                if is_sent && latest > cell.latest.1 {
                    (cell.sent, cell.latest.1) = (value, latest);
                }
            }
        }
        if !is_sent {
            let reason = match (state, error_code) {
                (None, _) => "not pushed".to_owned(),
                (Some(PushState::Rejected), Some(code)) => code,
                (Some(state), _) => state.name().to_owned(),
            };
            let (sum, number) = cell.missing.entry(reason).or_default();
            *sum += value;
            *number += records;
        }
    }
}

/// A stretch of time in which the two sides differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub metric: String,
    pub subject: String,
    pub customer: String,
    pub from: i64,
    pub until: i64,
    pub recorded: i64,
    pub stripe: Decimal,
    pub missing: BTreeMap<String, (i64, i64)>,
    /// What is left of the difference once all that Stripe doesn't have is taken off: what it counted beside our records, or
    /// lost of them, or did not count yet.
    pub unexplained: Decimal,
}

impl Difference {
    /// In which order they are shown.
    pub fn place(&self) -> (&str, &str, i64) {
        (&self.metric, &self.customer, self.from)
    }
}

/// Where what was recorded of a customer differs from what Stripe counted.
pub fn difference(
    metric: &str,
    customer: &str,
    counted: &Counted,
    stripes: &BTreeMap<i64, Decimal>,
    window: Window,
) -> Vec<Difference> {
    let starts: BTreeSet<i64> = counted.cells.keys().chain(stripes.keys()).copied().collect();
    let subject = counted.subjects.first().cloned().unwrap_or_default();
    let nothing = Cell::default();
    starts
        .into_iter()
        .filter_map(|from| {
            let cell = counted.cells.get(&from).unwrap_or(&nothing);
            let stripe = stripes.get(&from).copied().unwrap_or_default();
            (stripe != Decimal::from(cell.recorded)).then(|| Difference {
                metric: metric.to_owned(),
                subject: subject.clone(),
                customer: customer.to_owned(),
                from,
                until: from + window.stretch(),
                recorded: cell.recorded,
                stripe,
                missing: cell.missing.clone(),
                unexplained: stripe - Decimal::from(cell.sent),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Window = Window { from: 0, until: 60, by: None };

    fn standing(state: Option<PushState>, code: Option<&str>, value: i64, latest: i64) -> Standing {
        Standing {
            subject: "u_1".to_owned(),
            customer: None,
            starts_at: 0,
            state,
            error_code: code.map(str::to_owned),
            value,
            records: 1,
            latest,
        }
    }

    #[track_caller]
    fn check(adding: Adding, standings: Vec<Standing>, stripe: i64, expected: Option<(i64, &[&str], i64)>) {
        let mut compare = Compare::new(adding);
        for standing in standings {
            compare.add(Some("cus_1".to_owned()), standing);
        }
        let counted = &compare.customers["cus_1"];
        let found = difference("calls", "cus_1", counted, &[(0, Decimal::from(stripe))].into(), WINDOW);
        let found = found.first().map(|found| {
            let missing: Vec<String> =
                found.missing.iter().map(|(reason, (value, _))| format!("{reason} {value}")).collect();
            (found.recorded, missing, found.unexplained)
        });
        let expected = expected.map(|(recorded, missing, unexplained)| {
            let missing: Vec<String> = missing.iter().map(|text| (*text).to_owned()).collect();
            (recorded, missing, Decimal::from(unexplained))
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn what_was_not_sent_explains_what_stripe_lacks() {
        let sent = || standing(Some(PushState::Sent), None, 5, 1);
        check(Adding::Sum, vec![sent()], 5, None);
        check(Adding::Sum, vec![sent(), standing(None, None, 3, 2)], 5, Some((8, &["not pushed 3"], 0)));
        let refused = standing(Some(PushState::Rejected), Some("no_meter"), 2, 2);
        check(Adding::Sum, vec![sent(), refused], 4, Some((7, &["no_meter 2"], -1)));
        check(Adding::Sum, vec![sent()], 9, Some((5, &[], 4)));
        check(Adding::Sum, vec![sent(), standing(Some(PushState::Canceled), None, 3, 2)], 5, None);
    }

    #[test]
    fn of_a_meter_that_keeps_the_last_the_latest_counts() {
        let sent = || standing(Some(PushState::Sent), None, 5, 10);
        check(Adding::Last, vec![sent(), standing(Some(PushState::Sent), None, 9, 4)], 5, None);
        check(Adding::Last, vec![sent(), standing(None, None, 7, 11)], 5, Some((7, &["not pushed 7"], 0)));
    }
}
