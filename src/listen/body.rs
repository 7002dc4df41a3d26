//! A body, read within its limits: its size, its time, and what all bodies together may take.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Incoming};

/// Why a body was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    TooLarge,
    TooSlow,
    /// The receiver holds as many bodies as it may.
    NoRoom,
    /// The sender went away.
    Gone,
}

/// How many bytes all bodies together may still take.
#[derive(Debug)]
pub(super) struct Room(Arc<AtomicUsize>);

/// Bytes taken of the room, given back when this is dropped.
#[derive(Debug)]
pub(super) struct Hold {
    room: Arc<AtomicUsize>,
    taken: usize,
}

impl Room {
    pub(super) fn new(bytes: usize) -> Room {
        Room(Arc::new(AtomicUsize::new(bytes)))
    }

    fn hold(&self) -> Hold {
        Hold { room: Arc::clone(&self.0), taken: 0 }
    }
}

impl Hold {
    fn take(&mut self, bytes: usize) -> Result<(), Unread> {
        let left =
            self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        left.map_err(|_| Unread::NoRoom)?;
        self.taken += bytes;
        Ok(())
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.room.fetch_add(self.taken, Ordering::Relaxed);
    }
}

/// Reads a body of at most `limit` bytes within `time`.
///
/// # Errors
/// [`Unread`].
pub(super) async fn read(
    body: Incoming,
    limit: usize,
    time: Duration,
    room: &Room,
) -> Result<(Bytes, Hold), Unread> {
    // What says beforehand that it is too large is not read at all.
    if body.size_hint().lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
        return Err(Unread::TooLarge);
    }
    let mut hold = room.hold();
    match tokio::time::timeout(time, read_frames(body, limit, &mut hold)).await {
        Ok(Ok(bytes)) => Ok((bytes, hold)),
        Ok(Err(why)) => Err(why),
        Err(_) => Err(Unread::TooSlow),
    }
}

async fn read_frames(mut body: Incoming, limit: usize, hold: &mut Hold) -> Result<Bytes, Unread> {
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        // What is no data are trailers, which an event does not have.
        let Ok(data) = frame.map_err(|_| Unread::Gone)?.into_data() else { continue };
        if first.len().max(all.len()) + data.len() > limit {
            return Err(Unread::TooLarge);
        }
        hold.take(data.len())?;
        if first.is_empty() && all.is_empty() {
            first = data;
        } else {
            if all.is_empty() {
                all.extend_from_slice(&std::mem::take(&mut first));
            }
            all.extend_from_slice(&data);
        }
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}
