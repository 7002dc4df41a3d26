//! A row of a file → the record that it means.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::billing::catalog::model::{Catalog, Limit};
use crate::billing::catalog::nearest::nearest;
use crate::billing::currency::Currency;
use crate::billing::money::Rate;
use crate::billing::usage::{BadRecord, MAX_QUANTITY, Record};
use crate::intake::{Row, Unreadable};

/// The columns that there are.
pub const COLUMNS: &[&str] = &["subject", "metric", "quantity", "cost", "at", "key", "corrects", "dim.*"];

/// What the names of columns with dimensions begin with.
const DIMENSION: &str = "dim.";

/// A number of this size is no quantity, whatever its last digits are.
const LARGE: f64 = 1e15;

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    pub line: u64,
    pub column: Option<String>,
    pub why: String,
}

impl From<&Unreadable> for BadRow {
    fn from(unreadable: &Unreadable) -> BadRow {
        let Unreadable { line, column, why, is_last: _ } = unreadable;
        BadRow { line: *line, column: column.clone(), why: why.clone() }
    }
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "line {}, column `{column}`: {}", self.line, self.why),
            None => write!(f, "line {}: {}", self.line, self.why),
        }
    }
}

/// The record that a row means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    pub record: Record,
    /// Its time was not read from the clock.
    pub at_given: bool,
    /// It takes back whatever the corrected record says.
    pub whole: bool,
    /// There are plans of which prepaid credits pay for it.
    pub may_be_paid: bool,
}

/// How a metric is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counting {
    Number,
    Money(Currency),
    /// A plan has the subject's credits pay for it.
    Credits,
    /// Some plans count it in money and others don't, or in another currency.
    ByPlan,
}

/// How much a row says: the column that says it, the amount in the metric's unit, and its currency.
type Amount = (&'static str, Option<i64>, Option<Currency>);

/// A column, and what is wrong with it.
type BadCell = (&'static str, String);

/// Reads rows, by what the catalog has.
pub struct Reading<'a> {
    metrics: HashMap<&'a str, Counting>,
    /// The subjects that customers are.
    subjects: HashMap<String, String>,
    /// In seconds since 1970.
    now: i64,
}

impl<'a> Reading<'a> {
    /// `subjects` are the names that customers' ids stand for; `now` is in seconds since 1970.
    pub fn new(catalog: &'a Catalog, subjects: HashMap<String, String>, now: i64) -> Reading<'a> {
        let mut metrics: HashMap<&str, Counting> = HashMap::new();
        for (name, limit) in catalog.products.values().flat_map(|product| &product.limits) {
            let counting = match limit {
                Limit::Count { .. } => Counting::Number,
                Limit::Money { max, window: _ } => Counting::Money(max.currency),
                Limit::Credits { .. } => Counting::Credits,
                Limit::Unlimited => continue,
            };
            let known = metrics.entry(name.as_str()).or_insert(counting);
            // Both are whole numbers; whether credits pay is asked subject by subject.
            let is_number = |counting| matches!(counting, Counting::Number | Counting::Credits);
            if is_number(*known) && is_number(counting) && *known != counting {
                *known = Counting::Credits;
            } else if *known != counting {
                *known = Counting::ByPlan;
            }
        }
        let limits = catalog.products.values().flat_map(|product| product.limits.keys());
        for name in limits.chain(catalog.meters.keys()) {
            metrics.entry(name.as_str()).or_insert(Counting::Number);
        }
        Reading { metrics, subjects, now }
    }

    /// Has rows be read at another time.
    pub fn at(&mut self, now: i64) {
        self.now = now;
    }

    /// The record that a row means; none of what costs nothing.
    ///
    /// # Errors
    /// The first column that is wrong.
    pub fn read(&self, row: &Row) -> Result<Option<Meant>, BadRow> {
        let bad = |column: &str, why: String| BadRow { line: row.line, column: Some(column.to_owned()), why };
        let needed =
            |column: &'static str, why: &str| row.get(column).ok_or_else(|| bad(column, why.to_owned()));
        let subject = needed("subject", "it is empty")?;
        let metric = needed("metric", "it is empty")?;
        let key = needed(
            "key",
            "it is empty: with a key of its own the row counts once, however often it is given",
        )?;
        let counting = *self.metrics.get(metric).ok_or_else(|| bad("metric", self.unknown(metric)))?;
        let corrects = row.get("corrects");
        let (column, quantity, currency) =
            self.quantity(row, counting).map_err(|(column, why)| bad(column, why))?;
        let at = row.get("at").map(time).transpose().map_err(|why| bad("at", why))?;
        let whole = corrects.is_some() && quantity.is_none();
        let quantity = match (quantity, corrects) {
            (Some(quantity), Some(_)) => quantity.saturating_abs().saturating_neg(),
            (Some(quantity), None) => quantity,
            (None, Some(_)) => -1,
            (None, None) => 1,
        };
        // What costs less than half of the currency's smallest unit: there is nothing to add up.
        let costs_nothing = currency.is_some() && corrects.is_none() && quantity == 0;
        let dimensions = row.fields.iter().filter_map(|(name, value)| {
            let name = name.strip_prefix(DIMENSION)?;
            Some((name.to_owned(), value.trim().to_owned())).filter(|(_, value)| !value.is_empty())
        });
        let subject = self.subjects.get(subject).map_or(subject, String::as_str);
        let record = Record {
            subject: subject.to_owned(),
            metric: metric.to_owned(),
            quantity: quantity + i64::from(costs_nothing),
            currency,
            at: at.unwrap_or(self.now),
            key: key.to_owned(),
            dimensions: dimensions.collect::<BTreeMap<_, _>>(),
            corrects: corrects.map(str::to_owned),
        };
        record.check(self.now).map_err(|wrong| bad(column_of(&wrong, column), wrong.to_string()))?;
        let may_be_paid = counting == Counting::Credits;
        Ok((!costs_nothing).then_some(Meant { record, at_given: at.is_some(), whole, may_be_paid }))
    }

    /// How much a row says, in the metric's unit, and the column that says it.
    fn quantity(&self, row: &Row, counting: Counting) -> Result<Amount, BadCell> {
        let corrects = row.get("corrects").is_some();
        match (counting, row.get("quantity"), row.get("cost")) {
            (Counting::ByPlan, ..) => Err((
                "metric",
                "plans count it in different units: record it with `billctl usage record`".to_owned(),
            )),
            (Counting::Number | Counting::Credits, _, Some(_)) => {
                Err(("cost", "it is counted, and not in money: `quantity` says how much".to_owned()))
            }
            (Counting::Number | Counting::Credits, quantity, None) => {
                let quantity = quantity.map(whole).transpose().map_err(|why| ("quantity", why))?;
                Ok(("quantity", quantity, None))
            }
            (Counting::Money(currency), Some(_), _) => {
                Err(("quantity", format!("it is counted in money ({currency}): `cost` says how much")))
            }
            (Counting::Money(currency), None, None) if corrects => Ok(("cost", None, Some(currency))),
            (Counting::Money(currency), None, None) => {
                Err(("cost", format!("it is empty, and this is counted in money: write 0.12 {currency}")))
            }
            (Counting::Money(currency), None, Some(text)) => {
                let rate: Rate = text.parse().map_err(|error| ("cost", format!("`{text}`: {error}")))?;
                match rate.whole() {
                    Some(money) if money.currency == currency => {
                        Ok(("cost", Some(money.minor), Some(currency)))
                    }
                    Some(_) => Err(("cost", format!("`{text}`: this is counted in {currency}"))),
                    None => Err((
                        "cost",
                        format!("`{text}` is not a whole number of the currency's smallest unit"),
                    )),
                }
            }
        }
    }

    fn unknown(&self, metric: &str) -> String {
        let mut known: Vec<&str> = self.metrics.keys().copied().collect();
        known.sort_unstable();
        let rest = match nearest(metric, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the catalog has {}", known.join(", ")),
        };
        format!("no plan and no meter of the catalog has a metric `{metric}`; {rest}")
    }
}

/// Reads a whole number.
fn whole(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| {
        let digits = text.trim_start_matches(['-', '+']);
        let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        // JSON's large numbers come with an exponent, however they were written.
        let is_large = text.parse::<f64>().is_ok_and(|number| number.abs() >= LARGE);
        if is_whole || is_large {
            format!("`{text}`: one record counts at most {MAX_QUANTITY}")
        } else {
            format!("`{text}`: a quantity is a whole number without separators, such as 600")
        }
    })
}

/// Reads a moment, as a second since 1970.
fn time(text: &str) -> Result<i64, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at.as_second());
    }
    let is_date = text.len() == 10 && text.as_bytes().get(4) == Some(&b'-');
    if is_date
        && let Ok(date) = text.parse::<Date>()
        && let Ok(start) = date.to_zoned(TimeZone::UTC)
    {
        return Ok(start.timestamp().as_second());
    }
    let has_time = text.contains([':', 'T']) && text.parse::<jiff::civil::DateTime>().is_ok();
    Err(match has_time {
        true => format!("`{text}` has no time zone: end it with Z, or with an offset such as +01:00"),
        false => format!("`{text}` is no point in time: write 2026-11-01T12:00:00Z, or 2026-11-01"),
    })
}

