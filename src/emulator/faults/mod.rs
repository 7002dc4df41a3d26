//! Faults on request: which requests and which deliveries of events go wrong, and how.
//!
//! A rule is one line of text, `METHOD ROUTE[:option…]:FAULT`, e.g. `POST /v1/prices:nth=3:cut-after`, or
//! `DELIVER TYPE[:option…]:FAULT`, e.g. `DELIVER invoice.*:every=2:twice`. `METHOD` may be `*`. `ROUTE` is a path, a
//! route such as `/v1/prices/{id}`, or either's start followed by `*`; `TYPE` an event type or its start followed by
//! `*`. Options: `nth=N` (only the N-th that the rule matches), `every=N`, `chance=PERCENT` with `seed=N`, `count=N` (at
//! most so often), and `retry=true|false` (sets the `stripe-should-retry` header of a failing answer).

mod rule;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rule::{Aim, Mishap, Rule, When};
pub use rule::{BadRule, Fault, FaultPlan, RULE_HINT};

/// A rule at work.
#[derive(Debug, Clone)]
struct Active {
    rule: Rule,
    seen: u64,
    struck: u64,
    chance: fastrand::Rng,
}

impl Active {
    fn new(rule: Rule) -> Active {
        let chance = fastrand::Rng::with_seed(rule.seed);
        Active { rule, seen: 0, struck: 0, chance }
    }

    /// Counts one that the rule matches; whether it is to be struck.
    fn is_due(&mut self) -> bool {
        self.seen += 1;
        let due = match self.rule.when {
            When::Always => true,
            When::Nth(number) => self.seen == number,
            When::Every(number) => self.seen.is_multiple_of(number),
            When::Chance(percent) => self.chance.u64(0..100) < percent,
        };
        due && self.rule.count.is_none_or(|count| self.struck < count)
    }
}

/// The rules at work in a server.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<Active>>);

/// What is to go wrong with one request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Strike {
    pub delay: Duration,
    pub fault: Option<Fault>,
    pub retry: Option<bool>,
}

/// What is to go wrong with one delivery.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mishaps {
    pub delay: Duration,
    pub twice: bool,
    pub dropped: bool,
    /// How many later deliveries pass it.
    pub passed_by: u64,
    pub answer_lost: bool,
}

impl Faults {
    pub fn new(plan: FaultPlan) -> Faults {
        let faults = Faults::default();
        faults.add(plan);
        faults
    }

