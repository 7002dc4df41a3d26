//! Who is on which plan, and what that comes to.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::share::percent;

/// Items of subscriptions that stand alike.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanSum {
    /// The product's id.
    pub product: Option<String>,
    pub price: Option<String>,
    pub currency: String,
    /// Of their subscriptions, as Stripe says it.
    pub status: String,
    /// Their subscriptions are recurring revenue as they stand.
    pub counts: bool,
    pub subscriptions: i64,
    pub quantity: i64,
    /// In minor units a month.
    pub monthly: i64,
    /// How many come to an amount that is not known before: by use, or in tiers.
    pub unknown: i64,
}

/// A plan, or a price of it, in one currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanLine {
    pub product: Option<String>,
    /// Where prices are told apart.
    pub price: Option<String>,
    pub currency: String,
    /// Subscriptions that are recurring revenue.
    pub paying: i64,
    /// Those of them that are past due.
    pub past_due: i64,
    pub trialing: i64,
    /// Unpaid, paused, or with invoices that are given away.
    pub others: i64,
    /// Units of those that are recurring revenue.
    pub quantity: i64,
    /// Recurring revenue, in minor units a month.
    pub mrr: i64,
    /// Items of those whose amount is not known before.
    pub unknown: i64,
    /// Recurring revenue of all plans in the currency.
    pub of: i64,
}

impl PlanLine {
    /// Of the recurring revenue in its currency, in percent.
    pub fn share(&self) -> Option<Decimal> {
        percent(self.mrr, self.of)
    }
}

/// Makes a line of each plan, or of each price, and currency: by currency, then the one that brings most first.
pub fn plans(sums: &[PlanSum], by_price: bool) -> Vec<PlanLine> {
    let mut lines: BTreeMap<(&str, Option<&str>, Option<&str>), PlanLine> = BTreeMap::new();
    let mut all: BTreeMap<&str, i64> = BTreeMap::new();
    for sum in sums {
        let price = sum.price.as_deref().filter(|_| by_price);
        let line =
            lines.entry((sum.currency.as_str(), sum.product.as_deref(), price)).or_insert_with(|| PlanLine {
                product: sum.product.clone(),
                price: price.map(str::to_owned),
                currency: sum.currency.clone(),
                ..PlanLine::default()
            });
        if sum.counts {
            line.paying += sum.subscriptions;
            line.past_due += if sum.status == "past_due" { sum.subscriptions } else { 0 };
            line.quantity = line.quantity.saturating_add(sum.quantity);
            line.mrr = line.mrr.saturating_add(sum.monthly);
            line.unknown += sum.unknown;
            let of = all.entry(&sum.currency).or_default();
            *of = of.saturating_add(sum.monthly);
        } else if sum.status == "trialing" {
            line.trialing += sum.subscriptions;
        } else {
            line.others += sum.subscriptions;
        }
    }
    let mut lines: Vec<PlanLine> = lines.into_values().collect();
    for line in &mut lines {
        line.of = all.get(line.currency.as_str()).copied().unwrap_or(0);
    }
    lines.sort_by(|one, other| {
        let key = |line: &PlanLine| (-line.mrr, -line.paying);
        (&one.currency, key(one), &one.product, &one.price).cmp(&(
            &other.currency,
            key(other),
            &other.product,
            &other.price,
        ))
    });
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(product: &str, price: &str, status: &str, subscriptions: i64, monthly: i64) -> PlanSum {
        PlanSum {
            product: Some(product.to_owned()),
            price: Some(price.to_owned()),
            currency: "usd".to_owned(),
            status: status.to_owned(),
            counts: matches!(status, "active" | "past_due"),
            subscriptions,
            quantity: subscriptions,
            monthly,
            unknown: 0,
        }
    }

    #[test]
    fn a_plan_is_all_its_prices_and_counts_those_that_pay() {
        let sums = [
            sum("pro", "pro_monthly", "active", 3, 29_700),
            sum("pro", "pro_monthly", "past_due", 1, 9_900),
            sum("pro", "pro_yearly", "active", 2, 16_500),
            sum("pro", "pro_monthly", "trialing", 4, 39_600),
            sum("starter", "starter", "active", 9, 44_100),
            sum("starter", "starter", "unpaid", 1, 4_900),
        ];
        let lines = plans(&sums, false);
        let told: Vec<(Option<&str>, i64, i64, i64, i64)> = lines
            .iter()
            .map(|line| (line.product.as_deref(), line.paying, line.trialing, line.others, line.mrr))
            .collect();
        assert_eq!(told, [(Some("pro"), 6, 4, 0, 56_100), (Some("starter"), 9, 0, 1, 44_100)]);
        assert_eq!(lines[0].past_due, 1);
        // 561.00 of 1,002.00
        assert_eq!(lines[0].share().unwrap().to_string(), "55.99");
        let prices: Vec<Option<String>> = plans(&sums, true).into_iter().map(|line| line.price).collect();
        assert_eq!(prices, ["starter", "pro_monthly", "pro_yearly"].map(|price| Some(price.to_owned())));
    }

    #[test]
    fn shares_are_of_one_currency() {
        let mut sums = vec![sum("pro", "p", "active", 1, 100)];
        sums.push(PlanSum { currency: "eur".to_owned(), ..sum("pro", "p", "active", 1, 300) });
        let shares: Vec<String> =
            plans(&sums, false).iter().map(|line| line.share().unwrap().to_string()).collect();
        assert_eq!(shares, ["100.00", "100.00"]);
    }
}
