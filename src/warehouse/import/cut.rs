//! Cuts a text file into pieces of whole records, which are then parsed side by side.
//!
//! Cutting looks only for the ends of records; it is several times faster than parsing, so that
//! one thread keeps many parsers busy.

use std::io::Read;

use datafusion::common::Result;
use memchr::{memchr, memchr_iter, memrchr};

/// Size of a piece: thousands of rows, and little memory for each parser.
const PIECE_BYTES: usize = 1 << 20;

/// Finds the ends of records.
pub(super) trait Records: Send {
    /// Looks at the bytes after those seen in an earlier call.
    ///
    /// # Arguments
    /// `bytes`: begin with a record.
    /// # Returns
    /// Where the last whole record ends; 0 if none does.
    fn last_end(&mut self, bytes: &[u8]) -> usize;

    /// The first bytes are gone.
    fn forget(&mut self, byte_count: usize);

    /// Whether the bytes seen end inside a quoted field.
    fn is_open(&self) -> bool {
        false
    }
}

/// Some whole records.
pub(super) struct Cut {
    pub(super) bytes: Vec<u8>,
    /// Line breaks before the first record.
    pub(super) lines_before: u64,
    pub(super) is_first: bool,
    /// Whether the file ends inside a quoted field of the last record.
    pub(super) is_cut_off: bool,
}

/// A file under cutting.
pub(super) struct Cutter<R> {
    reader: Box<dyn Read + Send>,
    records: R,
    rest: Vec<u8>,
    lines: u64,
    is_first: bool,
}

impl<R: Records> Cutter<R> {
    pub(super) fn new(reader: Box<dyn Read + Send>, records: R) -> Self {
        Self {
            reader,
            records,
            rest: vec![],
            lines: 0,
            is_first: true,
        }
    }

    /// The next records; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Cut>> {
        loop {
            let wanted = PIECE_BYTES as u64;
            let read = (&mut self.reader)
                .take(wanted)
                .read_to_end(&mut self.rest)?;
            let end = self.records.last_end(&self.rest);
            if read == 0 {
                let bytes = std::mem::take(&mut self.rest);
                let is_cut_off = self.records.is_open();
                return Ok((!bytes.is_empty()).then(|| self.cut(bytes, is_cut_off)));
            }
            if end > 0 {
                let rest = self.rest.split_off(end);
                let bytes = std::mem::replace(&mut self.rest, rest);
                self.records.forget(end);
                return Ok(Some(self.cut(bytes, false)));
            }
        }
    }

    fn cut(&mut self, bytes: Vec<u8>, is_cut_off: bool) -> Cut {
        let lines_before = self.lines;
        self.lines += memchr_iter(b'\n', &bytes).count() as u64;
        Cut {
            bytes,
            lines_before,
            is_first: std::mem::take(&mut self.is_first),
            is_cut_off,
        }
    }
}

/// Records that end with a line.
#[derive(Debug, Default)]
pub(super) struct Lines;

impl Records for Lines {
    fn last_end(&mut self, bytes: &[u8]) -> usize {
        memrchr(b'\n', bytes).map_or(0, |end| end + 1)
    }

    fn forget(&mut self, _: usize) {}
}

/// Records of CSV: a quote that begins a field hides line breaks until the quote that ends it.
#[derive(Debug, Default)]
pub(super) struct CsvRecords {
    seen: usize,
    end: usize,
    place: Place,
}

/// Where the bytes seen end.
#[derive(Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    Quoted,
    /// After a quote in a quoted field: the end of the field, or the first of two quotes.
    Quote,
}

impl Records for CsvRecords {
    fn last_end(&mut self, bytes: &[u8]) -> usize {
        while self.seen < bytes.len() {
            let rest = &bytes[self.seen..];
            match self.place {
                Place::Quote => {
                    let is_doubled = rest[0] == b'"';
                    self.seen += usize::from(is_doubled);
                    self.place = match is_doubled {
                        true => Place::Quoted,
                        false => Place::Outside,
                    };
                }
                Place::Quoted => match memchr(b'"', rest) {
                    Some(quote) => {
                        self.seen += quote + 1;
                        self.place = Place::Quote;
                    }
                    None => self.seen = bytes.len(),
                },
                Place::Outside => {
                    let quote = memchr(b'"', rest);
                    let plain = &rest[..quote.unwrap_or(rest.len())];
                    if let Some(end) = memrchr(b'\n', plain) {
                        self.end = self.seen + end + 1;
                    }
                    self.seen += plain.len();
                    if quote.is_some() {
                        if begins_field(&bytes[..self.seen]) {
                            self.place = Place::Quoted;
                        }
                        self.seen += 1;
                    }
                }
            }
        }
        self.end
    }

    fn forget(&mut self, byte_count: usize) {
        self.seen -= byte_count;
        self.end = 0;
    }

    fn is_open(&self) -> bool {
        self.place == Place::Quoted
    }
}

/// Whether a field begins after these bytes, which begin with a record.
fn begins_field(before: &[u8]) -> bool {
    match before.last() {
        None => true,
        Some(byte) => matches!(byte, b',' | b'\n' | b'\r') || before == b"\xef\xbb\xbf",
    }
}

#[cfg(test)]
mod tests {
    use super::{CsvRecords, Records};

    /// Where records end, if the file comes in parts of `step` bytes.
    fn ends(text: &str, step: usize) -> (usize, bool) {
        let mut records = CsvRecords::default();
        let mut end = 0;
        for seen in (step..text.len() + step).step_by(step) {
            end = records.last_end(&text.as_bytes()[..seen.min(text.len())]);
        }
        (end, records.is_open())
    }

    #[test]
    fn quoted_line_breaks_end_no_record() {
        for (text, whole, is_open) in [
            ("a,b\nc,d", "a,b\n", false),
            ("a,\"b\nc\",d\n1", "a,\"b\nc\",d\n", false),
            ("a\n\"b\nc", "a\n", true),
            ("a\n\"b\"\"\nc\"", "a\n", false),
            ("a\n\"b\"\"\"\nc", "a\n\"b\"\"\"\n", false),
            ("a\nb\"c\nd\"e\nf", "a\nb\"c\nd\"e\n", false),
            ("\u{feff}\"a\nb\"\nc", "\u{feff}\"a\nb\"\n", false),
            ("a\n\"b\"c\"\nd", "a\n\"b\"c\"\n", false),
            ("\"a\r\nb\",\r\n\"c\n", "\"a\r\nb\",\r\n", true),
            ("", "", false),
        ] {
            for step in 1..=text.len().max(1) {
                assert_eq!(
                    ends(text, step),
                    (whole.len(), is_open),
                    "{text:?} by {step}"
                );
            }
        }
    }
}
