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
    /// `Usage` where the profile is not known or the billing file cannot be used; what [`Mirror::open`] says.
    pub fn mirror(&self) -> anyhow::Result<Mirror> {
        let file = self.billing_if_any()?.map(|loaded| &loaded.file);
        let personal_data =
            file.and_then(|file| file.mirror.as_ref()).is_none_or(|mirror| mirror.keep_personal_data);
        let subject =
            file.and_then(|file| file.links.as_ref()).and_then(|links| links.subject_metadata.clone());
        let mirror = Mirror::open(&self.state_dir()?.join("mirror.db"), personal_data)?;
        Ok(mirror.with_subject_metadata(subject))
    }
}
