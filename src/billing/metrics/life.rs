//! What a subscription came to in a month, from its beginning to its end.
//!
//! Stripe's object says how it stands now, and when it began and ended. What it was before is told by the events that were
//! kept, each of which says what it changed from, and by the invoices of its periods.

/// A subscription, as far as it is recurring revenue. Amounts are in minor units a month, times in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub id: String,
    pub currency: String,
    pub status: String,
    /// It counts as it stands: it is active or past due, and its invoices are not given away.
    pub counts: bool,
    /// What its items come to, whether it counts or not.
    pub monthly: i64,
    pub started_at: i64,
    pub trial_start: Option<i64>,
    pub trial_end: Option<i64>,
    pub ended_at: Option<i64>,
    /// The second of the object's version.
    pub known_at: i64,
    /// In any order.
    pub steps: Vec<Step>,
}

/// What an event or an invoice says of what a subscription came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub at: i64,
    /// The id of the event or invoice.
    pub origin: String,
    /// What it came to before, if that is said.
    pub before: Option<i64>,
    pub after: i64,
}

/// What a subscription comes to from a second on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    pub at: i64,
    pub amount: i64,
}

/// All changes of what a subscription came to, the earliest first; no two of one second, none that changes nothing. Before
/// the first it came to nothing.
///
/// It begins with the end of the trial that it began with, else with its start. What it came to then is what the first step
/// says that it was before, else what it comes to now. A difference between the last step and the object that no step tells
/// of is dated to the object's version. From its end on it comes to nothing.
pub fn life(subscription: &Subscription) -> Vec<Point> {
    let Subscription { status, counts, monthly, started_at, ended_at, known_at, .. } = subscription;
    if status == "incomplete_expired" {
        return Vec::new();
    }
    let begins = begins(subscription);
    let steps = ordered(&subscription.steps);
    let (early, late): (Vec<&Step>, Vec<&Step>) = steps.iter().partition(|step| step.at <= begins);
    let first = match (early.last(), late.first()) {
        (Some(step), _) => step.after,
        (None, Some(step)) => step.before.unwrap_or(step.after),
        (None, None) if matches!(status.as_str(), "trialing" | "incomplete") => 0,
        (None, None) => *monthly,
    };
    let mut points = vec![Point { at: begins, amount: first }];
    points.extend(late.iter().map(|step| Point { at: step.at, amount: step.after }));
    let is_over = status == "canceled" || ended_at.is_some();
    let last_at = points.last().map_or(*started_at, |point| point.at);
    if !is_over {
        let amount = if *counts { *monthly } else { 0 };
        points.push(Point { at: last_at.max(*known_at), amount });
    } else {
        let end = ended_at.unwrap_or(*known_at);
        points.retain(|point| point.at < end);
        points.push(Point { at: end, amount: 0 });
    }
    changes(points)
}

fn begins(subscription: &Subscription) -> i64 {
    let Subscription { started_at, trial_start, trial_end, .. } = subscription;
    match trial_end {
        Some(end) if trial_start.is_none_or(|start| start <= *started_at) => *started_at.max(end),
        Some(_) | None => *started_at,
    }
}

/// Steps by their time; of one second each after the one whose outcome it says that it began with.
fn ordered(steps: &[Step]) -> Vec<Step> {
    let mut left: Vec<Step> = steps.to_vec();
    left.sort_by(|one, other| {
        (one.at, one.before.is_some(), &one.origin).cmp(&(other.at, other.before.is_some(), &other.origin))
    });
    let mut ordered: Vec<Step> = Vec::with_capacity(left.len());
    while let Some(first) = left.first() {
        let second = first.at;
        let known = ordered.last().map(|step: &Step| step.after);
        let of_second = left.iter().take_while(|step| step.at == second);
        let next = of_second
            .enumerate()
            .find(|(_, step)| step.before.is_none() || step.before == known)
            .map_or(0, |(index, _)| index);
        ordered.push(left.remove(next));
    }
    ordered
}

