//! A booking that waits for a second person.

use std::fmt;
use std::str::FromStr;

use super::request::Request;

/// A booking that somebody asked for and somebody else has to approve. It is no entry before that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its number; zero where it is only looked at what would become of a request.
    pub number: i64,
    pub request: Request,
    /// What it would have added when it was asked for, or below zero: taken.
    pub change: i64,
    /// When it was asked for, in seconds since 1970.
    pub at: i64,
    /// The second from which on it can't be approved any more.
    pub until: i64,
    pub decision: Option<Decision>,
}

/// What somebody decided about a proposal, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub verdict: Verdict,
    pub by: String,
    /// In seconds since 1970.
    pub at: i64,
    /// Why, in words.
    pub note: Option<String>,
    /// The entry that was booked, where it was approved.
    pub entry: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Approved,
    /// Turned down by somebody else.
    Declined,
    /// Taken back by the one who asked.
    Withdrawn,
}

impl Verdict {
    /// Its name in the store, in JSON and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Approved => "approved",
            Verdict::Declined => "declined",
            Verdict::Withdrawn => "withdrawn",
        }
    }
}

/// A name that is no verdict.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no verdict")]
pub struct UnknownVerdict(String);

impl FromStr for Verdict {
    type Err = UnknownVerdict;

    fn from_str(name: &str) -> Result<Verdict, UnknownVerdict> {
        [Verdict::Approved, Verdict::Declined, Verdict::Withdrawn]
            .into_iter()
            .find(|known| known.name() == name)
            .ok_or_else(|| UnknownVerdict(name.to_owned()))
    }
}

/// How a proposal stands at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Waiting,
    /// Nobody approved it in time.
    Lapsed,
    Decided(Verdict),
}

impl Standing {
    pub fn name(self) -> &'static str {
        match self {
            Standing::Waiting => "waiting",
            Standing::Lapsed => "lapsed",
            Standing::Decided(verdict) => verdict.name(),
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Proposal {
    pub fn standing(&self, now: i64) -> Standing {
        match &self.decision {
            Some(decision) => Standing::Decided(decision.verdict),
            None if now >= self.until => Standing::Lapsed,
            None => Standing::Waiting,
        }
    }

    /// Whether it was this person who asked.
    pub fn is_by(&self, person: &str) -> bool {
        is_same_person(&self.request.actor, person)
    }
}

/// Whether two names are one person's: neither capitals nor spaces around a name make somebody else of it.
pub fn is_same_person(one: &str, other: &str) -> bool {
    let bare = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::credits::{EntryType, Wanted};

    fn proposal(decision: Option<Verdict>) -> Proposal {
        let decision = decision.map(|verdict| Decision {
            verdict,
            by: "bob".to_owned(),
            at: 150,
            note: None,
            entry: None,
        });
        let request = Request {
            subject: "u_1".to_owned(),
            kind: "credits".to_owned(),
            wanted: Wanted::Add { entry_type: EntryType::Grant, amount: 5, expiry: None },
            actor: "Ada".to_owned(),
            reason: "welcome".to_owned(),
            reference: None,
            key: "k1".to_owned(),
        };
        Proposal { number: 1, request, change: 5, at: 100, until: 200, decision }
    }

    #[test]
    fn it_waits_until_its_time_is_over_or_somebody_decides() {
        assert_eq!(proposal(None).standing(199), Standing::Waiting);
        assert_eq!(proposal(None).standing(200), Standing::Lapsed);
        assert_eq!(proposal(Some(Verdict::Declined)).standing(300), Standing::Decided(Verdict::Declined));
    }

    #[test]
    fn a_name_in_capitals_is_nobody_else() {
        assert!(proposal(None).is_by(" aDA "));
        assert!(is_same_person("Ada  Lovelace", "ada lovelace"));
        assert!(!proposal(None).is_by("bob"));
    }

    #[test]
    fn a_verdict_is_read_by_the_name_it_is_written_with() {
        for verdict in [Verdict::Approved, Verdict::Declined, Verdict::Withdrawn] {
            assert_eq!(verdict.name().parse(), Ok(verdict));
        }
        assert!("waiting".parse::<Verdict>().is_err());
    }
}
