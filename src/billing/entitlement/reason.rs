//! Why a subscription gives what it is for, or why it doesn't.

use jiff::Timestamp;

/// A reason. Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Paid, or nothing is due.
    Active,
    /// In its trial, to this time.
    Trialing { until: Option<i64> },
    /// It goes on to this time, and then ends.
    Ending { at: i64 },
    /// A payment failed, and the plan is kept while it is tried again; to this time, if the policy sets one.
    Grace { since: Option<i64>, until: Option<i64> },
    /// It was canceled, and the time that was paid for is not over.
    PaidUntil { until: i64 },
    /// The policy gives nothing for a trial.
    TrialNotCounted,
    /// A payment failed longer ago than the policy waits.
    GraceOver { since: i64, until: i64 },
    /// Stripe gave up on a payment and left the subscription open.
    Unpaid,
    /// Its first payment never came.
    Incomplete,
    /// It is paused.
    Paused,
    /// Nothing is collected, and what would be due is void: the service is withheld.
    CollectionVoid,
    /// It is canceled; since this time, if that is known.
    Canceled { at: Option<i64> },
    /// Its end has come, though no event has told so yet.
    Over { at: i64 },
    /// A status that Stripe has added since.
    UnknownStatus,
    /// It stands, and is for nothing that the catalog sells.
    NotInCatalog { prices: Vec<String> },
    /// There is no subscription at all.
    NoSubscription,
}

impl Reason {
    /// A word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::Active => "active",
            Reason::Trialing { .. } => "trialing",
            Reason::Ending { .. } => "ending",
            Reason::Grace { .. } => "grace",
            Reason::PaidUntil { .. } => "paid_until",
            Reason::TrialNotCounted => "trial_not_counted",
            Reason::GraceOver { .. } => "grace_over",
            Reason::Unpaid => "unpaid",
            Reason::Incomplete => "incomplete",
            Reason::Paused => "paused",
            Reason::CollectionVoid => "collection_void",
            Reason::Canceled { .. } => "canceled",
            Reason::Over { .. } => "over",
            Reason::UnknownStatus => "unknown_status",
            Reason::NotInCatalog { .. } => "not_in_catalog",
            Reason::NoSubscription => "no_subscription",
        }
    }

    /// Words for people.
    pub fn words(&self) -> String {
        match self {
            Reason::Active => "active".to_owned(),
            Reason::Trialing { until: Some(until) } => format!("on trial until {}", time(*until)),
            Reason::Trialing { until: None } => "on trial".to_owned(),
            Reason::Ending { at } => format!("ends at {}", time(*at)),
            Reason::Grace { since, until } => {
                let since = since.map_or_else(String::new, |at| format!(" since {}", time(at)));
                match until {
                    Some(until) => {
                        format!("payment has failed{since}; the plan is kept until {}", time(*until))
                    }
                    None => format!("payment has failed{since}; the plan is kept while Stripe tries again"),
                }
            }
            Reason::PaidUntil { until } => format!("canceled, and paid until {}", time(*until)),
            Reason::TrialNotCounted => "on trial, which the policy gives nothing for".to_owned(),
            Reason::GraceOver { since, until } => {
                format!("payment has failed since {}; the plan was kept until {}", time(*since), time(*until))
            }
            Reason::Unpaid => "unpaid: Stripe has given up on its invoice".to_owned(),
            Reason::Incomplete => "its first payment never came".to_owned(),
            Reason::Paused => "paused".to_owned(),
            Reason::CollectionVoid => "paused: nothing is collected, and its invoices are void".to_owned(),
            Reason::Canceled { at: Some(at) } => format!("canceled at {}", time(*at)),
            Reason::Canceled { at: None } => "canceled".to_owned(),
            Reason::Over { at } => format!("ended at {}, though no event has told so yet", time(*at)),
            Reason::UnknownStatus => "of a status that this billctl does not know".to_owned(),
            Reason::NotInCatalog { prices } if prices.is_empty() => "for nothing at all".to_owned(),
            Reason::NotInCatalog { prices } => {
                format!("for {}, which no plan of the billing file has", prices.join(", "))
            }
            Reason::NoSubscription => "there is no subscription".to_owned(),
        }
    }
}

/// A second as RFC 3339 in UTC.
fn time(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| second.to_string(), |at| at.to_string())
}
