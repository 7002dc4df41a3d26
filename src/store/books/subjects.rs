//! Subjects, whoever the application bills, and the customers that they are in Stripe.

use std::collections::HashMap;

use rusqlite::{OptionalExtension as _, TransactionBehavior};

use super::Books;
use crate::billing::projection::SubjectLink;

/// Who says that a subject belongs to a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkOrigin<'a> {
    /// A person. It goes before what objects say. A link to an empty customer says that the subject has none.
    Manual,
    /// The Stripe object with this id.
    Object(&'a str),
}

impl LinkOrigin<'_> {
    fn name(&self) -> &str {
        match self {
            LinkOrigin::Manual => "manual",
            LinkOrigin::Object(id) => id,
        }
    }
}

/// In which order links count: what a person said, then the earliest.
const ORDER: &str = "origin <> 'manual', at, origin";

impl Books {
    /// Notes links, in one transaction. An object says one thing at a time: what it said before is forgotten, and with
    /// `None` that it says anything.
    ///
    /// # Errors
    /// If they can't be written: then none of them is noted.
    pub fn note_links(&self, links: &[(LinkOrigin<'_>, Option<SubjectLink>)]) -> anyhow::Result<()> {
        let note = || {
            let transaction =
                rusqlite::Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
            for (origin, link) in links {
                if let LinkOrigin::Object(id) = origin {
                    transaction
                        .prepare_cached("DELETE FROM subject_links WHERE origin = ?1")?
                        .execute([id])?;
                }
                if let Some(SubjectLink { subject, customer, at }) = link {
                    transaction
                        .prepare_cached(
                            "INSERT INTO subject_links (origin, subject, customer, at) VALUES (?1, ?2, ?3, ?4)
                             ON CONFLICT (origin, subject) DO UPDATE SET customer = ?3, at = ?4",
                        )?
                        .execute((origin.name(), subject, customer, at))?;
                }
            }
            transaction.commit()
        };
        self.explain(note())
    }

    /// Whether an object is known to say what it says now; then nothing has to be written.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn has_link(&self, id: &str, link: Option<&SubjectLink>) -> anyhow::Result<bool> {
        let read = || -> rusqlite::Result<bool> {
            let known = self
                .connection
                .prepare_cached("SELECT subject, customer, at FROM subject_links WHERE origin = ?1")?
                .query_row([id], |row| {
                    Ok(SubjectLink { subject: row.get(0)?, customer: row.get(1)?, at: row.get(2)? })
                })
                .optional()?;
            Ok(known.as_ref() == link)
        };
        self.explain(read())
    }

    /// The customers of a subject; the one that counts first. Some may be deleted in Stripe by now. None where a person
    /// said that it has none, whatever objects say.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn customers_of(&self, subject: &str) -> anyhow::Result<Vec<String>> {
        match self.is_unlinked(subject)? {
            true => Ok(Vec::new()),
            false => self.ever_customers_of(subject),
        }
    }

    /// The same, also of a subject that a person has unlinked.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn ever_customers_of(&self, subject: &str) -> anyhow::Result<Vec<String>> {
        let sql = format!(
            "SELECT customer FROM subject_links WHERE subject = ?1 AND customer <> '' ORDER BY {ORDER}"
        );
        self.linked(&sql, subject)
    }

    /// Whether a person said that a subject has no customer: a link to nobody.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn is_unlinked(&self, subject: &str) -> anyhow::Result<bool> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT 1 FROM subject_links WHERE origin = 'manual' AND subject = ?1 AND customer = ''",
                )?
                .exists([subject])
        };
        self.explain(read())
    }

    /// The subjects of a customer; the one that counts first. Without those that a person says are another's.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn subjects_of(&self, customer: &str) -> anyhow::Result<Vec<String>> {
        self.linked(
            &format!(
                "SELECT subject FROM subject_links AS link WHERE customer = ?1 AND NOT EXISTS (
                    SELECT 1 FROM subject_links AS other
                    WHERE other.origin = 'manual' AND other.subject = link.subject AND other.customer <> ?1)
                 ORDER BY {ORDER}"
            ),
            customer,
        )
    }

    /// All subjects that belong to a customer, sorted.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn subjects(&self) -> anyhow::Result<Vec<String>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT DISTINCT subject FROM subject_links WHERE customer <> '' ORDER BY subject",
                )?
                .query_map([], |row| row.get(0))?
                .collect()
        };
        self.explain(read())
    }

    /// The customers of every subject that has any; the one that counts first. As [`Books::customers_of`] gives them.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn all_customers(&self) -> anyhow::Result<HashMap<String, Vec<String>>> {
        let read = || -> rusqlite::Result<HashMap<String, Vec<String>>> {
            let mut found: HashMap<String, Vec<String>> = HashMap::new();
            let sql =
                format!("SELECT subject, customer, origin FROM subject_links ORDER BY subject, {ORDER}");
            let mut statement = self.connection.prepare_cached(&sql)?;
            let mut rows = statement.query([])?;
            // What a person said comes first: a link to nobody leaves out what objects say.
            let mut unlinked = None;
            while let Some(row) = rows.next()? {
                let (subject, customer): (String, String) = (row.get(0)?, row.get(1)?);
                if customer.is_empty() {
                    if row.get::<_, String>(2)? == LinkOrigin::Manual.name() {
                        unlinked = Some(subject);
                    }
                } else if unlinked.as_ref() != Some(&subject) {
                    found.entry(subject).or_default().push(customer);
                }
            }
            Ok(found)
        };
        self.explain(read())
    }

    /// The subject that counts of each customer that belongs to any.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn subjects_by_customer(&self) -> anyhow::Result<HashMap<String, String>> {
        let read = || -> rusqlite::Result<HashMap<String, String>> {
            let mut found = HashMap::new();
            let mut links = self.connection.prepare_cached(&format!(
                "SELECT customer, subject FROM subject_links AS link WHERE customer <> '' AND NOT EXISTS (
                    SELECT 1 FROM subject_links AS other
                    WHERE other.origin = 'manual' AND other.subject = link.subject
                        AND other.customer <> link.customer)
                 ORDER BY {ORDER}"
            ))?;
            let mut rows = links.query([])?;
            while let Some(row) = rows.next()? {
                found.entry(row.get(0)?).or_insert(row.get(1)?);
            }
            Ok(found)
        };
        self.explain(read())
    }

    fn linked(&self, sql: &str, of: &str) -> anyhow::Result<Vec<String>> {
        let read = || {
            self.connection
                .prepare_cached(sql)?
                .query_map([of], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<String>>>()
        };
        let mut found: Vec<String> = Vec::new();
        for one in self.explain(read())? {
            if !found.contains(&one) {
                found.push(one);
            }
        }
        Ok(found)
    }
}
