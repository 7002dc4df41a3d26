//! Attempts to be paid, and what became of checkouts and trials.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::share::percent;
use crate::billing::calendar::Range;
use crate::billing::decline::explain_either;

/// Attempts with one outcome, of one second or of a time that no line of a report divides. Minor units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptSum {
    /// The first second, since 1970.
    pub at: i64,
    pub currency: String,
    pub is_success: bool,
    /// What Stripe says why it failed.
    pub failure_code: Option<String>,
    /// What the bank says.
    pub decline_code: Option<String>,
    pub attempts: i64,
    pub amount: i64,
}

/// Payments that were first tried in a time that no line of a report divides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentSum {
    /// The first second, since 1970.
    pub at: i64,
    pub currency: String,
    pub payments: i64,
    pub paid: i64,
}

/// What became of the checkouts of a mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkouts {
    pub mode: String,
    pub made: i64,
    pub completed: i64,
    pub expired: i64,
}

impl Checkouts {
    /// Those that may still be completed.
    pub fn open(&self) -> i64 {
        self.made - self.completed - self.expired
    }

    /// `completed ÷ (completed + expired)`, in percent: those that are open still say nothing.
    pub fn conversion(&self) -> Option<Decimal> {
        percent(self.completed, self.completed + self.expired)
    }
}

/// What became of trials of a product that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trials {
    /// Its id.
    pub product: Option<String>,
    pub ended: i64,
    /// Those whose subscription has paid an invoice of more than nothing.
    pub converted: i64,
}

impl Trials {
    /// `converted ÷ ended`, in percent.
    pub fn conversion(&self) -> Option<Decimal> {
        percent(self.converted, self.ended)
    }
}

/// A range of time in one currency. Minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentLine {
    pub range: Range,
    pub currency: String,
    pub succeeded: i64,
    pub failed: i64,
    pub amount_succeeded: i64,
    pub amount_failed: i64,
    pub payments: i64,
    pub paid: i64,
}

impl PaymentLine {
    /// `succeeded ÷ (succeeded + failed)` attempts, in percent.
    pub fn success_rate(&self) -> Option<Decimal> {
        percent(self.succeeded, self.succeeded + self.failed)
    }

    /// `paid ÷ payments`, in percent: several attempts at one payment count once.
    pub fn paid_rate(&self) -> Option<Decimal> {
        percent(self.paid, self.payments)
    }
}

/// Attempts that failed for one reason, in one currency. Minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclineLine {
    /// Stripe's code, the one that says most; `unknown` where there is none.
    pub code: String,
    pub currency: String,
    pub attempts: i64,
    pub amount: i64,
}

/// Makes lines by time and then currency; every currency that was tried has a line a range.
pub fn payments(attempts: &[AttemptSum], tried: &[PaymentSum], ranges: &[Range]) -> Vec<PaymentLine> {
    let mut lines: BTreeMap<(usize, &str), PaymentLine> = BTreeMap::new();
    let currencies =
        attempts.iter().map(|sum| sum.currency.as_str()).chain(tried.iter().map(|sum| sum.currency.as_str()));
    for currency in currencies {
        if lines.contains_key(&(0, currency)) {
            continue;
        }
        for (index, range) in ranges.iter().enumerate() {
            let line = PaymentLine {
                range: *range,
                currency: currency.to_owned(),
                succeeded: 0,
                failed: 0,
                amount_succeeded: 0,
                amount_failed: 0,
                payments: 0,
                paid: 0,
            };
            lines.insert((index, currency), line);
        }
    }
    let index = |at: i64| ranges.partition_point(|range| range.to <= at);
    for sum in attempts {
        let Some(line) = lines.get_mut(&(index(sum.at), sum.currency.as_str())) else { continue };
        let (count, amount) = match sum.is_success {
            true => (&mut line.succeeded, &mut line.amount_succeeded),
            false => (&mut line.failed, &mut line.amount_failed),
        };
        *count += sum.attempts;
        *amount = amount.saturating_add(sum.amount);
    }
    for sum in tried {
        let Some(line) = lines.get_mut(&(index(sum.at), sum.currency.as_str())) else { continue };
        line.payments += sum.payments;
        line.paid += sum.paid;
    }
    lines.into_values().collect()
}

