//! `catalog pull` and `catalog promote`.

mod edited; // into a file that a person wrote
mod pure; // random catalogs → account → text → the same catalog
