//! What a payment bought: its lines, as lots of credits.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension as _;

use super::{Payments, object};
use crate::billing::credits::MAX_CREDITS;
use crate::billing::credits::purchase::{Bought, CREDITS_TAG, Line, Pack, Payment, Unclear, pack};
use crate::store::books::Purchase;

impl Payments<'_> {
    pub(super) fn purchase(&self, payment: &Payment) -> anyhow::Result<Result<Option<Purchase>, Unclear>> {
        let (lots, reason) = match &payment.bought {
            Bought::InAll(pack) => (vec![*pack], None),
            Bought::Lines(lines) => match self.lots(&payment.id, lines)? {
                Ok((lots, names)) => (lots, Some(names)),
                Err(unclear) => return Ok(Err(unclear)),
            },
            Bought::Unread if self.sells()? => return Ok(Err(Unclear::NoLines(payment.id.clone()))),
            Bought::Unread => return Ok(Ok(None)),
        };
        let lots: Vec<Pack> = lots.into_iter().filter(|lot| lot.credits > 0).collect();
        if lots.is_empty() {
            return Ok(Ok(None));
        }
        let subject = match (&payment.subject, &payment.customer) {
            (Some(subject), _) => Some(subject.clone()),
            (None, Some(customer)) => self.books.subjects_of(customer)?.into_iter().next(),
            (None, None) => None,
        };
        let Some(subject) = subject else { return Ok(Err(Unclear::NoSubject(payment.id.clone()))) };
        let reason = match reason {
            Some(names) => format!("bought: {}", names.join(", ")),
            None => "bought".to_owned(),
        };
        Ok(Ok(Some(Purchase { subject, lots, reason })))
    }

    /// The credits of all lines, a lot for each expiry, and the lines in words.
    #[expect(clippy::type_complexity, reason = "lots and words, or why there are none")]
    pub(super) fn lots(
        &self,
        id: &str,
        lines: &[Line],
    ) -> anyhow::Result<Result<(Vec<Pack>, Vec<String>), Unclear>> {
        let mut lots: BTreeMap<Option<i64>, i64> = BTreeMap::new();
        let mut names = Vec::new();
        for Line { price, metadata, quantity, recurs } in lines {
            let known = match metadata {
                Some(metadata) => Some(metadata.clone()),
                None => object(self.mirror, "price", price)?.map(|mut price| price["metadata"].take()),
            };
            let pack = match known {
                Some(metadata) => match pack(price, &metadata) {
                    Ok(pack) => pack,
                    Err(unclear) => return Ok(Err(unclear)),
                },
                // Another price may be a pack only where such prices are.
                None if *recurs && !self.rules.sells_recurring => None,
                None if self.sells()? => return Ok(Err(Unclear::NoPrice(price.clone()))),
                None => None,
            };
            let Some(Pack { credits, expire_seconds }) = pack.filter(|_| *quantity > 0) else { continue };
            let lot = lots.entry(expire_seconds).or_default();
            let sum = credits.checked_mul(*quantity).and_then(|more| lot.checked_add(more));
            match sum.filter(|sum| *sum <= MAX_CREDITS) {
                Some(sum) => *lot = sum,
                None => return Ok(Err(Unclear::TooMany { id: id.to_owned() })),
            }
            names.push(if *quantity == 1 { price.clone() } else { format!("{quantity} × {price}") });
        }
        let lots = lots.into_iter().map(|(expire_seconds, credits)| Pack { credits, expire_seconds });
        Ok(Ok((lots.collect(), shortened(names))))
    }

    /// Whether any price is known to buy credits.
    pub(super) fn sells(&self) -> anyhow::Result<bool> {
        if let Some(sells) = self.sells.get() {
            return Ok(*sells);
        }
        let told = self.rules.sells_once || self.rules.sells_recurring;
        let sells = told
            || self
                .mirror
                .prepare_cached(&format!(
                    "SELECT 1 FROM prices WHERE instr(metadata, '\"{CREDITS_TAG}\"') > 0"
                ))?
                .query_row([], |_| Ok(()))
                .optional()?
                .is_some();
        Ok(*self.sells.get_or_init(|| sells))
    }
}

/// A few names, so that a reason stays a line.
fn shortened(mut names: Vec<String>) -> Vec<String> {
    const MOST: usize = 5;
    if names.len() > MOST {
        let further = names.len() - MOST;
        names.truncate(MOST);
        names.push(format!("and {further} more"));
    }
    names
}
