//! The customer of a subject: found, or made exactly once, however many ask for it at the same time.
//!
//! In this order: the link that is known here; a customer in Stripe whose metadata names the subject; a new one, under an
//! idempotency key that is made of project and subject, so that all who ask at once are given the same. Stripe's search
//! lags by a minute, so the list of customers is read instead: from where the last reading ended, and noted, so that a
//! large account is read once.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::customer_of;
use crate::billing::plan::account::PROJECT_TAG;
use crate::billing::projection::{SubjectLink, subject_link};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::store::books::{Books, LinkOrigin};
use crate::store::mirror::{Mirror, Page};
use crate::stripe::lists::Found;
use crate::stripe::{IdempotencyKey, Reader, Writer};

/// The name under which the mirror keeps the second up to which the list of customers was read.
const CURSOR: &str = "customers";

/// How far a reading goes back behind the last one, in seconds: what Stripe lists late comes again.
const OVERLAP_SECONDS: i64 = 300;

/// A subject's customer may be deleted and made anew this often within the day that Stripe remembers keys.
const MOST_GENERATIONS: usize = 20;

/// Where a single customer is read.
pub const CUSTOMER_ROUTE: &str = "/v1/customers/{}";

/// How a subject's customer came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It was linked here already.
    Known,
    /// Stripe had it already.
    Adopted,
    /// It was made now, by this process or by another at the same time.
    Created,
}

/// A subject's customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ensured {
    pub customer: String,
    pub origin: Origin,
}

/// What finding and making works with.
#[derive(Debug)]
pub struct Ensurer<'a> {
    pub ctx: &'a Context,
    pub reader: Reader,
    pub books: &'a Books,
    pub mirror: &'a mut Mirror,
}

impl Ensurer<'_> {
    /// Finds a subject's customer, here or in Stripe; changes nothing in Stripe. None if there is none.
    ///
    /// # Errors
    /// What Stripe or the disk refuses.
    pub async fn find(&mut self, subject: &str) -> anyhow::Result<Option<Ensured>> {
        if let Some(customer) = customer_of(self.books, self.mirror, subject)? {
            return Ok(Some(Ensured { customer, origin: Origin::Known }));
        }
        self.read_list().await?;
        let adopted = customer_of(self.books, self.mirror, subject)?;
        Ok(adopted.map(|customer| Ensured { customer, origin: Origin::Adopted }))
    }

    /// Finds a subject's customer, or makes it; with a test clock, if one is named.
    ///
    /// # Errors
    /// `Usage` for a subject that Stripe can't keep; else what Stripe or the disk refuses.
    pub async fn find_or_make(
        &mut self,
        writer: &Writer,
        subject: &str,
        test_clock: Option<&str>,
    ) -> anyhow::Result<Ensured> {
        check_subject(subject)?;
        if let Some(found) = self.find(subject).await? {
            return Ok(found);
        }
        let metadata_key = self.ctx.subject_metadata()?;
        let project = self.project()?;
        // Of customers that were deleted or unlinked: the answer that Stripe remembers for those is of no use.
        let mut gone = self.books.ever_customers_of(subject)?;
        gone.sort();
        for _ in 0..MOST_GENERATIONS {
            let mut metadata = Map::new();
            metadata.insert(metadata_key.to_owned(), json!(subject));
            metadata.insert(PROJECT_TAG.to_owned(), json!(project));
            let mut params = json!({"metadata": metadata});
            if let Some(clock) = test_clock {
                params["test_clock"] = json!(clock);
            }
            let key = creation_key(&project, subject, test_clock, &gone)?;
            let reply = writer.post("/v1/customers", &params, &key).await?;
            let Some(customer) = reply.body.get("id").and_then(Value::as_str).map(str::to_owned) else {
                return Err(fail(
                    Kind::Failed,
                    "Stripe made a customer and did not say its id",
                    "Run it again",
                ));
            };
            if remember_customer(&self.reader, self.books, self.mirror, &customer).await? {
                self.link(subject, &customer, reply.body.get("created").and_then(Value::as_i64))?;
                return Ok(Ensured { customer, origin: Origin::Created });
            }
            gone.push(customer);
            gone.sort();
        }
        Err(fail(
            Kind::Failed,
            format!("The customer of `{subject}` was deleted again and again within a day"),
            "Make it with another program and link it with `billctl customer link`",
        ))
    }

    /// Notes whom the customers of Stripe's list say they are, from where the last reading ended.
    async fn read_list(&mut self) -> anyhow::Result<()> {
        let before: Option<i64> = self.mirror.cursor(CURSOR)?.and_then(|text| text.parse().ok());
        let params = match before {
            Some(second) => json!({"created": {"gte": second.saturating_sub(OVERLAP_SECONDS)}}),
            None => Value::Null,
        };
        let key = self.ctx.subject_metadata()?;
        let mut pages = self.reader.pages("/v1/customers", &params);
        let progress = self.ctx.ui().open_progress("Reading customers");
        let mut read = 0_usize;
        let mut begun_at: Option<Timestamp> = None;
        while let Some(page) = pages.next().await? {
            begun_at = begun_at.or(pages.answered_at());
            read += page.len();
            progress.say(&format!("{read} customers"));
            let links: Vec<(String, SubjectLink)> = page
                .iter()
                .filter_map(|customer| {
                    let id = customer.get("id")?.as_str()?.to_owned();
                    Some((id, subject_link("customer", customer, Some(key))?))
                })
                .collect();
            let links: Vec<_> =
                links.iter().map(|(id, link)| (LinkOrigin::Object(id), Some(link.clone()))).collect();
            self.books.note_links(&links)?;
        }
        progress.finish();
        if let Some(begun_at) = begun_at {
            let now = self.ctx.clock().now().as_second();
            self.mirror.set_cursor(CURSOR, Some(&begun_at.as_second().to_string()), now)?;
        }
        Ok(())
    }

    /// Notes the link of a new customer. A subject that a person had unlinked has one again by that.
    fn link(&self, subject: &str, customer: &str, created: Option<i64>) -> anyhow::Result<()> {
        let at = created.unwrap_or_else(|| self.ctx.clock().now().as_second());
        let link = SubjectLink { subject: subject.to_owned(), customer: customer.to_owned(), at };
        let mut links = vec![(LinkOrigin::Object(customer), Some(link.clone()))];
        if self.books.is_unlinked(subject)? {
            links.push((LinkOrigin::Manual, Some(link)));
        }
        self.books.note_links(&links)
    }

    fn project(&self) -> anyhow::Result<String> {
        let project = self.ctx.billing_if_any()?.and_then(|loaded| loaded.file.project.as_ref());
        Ok(project.map_or_else(|| "billctl".to_owned(), |project| project.name.clone()))
    }
}

