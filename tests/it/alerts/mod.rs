//! Thresholds of billing.toml: what crosses them, and who is told, once.

#[cfg(unix)]
mod delivery; // a hook that fails, dies, and is raced for
mod thresholds; // each of them, crossed and not
