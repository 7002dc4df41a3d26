//! What is asked of the ledger, checked before it is opened.

use thiserror::Error;

use super::entry::{Entry, EntryType};

/// The most credits of one entry and of one balance: far from the ends of 64 bits, so that no sum overflows.
pub const MAX_CREDITS: i64 = 1_000_000_000_000_000;

const MAX_NAME: usize = 255;
const MAX_TEXT: usize = 500;

/// A change that somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub subject: String,
    pub kind: String,
    pub wanted: Wanted,
    pub actor: String,
    pub reason: String,
    pub reference: Option<String>,
    /// The same key with the same content books once; with other content it is refused.
    pub key: String,
}

/// What is wanted of an account. Amounts are more than zero and at most [`MAX_CREDITS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Add credits, as a lot of their own.
    Add { entry_type: EntryType, amount: i64, expiry: Option<Expiry> },
    /// Take credits; if they are not there, all that is there where `partial`, else none.
    Take { entry_type: EntryType, amount: i64, partial: bool },
    /// Bring the balance to `to`, if it is `expected` now.
    Set { to: i64, expected: i64 },
}

/// When credits expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// At a time, in seconds since 1970.
    At(i64),
    /// So many seconds after they are booked; more than zero.
    After(i64),
}

impl Expiry {
    /// The time in seconds since 1970, for what is booked at `now`.
    pub fn of(self, now: i64) -> i64 {
        match self {
            Expiry::At(at) => at,
            Expiry::After(seconds) => now.saturating_add(seconds),
        }
    }
}

/// Why a request is refused whatever the account holds.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadRequest {
    #[error("{0} credits are not more than zero")]
    NotPositive(i64),
    #[error("{0} credits are more than the {MAX_CREDITS} that the ledger takes")]
    TooMany(i64),
    #[error("the {0} is empty")]
    Empty(&'static str),
    #[error("the {what} has {found} characters, more than the {most} that are kept")]
    TooLong { what: &'static str, found: usize, most: usize },
    #[error("the {0} has control characters in it")]
    Unprintable(&'static str),
    #[error("keys that begin with `{0}` are the ledger's own")]
    OwnKey(&'static str),
    #[error("the credits would expire before they are given")]
    ExpiresBefore,
}

impl Request {
    /// Checks all that needs no account.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, now: i64) -> Result<(), BadRequest> {
        let Request { subject, kind, wanted, actor, reason, reference, key } = self;
        text("subject", subject, MAX_NAME)?;
        text("kind of credits", kind, MAX_NAME)?;
        check_words([actor, reason, key])?;
        if let Some(reference) = reference {
            text("reference", reference, MAX_NAME)?;
        }
        match *wanted {
            Wanted::Add { entry_type: _, amount, expiry } => {
                positive(amount)?;
                match expiry {
                    Some(expiry) if expiry.of(now) <= now => Err(BadRequest::ExpiresBefore),
                    Some(_) | None => Ok(()),
                }
            }
            Wanted::Take { entry_type: _, amount, partial: _ } => positive(amount),
            Wanted::Set { to, expected } => {
                for amount in [to, expected].into_iter().filter(|amount| *amount != 0) {
                    positive(amount)?;
                }
                Ok(())
            }
        }
    }
}

impl Request {
    /// What the entry that was booked under this request's key says otherwise; `None` if it is this very request.
    /// Who asks does not matter: a colleague may repeat what got no answer. Of what sets a balance, the one that it was set to
    /// counts too; and where a part was taken, that a part was wanted.
    pub fn differs_from(&self, booked: &Entry) -> Option<&'static str> {
        let Request { subject, kind, wanted, actor: _, reason, reference, key: _ } = self;
        let (entry_type, asked, expires_at) = match *wanted {
            Wanted::Add { entry_type, amount, expiry } => {
                (entry_type, amount, expiry.map(|expiry| expiry.of(booked.at)))
            }
            Wanted::Take { entry_type, amount, partial: _ } => (entry_type, -amount, None),
            Wanted::Set { to, expected } => (EntryType::Adjustment, to - expected, None),
        };
        let set_to = match *wanted {
            Wanted::Set { to, expected: _ } => Some(to),
            Wanted::Add { .. } | Wanted::Take { .. } => None,
        };
        // Whoever wants all or nothing may not be told that a part, which was taken before, is all.
        let whole_only = matches!(*wanted, Wanted::Take { partial: false, .. });
        let fields = [
            ("subject", *subject == booked.subject),
            ("kind", *kind == booked.kind),
            ("type", entry_type == booked.entry_type),
            ("amount", asked == booked.asked),
            ("rule for what is not covered", !whole_only || booked.amount == booked.asked),
            ("balance", set_to.is_none_or(|to| to == booked.balance)),
            ("expiry", expires_at == booked.expires_at),
            ("reason", *reason == booked.reason),
            ("reference", *reference == booked.reference),
        ];
        fields.into_iter().find(|(_, same)| !same).map(|(field, _)| field)
    }
}

impl Request {
    /// What another request under the same key says otherwise; `None` if it is this very request, whoever asks.
    pub fn differs_from_request(&self, other: &Request) -> Option<&'static str> {
        let Request { subject, kind, wanted, actor: _, reason, reference, key: _ } = self;
        let fields = [
            ("subject", *subject == other.subject),
            ("kind", *kind == other.kind),
            ("amount, type or expiry", *wanted == other.wanted),
            ("reason", *reason == other.reason),
            ("reference", *reference == other.reference),
        ];
        fields.into_iter().find(|(_, same)| !same).map(|(field, _)| field)
    }
}