/// The key under which a subject's customer is made: the same for everybody who wants the same one.
fn creation_key(
    project: &str,
    subject: &str,
    test_clock: Option<&str>,
    gone: &[String],
) -> anyhow::Result<IdempotencyKey> {
    let content = json!(["customer", project, subject, test_clock, gone]).to_string();
    let digest = hex::encode(Sha256::digest(content.as_bytes()));
    Ok(IdempotencyKey::new(format!("billctl-customer-{}", digest.get(..40).unwrap_or(&digest)))?)
}

/// Whether Stripe can keep a subject: as a value of metadata and as a checkout's `client_reference_id`.
///
/// # Errors
/// `Usage` with what is wrong.
pub fn check_subject(subject: &str) -> anyhow::Result<()> {
    let length = subject.chars().count();
    let what = if subject.trim().is_empty() {
        "A subject has a name".to_owned()
    } else if length > 200 {
        format!("A subject has at most 200 characters, and this one has {length}")
    } else if subject.chars().any(char::is_control) {
        "A subject has no line breaks, tabs or escapes in it".to_owned()
    } else if subject.starts_with(super::CUSTOMER_PREFIX) {
        format!("`{subject}` is a customer's id, and a subject is your application's own name for one")
    } else {
        return Ok(());
    };
    Err(fail(Kind::Usage, what, "Give the id by which your application knows it, such as u_1"))
}

/// Fetches a customer into the mirror, so that what was just done shows before its event comes. False if Stripe has
/// deleted it.
///
/// # Errors
/// What Stripe or the disk refuses.
pub async fn remember_customer(
    reader: &Reader,
    books: &Books,
    mirror: &mut Mirror,
    id: &str,
) -> anyhow::Result<bool> {
    let dated = reader.find(CUSTOMER_ROUTE, id).await?;
    let Found::Object(object) = dated.value else { return Ok(false) };
    if let Some(fetched_at) = dated.at.and_then(|at| Timestamp::from_second(at).ok()) {
        mirror
            .put_snapshots(books, Page { kind: "customer", objects: &[object], fetched_at, cursor: None })?;
    }
    Ok(true)
}
