//! Faults on request: which requests go wrong, and how.
//!
//! A rule is one line of text, `METHOD ROUTE[:option…]:FAULT`, e.g. `POST /v1/prices:nth=3:cut-after`.
//! `METHOD` may be `*`. `ROUTE` is a path, a route such as `/v1/prices/{id}`, or either's start followed by
//! `*`. Options: `nth=N` (only the N-th request that the rule matches), `every=N`, `count=N` (at most so often),
//! `retry=true|false` (sets the `stripe-should-retry` header of a failing answer).

use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use thiserror::Error;

use super::endpoint::{self, Method};

/// What goes wrong with a request. "Before" is before anything was done, "after" is after its effect was
/// committed and its answer kept for the idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `delay=MS`: the request waits, then is served.
    Delay(Duration),
    /// `429-all`: over the account's rate limit.
    LimitAll,
    /// `429-endpoint`: over the endpoint's rate limit.
    LimitEndpoint,
    /// `429-lock`: another request holds the object; no `Stripe-Rate-Limited-Reason`.
    Lock,
    /// `409`: another request with this idempotency key is still running.
    Conflict,
    /// `500-before`: nothing was done and nothing kept, so that a retry is served.
    ErrorBefore,
    /// `500-after`: done, and its answer kept, but the caller sees a 500.
    ErrorAfter,
    /// `500-kept`: failed while it ran; undone, and the 500 is kept for the idempotency key, as Stripe does.
    ErrorKept,
    /// `502`: a proxy's HTML page instead of JSON; nothing was done.
    BadGateway,
    /// `cut-before`: the connection closes without an answer; nothing was done.
    CutBefore,
    /// `cut-after`: done, but the connection closes without an answer.
    CutAfter,
    /// `stall-before`: no answer ever; nothing was done.
    StallBefore,
    /// `stall-after`: done, but no answer ever.
    StallAfter,
    /// `twice`: the request arrives two times, and the second one's answer is sent: with an idempotency key a
    /// replay, without one a second effect.
    Twice,
}

const NAMED: [(&str, Fault); 13] = [
    ("429-all", Fault::LimitAll),
    ("429-endpoint", Fault::LimitEndpoint),
    ("429-lock", Fault::Lock),
    ("409", Fault::Conflict),
    ("500-before", Fault::ErrorBefore),
    ("500-after", Fault::ErrorAfter),
    ("500-kept", Fault::ErrorKept),
    ("502", Fault::BadGateway),
    ("cut-before", Fault::CutBefore),
    ("cut-after", Fault::CutAfter),
    ("stall-before", Fault::StallBefore),
    ("stall-after", Fault::StallAfter),
    ("twice", Fault::Twice),
];

/// Which of the requests that a rule matches go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Always,
    /// Only this one, counted from 1.
    Nth(u64),
    /// Each one whose number is a multiple of this.
    Every(u64),
}

/// One rule; [`Rule::from_str`] reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The rule as it was written.
    pub text: String,
    /// `None` is any.
    pub method: Option<Method>,
    pub route: String,
    pub when: When,
    /// How often it strikes at most.
    pub count: Option<u64>,
    /// What a failing answer's `stripe-should-retry` header says.
    pub retry: Option<bool>,
    pub fault: Fault,
}

/// What to do about a rule that cannot be read.
pub const RULE_HINT: &str =
    "Write e.g. `POST /v1/prices:nth=3:cut-after`; `billctl emulator start --help` lists the faults";

/// A rule that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{rule}` is no fault rule: {reason}")]
pub struct BadRule {
    pub rule: String,
    pub reason: String,
}

impl FromStr for Rule {
    type Err = BadRule;

