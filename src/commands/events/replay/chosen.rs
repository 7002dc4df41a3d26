//! The events that are replayed, in their order.

use crate::store::books::{Books, StoredEvent};

/// An event to be replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    pub id: String,
    pub event_type: String,
    /// In seconds.
    pub created: i64,
    /// Its number in the books, if it comes from there.
    pub seq: Option<i64>,
    /// Exactly as it is kept.
    pub body: Vec<u8>,
}

/// Where an event is until it is its turn.
enum Place {
    /// In the books, by its number there: a long history isn't held in memory.
    Stored(i64),
    Held(Chosen),
}

/// Events in the order in which they are replayed.
pub struct Choice {
    books: Books,
    /// The next one last.
    left: Vec<Place>,
}

impl Choice {
    /// Events that were read from elsewhere, by the time of their creation; those of a second stay as they are.
    pub fn held(books: Books, mut events: Vec<Chosen>) -> Choice {
        events.sort_by_key(|event| event.created);
        Choice { books, left: events.into_iter().rev().map(Place::Held).collect() }
    }

    /// Events of the books, by their numbers, in the order in which they are replayed.
    pub fn stored(books: Books, events: Vec<i64>) -> Choice {
        Choice { books, left: events.into_iter().rev().map(Place::Stored).collect() }
    }

    /// How many are still to come.
    pub fn left(&self) -> usize {
        self.left.len()
    }

    /// Puts them into an order that follows from the seed.
    pub fn shuffle(&mut self, seed: u64) {
        fastrand::Rng::with_seed(seed).shuffle(&mut self.left);
    }

    /// The next event; `None` after the last one.
    ///
    /// # Errors
    /// If the books can't be read.
    pub fn next(&mut self) -> anyhow::Result<Option<Chosen>> {
        while let Some(place) = self.left.pop() {
            let seq = match place {
                Place::Held(chosen) => return Ok(Some(chosen)),
                Place::Stored(seq) => seq,
            };
            // What is not there any more was deleted by hand.
            if let (Some(event), Some(body)) = (self.books.event_at(seq)?, self.books.body(seq)?) {
                let StoredEvent { id, event_type, created, .. } = event;
                return Ok(Some(Chosen { id, event_type, created, seq: Some(seq), body }));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(folder: &tempfile::TempDir) -> Choice {
        let event = |(number, created): (usize, i64)| Chosen {
            id: format!("evt_{number}"),
            event_type: "a.b".to_owned(),
            created,
            seq: None,
            body: Vec::new(),
        };
        let books = Books::open(&folder.path().join("books.db")).unwrap();
        Choice::held(books, [3, 1, 2, 1].into_iter().enumerate().map(event).collect())
    }

    fn order(mut choice: Choice) -> Vec<String> {
        let mut ids = Vec::new();
        while let Some(chosen) = choice.next().unwrap() {
            ids.push(chosen.id);
        }
        ids
    }

    #[test]
    fn events_go_by_the_time_of_their_creation() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(order(choice(&folder)), ["evt_1", "evt_3", "evt_2", "evt_0"]);
    }

    #[test]
    fn a_seed_gives_the_same_order_again() {
        let folder = tempfile::tempdir().unwrap();
        let shuffled = |seed| {
            let mut choice = choice(&folder);
            choice.shuffle(seed);
            order(choice)
        };
        assert_eq!(shuffled(7), shuffled(7));
        let mut sorted = shuffled(7);
        sorted.sort();
        assert_eq!(sorted, ["evt_0", "evt_1", "evt_2", "evt_3"]);
        assert!((0..50).any(|seed| shuffled(seed) != shuffled(7)));
    }
}
