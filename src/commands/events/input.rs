//! A body as it was sent, byte for byte.

use std::io::Read as _;
use std::path::Path;

use crate::error::{Explain as _, Kind};

/// Reads a body from a file, or from stdin where that is `-`.
///
/// # Errors
/// `Usage` if it can't be read.
pub fn body(path: &Path) -> anyhow::Result<Vec<u8>> {
    let advice = "Name the file that holds the raw body, or `-` for stdin";
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes);
        return read.map(|_| bytes).explain(
            Kind::Usage,
            || "Cannot read the body from stdin".to_owned(),
            advice,
        );
    }
    fs_err::read(path).explain(Kind::Usage, || "Cannot read the body".to_owned(), advice)
}
