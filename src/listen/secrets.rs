//! Signing secrets, which may change while the receiver runs.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use secrecy::{ExposeSecret, SecretString};

/// Reads the secrets anew; `None` if that can't be done now.
pub type Refresh = Arc<dyn Fn() -> Option<Vec<SecretString>> + Send + Sync>;

/// The secrets that events may be signed with, and perhaps a way to learn of new ones.
pub struct Secrets {
    current: RwLock<Arc<[SecretString]>>,
    refresh: Option<Refresh>,
    /// The second in which they were last read anew.
    refreshed_at: AtomicI64,
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
        Secrets { current: RwLock::new(secrets.into()), refresh, refreshed_at: AtomicI64::new(i64::MIN) }
    }

    pub(super) fn current(&self) -> Arc<[SecretString]> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads them anew, at most once a second: strangers can make signatures that do not match. Whether that was done.
    pub(super) async fn refresh(&self, now: i64) -> bool {
        let Some(refresh) = self.refresh.clone() else { return false };
        if self.refreshed_at.swap(now, Ordering::Relaxed) == now {
            return false;
        }
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
