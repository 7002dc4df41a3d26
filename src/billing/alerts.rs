//! PURE. Thresholds of billing.toml, as commands read them.

use std::collections::BTreeMap;
use std::fmt;

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
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Threshold::LowBalance { below, kind, active_days } = self;
        let name = if kind == DEFAULT_KIND { "credits".to_owned() } else { format!("credits ({kind})") };
        write!(f, "less than {below} {name}")?;
        match active_days {
            Some(days) => write!(f, ", of those booked for in {days} days"),
            None => Ok(()),
        }
    }
}

/// The alerts of a file that was checked, by name.
pub fn alerts(file: &BTreeMap<String, file::Alert>) -> Vec<Alert> {
    let alert = |(name, alert): (&String, &file::Alert)| {
        let file::Alert { low_balance, kind, active_days } = alert;
        let threshold = Threshold::LowBalance {
            below: (*low_balance)?,
            kind: kind.clone().unwrap_or_else(|| DEFAULT_KIND.to_owned()),
            active_days: active_days.map(i64::from),
        };
        Some(Alert { name: name.clone(), threshold })
    };
    file.iter().filter_map(alert).collect()
}
