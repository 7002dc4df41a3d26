//! Movements of recurring revenue: what a customer came to a month before and after.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::life::{Subscription, life};

/// What a change of what a customer comes to is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// From nothing, for the first time.
    New,
    Expansion,
    Contraction,
    /// To nothing.
    Churn,
    /// From nothing, after it had come to something before.
    Reactivation,
}

impl Kind {
    pub const ALL: [Kind; 5] =
        [Kind::New, Kind::Expansion, Kind::Contraction, Kind::Churn, Kind::Reactivation];

    /// As it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Kind::New => "new",
            Kind::Expansion => "expansion",
            Kind::Contraction => "contraction",
            Kind::Churn => "churn",
            Kind::Reactivation => "reactivation",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no kind of movement.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no movement of recurring revenue")]
pub struct UnknownKind(pub String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Kind, UnknownKind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| UnknownKind(text.to_owned()))
    }
}

/// A change of what a customer comes to a month in a currency; minor units, seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    pub currency: String,
    pub at: i64,
    pub kind: Kind,
    pub before: i64,
    pub after: i64,
    /// The subscriptions that changed, by id.
    pub subscriptions: Vec<String>,
}

impl Movement {
    /// How much it is, whichever way; minor units a month.
    pub fn amount(&self) -> i64 {
        (self.after - self.before).saturating_abs()
    }
}

/// The movements of a customer, by currency and time. What its subscriptions do in one second is one movement, so that a
/// subscription that takes the place of another is no churn.
pub fn movements(subscriptions: &[Subscription]) -> Vec<Movement> {
    let mut changes: BTreeMap<(&str, i64), Vec<(&str, i64)>> = BTreeMap::new();
    for subscription in subscriptions {
        let mut before = 0;
        for point in life(subscription) {
            let change = (subscription.id.as_str(), point.amount - before);
            changes.entry((subscription.currency.as_str(), point.at)).or_default().push(change);
            before = point.amount;
        }
    }
    let mut movements = Vec::new();
    let mut stands: BTreeMap<&str, (i64, bool)> = BTreeMap::new();
    for ((currency, at), changed) in changes {
        let (before, was_there) = stands.get(currency).copied().unwrap_or((0, false));
        let after = changed.iter().fold(before, |sum, (_, change)| sum.saturating_add(*change));
        stands.insert(currency, (after, was_there || after != 0));
        let kind = match (before, after) {
            (before, after) if before == after => continue,
            (0, _) if was_there => Kind::Reactivation,
            (0, _) => Kind::New,
            (_, 0) => Kind::Churn,
            (before, after) if before < after => Kind::Expansion,
            (_, _) => Kind::Contraction,
        };
        let mut subscriptions: Vec<String> = changed.iter().map(|(id, _)| (*id).to_owned()).collect();
        subscriptions.sort_unstable();
        movements.push(Movement { currency: currency.to_owned(), at, kind, before, after, subscriptions });
    }
    movements
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::metrics::Step;

    fn subscription(id: &str, currency: &str, from: i64, to: Option<i64>, monthly: i64) -> Subscription {
        Subscription {
            id: id.to_owned(),
            currency: currency.to_owned(),
            status: if to.is_some() { "canceled" } else { "active" }.to_owned(),
            counts: to.is_none(),
            monthly,
            started_at: from,
            trial_start: None,
            trial_end: None,
            ended_at: to,
            known_at: 10_000,
            steps: Vec::new(),
        }
    }

    fn check(subscriptions: &[Subscription], expected: &[(i64, Kind, i64)]) {
        let found: Vec<(i64, Kind, i64)> = movements(subscriptions)
            .into_iter()
            .map(|movement| (movement.at, movement.kind, movement.amount()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_customer_comes_grows_shrinks_goes_and_comes_back() {
        let first = Subscription {
            steps: vec![
                Step { at: 200, origin: "evt_1".to_owned(), before: Some(50), after: 90 },
                Step { at: 300, origin: "evt_2".to_owned(), before: Some(90), after: 60 },
            ],
            ..subscription("sub_1", "usd", 100, Some(400), 60)
        };
        let second = subscription("sub_2", "usd", 500, None, 20);
        check(
            &[first, second],
            &[
                (100, Kind::New, 50),
                (200, Kind::Expansion, 40),
                (300, Kind::Contraction, 30),
                (400, Kind::Churn, 60),
                (500, Kind::Reactivation, 20),
            ],
        );
    }

    #[test]
    fn a_second_subscription_is_an_expansion_and_one_in_the_place_of_another_only_its_difference() {
        let both = [
            subscription("sub_1", "usd", 100, Some(300), 50),
            subscription("sub_2", "usd", 200, None, 20),
            subscription("sub_3", "usd", 300, None, 80),
        ];
        check(&both, &[(100, Kind::New, 50), (200, Kind::Expansion, 20), (300, Kind::Expansion, 30)]);
        assert_eq!(movements(&both)[2].subscriptions, ["sub_1", "sub_3"]);
    }

    #[test]
    fn currencies_are_kept_apart() {
        let both =
            [subscription("sub_1", "usd", 100, Some(300), 50), subscription("sub_2", "eur", 200, None, 20)];
        check(&both, &[(200, Kind::New, 20), (100, Kind::New, 50), (300, Kind::Churn, 50)]);
    }

    #[test]
    fn every_kind_is_read_by_its_name() {
        for kind in Kind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert!("growth".parse::<Kind>().is_err());
    }
}
