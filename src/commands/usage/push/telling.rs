//! How attempts end, told as soon as it is known: to whoever writes it down, and to the others of the batch.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::UnboundedSender;

use super::decide::CORRECTED_REFUSED;
use crate::store::books::{Ended, Pushed};

/// A record, and how its attempt ended. Of what is not known nothing is told.
pub type Told = (i64, Ended);

/// What a batch tells while it is being sent.
#[derive(Debug)]
pub struct Telling {
    to: UnboundedSender<Told>,
    /// What Stripe refused of it, by what Stripe would know it by: the record and its quantity.
    refused: Mutex<HashMap<String, (i64, i64)>>,
}

impl Telling {
    pub fn new(to: UnboundedSender<Told>) -> Telling {
        Telling { to, refused: Mutex::default() }
    }

    /// Tells how an attempt ended. Where nobody listens any more, it stays begun.
    pub fn say(&self, event: &Pushed, ended: Ended) {
        if let Ended::Rejected { .. } = ended {
            self.refused().insert(event.identifier.clone(), (event.record, event.quantity));
        }
        let _ = self.to.send((event.record, ended));
    }

    /// Settles a record that takes back one that Stripe has refused in this batch, and says whether it does: then nothing is to
    /// be sent of it.
    pub fn settle_with_refused(&self, event: &Pushed) -> bool {
        let refused = event.corrected().and_then(|corrected| self.refused().get(corrected).copied());
        let Some((record, quantity)) = refused else { return false };
        let ended = of_correction(event.quantity + quantity);
        if ended == Ended::Canceled {
            let _ = self.to.send((record, Ended::Canceled));
        }
        self.say(event, ended);
        true
    }

    fn refused(&self) -> MutexGuard<'_, HashMap<String, (i64, i64)>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What becomes of a record that takes back one that Stripe refused, where both together come to `left`.
pub fn of_correction(left: i64) -> Ended {
    match left {
        0 => Ended::Canceled,
        _ => {
            let (code, why) = CORRECTED_REFUSED;
            Ended::Rejected { code: code.to_owned(), why: why.to_owned() }
        }
    }
}
