//! Which lots an amount comes out of.

/// Credits that were given together and expire together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lot {
    /// The number of the entry that made it.
    pub entry: i64,
    /// What is left of it; more than zero.
    pub remaining: i64,
    /// Seconds since 1970 from which on it can't be spent; `None` if it never expires.
    pub expires_at: Option<i64>,
}

impl Lot {
    /// Whether it can't be spent any more.
    pub fn is_due(&self, now: i64) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// What is spent first sorts first: what expires soonest, then what was given first.
    pub fn spending_order(&self) -> (bool, Option<i64>, i64) {
        (self.expires_at.is_none(), self.expires_at, self.entry)
    }
}

/// A part of an amount, and the lot that it moves out of or back into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub lot: i64,
    /// More than zero.
    pub amount: i64,
}

/// What comes out of the lots.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draw {
    pub parts: Vec<Part>,
    /// The sum of the parts: the amount that was wanted, or all there is if that is less.
    pub covered: i64,
}

/// Takes up to `amount` out of `lots`, which come in their spending order and are read no further than needed.
/// What has expired is passed over.
///
/// # Errors
/// The lots' own, where they are read from somewhere.
pub fn draw<E>(lots: impl IntoIterator<Item = Result<Lot, E>>, amount: i64, now: i64) -> Result<Draw, E> {
    let mut drawn = Draw::default();
    for lot in lots {
        let lot = lot?;
        let left = amount - drawn.covered;
        if left <= 0 {
            break;
        }
        if lot.is_due(now) {
            continue;
        }
        let part = lot.remaining.min(left);
        drawn.parts.push(Part { lot: lot.entry, amount: part });
        drawn.covered += part;
    }
    Ok(drawn)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    fn lots(lots: &[(i64, i64, Option<i64>)]) -> Vec<Lot> {
        let mut lots: Vec<Lot> =
            lots.iter().map(|&(entry, remaining, expires_at)| Lot { entry, remaining, expires_at }).collect();
        lots.sort_by_key(Lot::spending_order);
        lots
    }

    fn drawn(lots: &[Lot], amount: i64, now: i64) -> Draw {
        let Ok(draw) = draw(lots.iter().copied().map(Ok::<Lot, Infallible>), amount, now);
        draw
    }

    #[track_caller]
    fn check(of: &[(i64, i64, Option<i64>)], amount: i64, now: i64, expected: &[(i64, i64)]) {
        let draw = drawn(&lots(of), amount, now);
        let parts: Vec<_> = draw.parts.iter().map(|part| (part.lot, part.amount)).collect();
        assert_eq!(parts, expected);
    }

    #[test]
    fn what_expires_soonest_is_spent_first() {
        check(&[(1, 10, None), (2, 10, Some(200)), (3, 10, Some(100))], 15, 50, &[(3, 10), (2, 5)]);
    }

    #[test]
    fn what_never_expires_is_spent_last_and_the_oldest_first() {
        check(&[(2, 10, None), (1, 10, None), (3, 5, Some(100))], 16, 50, &[(3, 5), (1, 10), (2, 1)]);
    }

    #[test]
    fn what_has_expired_is_not_spent() {
        check(&[(1, 10, Some(100)), (2, 10, None)], 15, 100, &[(2, 10)]);
        check(&[(1, 10, Some(101)), (2, 10, None)], 15, 100, &[(1, 10), (2, 5)]);
    }

    proptest! {
        #[test]
        fn a_draw_covers_what_there_is_and_never_more(
            of in prop::collection::vec((1..100_i64, prop::option::of(0..50_i64)), 0..12),
            amount in 0..600_i64,
            now in 0..50_i64,
        ) {
            let of: Vec<_> = of.into_iter().zip(1..).map(|((left, at), entry)| (entry, left, at)).collect();
            let lots = lots(&of);
            let draw = drawn(&lots, amount, now);
            let spendable: i64 = lots.iter().filter(|lot| !lot.is_due(now)).map(|lot| lot.remaining).sum();
            prop_assert_eq!(draw.covered, amount.min(spendable));
            prop_assert_eq!(draw.covered, draw.parts.iter().map(|part| part.amount).sum::<i64>());
            for part in &draw.parts {
                let lot = lots.iter().find(|lot| lot.entry == part.lot).unwrap();
                prop_assert!(part.amount > 0 && part.amount <= lot.remaining);
            }
        }
    }
}
