//! The credit ledger: what support types, a simple model beside it, races, crashes and tampering.

mod approval; // what one person may not book alone
mod commands; // what is typed, and what is said
mod export; // what other programs are given
mod figures; // reports and alerts
mod import; // files of adjustments
mod keys; // which are the ledger's own, and what one stands for
mod model; // a simple model that the ledger has to agree with
mod money; // balances and billing credits in Stripe
mod packs; // packs bought on the emulator
mod payments; // what was bought and what went back: any order, any number of times
mod races; // many processes at once, and killed ones
mod settling; // packs whose events are lost
mod tampering; // what the database refuses, and what verify finds
