//! The order in which one receiver's deliveries leave: as they came, but for those that others are to pass.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

/// How long a delivery waits for others that are to pass it, if none come.
const PATIENCE: Duration = Duration::from_secs(1);

/// Deliveries that wait for their turn.
#[derive(Debug)]
pub struct Queue<T> {
    /// By place. At the same place those that were not held back come first, then the earlier arrival.
    waiting: BTreeMap<(u64, bool, u64), (T, Option<Instant>)>,
    arrived: u64,
}

impl<T> Default for Queue<T> {
    fn default() -> Queue<T> {
        Queue { waiting: BTreeMap::new(), arrived: 0 }
    }
}

impl<T> Queue<T> {
    /// Adds one, behind all that are there and behind so many that are still to come.
    pub fn push(&mut self, item: T, passed_by: u64, now: Instant) {
        self.arrived += 1;
        let patience = (passed_by > 0).then(|| now + PATIENCE);
        self.waiting.insert((self.arrived + passed_by, passed_by > 0, self.arrived), (item, patience));
    }

    /// The next one whose turn it is; with `hurry` without waiting for any that are to pass it.
    pub fn pop(&mut self, now: Instant, hurry: bool) -> Option<T> {
        let first = self.waiting.first_entry()?;
        let (place, ..) = first.key();
        let patient = first.get().1.is_some_and(|patience| now < patience);
        if *place > self.arrived && patient && !hurry {
            return None;
        }
        Some(first.remove().0)
    }

    /// When to look again if nothing arrives until then.
    pub fn wake(&self) -> Option<Instant> {
        self.waiting.first_key_value().and_then(|(_, (_, patience))| *patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pushes numbered deliveries, each passed by so many, and gives the order in which they leave.
    fn order(passed_by: &[u64]) -> Vec<usize> {
        let now = Instant::now();
        let mut queue = Queue::default();
        let mut left = Vec::new();
        for (number, passed_by) in passed_by.iter().enumerate() {
            queue.push(number, *passed_by, now);
            left.extend(std::iter::from_fn(|| queue.pop(now, false)));
        }
        left.extend(std::iter::from_fn(|| queue.pop(now + PATIENCE, false)));
        left
    }

    #[test]
    fn deliveries_leave_as_they_came() {
        assert_eq!(order(&[0, 0, 0]), [0, 1, 2]);
    }

    #[test]
    fn those_that_are_held_back_are_passed() {
        assert_eq!(order(&[1, 0, 0]), [1, 0, 2]);
        assert_eq!(order(&[2, 0, 0, 0]), [1, 2, 0, 3]);
        assert_eq!(order(&[3, 1, 0, 0, 0]), [2, 1, 3, 0, 4]);
    }

    #[test]
    fn a_held_one_leaves_when_nothing_comes() {
        let now = Instant::now();
        let mut queue = Queue::default();
        queue.push("held", 5, now);
        assert_eq!(queue.pop(now, false), None);
        assert_eq!(queue.wake(), Some(now + PATIENCE));
        assert_eq!(queue.pop(now + PATIENCE, false), Some("held"));
        queue.push("held", 5, now);
        assert_eq!(queue.pop(now, true), Some("held"));
    }
}
