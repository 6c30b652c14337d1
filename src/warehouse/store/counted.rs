//! An object store whose requests are counted.

use std::{fmt, ops::Range, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use object_store::{
    CopyOptions, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload,
    OBJECT_STORE_COALESCE_DEFAULT, ObjectMeta, ObjectStore, ObjectStoreExt, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, RenameOptions, Result, coalesce_ranges, path::Path,
};

use super::{
    requests::{Operation, Outcome, Pending, Requests},
    upload::CountedUpload,
};

#[derive(Debug)]
pub(in crate::warehouse) struct Counted {
    inner: Arc<dyn ObjectStore>,
    requests: Arc<Requests>,
    /// A local file is opened once for all its ranges.
    is_local: bool,
}

impl Counted {
    pub(in crate::warehouse) fn new(
        inner: Arc<dyn ObjectStore>,
        requests: Arc<Requests>,
        is_local: bool,
    ) -> Self {
        Self {
            inner,
            requests,
            is_local,
        }
    }

    fn begin(&self, operation: Operation) -> Pending {
        self.requests.begin(operation)
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for Counted {
    async fn put_opts(
        &self,
        path: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.requests.written(payload.content_length());
        let pending = self.begin(Operation::Put);
        pending.with(self.inner.put_opts(path, payload, options).await)
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let pending = self.begin(Operation::Put);
        let upload = pending.with(self.inner.put_multipart_opts(path, options).await)?;
        let requests = Arc::clone(&self.requests);
        Ok(Box::new(CountedUpload::new(upload, requests)))
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        let operation = match options.head {
            true => Operation::Head,
            false => Operation::Get,
        };
        let pending = self.begin(operation);
        let mut result = pending.with(self.inner.get_opts(path, options).await)?;
        if operation == Operation::Get {
            let requests = Arc::clone(&self.requests);
            result.payload = match result.payload {
                GetResultPayload::Stream(body) => GetResultPayload::Stream(
                    body.inspect(move |part| {
                        if let Ok(bytes) = part {
                            requests.read(bytes.len() as u64);
                        }
                    })
                    .boxed(),
                ),
                file => {
                    requests.read(result.range.end - result.range.start);
                    file
                }
            };
        }
        Ok(result)
    }

    async fn get_ranges(&self, path: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        if !self.is_local {
            // Each request counts: ranges near each other are one.
            let get = |range| self.get_range(path, range);
            return coalesce_ranges(ranges, get, OBJECT_STORE_COALESCE_DEFAULT).await;
        }
        let pending = self.begin(Operation::Get);
        let parts = pending.with(self.inner.get_ranges(path, ranges).await)?;
        let bytes = parts.iter().map(|part| part.len() as u64).sum();
        self.requests.read(bytes);
        Ok(parts)
    }

    fn delete_stream(
        &self,
        paths: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let requests = Arc::clone(&self.requests);
        let deleted = self.inner.delete_stream(paths);
        deleted
            .inspect(move |it| {
                let pending = requests.begin(Operation::Delete);
                pending.ended(Outcome::of(it));
            })
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        counted_list(self.inner.list(prefix), self.begin(Operation::List))
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        let found = self.inner.list_with_offset(prefix, offset);
        counted_list(found, self.begin(Operation::List))
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let pending = self.begin(Operation::List);
        pending.with(self.inner.list_with_delimiter(prefix).await)
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let pending = self.begin(Operation::Copy);
        pending.with(self.inner.copy_opts(from, to, options).await)
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        let pending = self.begin(Operation::Copy);
        pending.with(self.inner.rename_opts(from, to, options).await)
    }
}

/// A listing that counts when it ends, fails, or has shown its first name.
fn counted_list(
    found: BoxStream<'static, Result<ObjectMeta>>,
    pending: Pending,
) -> BoxStream<'static, Result<ObjectMeta>> {
    let begun = (found, Some(pending));
    stream::unfold(begun, |(mut found, pending)| async move {
        let next = found.next().await;
        let next = match (pending, next) {
            (Some(pending), Some(first)) => Some(pending.with(first)),
            (Some(pending), None) => {
                pending.ended(Outcome::Ok);
                None
            }
            (None, next) => next,
        };
        Some((next?, (found, None)))
    })
    .boxed()
}
