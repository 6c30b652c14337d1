//! Instants from text: RFC 3339 and its everyday variants.

use jiff::civil;

use super::Reason;

/// The first and the last instant of the contract, in microseconds since 1970.
const RANGE: std::ops::RangeInclusive<i64> = 0..=253_402_300_799_999_999;

pub(super) const DAY_MICROS: i64 = 86_400_000_000;

/// An instant in microseconds since 1970 UTC, and whether the text was only a date.
pub(super) type Parsed = (i64, bool);

/// Reads `2026-08-01`, or a date, a `T` or space, `09:30`, seconds, a fraction and a zone.
///
/// Without a zone the time is UTC; a date alone is its midnight. Digits below the microsecond
/// are cut off, as Delta does.
pub(super) fn parse(text: &str) -> Result<Parsed, Reason> {
    let text = text.trim();
    if !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return Err("a bare number is not an instant, expected 2026-08-01T09:30:00Z".into());
    }
    let (micros, date_only) =
        civil_micros(text).ok_or("not an instant such as 2026-08-01T09:30:00Z")?;
    Ok((in_range(micros)?, date_only))
}

/// Refuses an instant that the contract has no room for.
pub(super) fn in_range(micros: i64) -> Result<i64, Reason> {
    match RANGE.contains(&micros) {
        true => Ok(micros),
        false => Err("outside the years 1970 to 9999".into()),
    }
}

fn civil_micros(text: &str) -> Option<Parsed> {
    let (date, rest) = text.split_at_checked(10)?;
    let midnight = i64::from(days(date)?) * DAY_MICROS;
    if rest.is_empty() {
        return Some((midnight, true));
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.')
        .unwrap_or(rest.len());
    let (time, zone) = rest.split_at(end);
    Some((midnight + of_day(time)? - offset(zone)?, false))
}

/// Days since 1970 of `YYYY-MM-DD`.
fn days(text: &str) -> Option<i32> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let year = i16::try_from(digits(year, 4)?).ok()?;
    let month = i8::try_from(digits(month, 2)?).ok()?;
    let day = i8::try_from(digits(day, 2)?).ok()?;
    let date = civil::Date::new(year, month, day).ok()?;
    let since_1970 = date.duration_since(civil::date(1970, 1, 1));
    i32::try_from(since_1970.as_hours() / 24).ok()
}

/// Microseconds since midnight of `HH:MM[:SS[.f]]`.
fn of_day(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, ':');
    let hour = digits(parts.next()?, 2)?;
    let minute = digits(parts.next()?, 2)?;
    let (second, fraction) = match parts.next() {
        None => ("00", "0"),
        Some(rest) => rest.split_once('.').unwrap_or((rest, "0")),
    };
    let second = digits(second, 2)?;
    if hour > 23 || minute > 59 || second > 59 || fraction.is_empty() {
        return None;
    }
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let decimals = fraction.bytes().map(|byte| i64::from(byte - b'0'));
    let decimals = decimals.chain(std::iter::repeat(0)).take(6);
    let micros = decimals.fold(0, |micros, decimal| micros * 10 + decimal);
    Some(((hour * 60 + minute) * 60 + second) * 1_000_000 + micros)
}

/// Microseconds east of Greenwich of nothing, `Z`, `UTC`, `+HH`, `+HHMM` or `+HH:MM`.
fn offset(text: &str) -> Option<i64> {
    let text = text.trim_start();
    let (sign, text) = match text.as_bytes() {
        [] | [b'Z' | b'z'] | b"UTC" => return Some(0),
        [b'+', ..] => (1, &text[1..]),
        [b'-', ..] => (-1, &text[1..]),
        _ => return None,
    };
    let (hour, minute) = match text.len() {
        2 => (text, "00"),
        4 => text.split_at_checked(2)?,
        _ => text.split_once(':')?,
    };
    let (hour, minute) = (digits(hour, 2)?, digits(minute, 2)?);
    (hour <= 18 && minute <= 59).then_some(sign * (hour * 60 + minute) * 60_000_000)
}

/// A number of exactly so many ASCII digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn rfc_3339_and_its_variants_agree() {
        for text in [
            "2026-08-01T09:30:00Z",
            "2026-08-01t09:30:00z",
            "2026-08-01 09:30:00",
            "2026-08-01 09:30",
            "2026-08-01 09:30:00 UTC",
            "2026-08-01T09:30:00.000000999Z",
            "2026-08-01T11:30:00+02:00",
            "2026-08-01T11:30:00+0200",
            "2026-08-01 11:30:00 +02",
            "2026-07-31T22:00:00-11:30",
        ] {
            assert_eq!(parse(text), Ok((1_785_576_600_000_000, false)), "{text}");
        }
        assert_eq!(parse("2026-08-01"), Ok((1_785_542_400_000_000, true)));
        assert_eq!(parse("1970-01-01T00:00:00.5"), Ok((500_000, false)));
        assert_eq!(
            parse("9999-12-31T23:59:59.999999Z"),
            Ok((253_402_300_799_999_999, false))
        );
    }

    #[test]
    fn anything_else_has_a_reason() {
        for (text, reason) in [
            ("1785576600", "bare number"),
            ("1785576600.5", "bare number"),
            ("20260801", "bare number"),
            ("", "not an instant"),
            ("yesterday", "not an instant"),
            ("01/08/2026", "not an instant"),
            ("2026-02-30", "not an instant"),
            ("2026-8-1", "not an instant"),
            ("2026-08-01T24:00:00Z", "not an instant"),
            ("2026-08-01T09", "not an instant"),
            ("2026-08-01T09:30:", "not an instant"),
            ("2026-08-01T09:30:00.", "not an instant"),
            ("2026-08-01T09:30:00 Europe/Berlin", "not an instant"),
            ("2026-08-01T09:30:00+99:00", "not an instant"),
            ("2026-08-0１", "not an instant"),
            ("10000-01-01", "not an instant"),
            ("0001-01-01", "outside the years"),
            ("1969-12-31T23:59:59Z", "outside the years"),
            ("1970-01-01T00:00:00+01:00", "outside the years"),
            ("9999-12-31T23:59:59-01:00", "outside the years"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
