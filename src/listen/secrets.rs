//! Signing secrets, which may change while the receiver runs.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

/// Reads the secrets anew; `None` if that can't be done now.
pub type Refresh = Arc<dyn Fn() -> Option<Vec<SecretString>> + Send + Sync>;

/// The secrets that events may be signed with, and perhaps a way to learn of new ones.
pub struct Secrets {
    current: RwLock<Arc<[SecretString]>>,
    refresh: Option<Refresh>,
    /// The second in which they were last read anew; held while they are.
    refreshed_at: Mutex<Option<i64>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("count", &self.current().len()).finish_non_exhaustive()
    }
}

impl Secrets {
    /// Secrets that stay as they are, or with `refresh`, are read again when none of them made a signature: an endpoint
    /// may have been made since.
    pub fn new(secrets: Vec<SecretString>, refresh: Option<Refresh>) -> Secrets {
        Secrets { current: RwLock::new(secrets.into()), refresh, refreshed_at: Mutex::new(None) }
    }

    pub(super) fn current(&self) -> Arc<[SecretString]> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads them anew, at most once a second: strangers can make signatures that do not match. Whoever comes meanwhile
    /// waits for that. Whether they were read in this second.
    pub(super) async fn refresh(&self, now: i64) -> bool {
        let Some(refresh) = self.refresh.clone() else { return false };
        let mut refreshed_at = self.refreshed_at.lock().await;
        if *refreshed_at == Some(now) {
            return true;
        }
        *refreshed_at = Some(now);
        let read = tokio::task::spawn_blocking(move || refresh()).await;
        let Ok(Some(secrets)) = read else { return false };
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = secrets.into();
        true
    }
}

/// The secrets as the verification takes them.
pub(super) fn exposed(secrets: &[SecretString]) -> Vec<&str> {
    secrets.iter().map(ExposeSecret::expose_secret).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test]
    async fn who_comes_while_they_are_read_or_in_the_same_second_has_them_too() {
        let reads = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&reads);
        let refresh: Refresh = Arc::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            Some(vec![SecretString::from("whsec_test_new")])
        });
        let secrets = Secrets::new(Vec::new(), Some(refresh));
        let (one, other) = tokio::join!(secrets.refresh(5), secrets.refresh(5));
        assert!(one && other, "both may try once more");
        assert_eq!(exposed(&secrets.current()), ["whsec_test_new"]);
        assert!(secrets.refresh(5).await);
        assert_eq!(reads.load(Ordering::Relaxed), 1, "once a second");
        assert!(secrets.refresh(6).await);
        assert_eq!(reads.load(Ordering::Relaxed), 2);
    }
}
