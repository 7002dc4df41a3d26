//! The idempotency keys whose first request is still running.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The keys in use; one for all connections of a server.
#[derive(Debug, Clone, Default)]
pub struct InFlight(Arc<Mutex<HashSet<String>>>);

/// A key in use; it is free again when this is dropped.
#[derive(Debug)]
pub struct InUse {
    keys: InFlight,
    key: String,
}

impl InFlight {
    /// Takes a key; `None` if another request is running with it.
    pub fn take(&self, key: &str) -> Option<InUse> {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(key.to_owned()).then(|| InUse { keys: self.clone(), key: key.to_owned() })
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        self.keys.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}
