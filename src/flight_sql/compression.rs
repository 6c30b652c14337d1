//! Compressed batches, for clients that ask: some can read none, so nobody gets them unasked.

use datafusion::arrow::ipc::{CompressionType, writer::IpcWriteOptions};
use tonic::{Code, Status, metadata::MetadataMap};

use super::status::{refused, status};

/// Of who fetches a result, not of who announced it: only the reader knows what it can read. So
/// this is no setting of a session, which tickets and cookies carry.
pub(super) const HEADER: &str = "x-tributary-compression";

/// How the batches of an answer are written.
///
/// # Errors
/// `InvalidArgument` for a codec other than `lz4` and `zstd`.
pub(super) fn write_options(metadata: &MetadataMap) -> Result<IpcWriteOptions, Status> {
    let codec = match metadata.get(HEADER).map(|it| it.as_bytes()) {
        None => None,
        Some(b"lz4") => Some(CompressionType::LZ4_FRAME),
        Some(b"zstd") => Some(CompressionType::ZSTD),
        Some(other) => {
            let other = String::from_utf8_lossy(other);
            let text = format!("{HEADER}: expected lz4 or zstd, got {other}");
            return Err(refused(Code::InvalidArgument, text));
        }
    };
    let options = IpcWriteOptions::default().try_with_compression(codec);
    options.map_err(|error| status(&error.into()))
}
