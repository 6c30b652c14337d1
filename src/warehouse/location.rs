//! The warehouse URL and the object store behind it.
//!
//! `file://`, `s3://`, `gs://` and `az://` differ only in the `object_store` client that the
//! scheme selects; everything else in the program speaks to that client.

use std::{
    collections::HashMap,
    fmt,
    path::{Path as FilePath, PathBuf},
    sync::Arc,
};

use datafusion::{
    common::{Result, plan_datafusion_err, plan_err},
    datasource::object_store::ObjectStoreUrl,
};
use object_store::{ObjectStore, RetryConfig, path::Path};
use url::Url;

use super::store::{self, Counted, Requests};

/// The schemes of URLs, the common ones first.
pub(super) const SCHEMES: [&str; 8] = ["file", "s3", "s3a", "gs", "az", "abfs", "abfss", "memory"];

/// A folder in an object store: a warehouse, or a table in it.
#[derive(Clone)]
pub struct Location {
    /// Always ends with a slash, so that [`Url::join`] descends.
    url: Url,
    store: Arc<dyn ObjectStore>,
    requests: Arc<Requests>,
    root: Path,
}

impl Location {
    /// Opens a warehouse URL or a local folder, with the usual retries.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub fn open(url: &str, options: &HashMap<String, String>) -> Result<Self> {
        Self::connect(url, options, RetryConfig::default())
    }

    /// Opens a warehouse URL or a local folder.
    ///
    /// # Arguments
    /// `url`: a URL with one of the schemes above, or a path of the local file system.
    /// `options`: credentials and endpoints under the lower-cased names of the usual
    /// environment variables (`aws_access_key_id`, `aws_endpoint_url` …).
    /// `retry`: when a request that failed is tried again.
    ///
    /// # Errors
    /// A plan error for an unknown scheme or a malformed URL. Nothing is read yet.
    pub fn connect(
        url: &str,
        options: &HashMap<String, String>,
        retry: RetryConfig,
    ) -> Result<Self> {
        let mut url = parse(url)?;
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        let (store, root) = store::client(&url, options, retry)?;
        let requests = Arc::new(Requests::new(url.as_str()));
        let is_local = matches!(url.scheme(), "file" | "memory");
        let store = Counted::new(store, Arc::clone(&requests), is_local);
        Ok(Self {
            url,
            store: Arc::new(store),
            requests,
            root,
        })
    }

    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The client of the whole bucket or file system; paths come from [`Self::path`].
    pub fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// The requests to the bucket or file system since it was opened.
    pub fn requests(&self) -> &Arc<Requests> {
        &self.requests
    }

    /// The key under which DataFusion knows [`Self::store`].
    pub fn store_url(&self) -> Result<ObjectStoreUrl> {
        ObjectStoreUrl::parse(&self.url[..url::Position::BeforePath])
    }

    /// The path in [`Self::store`] of something below this folder.
    pub fn path(&self, below: &str) -> Path {
        below
            .split('/')
            .filter(|part| !part.is_empty())
            .fold(self.root.clone(), |path, part| path.join(part))
    }

    /// The folder of that name below this one.
    pub fn folder(&self, name: &str) -> Result<Self> {
        let url = self.url.join(&format!("{name}/")).map_err(|error| {
            plan_datafusion_err!("{}: {name} is not a folder name: {error}", self.url)
        })?;
        Ok(Self {
            url,
            store: Arc::clone(&self.store),
            requests: Arc::clone(&self.requests),
            root: self.path(name),
        })
    }

    /// The folder as a local path, if it is one.
    pub fn local_path(&self) -> Option<PathBuf> {
        self.url.to_file_path().ok()
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({})", self.url)
    }
}

fn parse(url: &str) -> Result<Url> {
    match Url::parse(url) {
        Ok(url) if SCHEMES.contains(&url.scheme()) => Ok(url),
        Ok(found) if url.contains("://") => plan_err!(
            "warehouse: expected a URL with the scheme {}, got {}://",
            SCHEMES[..5].join(", "),
            found.scheme()
        ),
        _ => local(url),
    }
}

fn local(path: &str) -> Result<Url> {
    let absolute = std::path::absolute(FilePath::new(path))?;
    Url::from_directory_path(&absolute)
        .map_err(|()| plan_datafusion_err!("warehouse: expected a folder or a URL, got {path}"))
}

#[cfg(test)]
mod tests {
    use super::Location;

    fn open(url: &str) -> Location {
        Location::open(url, &Default::default()).unwrap()
    }

    #[test]
    fn a_path_is_a_file_url() {
        assert_eq!(open("/data/shop").url().as_str(), "file:///data/shop/");
        assert_eq!(
            open("file:///data/shop").path("orders").as_ref(),
            "data/shop/orders"
        );
    }

    #[test]
    fn a_bucket_keeps_its_prefix() {
        let options = [("aws_region".to_owned(), "eu-west-1".to_owned())].into();
        let location = Location::open("s3://bucket/shop", &options).unwrap();
        assert_eq!(location.path("a/b").as_ref(), "shop/a/b");
        assert_eq!(location.store_url().unwrap().as_str(), "s3://bucket/");
        assert_eq!(
            location.folder("orders").unwrap().url().as_str(),
            "s3://bucket/shop/orders/"
        );
    }

    #[test]
    fn an_unknown_scheme_is_named() {
        let error = Location::open("ftp://x/y", &Default::default()).unwrap_err();
        assert!(error.to_string().contains("got ftp://"), "{error}");
    }
}
