//! The client that speaks to a store.

use std::{collections::HashMap, str::FromStr, sync::Arc};

use object_store::{
    ObjectStore, ObjectStoreScheme, Result, RetryConfig, aws::AmazonS3Builder,
    azure::MicrosoftAzureBuilder, gcp::GoogleCloudStorageBuilder, parse_url_opts, path::Path,
};
use url::Url;

/// The client of the bucket or file system of a URL, and the URL's path in it.
///
/// Options that a store does not know are those of others.
pub(in crate::warehouse) fn client(
    url: &Url,
    options: &HashMap<String, String>,
    retry: RetryConfig,
) -> Result<(Arc<dyn ObjectStore>, Path)> {
    let (scheme, path) = ObjectStoreScheme::parse(url)?;
    let store: Arc<dyn ObjectStore> = match scheme {
        ObjectStoreScheme::AmazonS3 => {
            let new = AmazonS3Builder::new().with_url(url.as_str());
            let known = known(options).into_iter();
            let builder = known.fold(new, |builder, (key, value)| builder.with_config(key, value));
            Arc::new(builder.with_retry(retry).build()?)
        }
        ObjectStoreScheme::GoogleCloudStorage => {
            let new = GoogleCloudStorageBuilder::new().with_url(url.as_str());
            let known = known(options).into_iter();
            let builder = known.fold(new, |builder, (key, value)| builder.with_config(key, value));
            Arc::new(builder.with_retry(retry).build()?)
        }
        ObjectStoreScheme::MicrosoftAzure => {
            let new = MicrosoftAzureBuilder::new().with_url(url.as_str());
            let known = known(options).into_iter();
            let builder = known.fold(new, |builder, (key, value)| builder.with_config(key, value));
            Arc::new(builder.with_retry(retry).build()?)
        }
        _ => return parse_url_opts(url, options).map(|(store, path)| (Arc::from(store), path)),
    };
    Ok((store, path))
}

fn known<K: FromStr>(options: &HashMap<String, String>) -> Vec<(K, String)> {
    let known = options
        .iter()
        .filter_map(|(key, value)| Some((key.parse().ok()?, value.clone())));
    known.collect()
}