    pub fn add(&self, plan: FaultPlan) {
        self.lock().extend(plan.0.into_iter().map(Active::new));
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Each rule with how many requests or deliveries it matched and how many it struck.
    pub fn report(&self) -> Vec<(String, u64, u64)> {
        self.lock().iter().map(|active| (active.rule.text.clone(), active.seen, active.struck)).collect()
    }

    /// Counts a request for every rule that matches it, and says what goes wrong: the first rule that strikes
    /// decides, and delays add up.
    pub fn strike(&self, method: &str, path: &str) -> Strike {
        let mut strike = Strike::default();
        for active in self.lock().iter_mut() {
            if !active.rule.matches_request(method, path) || !active.is_due() {
                continue;
            }
            match active.rule.aim {
                Aim::Request { fault: Fault::Delay(delay), .. } => strike.delay += delay,
                Aim::Request { fault, retry, .. } if strike.fault.is_none() => {
                    strike.fault = Some(fault);
                    strike.retry = retry;
                }
                Aim::Request { .. } | Aim::Delivery { .. } => continue,
            }
            active.struck += 1;
        }
        strike
    }

    /// Counts a delivery for every rule that matches its event's type, and says what goes wrong: all of it.
    pub fn strike_delivery(&self, event_type: &str) -> Mishaps {
        let mut mishaps = Mishaps::default();
        for active in self.lock().iter_mut() {
            if !active.rule.matches_delivery(event_type) || !active.is_due() {
                continue;
            }
            if let Aim::Delivery { mishap, .. } = active.rule.aim {
                match mishap {
                    Mishap::Delay(delay) => mishaps.delay += delay,
                    Mishap::Twice => mishaps.twice = true,
                    Mishap::Drop => mishaps.dropped = true,
                    Mishap::Reorder(most) => mishaps.passed_by += active.chance.u64(1..=most),
                    Mishap::LostAnswer => mishaps.answer_lost = true,
                }
            }
            active.struck += 1;
        }
        mishaps
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Active>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strikes(rule: &str, requests: &[(&str, &str)]) -> Vec<bool> {
        let faults = Faults::new(rule.parse().unwrap());
        requests.iter().map(|(method, path)| faults.strike(method, path).fault.is_some()).collect()
    }

    #[test]
    fn a_rule_strikes_the_requests_it_names() {
        let posts = [("POST", "/v1/prices"); 4];
        assert_eq!(strikes("POST /v1/prices:cut-after", &posts), [true; 4]);
        assert_eq!(strikes("POST /v1/prices:nth=3:cut-after", &posts), [false, false, true, false]);
        assert_eq!(strikes("POST /v1/prices:every=2:409", &posts), [false, true, false, true]);
        assert_eq!(strikes("* /v1/*:count=1:500-before", &posts), [true, false, false, false]);
        assert_eq!(strikes("GET /v1/prices:409", &posts), [false; 4]);
        assert_eq!(strikes("POST /v1/products:409", &posts), [false; 4]);
    }

    #[test]
    fn a_route_matches_any_id() {
        let gets = [("GET", "/v1/prices/price_1"), ("GET", "/v1/prices")];
        assert_eq!(strikes("GET /v1/prices/{id}:409", &gets), [true, false]);
        assert_eq!(strikes("GET /v1/prices/price_1:409", &gets), [true, false]);
    }

    #[test]
    fn delays_add_to_the_first_fault() {
        let faults = Faults::new("* /v1/*:delay=20\nPOST *:409\nPOST *:502\n* *:delay=5".parse().unwrap());
        let strike = faults.strike("POST", "/v1/prices");
        assert_eq!((strike.delay, strike.fault), (Duration::from_millis(25), Some(Fault::Conflict)));
    }

    #[test]
    fn rules_that_cannot_be_read_say_why() {
        for text in [
            "",
            "POST",
            "POST /v1",
            "PUT /v1:409",
            "POST /v1:oops",
            "* *:nth=0:409",
            "* *:x=1:409",
            "* *:nth:409",
            "* *:chance=0:409",
            "* *:chance=101:409",
            "POST /v1/prices:drop",
            "DELIVER:drop",
            "DELIVER *",
            "DELIVER *:502",
            "DELIVER *:reorder=0",
            "DELIVER *:retry=true:drop",
        ] {
            assert!(text.parse::<Rule>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_delivery_meets_all_that_strikes_it() {
        let rules = "DELIVER invoice.*:twice\nDELIVER invoice.paid:nth=2:delay=5\nDELIVER *:delay=2\n* *:409";
        let faults = Faults::new(rules.parse().unwrap());
        let late = |delay| Mishaps { delay: Duration::from_millis(delay), ..Mishaps::default() };
        assert_eq!(faults.strike_delivery("customer.created"), late(2));
        assert_eq!(faults.strike_delivery("invoice.paid"), Mishaps { twice: true, ..late(2) });
        assert_eq!(faults.strike_delivery("invoice.paid"), Mishaps { twice: true, ..late(7) });
    }

    #[test]
    fn the_same_seed_gives_the_same_chances() {
        let dropped = |seed: u64| -> Vec<bool> {
            let rule = format!("DELIVER *:chance=30:seed={seed}:drop");
            let faults = Faults::new(rule.parse().unwrap());
            (0..200).map(|_| faults.strike_delivery("price.created").dropped).collect()
        };
        let share = dropped(7).iter().filter(|dropped| **dropped).count();
        assert!((40..=80).contains(&share), "{share} of 200 are dropped");
        assert_eq!(dropped(7), dropped(7));
        assert_ne!(dropped(7), dropped(8));
    }
}
