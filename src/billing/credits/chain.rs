//! The chain of entries: each carries a hash over its own content and the hash of the one before it.
//!
//! The content is written field by field, each with its length, so that no two entries have the same bytes; numbers are 8 bytes,
//! most significant first. Whoever changes, removes or swaps an entry changes every hash that follows.

use sha2::{Digest as _, Sha256};

use super::entry::Entry;

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// What stands in the place of the hash before the first entry.
pub const START: Hash = [0; 32];

/// Returns the hash of an entry that follows one with the hash `previous`.
pub fn hash(previous: &Hash, entry: &Entry) -> Hash {
    let Entry {
        number,
        subject,
        kind,
        entry_type,
        amount,
        asked,
        balance,
        at,
        expires_at,
        actor,
        approver,
        reason,
        reference,
        key,
        reverses,
    } = entry;
    let mut hasher = Sha256::new();
    hasher.update(previous);
    for number in [number, amount, asked, balance, at] {
        hasher.update(number.to_be_bytes());
    }
    for optional in [expires_at, reverses] {
        hasher.update([u8::from(optional.is_some())]);
        hasher.update(optional.unwrap_or_default().to_be_bytes());
    }
    let name = entry_type.name();
    for text in [subject.as_str(), kind, name, actor, reason, key, reference.as_deref().unwrap_or_default()] {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    hasher.update([u8::from(reference.is_some())]);
    // Nothing where there is none: what came before is whole by itself, so that no other entry has these bytes.
    if let Some(approver) = approver {
        hasher.update((approver.len() as u64).to_be_bytes());
        hasher.update(approver);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::credits::EntryType;

    fn entry() -> Entry {
        Entry {
            number: 1,
            subject: "u_1".to_owned(),
            kind: "credits".to_owned(),
            entry_type: EntryType::Grant,
            amount: 10,
            asked: 10,
            balance: 10,
            at: 1_700_000_000,
            expires_at: None,
            actor: "ada".to_owned(),
            approver: None,
            reason: "welcome".to_owned(),
            reference: None,
            key: "k1".to_owned(),
            reverses: None,
        }
    }

    // Pins the bytes: a ledger written today has to verify in ten years.
    #[test]
    fn the_hash_of_an_entry_stays_what_it_was() {
        let number = |number: i64| number.to_be_bytes().to_vec();
        let text = |text: &str| [&(text.len() as u64).to_be_bytes()[..], text.as_bytes()].concat();
        let mut bytes = vec![0; 32];
        bytes.extend([number(1), number(10), number(10), number(10), number(1_700_000_000)].concat());
        bytes.extend([0; 18]);
        bytes.extend(["u_1", "credits", "grant", "ada", "welcome", "k1", ""].map(text).concat());
        bytes.push(0);
        assert_eq!(hash(&START, &entry()), <[u8; 32]>::from(Sha256::digest(&bytes)));
    }

    #[test]
    fn every_field_is_in_the_hash() {
        let changed: [fn(&mut Entry); 15] = [
            |entry| entry.number = 2,
            |entry| entry.subject = "u_2".to_owned(),
            |entry| entry.kind = "minutes".to_owned(),
            |entry| entry.entry_type = EntryType::Purchase,
            |entry| entry.amount = 11,
            |entry| entry.asked = 11,
            |entry| entry.balance = 11,
            |entry| entry.at += 1,
            |entry| entry.expires_at = Some(0),
            |entry| entry.actor = "bob".to_owned(),
            |entry| entry.approver = Some("bob".to_owned()),
            |entry| entry.reason = "Welcome".to_owned(),
            |entry| entry.reference = Some(String::new()),
            |entry| entry.key = "k2".to_owned(),
            |entry| entry.reverses = Some(0),
        ];
        let mut hashes = vec![hash(&START, &entry()), hash(&hash(&START, &entry()), &entry())];
        for change in changed {
            let mut other = entry();
            change(&mut other);
            hashes.push(hash(&START, &other));
        }
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
    }

    #[test]
    fn text_cannot_move_from_one_field_to_the_next() {
        let mut one = entry();
        one.subject = "u_1c".to_owned();
        one.kind = "redits".to_owned();
        assert_ne!(hash(&START, &one), hash(&START, &entry()));
    }
}
