//! Opens files, and decompresses those whose names end in `.gz` or `.zst`.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use datafusion::common::Result;
use flate2::bufread::MultiGzDecoder;

use super::source::in_file;

const BUFFER_BYTES: usize = 1 << 17;

/// An open file.
pub(super) struct Input {
    /// What the file holds, decompressed.
    pub(super) reader: Box<dyn Read + Send>,
    /// Bytes of the file read so far, as they are on disk.
    pub(super) read_bytes: Arc<AtomicU64>,
}

/// How a file is compressed as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Compression {
    fn of(path: &Path) -> Self {
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("gz") => Self::Gzip,
            Some("zst") => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// The name without the extension of a compression.
pub(super) fn without_compression(path: &Path) -> PathBuf {
    match Compression::of(path) {
        Compression::None => path.to_owned(),
        _ => path.with_extension(""),
    }
}

/// Opens a file of text.
///
/// # Errors
/// An error with the file's name; reading may fail, too, if it is not what its name says.
pub(super) fn open(path: &Path) -> Result<Input> {
    let read_bytes = Arc::new(AtomicU64::new(0));
    let file = Counted {
        file: in_file(path, File::open(path))?,
        read_bytes: Arc::clone(&read_bytes),
    };
    let reader: Box<dyn Read + Send> = match Compression::of(path) {
        Compression::None => Box::new(file),
        // Several compressed parts one after another are one file.
        Compression::Gzip => {
            let file = BufReader::with_capacity(BUFFER_BYTES, file);
            Box::new(MultiGzDecoder::new(file))
        }
        Compression::Zstd => Box::new(in_file(path, zstd::Decoder::new(file))?),
    };
    Ok(Input { reader, read_bytes })
}

struct Counted {
    file: File,
    read_bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(bytes)?;
        self.read_bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
