//! `catalog pull` and `catalog promote`.

mod edited; // into a file that a person wrote
mod foreign; // from an account that billctl has never seen
mod kept; // what stays as a person wrote it
mod promote; // onto another account
mod pure; // random catalogs → account → text → the same catalog
mod roundtrip; // synced, pulled, planned
