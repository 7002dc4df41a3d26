//! Whether everything arrived: what was received against what the mirror holds.

/// The objects of a kind, counted two ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    pub kind: &'static str,
    /// Different objects that Stripe gave, counted page by page as they came; without those that it said are gone.
    pub received: u64,
    /// Those of them that are in the mirror's tables now.
    pub stored: u64,
    /// Lists of the kind that could not be read, with the reason.
    pub unread: Option<Unread>,
}

/// Why a list was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unread {
    /// The server has no such list.
    Unknown,
    /// The key may not read it.
    Forbidden,
}

/// What became of a backfill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// A count for every kind, in the order of the lists.
    pub counts: Vec<Count>,
}

impl Count {
    /// How many objects were received that the mirror does not hold.
    pub fn missing(&self) -> u64 {
        self.received.saturating_sub(self.stored)
    }
}

impl Proof {
    pub fn received(&self) -> u64 {
        self.counts.iter().map(|count| count.received).sum()
    }

    pub fn missing(&self) -> u64 {
        self.counts.iter().map(Count::missing).sum()
    }

    /// The kinds whose lists could not be read for this reason.
    pub fn unread(&self, why: Unread) -> Vec<&'static str> {
        self.counts.iter().filter(|count| count.unread == Some(why)).map(|count| count.kind).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_of_one_kind_is_not_made_up_for_by_another() {
        let count = |kind, received, stored| Count { kind, received, stored, unread: None };
        let proof = Proof { counts: vec![count("customer", 3, 2), count("invoice", 3, 5)] };
        assert_eq!((proof.received(), proof.missing()), (6, 1));
    }
}
