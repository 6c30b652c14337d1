//! The Parquet files of a folder.

use std::collections::BTreeMap;

use datafusion::common::Result;
use futures::TryStreamExt;
use object_store::ObjectMeta;

use super::location::Location;

pub(super) const EXTENSION: &str = ".parquet";

/// What one listing of a folder shows.
#[derive(Debug)]
pub(super) struct Listing {
    /// Parquet files in the order of their names.
    pub(super) files: Vec<ObjectMeta>,
    /// There is a Delta log, which counts.
    pub(super) has_log: bool,
}

/// Files by name, each with what tells it from another one of that name.
pub(super) type Tags = BTreeMap<String, String>;

impl Listing {
    /// Lists a folder, which need not exist.
    ///
    /// # Errors
    /// An error of the object store.
    pub(super) async fn of(folder: &Location) -> Result<Self> {
        let log = folder.path("_delta_log");
        let mut found = folder.store().list(Some(&folder.path("")));
        let mut listing = Self {
            files: Vec::new(),
            has_log: false,
        };
        while let Some(file) = found.try_next().await? {
            if file.location.prefix_matches(&log) {
                listing.has_log = true;
            } else if file.location.as_ref().ends_with(EXTENSION) && file.size > 0 {
                listing.files.push(file);
            }
        }
        listing
            .files
            .sort_by(|left, right| left.location.cmp(&right.location));
        Ok(listing)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub(super) fn tags(&self) -> Tags {
        self.files.iter().map(tagged).collect()
    }

    /// These files alone; `None` if one of them is no longer there, or was replaced.
    pub(super) fn only(mut self, tags: &Tags) -> Option<Self> {
        self.files.retain(|file| {
            let (name, tag) = tagged(file);
            tags.get(&name) == Some(&tag)
        });
        (self.files.len() == tags.len()).then_some(self)
    }
}

fn tagged(file: &ObjectMeta) -> (String, String) {
    let at = file.last_modified.timestamp_micros();
    let tag = file.e_tag.as_deref().unwrap_or_default();
    (
        file.location.to_string(),
        format!("{} {at} {tag}", file.size),
    )
}

/// Whether the folder holds any Parquet file.
///
/// # Errors
/// An error of the object store.
pub(super) async fn is_present(folder: &Location) -> Result<bool> {
    let mut files = folder.store().list(Some(&folder.path("")));
    while let Some(file) = files.try_next().await? {
        if file.location.as_ref().ends_with(EXTENSION) {
            return Ok(true);
        }
    }
    Ok(false)
}
