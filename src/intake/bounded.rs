//! Reading with a limit on what one row may take, and without the mark that some programs begin a file with.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use super::MAX_ROW;

const MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// A reader that fails once more than [`MAX_ROW`] bytes were read since the last row began. It ends with a line break,
/// whether the file does or not, so that every row does.
#[derive(Debug)]
pub(super) struct Bounded<R> {
    inner: R,
    /// The first bytes of the file, and how many of them were handed on.
    start: Option<(Vec<u8>, usize)>,
    is_ended: bool,
    left: Left,
}

/// How many bytes the row that is being read may still take, and whether there are any.
#[derive(Debug, Clone)]
pub(super) struct Left(Rc<(Cell<usize>, Cell<bool>)>);

impl Left {
    fn new() -> Left {
        Left(Rc::new((Cell::new(MAX_ROW), Cell::new(false))))
    }

    /// A new row begins.
    pub(super) fn renew(&self) {
        self.0.0.set(MAX_ROW);
    }

    /// Whether somebody was told that there is no more.
    pub(super) fn is_over(&self) -> bool {
        self.0.1.get()
    }

    fn bytes(&self) -> usize {
        self.0.0.get()
    }

    fn take(&self, read: usize) {
        self.0.0.set(self.bytes().saturating_sub(read));
        self.0.1.set(read == 0);
    }
}

impl<R: Read> Bounded<R> {
    pub(super) fn new(inner: R) -> Bounded<R> {
        Bounded { inner, start: None, is_ended: false, left: Left::new() }
    }

    pub(super) fn left(&self) -> Left {
        self.left.clone()
    }

    fn read_start(&mut self) -> io::Result<(Vec<u8>, usize)> {
        let mut start = Vec::new();
        (&mut self.inner).take(3).read_to_end(&mut start)?;
        if start == MARK {
            start.clear();
        }
        Ok((start, 0))
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.bytes() == 0 {
            return Err(io::Error::other("a row has at most 1 MiB; is a quote not closed?"));
        }
        let mut start = match self.start.take() {
            Some(start) => start,
            None => self.read_start()?,
        };
        let room = buffer.len().min(self.left.bytes());
        let buffer = buffer.get_mut(..room).unwrap_or_default();
        let rest = start.0.get(start.1..).unwrap_or_default();
        let read = if rest.is_empty() {
            self.inner.read(buffer)?
        } else {
            let mut rest = rest;
            let read = rest.read(buffer)?;
            start.1 += read;
            read
        };
        self.start = Some(start);
        if let (0, false, Some(first)) = (read, self.is_ended, buffer.first_mut()) {
            self.is_ended = true;
            *first = b'\n';
            return Ok(1);
        }
        self.left.take(read);
        Ok(read)
    }
}
