//! Numbers of bytes with units, such as `4GiB`.

use serde::{Deserialize, Deserializer, Serializer, de::Error};

const UNITS: [(&str, u32); 3] = [("GiB", 30), ("MiB", 20), ("KiB", 10)];

/// Parses a number of bytes with an optional unit KiB, MiB or GiB.
pub(super) fn parse(text: &str) -> Result<usize, String> {
    let expected = || format!("expected a size such as 512MiB or 4GiB, got {text}");
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let shift = match &text[digits.len()..] {
        "" | "B" => 0,
        unit => {
            let known = UNITS.iter().find(|(name, _)| *name == unit);
            known.ok_or_else(expected)?.1
        }
    };
    let number: usize = digits.parse().map_err(|_| expected())?;
    number
        .checked_mul(1 << shift)
        .filter(|bytes| *bytes > 0)
        .ok_or_else(expected)
}

fn format(bytes: usize) -> String {
    let unit = UNITS
        .iter()
        .find(|(_, shift)| bytes.is_multiple_of(1 << shift));
    match unit {
        Some((name, shift)) => format!("{}{name}", bytes >> shift),
        None => bytes.to_string(),
    }
}

/// A size in the configuration: text with a unit, or a bare number of bytes.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Bytes(usize),
    Text(String),
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<usize>, D::Error> {
    let bytes = match Option::<Written>::deserialize(from)? {
        None => return Ok(None),
        Some(Written::Bytes(0)) => Err("expected a size, got 0".to_owned()),
        Some(Written::Bytes(bytes)) => Ok(bytes),
        Some(Written::Text(text)) => parse(&text),
    };
    bytes.map(Some).map_err(D::Error::custom)
}

pub(super) fn serialize<S: Serializer>(bytes: &Option<usize>, to: S) -> Result<S::Ok, S::Error> {
    match bytes {
        Some(bytes) => to.serialize_some(&format(*bytes)),
        None => to.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::{format, parse};

    #[test]
    fn sizes_have_units() {
        assert_eq!(parse("4GiB"), Ok(4 << 30));
        assert_eq!(parse("100"), Ok(100));
        for bad in ["", "0", "4GB", "GiB", "-1MiB", "99999999999999999GiB"] {
            assert!(parse(bad).unwrap_err().contains("expected a size"), "{bad}");
        }
        for (bytes, text) in [(512 << 20, "512MiB"), (3 << 10, "3KiB"), (1025, "1025")] {
            assert_eq!(format(bytes), text);
            assert_eq!(parse(text), Ok(bytes));
        }
    }
}
