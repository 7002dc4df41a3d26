//! What of a paid invoice was not used: the share that goes back when a subscription ends within a paid period.
//!
//! By the second, line by line, each rounded half away from zero to the minor unit, as Stripe rounds the lines of its own
//! prorations (docs.stripe.com/billing/subscriptions/prorations). Integers all the way.

use serde_json::Value;
use thiserror::Error;

/// The metadata key under which a subscription says what goes back when it ends: `prorated` or `full`.
pub const REFUND_NOTE: &str = "billctl_refund_on_cancel";

/// A line of an invoice: what it cost in the end, and for which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaidLine {
    /// After its discounts and with the tax on top of it, in minor units; negative where it gave something back.
    pub amount: i64,
    /// In seconds since 1970; `end` is after `start`.
    pub start: i64,
    pub end: i64,
}

/// A paid invoice, as far as a refund goes by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidInvoice {
    /// The lines in question.
    pub lines: Vec<PaidLine>,
    /// Of all its lines, in minor units.
    pub total: i64,
    /// What of that was paid with money, and not with a balance; in minor units.
    pub paid: i64,
}

/// An amount that does not fit in 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the amounts of the invoice are too large to be shared out")]
pub struct TooLarge;

impl PaidInvoice {
    /// Reads an invoice object, and of its lines those of a subscription, or all. `paid` is what was paid with money.
    pub fn read(invoice: &Value, lines: &[Value], subscription: Option<&str>, paid: i64) -> PaidInvoice {
        let is_of = |line: &&Value| {
            let named = [
                "/parent/subscription_item_details/subscription",
                "/parent/invoice_item_details/subscription",
                "/subscription",
            ];
            let says = |wanted: &str| {
                named.iter().any(|place| line.pointer(place).and_then(Value::as_str) == Some(wanted))
            };
            subscription.is_none_or(says)
        };
        PaidInvoice {
            lines: lines.iter().filter(is_of).filter_map(PaidLine::read).collect(),
            total: invoice.get("total").and_then(Value::as_i64).unwrap_or_default(),
            paid,
        }
    }

    /// Reads the items that wait for a subscription's next invoice, as an invoice that nobody has paid.
    pub fn pending(items: &[Value], subscription: &str) -> PaidInvoice {
        let place = "/parent/subscription_details/subscription";
        let own =
            items.iter().filter(|item| item.pointer(place).and_then(Value::as_str) == Some(subscription));
        let lines: Vec<PaidLine> = own.filter_map(PaidLine::read).collect();
        PaidInvoice { total: lines.iter().map(|line| line.amount).sum(), lines, paid: 0 }
    }

    /// Whether any of it is for the time at `at`.
    pub fn covers(&self, at: i64) -> bool {
        self.lines.iter().any(|line| (line.start..line.end).contains(&at))
    }

    /// What of the money was for the time after `at`, in minor units: at least nothing, at most what was paid.
    ///
    /// Lines for a time that is over, such as usage, give nothing. Where a balance paid a part of the invoice, that part
    /// of each line was not paid with money; the rest of the sum is rounded half up.
    ///
    /// # Errors
    /// [`TooLarge`]
    pub fn unused(&self, at: i64) -> Result<i64, TooLarge> {
        let unused = self.after(at, |_| true)?;
        if unused <= 0 || self.paid <= 0 || self.total <= 0 {
            return Ok(0);
        }
        let of_money = if self.paid < self.total { share(unused, self.paid, self.total)? } else { unused };
        Ok(of_money.min(self.paid))
    }

    /// What it gives back in all for the time after `at`, in minor units: after a change to something cheaper, that stands
    /// in the customer's balance, or on their next invoice. Nothing where it charges more than it gives back.
    ///
    /// # Errors
    /// [`TooLarge`]
    pub fn credit(&self, at: i64) -> Result<i64, TooLarge> {
        Ok(self.after(at, |_| true)?.min(0).saturating_neg())
    }

    /// What it gives back line by line for the time after `at`, in minor units: the time of earlier invoices that a change
    /// has set off, whatever it charges for that in their place.
    ///
    /// # Errors
    /// [`TooLarge`]
    pub fn set_off(&self, at: i64) -> Result<i64, TooLarge> {
        Ok(self.after(at, |line| line.amount < 0)?.saturating_neg())
    }

