//! How much money the policy lets one person give by hand.

use std::fmt;

use crate::billing::money::Money;

/// Limits on money that is given in Stripe, an amount for each currency. Where there are any, money of another currency
/// may not be given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MoneyLimits {
    /// The most that one grant gives.
    pub grant: Option<Vec<Money>>,
    /// The most that one actor gives in a day (UTC), together.
    pub day: Option<Vec<Money>>,
}

/// The limit that a grant would pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverMoney {
    Grant { amount: Money, most: Money },
    Day { amount: Money, given: Money, most: Money },
    Currency { amount: Money, name: &'static str },
}

impl MoneyLimits {
    /// Checks an amount, where its actor has given `given` today, of any currencies.
    ///
    /// # Errors
    /// The first limit that it would pass.
    pub fn check(&self, amount: Money, given: &[Money]) -> Result<(), OverMoney> {
        if let Some(most) = most(self.grant.as_deref(), amount, "max_money")?
            && amount.minor > most.minor
        {
            return Err(OverMoney::Grant { amount, most });
        }
        if let Some(most) = most(self.day.as_deref(), amount, "max_money_per_day")? {
            let same = given.iter().filter(|given| given.currency == amount.currency);
            let minor = same.fold(0_i64, |sum, given| sum.saturating_add(given.minor));
            if minor.saturating_add(amount.minor) > most.minor {
                return Err(OverMoney::Day { amount, given: Money { minor, ..amount }, most });
            }
        }
        Ok(())
    }
}

/// The limit in the amount's currency; none where there are no limits.
fn most(limits: Option<&[Money]>, amount: Money, name: &'static str) -> Result<Option<Money>, OverMoney> {
    let Some(limits) = limits else { return Ok(None) };
    match limits.iter().find(|limit| limit.currency == amount.currency) {
        Some(most) => Ok(Some(*most)),
        None => Err(OverMoney::Currency { amount, name }),
    }
}

impl fmt::Display for OverMoney {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OverMoney::Grant { amount, most } => {
                write!(f, "{amount} at once is more than the {most} of max_money")
            }
            OverMoney::Day { amount, given, most } => write!(
                f,
                "{amount} on top of the {given} that you gave today is more than the {most} of max_money_per_day"
            ),
            OverMoney::Currency { amount, name } => {
                write!(f, "{name} names no amount in {}, so none may be given", amount.currency)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check(amount: &str, given: &[&str], refusal: Option<&str>) {
        let limits = MoneyLimits {
            grant: Some(vec![money("50.00 usd"), money("40.00 eur")]),
            day: Some(vec![money("80.00 usd"), money("40.00 eur")]),
        };
        let given: Vec<Money> = given.iter().map(|text| money(text)).collect();
        let found = limits.check(money(amount), &given).err().map(|over| over.to_string());
        assert_eq!(found.as_deref(), refusal);
    }

    #[test]
    fn each_currency_has_limits_of_its_own() {
        check("50.00 usd", &[], None);
        check("50.01 usd", &[], Some("50.01 usd at once is more than the 50.00 usd of max_money"));
        check("50.00 usd", &["30.00 usd", "40.00 eur"], None);
        check(
            "50.00 usd",
            &["30.00 usd", "0.01 usd"],
            Some(
                "50.00 usd on top of the 30.01 usd that you gave today is more than the 80.00 usd of max_money_per_day",
            ),
        );
        check("1 jpy", &[], Some("max_money names no amount in jpy, so none may be given"));
    }

    #[test]
    fn without_limits_everything_is_allowed() {
        assert_eq!(MoneyLimits::default().check(money("1000000 jpy"), &[]), Ok(()));
    }
}
