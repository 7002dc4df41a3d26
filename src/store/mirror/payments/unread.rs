//! What has to be read before it can be told what a payment bought.

use std::collections::BTreeSet;

use super::{LINES_OF_INVOICE, LINES_OF_SESSION, Payable, Payments, SESSION};
use crate::billing::credits::purchase::Unclear;
use crate::store::books::Books;
use crate::store::mirror::{Mirror, Outcome, Span};

/// Something that has to be read before it can be told what was bought.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unread {
    /// The lines of a session or an invoice: a list at `route`, kept as an object of this kind and id.
    Lines {
        route: &'static str,
        kind: &'static str,
        id: String,
    },
    Price(String),
}

impl Payable {
    pub(in crate::store::mirror) fn unread(&self, unclear: &Unclear) -> Option<Unread> {
        match unclear {
            Unclear::NoLines(id) => {
                let (route, kind) = match self.kind {
                    SESSION => ("/v1/checkout/sessions/{}/line_items", LINES_OF_SESSION),
                    _ => ("/v1/invoices/{}/lines", LINES_OF_INVOICE),
                };
                Some(Unread::Lines { route, kind, id: id.clone() })
            }
            Unclear::NoPrice(id) => Some(Unread::Price(id.clone())),
            Unclear::BadNumber { .. }
            | Unclear::NoSubject(_)
            | Unclear::TooMany { .. }
            | Unclear::KeyTaken { .. }
            | Unclear::OtherCurrency { .. } => None,
        }
    }
}

impl Mirror {
    /// What has to be read for the failed events that tell of payments, of `limit` of those at most.
    ///
    /// # Errors
    /// If a file can't be read.
    pub fn unread(&self, books: &Books, limit: usize) -> anyhow::Result<Vec<Unread>> {
        let mut unread = BTreeSet::new();
        let subject_key = self.subject_metadata.as_deref();
        let payments = Payments::new(&self.connection, books, subject_key, self.credit_rules);
        for failure in self.events_with(Outcome::Failed, Span::default(), limit)? {
            let Some(event) = books.event_at(failure.seq)? else { continue };
            let (Some(kind), Some(id)) = (&event.object_kind, &event.object_id) else { continue };
            for payable in payments.touched_by(kind, id)? {
                if let Err(unclear) = payments.due(&payable)? {
                    unread.extend(payable.unread(&unclear));
                }
            }
        }
        Ok(unread.into_iter().collect())
    }
}
