//! An upload in parts whose requests are counted.

use std::sync::Arc;

use async_trait::async_trait;
use object_store::{MultipartUpload, PutPayload, PutResult, Result, UploadPart};

use super::requests::{Operation, Requests};

#[derive(Debug)]
pub(super) struct CountedUpload {
    inner: Box<dyn MultipartUpload>,
    requests: Arc<Requests>,
}

impl CountedUpload {
    pub(super) fn new(inner: Box<dyn MultipartUpload>, requests: Arc<Requests>) -> Self {
        Self { inner, requests }
    }
}

#[async_trait]
impl MultipartUpload for CountedUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.requests.written(data.content_length());
        let pending = self.requests.begin(Operation::Put);
        let put = self.inner.put_part(data);
        Box::pin(async move { pending.with(put.await) })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let pending = self.requests.begin(Operation::Put);
        pending.with(self.inner.complete().await)
    }

    async fn abort(&mut self) -> Result<()> {
        let pending = self.requests.begin(Operation::Delete);
        pending.with(self.inner.abort().await)
    }
}
