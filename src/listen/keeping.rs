//! Books whose log is folded into their file by another thread: storing never waits for more than its own flush.
//!
//! SQLite folds the log in the midst of a commit otherwise, and that takes two flushes and as many writes as a thousand
//! events. The thread can fold while events are stored, but the log starts over only when all of it has been folded and
//! nothing was added since: the last few pages are therefore left to the thread that stores.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::ingest::{Arrival, Kept, Sink};
use crate::store::books::Books;

/// After about so many bytes the log is folded: the longer it is, the longer does a commit wait that comes meanwhile.
const FOLD_AFTER: usize = 8 << 20;
/// What a commit adds to the log besides bodies, in bytes: the last page of each index, and for each event another one of
/// the index of objects, which are scattered.
const LOG_A_COMMIT: usize = 4 * 8192;
const LOG_AN_EVENT: usize = 8192;
/// So few pages can be folded between two commits.
const FEW_PAGES: u64 = 256;
/// How often the thread goes over the log, which grows meanwhile.
const PASSES: usize = 4;

/// A sink that makes events durable in the books.
pub struct Keeping {
    books: Books,
    fold_after: usize,
    /// About how many bytes the log has got since it was last to be folded.
    logged: usize,
    wake: SyncSender<()>,
    /// The thread has folded all but a few pages.
    nearly: Arc<AtomicBool>,
}

impl std::fmt::Debug for Keeping {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keeping").field("books", &self.books.path()).finish_non_exhaustive()
    }
}

impl Keeping {
    /// Starts the thread that folds, which ends when this is dropped.
    ///
    /// # Errors
    /// If the books can't be opened once more, or the system has no thread to give.
    pub fn start(books: Books) -> anyhow::Result<Keeping> {
        Keeping::with(books, FOLD_AFTER)
    }

    fn with(books: Books, fold_after: usize) -> anyhow::Result<Keeping> {
        books.fold_elsewhere()?;
        let other = Books::open(books.path())?;
        let nearly = Arc::new(AtomicBool::new(false));
        let (wake, woken) = sync_channel(1);
        let told = Arc::clone(&nearly);
        thread::Builder::new().name("fold".to_owned()).spawn(move || fold(&other, &woken, &told))?;
        Ok(Keeping { books, fold_after, logged: 0, wake, nearly })
    }
}

impl Sink for Keeping {
    fn add(&mut self, arrivals: &[Arrival]) -> anyhow::Result<Vec<Kept>> {
        if self.nearly.swap(false, Ordering::Acquire)
            && let Err(error) = self.books.fold()
        {
            // The log has everything, and grows on.
            tracing::warn!(error = format!("{error:#}"), "the books' log cannot be folded into them");
        }
        let kept = self.books.add(arrivals)?;
        self.logged += LOG_A_COMMIT;
        self.logged += arrivals.iter().map(|arrival| arrival.body.len() + LOG_AN_EVENT).sum::<usize>();
        if self.logged >= self.fold_after {
            self.logged = 0;
            // It is awake already, or has ended and said so.
            let _ = self.wake.try_send(());
        }
        Ok(kept)
    }
}

fn fold(books: &Books, woken: &Receiver<()>, nearly: &AtomicBool) {
    while woken.recv().is_ok() {
        for _ in 0..PASSES {
            match books.fold() {
                Ok(left) if left > FEW_PAGES => {}
                Ok(_) => {
                    nearly.store(true, Ordering::Release);
                    break;
                }
                Err(error) => {
                    tracing::warn!(error = format!("{error:#}"), "the books' log cannot be folded into them");
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use jiff::Timestamp;

    use super::*;
    use crate::billing::event::Event;

    fn arrivals(numbers: std::ops::Range<usize>) -> Vec<Arrival> {
        let filler = "x".repeat(10_000);
        let arrival = |number| {
            let body = format!(r#"{{"id":"evt_{number}","type":"a.b","created":1,"data":"{filler}"}}"#);
            let event = Event::read(body.as_bytes()).unwrap();
            let received_at = Timestamp::UNIX_EPOCH;
            Arrival { event, body: Bytes::from(body), received_at, headers: Vec::new() }
        };
        numbers.map(arrival).collect()
    }

    #[test]
    fn the_log_does_not_grow_with_what_is_stored() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("books.db");
        let mut keeping = Keeping::with(Books::open(&path).unwrap(), 200_000).unwrap();
        let log = || fs_err::metadata(folder.path().join("books.db-wal")).unwrap().len();
        let mut longest = 0;
        for group in 0..200 {
            let kept = keeping.add(&arrivals(group * 10..group * 10 + 10)).unwrap();
            assert_eq!(kept, [Kept::Stored; 10]);
            longest = log();
            // The thread has its turn, as it has on a machine that is not busy with this alone.
            let wanted = keeping.logged == 0;
            while wanted && !keeping.nearly.load(Ordering::Acquire) {
                thread::yield_now();
            }
        }
        assert_eq!(keeping.add(&arrivals(0..10)).unwrap(), [Kept::Duplicate; 10]);
        // 20 MB were stored in pieces of 200 kB.
        assert!(longest < 2_000_000, "the log has {longest} bytes");
        assert_eq!(Books::open(&path).unwrap().last_seq().unwrap(), 2_000);
    }
}
