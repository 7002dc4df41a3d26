//! Fault rules as text.

use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use crate::emulator::endpoint::{self, Method};

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

const FAULTS: [(&str, Fault); 13] = [
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

/// What goes wrong with the first delivery of an event to one of those that are to get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// `delay=MS`: it is sent so much later, and others pass it.
    Delay(Duration),
    /// `twice`: it is sent two times.
    Twice,
    /// `drop`: it is never sent.
    Drop,
    /// `reorder=N`: up to N later ones pass it.
    Reorder(u64),
    /// `lost-answer`: it is sent, but the answer is lost, so that it is sent again later.
    LostAnswer,
}

const MISHAPS: [(&str, Mishap); 3] =
    [("twice", Mishap::Twice), ("drop", Mishap::Drop), ("lost-answer", Mishap::LostAnswer)];

/// What a rule strikes, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    Request {
        /// `None` is any.
        method: Option<Method>,
        route: String,
        /// What a failing answer's `stripe-should-retry` header says.
        retry: Option<bool>,
        fault: Fault,
    },
    Delivery {
        /// An event type, or the start of one followed by `*`.
        types: String,
        mishap: Mishap,
    },
}

/// Which of those that a rule matches go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Always,
    /// Only this one, counted from 1.
    Nth(u64),
    /// Each one whose number is a multiple of this.
    Every(u64),
    /// So many of a hundred, by chance.
    Chance(u64),
}

/// One rule; [`Rule::from_str`] reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The rule as it was written.
    pub text: String,
    pub aim: Aim,
    pub when: When,
    /// How often it strikes at most.
    pub count: Option<u64>,
    /// Where its chances start: the same seed gives the same chances.
    pub seed: u64,
}

/// What to do about a rule that cannot be read.
pub const RULE_HINT: &str = "Write e.g. `POST /v1/prices:nth=3:cut-after` or `DELIVER invoice.*:every=2:twice`; \
                             `billctl emulator start --help` lists the faults";

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
        read(text.trim()).map_err(|reason| BadRule { rule: text.to_owned(), reason })
    }
}

fn read(text: &str) -> Result<Rule, String> {
    let mut parts = text.split(':');
    let target = parts.next().unwrap_or_default();
    let (method, rest) = target.split_once(' ').ok_or("it lacks a method and a route")?;
    let rest = rest.trim().to_owned();
    let mut options: Vec<&str> = parts.collect();
    let fault = options.pop().ok_or("it lacks a fault")?;
    let aim = match method {
        "DELIVER" => Aim::Delivery { types: rest, mishap: read_mishap(fault)? },
        "*" => Aim::Request { method: None, route: rest, retry: None, fault: read_fault(fault)? },
        name => {
            let method = Method::read(name).ok_or_else(|| format!("`{name}` is no method"))?;
            Aim::Request { method: Some(method), route: rest, retry: None, fault: read_fault(fault)? }
        }
    };
    let mut rule = Rule { text: text.to_owned(), aim, when: When::Always, count: None, seed: 0 };
    for option in options {
        rule.set(option)?;
    }
    Ok(rule)
}

fn read_fault(name: &str) -> Result<Fault, String> {
    if let Some(ms) = name.strip_prefix("delay=") {
        return milliseconds(ms).map(Fault::Delay);
    }
    let known = FAULTS.iter().find(|(known, _)| *known == name);
    known.map(|(_, fault)| *fault).ok_or_else(|| match read_mishap(name) {
        Ok(_) => format!("`{name}` is a fault of deliveries: write `DELIVER EVENT_TYPE:{name}`"),
        Err(_) => format!("`{name}` is no fault"),
    })
}

fn read_mishap(name: &str) -> Result<Mishap, String> {
    if let Some(ms) = name.strip_prefix("delay=") {
        return milliseconds(ms).map(Mishap::Delay);
    }
    if let Some(places) = name.strip_prefix("reorder=") {
        return number(places).map(Mishap::Reorder);
    }
    let known = MISHAPS.iter().find(|(known, _)| *known == name);
    known.map(|(_, mishap)| *mishap).ok_or_else(|| {
        format!("`{name}` is no fault of deliveries; there are delay=MS, twice, drop, reorder=N, lost-answer")
    })
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_millis).map_err(|_| format!("`{text}` is no number of milliseconds"))
}

fn number(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err(format!("`{text}` is no number from 1 on")),
        Ok(number) => Ok(number),
    }
}

impl Rule {
    fn set(&mut self, option: &str) -> Result<(), String> {
        let (name, value) = option.split_once('=').ok_or_else(|| format!("`{option}` is no option"))?;
        match (name, &mut self.aim) {
            ("nth", _) => self.when = When::Nth(number(value)?),
            ("every", _) => self.when = When::Every(number(value)?),
            ("chance", _) => match number(value)? {
                percent @ 1..=100 => self.when = When::Chance(percent),
                _ => return Err(format!("`{value}` is no chance of 1 to 100 in a hundred")),
            },
            ("count", _) => self.count = Some(number(value)?),
            ("seed", _) => self.seed = value.parse().map_err(|_| format!("`{value}` is no seed"))?,
            ("retry", Aim::Request { retry, .. }) => {
                *retry = Some(value.parse().map_err(|_| format!("`{value}` is neither true nor false"))?);
            }
            _ => {
                return Err(format!(
                    "`{name}` is no option; there are nth, every, chance, seed, count, and for requests retry"
                ));
            }
        }
        Ok(())
    }

    /// Whether it is about a request.
    pub fn matches_request(&self, method: &str, path: &str) -> bool {
        let Aim::Request { method: wanted, route, .. } = &self.aim else { return false };
        if wanted.is_some_and(|wanted| wanted.name() != method) {
            return false;
        }
        if let Some(start) = route.strip_suffix('*') {
            return path.starts_with(start);
        }
        let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        endpoint::ids(route, &parts).is_some()
    }

    /// Whether it is about the delivery of an event of this type.
    pub fn matches_delivery(&self, event_type: &str) -> bool {
        let Aim::Delivery { types, .. } = &self.aim else { return false };
        match types.strip_suffix('*') {
            Some(start) => event_type.starts_with(start),
            None => event_type == types,
        }
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
