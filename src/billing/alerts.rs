//! PURE. Thresholds of billing.toml, as commands read them.

use std::fmt;

use serde_json::{Value, json};

use super::catalog::file;
use super::credits::DEFAULT_KIND;

/// A threshold with its name in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    pub name: String,
    pub threshold: Threshold,
}

/// What an alert watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Threshold {
    /// Subjects that can spend less than so many credits of a kind.
    LowBalance {
        below: i64,
        kind: String,
        /// Only those for whom something was booked in so many days.
        active_days: Option<i64>,
    },
    /// Attempts to charge somebody that failed in a row, up to the last one.
    FailedPayments { in_a_row: i64 },
    /// Subscriptions that ended within so many days.
    Cancellations { count: i64, days: i64 },
    /// What came in on the last whole day, beside the day before.
    RevenueDrop { percent: i64 },
    /// Subjects that have used so much of a limit.
    Budget {
        percent: u32,
        /// All metrics without it.
        metric: Option<String>,
    },
    /// Events that could not be applied.
    WebhookFailures { count: i64 },
}

impl Threshold {
    /// The keys of the file that set it.
    pub fn json(&self) -> Value {
        match self {
            Threshold::LowBalance { below, kind, active_days } => {
                json!({"low_balance": below, "kind": kind, "active_days": active_days})
            }
            Threshold::FailedPayments { in_a_row } => json!({"failed_payments": in_a_row}),
            Threshold::Cancellations { count, days } => json!({"cancellations": count, "days": days}),
            Threshold::RevenueDrop { percent } => json!({"revenue_drop_percent": percent}),
            Threshold::Budget { percent, metric } => json!({"budget_percent": percent, "metric": metric}),
            Threshold::WebhookFailures { count } => json!({"webhook_failures": count}),
        }
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Threshold::LowBalance { below, kind, active_days } => {
                let name =
                    if kind == DEFAULT_KIND { "credits".to_owned() } else { format!("credits ({kind})") };
                write!(f, "less than {below} {name}")?;
                match active_days {
                    Some(days) => write!(f, ", of those booked for in {days} days"),
                    None => Ok(()),
                }
            }
            Threshold::FailedPayments { in_a_row } => {
                write!(f, "{in_a_row} or more failed payments in a row")
            }
            Threshold::Cancellations { count, days: 1 } => {
                write!(f, "{count} or more cancellations in a day")
            }
            Threshold::Cancellations { count, days } => {
                write!(f, "{count} or more cancellations in {days} days")
            }
            Threshold::RevenueDrop { percent } => {
                write!(f, "revenue of a day down by more than {percent} % from the day before")
            }
            Threshold::Budget { percent, metric: Some(metric) } => {
                write!(f, "{percent} % or more of `{metric}`")
            }
            Threshold::Budget { percent, metric: None } => write!(f, "{percent} % or more of a limit"),
            Threshold::WebhookFailures { count } => {
                write!(f, "{count} or more events that could not be applied")
            }
        }
    }
}

/// The alerts of a file that was checked, by name.
pub fn alerts(file: &file::Alerts) -> Vec<Alert> {
    let alert = |(name, alert): (&String, &file::Alert)| {
        Some(Alert { name: name.clone(), threshold: threshold(alert)? })
    };
    file.named.iter().filter_map(alert).collect()
}

fn threshold(alert: &file::Alert) -> Option<Threshold> {
    let file::Alert {
        low_balance,
        kind,
        active_days,
        failed_payments,
        cancellations,
        days,
        revenue_drop_percent,
        budget_percent,
        metric,
        webhook_failures,
    } = alert;
    let low_balance = low_balance.map(|below| Threshold::LowBalance {
        below,
        kind: kind.clone().unwrap_or_else(|| DEFAULT_KIND.to_owned()),
        active_days: active_days.map(i64::from),
    });
    let failed_payments =
        failed_payments.map(|in_a_row| Threshold::FailedPayments { in_a_row: i64::from(in_a_row) });
    let cancellations = cancellations.map(|count| Threshold::Cancellations {
        count: i64::from(count),
        days: i64::from(days.unwrap_or(1)),
    });
    let revenue_drop =
        revenue_drop_percent.map(|percent| Threshold::RevenueDrop { percent: i64::from(percent) });
    let budget = budget_percent.map(|percent| Threshold::Budget { percent, metric: metric.clone() });
    let webhook_failures =
        webhook_failures.map(|count| Threshold::WebhookFailures { count: i64::from(count) });
    low_balance.or(failed_payments).or(cancellations).or(revenue_drop).or(budget).or(webhook_failures)
}

/// Whether what came in on a day is less than on the day before by more than so many percent; minor units of one currency.
/// Where nothing came in before there is nothing to fall from.
pub fn is_drop(day: i64, before: i64, percent: i64) -> bool {
    let (day, before, percent) = (i128::from(day), i128::from(before), i128::from(percent));
    before > 0 && (before - day) * 100 > before * percent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drop_is_more_than_the_percentage() {
        assert!(!is_drop(9_000, 10_000, 10));
        assert!(is_drop(8_999, 10_000, 10));
        assert!(!is_drop(10_000, 10_000, 10));
        assert!(!is_drop(0, 0, 10));
        assert!(is_drop(0, 1, 99));
        assert!(!is_drop(0, 1, 100));
        assert!(is_drop(-1, 1, 100));
    }

    #[test]
    fn thresholds_are_said_in_words() {
        let said = |threshold: Threshold| threshold.to_string();
        assert_eq!(said(Threshold::FailedPayments { in_a_row: 5 }), "5 or more failed payments in a row");
        assert_eq!(said(Threshold::Cancellations { count: 3, days: 1 }), "3 or more cancellations in a day");
        assert_eq!(said(Threshold::Cancellations { count: 3, days: 7 }), "3 or more cancellations in 7 days");
        let budget = Threshold::Budget { percent: 80, metric: Some("posts".to_owned()) };
        assert_eq!(said(budget), "80 % or more of `posts`");
    }
}