    /// What lines are worth for the time after `at`.
    fn after(&self, at: i64, counts: impl Fn(&PaidLine) -> bool) -> Result<i64, TooLarge> {
        let mut sum: i64 = 0;
        for line in self.lines.iter().filter(|line| counts(line)) {
            let left = line.end - at.clamp(line.start, line.end);
            sum = sum.checked_add(share(line.amount, left, line.end - line.start)?).ok_or(TooLarge)?;
        }
        Ok(sum)
    }
}

impl PaidLine {
    /// Reads a line; none where it is for no stretch of time.
    fn read(line: &Value) -> Option<PaidLine> {
        let number = |place: &str| line.pointer(place).and_then(Value::as_i64);
        let (start, end) = (number("/period/start")?, number("/period/end")?);
        (start < end).then(|| PaidLine { amount: net(line), start, end })
    }
}

/// What a line costs in the end, in minor units: its amount, less its discounts, with the tax that is not in it already. An
/// item that waits for its invoice says it itself, but for the tax.
pub fn net(line: &Value) -> i64 {
    if let Some(amount) = line.get("net_amount").and_then(Value::as_i64) {
        return amount;
    }
    let all = |name: &str| line.get(name).and_then(Value::as_array).into_iter().flatten();
    let amount = |value: &Value| value.get("amount").and_then(Value::as_i64).unwrap_or_default();
    let off: i64 = all("discount_amounts").map(amount).sum();
    let exclusive = |tax: &&Value| tax.get("tax_behavior").and_then(Value::as_str) == Some("exclusive");
    let tax: i64 = all("taxes").filter(exclusive).map(amount).sum();
    amount(line) - off + tax
}

