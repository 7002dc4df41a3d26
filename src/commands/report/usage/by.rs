//! What a report has a line for.

use std::convert::Infallible;
use std::str::FromStr;

use crate::billing::calendar::Step;

/// What there is a line for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    Metric,
    Subject,
    Plan,
    Time(Step),
    /// The values of this dimension.
    Dimension(String),
}

/// Other columns of a line: a dimension of such a name is told apart by a prefix.
const TAKEN: [&str; 7] =
    ["metric", "quantity", "records", "share_percent", "before", "change_percent", "forecast"];

const PREFIX: &str = "dim:";

/// A word that is none of ours is a dimension; after `dim:`, any word is.
impl FromStr for By {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<By, Infallible> {
        Ok(match text {
            "metric" => By::Metric,
            "subject" => By::Subject,
            "plan" => By::Plan,
            "day" => By::Time(Step::Day),
            "week" => By::Time(Step::Week),
            "month" => By::Time(Step::Month),
            dimension => By::Dimension(dimension.strip_prefix(PREFIX).unwrap_or(dimension).to_owned()),
        })
    }
}

impl By {
    /// What the column of its lines is called.
    pub fn name(&self) -> String {
        match self {
            By::Metric => "metric".to_owned(),
            By::Subject => "subject".to_owned(),
            By::Plan => "plan".to_owned(),
            By::Time(Step::Day) => "day".to_owned(),
            By::Time(Step::Week) => "week".to_owned(),
            By::Time(Step::Month) => "month".to_owned(),
            By::Dimension(name) if TAKEN.contains(&name.as_str()) => format!("{PREFIX}{name}"),
            By::Dimension(name) => name.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_ours_is_what_it_says_and_any_other_is_a_dimension() {
        let by = |text: &str| text.parse::<By>().unwrap();
        assert_eq!(by("week"), By::Time(Step::Week));
        assert_eq!(by("agent"), By::Dimension("agent".to_owned()));
        assert_eq!(by("dim:day"), By::Dimension("day".to_owned()));
        assert_eq!(
            (by("dim:quantity").name(), by("agent").name()),
            ("dim:quantity".to_owned(), "agent".to_owned())
        );
    }
}
