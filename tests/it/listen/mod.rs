//! Webhooks: signatures made and checked.

mod signatures; // `events sign` and `events verify`, as a person meets them