fn positive(amount: i64) -> Result<(), BadRequest> {
    match amount {
        ..=0 => Err(BadRequest::NotPositive(amount)),
        1..=MAX_CREDITS => Ok(()),
        _ => Err(BadRequest::TooMany(amount)),
    }
}

/// What the keys begin with that the ledger makes for what it books by itself.
const OWN_KEYS: [&str; 6] = [PURCHASE_KEYS, "refund:", "expiry:", "reverse:", "free:", "usage:"];

/// What the keys of bought credits begin with.
const PURCHASE_KEYS: &str = "purchase:";

/// Checks that a key which somebody gave is none of those that the ledger makes: what it books by itself later would find its
/// key taken.
///
/// # Errors
/// [`BadRequest::OwnKey`].
pub fn check_given_key(key: &str) -> Result<(), BadRequest> {
    match OWN_KEYS.into_iter().find(|own| key.starts_with(own)) {
        Some(own) => Err(BadRequest::OwnKey(own)),
        None => Ok(()),
    }
}

impl Request {
    /// Checks the key where somebody gave it in a file: see [`check_given_key`]. A ledger that is brought along has what was
    /// bought under the key that a late event asks for.
    ///
    /// # Errors
    /// [`BadRequest::OwnKey`].
    pub fn check_key_of_file(&self) -> Result<(), BadRequest> {
        let is_given = matches!(self.wanted, Wanted::Add { entry_type: EntryType::Grant, .. });
        if is_given && self.key.starts_with(PURCHASE_KEYS) {
            return Ok(());
        }
        check_given_key(&self.key)
    }
}

/// Checks what is kept with every booking: who books, why, and under which key.
///
/// # Errors
/// The first thing that is wrong.
pub fn check_words([actor, reason, key]: [&str; 3]) -> Result<(), BadRequest> {
    text("actor", actor, MAX_NAME)?;
    text("reason", reason, MAX_TEXT)?;
    text("key", key, MAX_NAME)
}

/// Checks a line of text that is kept with a booking.
///
/// # Errors
/// What is wrong with it.
pub fn check_text(what: &'static str, words: &str) -> Result<(), BadRequest> {
    text(what, words, MAX_TEXT)
}

