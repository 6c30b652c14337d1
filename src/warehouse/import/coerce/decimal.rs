//! Numbers as exact decimals: from text, and from one scale to another.
//!
//! Arrow's own cast rounds surplus decimals away; an import must refuse them.

use super::Reason;

/// What to do with decimals beyond the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surplus {
    Refuse,
    /// Half away from zero, for binary floats, which cannot hold most decimals.
    Round,
}

/// A decimal type, and how its errors call it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal {
    pub(super) precision: u8,
    pub(super) scale: u8,
    pub(super) surplus: Surplus,
}

impl Decimal {
    /// The number in units of `10^-scale`.
    ///
    /// Accepts a sign, digits with or without a point, and an exponent, as JSON does; surrounding
    /// spaces are ignored.
    pub(super) fn parse(self, text: &str) -> Result<i128, Reason> {
        let (digits, exponent) = split(text.trim()).ok_or(self.not_a_number())?;
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let (sign, whole) = match whole.strip_prefix('-') {
            Some(whole) => (-1, whole),
            None => (1, whole.strip_prefix('+').unwrap_or(whole)),
        };
        if whole.len() + fraction.len() == 0 {
            return Err(self.not_a_number());
        }
        let fraction = fraction.trim_end_matches('0');
        let mut value = 0_i128;
        for digit in whole.bytes().chain(fraction.bytes()) {
            if !digit.is_ascii_digit() {
                return Err(self.not_a_number());
            }
            value = value
                .checked_mul(10)
                .and_then(|value| value.checked_add(i128::from(digit - b'0')))
                .ok_or(self.too_large())?;
        }
        self.rescale(sign * value, fraction.len() as i64 - exponent)
    }

    /// A number in units of `10^-from` in units of `10^-scale`.
    pub(super) fn rescale(self, value: i128, from: i64) -> Result<i128, Reason> {
        let shift = i64::from(self.scale) - from;
        let power = u32::try_from(shift.unsigned_abs())
            .ok()
            .and_then(|shift| 10_i128.checked_pow(shift));
        let value = match (value, power) {
            (0, _) => 0,
            (_, Some(power)) if shift >= 0 => value.checked_mul(power).ok_or(self.too_large())?,
            (_, None) if shift >= 0 => return Err(self.too_large()),
            (_, Some(power)) if value % power == 0 => value / power,
            _ if self.surplus == Surplus::Refuse => return Err(self.too_fine()),
            (_, Some(power)) => {
                let up = (value % power).unsigned_abs() >= power.unsigned_abs().div_ceil(2);
                value / power + if up { value.signum() } else { 0 }
            }
            (_, None) => 0,
        };
        match value.unsigned_abs() < 10_u128.pow(u32::from(self.precision)) {
            true => Ok(value),
            false => Err(self.too_large()),
        }
    }

    fn not_a_number(self) -> Reason {
        match self.scale {
            0 => "not a whole number".into(),
            _ => "not a plain number such as 1234.50".into(),
        }
    }

    fn too_fine(self) -> Reason {
        match self.scale {
            0 => "not a whole number".into(),
            scale => format!("more than {scale} decimals").into(),
        }
    }

    fn too_large(self) -> Reason {
        match self.scale {
            0 => "too large for BIGINT".into(),
            scale => format!("too large for DECIMAL({}, {scale})", self.precision).into(),
        }
    }
}

/// The digits and the exponent of a number, if the exponent is one.
fn split(text: &str) -> Option<(&str, i64)> {
    match text.split_once(['e', 'E']) {
        None => Some((text, 0)),
        Some((digits, exponent)) => {
            // i64::from_str takes a sign and digits, nothing else; i32 keeps sums in range.
            Some((digits, i64::from(exponent.parse::<i32>().ok()?)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Decimal, Surplus};

    fn money(surplus: Surplus) -> Decimal {
        Decimal {
            precision: 18,
            scale: 2,
            surplus,
        }
    }

    #[test]
    fn text_is_read_exactly() {
        for (text, cents) in [
            ("0", 0),
            ("-0.00", 0),
            ("12.5", 1250),
            ("+12.50", 1250),
            (" 12.500000000000000000000000000000000000000000000 ", 1250),
            (".5", 50),
            ("5.", 500),
            ("-0.01", -1),
            ("1.5e3", 150_000),
            ("1234500E-3", 123_450),
            ("0e999999999", 0),
            ("9999999999999999.99", 999_999_999_999_999_999),
        ] {
            assert_eq!(money(Surplus::Refuse).parse(text), Ok(cents), "{text}");
        }
    }

    #[test]
    fn anything_else_has_a_reason() {
        for (text, reason) in [
            ("", "not a plain number"),
            (".", "not a plain number"),
            ("-", "not a plain number"),
            ("1,234.50", "not a plain number"),
            ("$5", "not a plain number"),
            ("1.2.3", "not a plain number"),
            ("--1", "not a plain number"),
            ("NaN", "not a plain number"),
            ("1e", "not a plain number"),
            ("１", "not a plain number"),
            ("1.005", "more than 2 decimals"),
            ("1e-3", "more than 2 decimals"),
            ("1e-999999999", "more than 2 decimals"),
            ("10000000000000000", "too large for DECIMAL(18, 2)"),
            ("1e999999999", "too large for DECIMAL(18, 2)"),
            (
                "99999999999999999999999999999999999999999",
                "too large for DECIMAL(18, 2)",
            ),
        ] {
            let error = money(Surplus::Refuse).parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn floats_round_half_away_from_zero() {
        for (text, cents) in [
            ("1.005", 101),
            ("-1.005", -101),
            ("1.0049999999", 100),
            ("1e-30", 0),
            ("1e-50", 0),
            ("19.989999771118164", 1999),
        ] {
            assert_eq!(money(Surplus::Round).parse(text), Ok(cents), "{text}");
        }
    }
}
