//! Free credits: what a plan gives at the start of each period, once for each subject.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use sha2::{Digest as _, Sha256};

use super::request::{Expiry, Request, Wanted};
use super::{DEFAULT_KIND, EntryType};
use crate::billing::catalog::model::{Catalog, FreeCredits, FreeCreditsExpiry, FreeCreditsPeriod, Product};

/// A subscription that gives its plan now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub subscription: String,
    /// The Stripe id of the product that an item of it sells.
    pub product: String,
    /// The item's billing period, in seconds since 1970: from, and until before.
    pub period: Option<(i64, i64)>,
}

/// Whether any plan gives credits.
pub fn are_given(catalog: &Catalog) -> bool {
    catalog.products.values().any(|product| product.free_credits.is_some())
}

/// What a subject with these subscriptions is given at `now` (seconds since 1970), as bookings. Each has a key of its own for a
/// plan, subject and period, so that it can be booked at any time within that and is booked once. Who holds no plan of the
/// catalog has its default plan.
///
/// A calendar month is one in UTC. A billing period that is over, as far as is known, gives nothing: its credits were due
/// in it, and the next one is not known to be paid.
pub fn allowances(catalog: &Catalog, subject: &str, held: &[Held], now: i64) -> Vec<Request> {
    let is_held = |product: &Product| held.iter().any(|held| held.product == product.id);
    let any_held = catalog.products.values().any(|product| is_plan(product) && is_held(product));
    let mut due = Vec::new();
    for (key, product) in &catalog.products {
        let Some(free) = &product.free_credits else { continue };
        let subscription = held.iter().find(|held| held.product == product.id);
        if subscription.is_none() && (any_held || !product.default_plan) {
            continue;
        }
        let period = match (free.per, subscription) {
            (FreeCreditsPeriod::Month, _) | (FreeCreditsPeriod::Period, None) => month(now),
            (FreeCreditsPeriod::Period, Some(held)) => {
                held.period.and_then(|period| billing_period(period, now))
            }
        };
        due.extend(period.map(|period| booking(key, free, subject, subscription, &period)));
    }
    due
}

/// Something that is had, and not bought once.
fn is_plan(product: &Product) -> bool {
    product.default_plan || product.prices.values().any(|price| price.recurring.is_some())
}

struct Period {
    /// `2026-11`, or when it began.
    name: String,
    /// In seconds since 1970; no longer part of it.
    end: i64,
}

fn month(now: i64) -> Option<Period> {
    let now = Timestamp::from_second(now).ok()?.to_zoned(TimeZone::UTC);
    let first: Date = now.date().first_of_month();
    let next = first.checked_add(1.month()).ok()?.to_zoned(TimeZone::UTC).ok()?;
    let name = format!("{:04}-{:02}", first.year(), first.month());
    Some(Period { name, end: next.timestamp().as_second() })
}

fn billing_period((start, end): (i64, i64), now: i64) -> Option<Period> {
    let began = Timestamp::from_second(start).ok()?;
    (start <= now && now < end).then(|| Period { name: began.to_string(), end })
}

fn booking(plan: &str, free: &FreeCredits, subject: &str, held: Option<&Held>, period: &Period) -> Request {
    let FreeCredits { credits, per: _, expires } = free;
    Request {
        subject: subject.to_owned(),
        kind: DEFAULT_KIND.to_owned(),
        wanted: Wanted::Add {
            entry_type: EntryType::MonthlyGrant,
            amount: *credits,
            expiry: match expires {
                FreeCreditsExpiry::Never => None,
                FreeCreditsExpiry::PeriodEnd => Some(Expiry::At(period.end)),
            },
        },
        actor: "billctl".to_owned(),
        reason: format!("free credits of {plan}, {}", period.name),
        reference: held.map(|held| held.subscription.clone()),
        key: key(plan, &period.name, subject),
    }
}

/// A subject may be as long as a key, so a long one stands in it by its digest.
fn key(plan: &str, period: &str, subject: &str) -> String {
    const LONG: usize = 100;
    let whole = format!("free:{plan}:{period}:{subject}");
    if subject.chars().count() <= LONG {
        return whole;
    }
    format!("free:{plan}:{period}:sha256:{}", hex::encode(Sha256::digest(subject)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::catalog::Document;

    const CATALOG: &str = r#"
        [project]
        name = "shop"
        [products.free]
        default_plan = true
        free_credits = { credits = 100, per = "month" }
        [products.pro]
        name = "Pro"
        prices.monthly = { amount = "5.00 usd", every = "month" }
        free_credits = { credits = 500, per = "period", expires = "period_end" }
        [products.pack]
        name = "A pack"
        prices.once = { amount = "1.00 usd", credits = 10 }
    "#;

    fn catalog() -> Catalog {
        let read = |_: &std::path::Path| Ok(CATALOG.as_bytes().to_vec());
        Document::read(&read, std::path::Path::new("billing.toml")).unwrap().catalog(None).unwrap().catalog
    }

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    #[track_caller]
    fn check(held: &[(&str, &str, &str)], now: &str, expected: &[(&str, i64, Option<&str>)]) {
        let held: Vec<Held> = held
            .iter()
            .map(|(product, from, until)| Held {
                subscription: "sub_1".to_owned(),
                product: (*product).to_owned(),
                period: Some((at(from), at(until))),
            })
            .collect();
        let due = allowances(&catalog(), "u_1", &held, at(now));
        let told: Vec<_> = due
            .iter()
            .map(|request| match request.wanted {
                Wanted::Add { amount, expiry, .. } => {
                    (request.key.as_str(), amount, expiry.map(|expiry| expiry.of(0)))
                }
                _ => panic!("{request:?}"),
            })
            .collect();
        let expected: Vec<_> =
            expected.iter().map(|(key, amount, expiry)| (*key, *amount, expiry.map(at))).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn who_has_no_plan_has_the_default_one_and_its_credits_each_calendar_month() {
        check(&[], "2026-11-30T23:59:59Z", &[("free:free:2026-11:u_1", 100, None)]);
        check(&[], "2026-12-01T00:00:00Z", &[("free:free:2026-12:u_1", 100, None)]);
        check(&[], "2028-02-29T12:00:00Z", &[("free:free:2028-02:u_1", 100, None)]);
    }

    #[test]
    fn a_plan_gives_its_own_credits_each_billing_period() {
        let held = [("shop_pro", "2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z")];
        let key = "free:pro:2026-01-31T10:00:00Z:u_1";
        check(&held, "2026-01-31T10:00:00Z", &[(key, 500, Some("2026-02-28T10:00:00Z"))]);
        check(&held, "2026-02-28T09:59:59Z", &[(key, 500, Some("2026-02-28T10:00:00Z"))]);
        // What comes after is not known to be paid.
        check(&held, "2026-02-28T10:00:00Z", &[]);
    }

    #[test]
    fn a_subscription_to_something_else_leaves_the_default_plan() {
        let held = [("prod_other", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")];
        check(&held, "2026-01-15T00:00:00Z", &[("free:free:2026-01:u_1", 100, None)]);
    }

    #[test]
    fn a_long_subject_has_a_key_too() {
        let subject = "s".repeat(255);
        let due = allowances(&catalog(), &subject, &[], at("2026-11-01T00:00:00Z"));
        assert_eq!(due[0].check(at("2026-11-01T00:00:00Z")), Ok(()));
    }
}