/// `amount × part ÷ whole`, rounded half away from zero. `whole` is more than zero, `part` from zero to `whole`.
fn share(amount: i64, part: i64, whole: i64) -> Result<i64, TooLarge> {
    let (amount, part, whole) = (i128::from(amount), i128::from(part), i128::from(whole));
    let doubled = amount.abs() * part * 2 + whole;
    let rounded = doubled / (whole * 2);
    i64::try_from(rounded * amount.signum()).map_err(|_| TooLarge)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const DAY: i64 = 86_400;

    fn paid(lines: &[(i64, i64, i64)], total: i64, paid: i64) -> PaidInvoice {
        let lines = lines.iter().map(|(amount, start, end)| PaidLine {
            amount: *amount,
            start: start * DAY,
            end: end * DAY,
        });
        PaidInvoice { lines: lines.collect(), total, paid }
    }

    #[track_caller]
    fn check(invoice: &PaidInvoice, day: i64, expected: i64) {
        assert_eq!(invoice.unused(day * DAY), Ok(expected));
    }

    #[test]
    fn what_was_not_used_goes_back_by_the_second() {
        // 99.00 for 30 days: 3.30 a day.
        let month = paid(&[(9900, 0, 30)], 9900, 9900);
        check(&month, 0, 9900);
        check(&month, 10, 6600);
        check(&month, 29, 330);
        check(&month, 30, 0);
        check(&month, 40, 0);
        // Half of a second's share is rounded up: 1 minor unit for two seconds, one of them over.
        let tiny = PaidInvoice { lines: vec![PaidLine { amount: 1, start: 0, end: 2 }], total: 1, paid: 1 };
        assert_eq!((tiny.unused(1), tiny.unused(2)), (Ok(1), Ok(0)));
        // 19.00 for 31 days, 11 of them over: 1900 × 20 ÷ 31 = 1225.8.
        check(&paid(&[(1900, 0, 31)], 1900, 1900), 11, 1226);
    }

    #[test]
    fn an_upgrade_within_the_period_counts_with_its_own_time() {
        // After 10 of 30 days from 30.00 to 60.00, billed at once: −20.00 and +40.00 for the 20 days that are left.
        let upgrade = paid(&[(-2000, 10, 30), (4000, 10, 30)], 2000, 2000);
        check(&upgrade, 10, 2000);
        check(&upgrade, 20, 1000);
        // A downgrade gives nothing back twice.
        check(&paid(&[(-4000, 10, 30), (2000, 10, 30)], -2000, 0), 20, 0);
    }

    #[test]
    fn what_a_downgrade_has_set_off_is_told_for_the_time_that_is_left() {
        // After 10 of 30 days from 40.00 to 20.00: for the last 10 days, 20.00 given back and 10.00 charged.
        let downgrade = paid(&[(-4000, 10, 30), (2000, 10, 30)], -2000, 0);
        assert_eq!((downgrade.credit(20 * DAY), downgrade.set_off(20 * DAY)), (Ok(1000), Ok(2000)));
        let upgrade = paid(&[(-2000, 10, 30), (4000, 10, 30)], 2000, 2000);
        assert_eq!((upgrade.credit(20 * DAY), upgrade.set_off(20 * DAY)), (Ok(0), Ok(1000)));
        assert_eq!((upgrade.credit(30 * DAY), upgrade.set_off(30 * DAY)), (Ok(0), Ok(0)));
    }

    #[test]
    fn what_waits_for_the_next_invoice_is_read_by_its_subscription() {
        let item = |subscription: &str, amount: i64| {
            json!({
                "amount": amount,
                "net_amount": amount / 2,
                "period": {"start": 0, "end": 100},
                "parent": {"subscription_details": {"subscription": subscription}},
            })
        };
        let waiting =
            PaidInvoice::pending(&[item("sub_1", -400), item("sub_2", -900), item("sub_1", 100)], "sub_1");
        assert_eq!((waiting.total, waiting.credit(50)), (-150, Ok(75)));
    }

    #[test]
    fn what_a_balance_paid_is_no_money() {
        check(&paid(&[(9900, 0, 30)], 9900, 3300), 10, 2200);
        check(&paid(&[(9900, 0, 30)], 9900, 0), 10, 0);
    }

    #[test]
    fn usage_of_the_time_before_gives_nothing_back() {
        check(&paid(&[(500, -30, 0), (3000, 0, 30)], 3500, 3500), 15, 1500);
    }

    #[test]
    fn a_line_is_read_after_discounts_and_with_its_tax() {
        let line = |subscription: &str| {
            json!({
                "amount": 1000,
                "discount_amounts": [{"amount": 100}, {"amount": 50}],
                "taxes": [{"amount": 80, "tax_behavior": "exclusive"}, {"amount": 70, "tax_behavior": "inclusive"}],
                "period": {"start": 0, "end": 100},
                "parent": {"subscription_item_details": {"subscription": subscription}},
            })
        };
        let once = json!({"amount": 5, "period": {"start": 7, "end": 7}, "subscription": "sub_1"});
        let lines = [line("sub_1"), line("sub_2"), once];
        let invoice = PaidInvoice::read(&json!({"total": 2000}), &lines, Some("sub_1"), 1500);
        let expected = [PaidLine { amount: 930, start: 0, end: 100 }];
        assert_eq!((invoice.lines.as_slice(), invoice.total, invoice.paid), (&expected[..], 2000, 1500));
        assert!(invoice.covers(99) && !invoice.covers(100));
    }

    proptest! {
        #[test]
        fn nobody_is_given_more_than_they_paid_and_less_as_time_goes_by(
            amounts in prop::collection::vec((0_i64..1_000_000, 0_i64..1_000, 1_i64..1_000), 1..6),
            money in 0_i64..2_000_000,
            first in 0_i64..2_000,
            later in 0_i64..2_000,
        ) {
            let lines: Vec<PaidLine> = amounts
                .iter()
                .map(|(amount, start, length)| PaidLine { amount: *amount, start: *start, end: start + length })
                .collect();
            let total: i64 = lines.iter().map(|line| line.amount).sum();
            let invoice = PaidInvoice { lines, total, paid: money.min(total) };
            let (first, later) = (first.min(later), first.max(later));
            let (more, less) = (invoice.unused(first).unwrap(), invoice.unused(later).unwrap());
            prop_assert!(0 <= less && less <= more && more <= invoice.paid);
            prop_assert_eq!(invoice.unused(-1).unwrap(), invoice.paid);
            prop_assert_eq!(invoice.unused(2_000).unwrap(), 0);
        }

        #[test]
        fn one_line_is_off_the_exact_share_by_half_a_unit_at_most(
            amount in 0_i64..1_000_000_000,
            (length, used) in (1_i64..40_000_000).prop_flat_map(|length| (Just(length), 0..=length)),
        ) {
            let line = PaidLine { amount, start: 0, end: length };
            let invoice = PaidInvoice { lines: vec![line], total: amount, paid: amount };
            let found = i128::from(invoice.unused(used).unwrap());
            let exact_times_length = i128::from(amount) * i128::from(length - used);
            prop_assert!((found * i128::from(length) - exact_times_length).abs() * 2 <= i128::from(length));
        }
    }
}