    fn from_str(text: &str) -> Result<Rule, BadRule> {
        let bad = |reason: String| BadRule { rule: text.to_owned(), reason };
        let mut parts = text.trim().split(':');
        let target = parts.next().unwrap_or_default();
        let (method, route) =
            target.split_once(' ').ok_or_else(|| bad("it lacks a method and a route".to_owned()))?;
        let method = match method {
            "*" => None,
            name => Some(Method::read(name).ok_or_else(|| bad(format!("`{name}` is no method")))?),
        };
        let mut options: Vec<&str> = parts.collect();
        let fault = options.pop().ok_or_else(|| bad("it lacks a fault".to_owned()))?;
        let fault = read_fault(fault).map_err(bad)?;
        let mut rule = Rule {
            text: text.trim().to_owned(),
            method,
            route: route.trim().to_owned(),
            when: When::Always,
            count: None,
            retry: None,
            fault,
        };
        for option in options {
            rule.set(option).map_err(bad)?;
        }
        Ok(rule)
    }
}

fn read_fault(name: &str) -> Result<Fault, String> {
    if let Some(ms) = name.strip_prefix("delay=") {
        let ms = ms.parse().map_err(|_| format!("`{ms}` is no number of milliseconds"))?;
        return Ok(Fault::Delay(Duration::from_millis(ms)));
    }
    let known = NAMED.iter().find(|(known, _)| *known == name);
    known.map(|(_, fault)| *fault).ok_or_else(|| format!("`{name}` is no fault"))
}

impl Rule {
    fn set(&mut self, option: &str) -> Result<(), String> {
        let (name, value) = option.split_once('=').ok_or_else(|| format!("`{option}` is no option"))?;
        let number = || match value.parse() {
            Ok(0) | Err(_) => Err(format!("`{value}` is no number from 1 on")),
            Ok(number) => Ok(number),
        };
        match name {
            "nth" => self.when = When::Nth(number()?),
            "every" => self.when = When::Every(number()?),
            "count" => self.count = Some(number()?),
            "retry" => {
                self.retry = Some(value.parse().map_err(|_| format!("`{value}` is neither true nor false"))?);
            }
            _ => return Err(format!("`{name}` is no option; there are nth, every, count, retry")),
        }
        Ok(())
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        if self.method.is_some_and(|wanted| wanted.name() != method) {
            return false;
        }
        if let Some(start) = self.route.strip_suffix('*') {
            return path.starts_with(start);
        }
        let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        endpoint::ids(&self.route, &parts).is_some()
    }
}

/// The rules that a server starts with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FaultPlan(pub Vec<Rule>);

impl FromStr for FaultPlan {
    type Err = BadRule;

    /// Reads one rule a line; empty lines don't count.
    fn from_str(text: &str) -> Result<FaultPlan, BadRule> {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        lines.map(str::parse).collect::<Result<_, _>>().map(FaultPlan)
    }
}

/// A rule at work.
#[derive(Debug, Clone)]
struct Active {
    rule: Rule,
    seen: u64,
    struck: u64,
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

impl Faults {
    pub fn new(plan: FaultPlan) -> Faults {
        let faults = Faults::default();
        faults.add(plan);
        faults
    }

    pub fn add(&self, plan: FaultPlan) {
        let active = plan.0.into_iter().map(|rule| Active { rule, seen: 0, struck: 0 });
        self.lock().extend(active);
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Each rule with how many requests it matched and how many it struck.
    pub fn report(&self) -> Vec<(String, u64, u64)> {
        self.lock().iter().map(|active| (active.rule.text.clone(), active.seen, active.struck)).collect()
    }

    /// Counts a request for every rule that matches it, and says what goes wrong: the first rule that strikes
    /// decides, and delays add up.
    pub fn strike(&self, method: &str, path: &str) -> Strike {
        let mut strike = Strike::default();
        for active in self.lock().iter_mut() {
            if !active.rule.matches(method, path) {
                continue;
            }
            active.seen += 1;
            let due = match active.rule.when {
                When::Always => true,
                When::Nth(number) => active.seen == number,
                When::Every(number) => active.seen % number == 0,
            };
            if !due || active.rule.count.is_some_and(|count| active.struck >= count) {
                continue;
            }
            match active.rule.fault {
                Fault::Delay(delay) => strike.delay += delay,
                fault if strike.fault.is_none() => {
                    strike.fault = Some(fault);
                    strike.retry = active.rule.retry;
                }
                _ => continue,
            }
            active.struck += 1;
        }
        strike
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
        ] {
            assert!(text.parse::<Rule>().is_err(), "{text}");
        }
    }
}