/// Of points in order the last of each second, without those that change nothing.
fn changes(points: Vec<Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for point in points {
        if kept.last().is_some_and(|last| last.at == point.at) {
            kept.pop();
        }
        if kept.last().map_or(0, |last| last.amount) != point.amount {
            kept.push(point);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(status: &str, monthly: i64) -> Subscription {
        Subscription {
            id: "sub_1".to_owned(),
            currency: "usd".to_owned(),
            status: status.to_owned(),
            counts: matches!(status, "active" | "past_due"),
            monthly,
            started_at: 100,
            trial_start: None,
            trial_end: None,
            ended_at: None,
            known_at: 900,
            steps: Vec::new(),
        }
    }

    fn step(at: i64, origin: &str, before: Option<i64>, after: i64) -> Step {
        Step { at, origin: origin.to_owned(), before, after }
    }

    fn check(subscription: &Subscription, expected: &[(i64, i64)]) {
        let found: Vec<(i64, i64)> =
            life(subscription).into_iter().map(|point| (point.at, point.amount)).collect();
        assert_eq!(found, expected, "{subscription:?}");
    }

    #[test]
    fn without_events_it_came_to_what_it_comes_to_now() {
        check(&subscription("active", 4_900), &[(100, 4_900)]);
        check(&subscription("past_due", 4_900), &[(100, 4_900)]);
        let over = Subscription { ended_at: Some(500), ..subscription("canceled", 4_900) };
        check(&over, &[(100, 4_900), (500, 0)]);
        check(&subscription("unpaid", 4_900), &[(100, 4_900), (900, 0)]);
        check(&subscription("incomplete", 4_900), &[]);
        check(&subscription("incomplete_expired", 4_900), &[]);
    }

    #[test]
    fn a_trial_comes_to_nothing() {
        let trial = |status: &str| Subscription {
            trial_start: Some(100),
            trial_end: Some(200),
            ..subscription(status, 4_900)
        };
        check(&trial("trialing"), &[]);
        check(&trial("active"), &[(200, 4_900)]);
        check(&Subscription { ended_at: Some(150), ..trial("canceled") }, &[]);
        check(&Subscription { ended_at: Some(300), ..trial("canceled") }, &[(200, 4_900), (300, 0)]);
    }

    #[test]
    fn events_tell_what_it_was_before() {
        let changed = Subscription {
            steps: vec![step(300, "evt_1", Some(4_900), 9_900)],
            ..subscription("active", 9_900)
        };
        check(&changed, &[(100, 4_900), (300, 9_900)]);
        let watched = Subscription {
            steps: vec![
                step(100, "evt_1", None, 0),
                step(130, "evt_2", Some(0), 4_900),
                step(400, "evt_3", Some(4_900), 0),
            ],
            ..subscription("unpaid", 4_900)
        };
        check(&watched, &[(130, 4_900), (400, 0)]);
    }

    #[test]
    fn a_change_that_nobody_told_of_is_dated_to_where_it_was_seen() {
        let missed = Subscription {
            steps: vec![step(300, "evt_1", Some(4_900), 9_900)],
            ..subscription("active", 17_900)
        };
        check(&missed, &[(100, 4_900), (300, 9_900), (900, 17_900)]);
    }

    #[test]
    fn invoices_tell_what_a_period_came_to() {
        let renewed = Subscription {
            steps: vec![
                step(100, "in_1", None, 4_900),
                step(200, "in_2", None, 4_900),
                step(300, "in_3", None, 9_900),
            ],
            ..subscription("active", 9_900)
        };
        check(&renewed, &[(100, 4_900), (300, 9_900)]);
    }

    #[test]
    fn steps_of_one_second_follow_on_each_other_whatever_their_ids() {
        let steps = [
            step(100, "evt_c", None, 0),
            step(100, "evt_b", Some(0), 4_900),
            step(100, "evt_a", Some(4_900), 9_900),
        ];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let steps = order.iter().map(|index: &usize| steps[*index].clone()).collect();
            check(&Subscription { steps, ..subscription("active", 9_900) }, &[(100, 9_900)]);
        }
    }
}