fn column_of(wrong: &BadRecord, quantity: &'static str) -> &'static str {
    match wrong {
        BadRecord::NotPositive | BadRecord::NotNegative | BadRecord::TooMuch => quantity,
        BadRecord::Ahead | BadRecord::BeforeTime => "at",
        BadRecord::TooManyDimensions => "dim.*",
        BadRecord::Empty(what) | BadRecord::Unprintable(what) | BadRecord::TooLong { what } => match *what {
            "subject" => "subject",
            "metric" => "metric",
            "key" => "key",
            "key of the corrected record" => "corrects",
            _ => "dim.*",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_time(text: &str, expected: Result<i64, &str>) {
        match (time(text), expected) {
            (Ok(at), Ok(expected)) => assert_eq!(at, expected, "{text}"),
            (Err(why), Err(part)) => assert!(why.contains(part), "{why}"),
            (found, _) => panic!("{text}: {found:?}"),
        }
    }

    #[test]
    fn a_time_is_a_moment_and_a_date_begins_in_utc() {
        check_time("2026-11-01T00:00:00Z", Ok(1_793_491_200));
        check_time("2026-11-01T01:00:00+01:00", Ok(1_793_491_200));
        check_time("2026-11-01", Ok(1_793_491_200));
        check_time("2026-11-01T00:00:00", Err("has no time zone"));
        check_time("2026-11-01 00:00", Err("has no time zone"));
        check_time("1.11.2026", Err("no point in time"));
        check_time("2026-02-30", Err("no point in time"));
        check_time("yesterday", Err("no point in time"));
    }

    #[test]
    fn a_quantity_is_a_whole_number() {
        assert_eq!(whole("600"), Ok(600));
        assert_eq!(whole("-5"), Ok(-5));
        for text in ["1.5", "1,000", "", "1e3", "abc"] {
            assert!(whole(text).is_err_and(|why| why.contains("a whole number")), "{text}");
        }
        for text in ["99999999999999999999", "9223372036854775808", "1e+20", "-1e+20"] {
            assert!(whole(text).is_err_and(|why| why.contains("at most")), "{text}");
        }
    }
}