/// Why attempts failed: the most frequent reason first.
pub fn declines(attempts: &[AttemptSum]) -> Vec<DeclineLine> {
    let mut lines: BTreeMap<(String, &str), DeclineLine> = BTreeMap::new();
    for sum in attempts.iter().filter(|sum| !sum.is_success) {
        let code = decline_code(sum.decline_code.as_deref(), sum.failure_code.as_deref());
        let line = lines.entry((code.clone(), sum.currency.as_str())).or_insert_with(|| DeclineLine {
            code,
            currency: sum.currency.clone(),
            attempts: 0,
            amount: 0,
        });
        line.attempts += sum.attempts;
        line.amount = line.amount.saturating_add(sum.amount);
    }
    let mut lines: Vec<DeclineLine> = lines.into_values().collect();
    lines.sort_by(|one, other| {
        (-one.attempts, &one.code, &one.currency).cmp(&(-other.attempts, &other.code, &other.currency))
    });
    lines
}

/// The code that says most of why an attempt failed: one that can be explained, the bank's before Stripe's.
pub fn decline_code(decline_code: Option<&str>, failure_code: Option<&str>) -> String {
    match explain_either(decline_code, failure_code) {
        Some(known) => known.code.to_owned(),
        None => decline_code.or(failure_code).unwrap_or("unknown").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(at: i64, code: Option<&str>, attempts: i64) -> AttemptSum {
        AttemptSum {
            at,
            currency: "usd".to_owned(),
            is_success: code.is_none(),
            failure_code: code.map(|_| "card_declined".to_owned()),
            decline_code: code.map(str::to_owned),
            attempts,
            amount: attempts * 4_900,
        }
    }

    #[test]
    fn attempts_and_payments_have_rates_of_their_own() {
        let attempts = [attempt(0, None, 6), attempt(5, Some("insufficient_funds"), 2), attempt(10, None, 1)];
        let tried = [PaymentSum { at: 0, currency: "usd".to_owned(), payments: 7, paid: 6 }];
        let lines = payments(&attempts, &tried, &[Range { from: 0, to: 10 }, Range { from: 10, to: 20 }]);
        let rates: Vec<[Option<String>; 2]> = lines
            .iter()
            .map(|line| [line.success_rate(), line.paid_rate()].map(|rate| rate.map(|rate| rate.to_string())))
            .collect();
        let rate = |text: &str| Some(text.to_owned());
        assert_eq!(rates, [[rate("75.00"), rate("85.71")], [rate("100.00"), None]]);
        assert_eq!((lines[0].amount_succeeded, lines[0].amount_failed), (29_400, 9_800));
    }

    #[test]
    fn reasons_are_told_by_how_often_they_were_given() {
        let attempts = [
            attempt(0, Some("expired_card"), 1),
            attempt(0, Some("insufficient_funds"), 2),
            attempt(7, Some("expired_card"), 2),
            attempt(7, Some("new_reason"), 1),
            AttemptSum { attempts: 1, ..AttemptSum::default() },
        ];
        let told: Vec<(String, i64)> =
            declines(&attempts).into_iter().map(|line| (line.code, line.attempts)).collect();
        let expected = [("expired_card", 3), ("insufficient_funds", 2), ("card_declined", 1), ("unknown", 1)];
        assert_eq!(told, expected.map(|(code, attempts)| (code.to_owned(), attempts)));
    }

    #[test]
    fn open_checkouts_say_nothing_of_conversion() {
        let checkouts = Checkouts { mode: "subscription".to_owned(), made: 10, completed: 3, expired: 1 };
        assert_eq!((checkouts.open(), checkouts.conversion().unwrap().to_string()), (6, "75.00".to_owned()));
        let trials = Trials { product: None, ended: 0, converted: 0 };
        assert_eq!(trials.conversion(), None);
    }
}
