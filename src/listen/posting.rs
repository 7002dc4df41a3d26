//! Events that no request brought: they are passed on as Stripe would have posted them.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Notify;

use super::secrets::{Secrets, exposed};
use crate::billing::signature;
use crate::store::outbox::{NewOutgoing, Outbox};
use crate::stripe::webhook::USER_AGENT;

/// Puts events into an outbox, signed with all secrets that there are; without any, they have no signature.
pub struct Posting {
    outbox: Outbox,
    waiting: Arc<Notify>,
    secrets: Arc<Secrets>,
}

impl std::fmt::Debug for Posting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Posting").finish_non_exhaustive()
    }
}

impl Posting {
    /// `waiting` is told by [`Posting::wake`].
    pub fn new(outbox: Outbox, waiting: Arc<Notify>, secrets: Arc<Secrets>) -> Posting {
        Posting { outbox, waiting, secrets }
    }

    /// Adds events, by id and body, in one durable transaction; those that the outbox knows are left out.
    ///
    /// # Errors
    /// If they can't be written: then none is added.
    pub fn put(&mut self, events: &[(&str, &[u8])], now: Timestamp) -> anyhow::Result<()> {
        let secrets = self.secrets.current();
        let secrets = exposed(&secrets);
        let headers: Vec<Vec<(String, Vec<u8>)>> =
            events.iter().map(|(_, body)| headers(&secrets, body, now)).collect();
        let outgoing: Vec<NewOutgoing<'_>> = events
            .iter()
            .zip(&headers)
            .map(|((id, body), headers)| NewOutgoing { id, headers, body })
            .collect();
        self.outbox.put(&outgoing, now.as_millisecond())
    }

    /// Has what was put there sent.
    pub fn wake(&self) {
        self.waiting.notify_one();
    }
}

fn headers(secrets: &[&str], body: &[u8], now: Timestamp) -> Vec<(String, Vec<u8>)> {
    let signed = (!secrets.is_empty()).then(|| signature::header(secrets, now.as_second(), body));
    let headers = [
        ("content-type", Some("application/json; charset=utf-8".to_owned())),
        ("user-agent", Some(USER_AGENT.to_owned())),
        (signature::HEADER, signed),
    ];
    headers.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into_bytes()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_passed_on_is_signed_where_there_is_a_secret() {
        let now = Timestamp::from_second(1_793_491_200).unwrap();
        let signed = headers(&["whsec_test_a", "whsec_test_b"], b"{}", now);
        let (name, value) = signed.last().unwrap();
        assert_eq!(name, signature::HEADER);
        for secret in ["whsec_test_a", "whsec_test_b"] {
            let value = std::str::from_utf8(value).unwrap();
            assert!(signature::verify(&[secret], value, b"{}", now.as_second(), 300).is_ok(), "{value}");
        }
        let names = |secrets: &[&str]| -> Vec<String> {
            headers(secrets, b"{}", now).into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names(&[]), ["content-type", "user-agent"]);
    }
}