fn text(what: &'static str, text: &str, most: usize) -> Result<(), BadRequest> {
    let found = text.chars().count();
    if text.trim().is_empty() {
        Err(BadRequest::Empty(what))
    } else if found > most {
        Err(BadRequest::TooLong { what, found, most })
    } else if text.chars().any(char::is_control) {
        Err(BadRequest::Unprintable(what))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(amount: i64) -> Request {
        Request {
            subject: "u_1".to_owned(),
            kind: "credits".to_owned(),
            wanted: Wanted::Add { entry_type: EntryType::Grant, amount, expiry: None },
            actor: "ada".to_owned(),
            reason: "welcome".to_owned(),
            reference: None,
            key: "k1".to_owned(),
        }
    }

    #[track_caller]
    fn check(request: &Request, expected: &str) {
        let result = request.check(1_000).map_err(|bad| bad.to_string());
        assert_eq!(result.err().unwrap_or_default(), expected);
    }

    #[test]
    fn an_amount_is_more_than_zero_and_far_from_overflow() {
        check(&grant(1), "");
        check(&grant(MAX_CREDITS), "");
        check(&grant(0), "0 credits are not more than zero");
        check(&grant(-5), "-5 credits are not more than zero");
        check(&grant(i64::MIN), "-9223372036854775808 credits are not more than zero");
        check(
            &grant(i64::MAX),
            "9223372036854775807 credits are more than the 1000000000000000 that the ledger takes",
        );
    }

    #[test]
    fn a_balance_may_be_set_to_zero_and_never_below() {
        let set = |to, expected| Request { wanted: Wanted::Set { to, expected }, ..grant(1) };
        check(&set(0, 5), "");
        check(&set(5, 0), "");
        check(&set(-1, 5), "-1 credits are not more than zero");
    }

    #[test]
    fn who_and_why_are_said_in_a_line_of_text() {
        check(&Request { reason: "  ".to_owned(), ..grant(1) }, "the reason is empty");
        check(&Request { subject: String::new(), ..grant(1) }, "the subject is empty");
        check(
            &Request { actor: "a\u{1b}[2J".to_owned(), ..grant(1) },
            "the actor has control characters in it",
        );
        check(
            &Request { key: "k".repeat(256), ..grant(1) },
            "the key has 256 characters, more than the 255 that are kept",
        );
    }

    #[test]
    fn credits_do_not_expire_before_they_are_given() {
        let until = |expiry| Request {
            wanted: Wanted::Add { entry_type: EntryType::Grant, amount: 1, expiry: Some(expiry) },
            ..grant(1)
        };
        check(&until(Expiry::At(1_001)), "");
        check(&until(Expiry::At(1_000)), "the credits would expire before they are given");
        check(&until(Expiry::After(1)), "");
        check(&until(Expiry::After(0)), "the credits would expire before they are given");
    }

    #[test]
    fn the_same_request_again_is_known_and_any_other_under_its_key_is_told_apart() {
        let month = Wanted::Add { entry_type: EntryType::Grant, amount: 5, expiry: Some(Expiry::After(100)) };
        let request = Request { wanted: month, ..grant(5) };
        let booked = Entry {
            number: 1,
            subject: request.subject.clone(),
            kind: request.kind.clone(),
            entry_type: EntryType::Grant,
            amount: 5,
            asked: 5,
            balance: 5,
            at: 1_000,
            expires_at: Some(1_100),
            actor: "bob".to_owned(),
            approver: None,
            reason: request.reason.clone(),
            reference: None,
            key: request.key.clone(),
            reverses: None,
        };
        assert_eq!(request.differs_from(&booked), None);
        let other = |change: fn(&mut Request)| {
            let mut other = request.clone();
            change(&mut other);
            other.differs_from(&booked)
        };
        assert_eq!(other(|request| request.subject = "u_2".to_owned()), Some("subject"));
        assert_eq!(other(|request| request.kind = "minutes".to_owned()), Some("kind"));
        assert_eq!(other(|request| request.wanted = grant(5).wanted), Some("expiry"));
        assert_eq!(other(|request| request.wanted = grant(6).wanted), Some("amount"));
        assert_eq!(other(|request| request.reason = "sorry".to_owned()), Some("reason"));
        assert_eq!(other(|request| request.reference = Some("t_1".to_owned())), Some("reference"));
        let take = Wanted::Take { entry_type: EntryType::Deduction, amount: 5, partial: false };
        let taken = Request { wanted: take, ..request.clone() };
        assert_eq!(taken.differs_from(&booked), Some("type"));
        let (entry_type, expires_at) = (EntryType::Deduction, None);
        let part = Entry { entry_type, amount: -3, asked: -5, expires_at, balance: 0, ..booked.clone() };
        let or_less = Wanted::Take { entry_type, amount: 5, partial: true };
        let taken_or_less = Request { wanted: or_less, ..request.clone() };
        assert_eq!(taken_or_less.differs_from(&part), None);
        assert_eq!(taken.differs_from(&part), Some("rule for what is not covered"));
        let whole = Entry { amount: -5, ..part };
        assert_eq!((taken_or_less.differs_from(&whole), taken.differs_from(&whole)), (None, None));
        let set = Entry { entry_type: EntryType::Adjustment, expires_at: None, balance: 8, ..booked };
        let to = |to| Request { wanted: Wanted::Set { to, expected: to - 5 }, ..request.clone() };
        assert_eq!(to(8).differs_from(&set), None);
        assert_eq!(to(9).differs_from(&set), Some("balance"));
    }

    #[test]
    fn a_key_that_the_ledger_makes_by_itself_is_nobody_elses() {
        for key in
            ["purchase:cs_1", "refund:cs_1:1", "expiry:7", "reverse:7", "free:pro:2026-11:u_1", "usage:k"]
        {
            assert!(check_given_key(key).is_err(), "{key}");
        }
        for key in ["ticket-42", "cli:00ff", "import:00ff:7", "expiry", "my-refund:7"] {
            assert_eq!(check_given_key(key), Ok(()), "{key}");
        }
        let bought = Request { key: "purchase:cs_1".to_owned(), ..grant(5) };
        assert_eq!(bought.check_key_of_file(), Ok(()));
        let take = Wanted::Take { entry_type: EntryType::Deduction, amount: 5, partial: false };
        let taken = Request { wanted: take, ..bought };
        assert_eq!(taken.check_key_of_file(), Err(BadRequest::OwnKey("purchase:")));
    }
}
