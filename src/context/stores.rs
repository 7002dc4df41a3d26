//! What is kept of the profile in use: the books and the mirror.

use super::Context;
use crate::store::books::Books;
use crate::store::mirror::Mirror;

impl Context {
    /// Opens the books of the profile in use, `.billctl/<profile>/books.db`; makes them if they aren't there.
    ///
    /// # Errors
    /// `Usage` where the profile is not known; what [`Books::open`] says.
    pub fn books(&self) -> anyhow::Result<Books> {
        Books::open(&self.state_dir()?.join("books.db"))
    }

    /// Opens the mirror of the profile in use, `.billctl/<profile>/mirror.db`; makes it if it isn't there.
    ///
    /// # Errors
    /// `Usage` where the profile is not known; what [`Mirror::open`] says.
    pub fn mirror(&self) -> anyhow::Result<Mirror> {
        Mirror::open(&self.state_dir()?.join("mirror.db"), true)
    }
}
