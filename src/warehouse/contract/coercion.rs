//! Which physical types may stand for a kind of column, and as what queries then see them.

use datafusion::arrow::datatypes::DataType;

use super::Kind;

/// Digits before the decimal point that every amount must have room for.
const WHOLE_DIGITS: u8 = 16;
const MAX_PRECISION: u8 = 38;

impl Kind {
    /// The type that queries see for a column of this kind that is stored as `stored`.
    ///
    /// It is [`Kind::data_type`], except that a finer decimal keeps its scale and a quantity with
    /// decimals keeps them. `None` when `stored` cannot stand for this kind.
    pub fn seen_as(self, stored: &DataType) -> Option<DataType> {
        if *stored == DataType::Null {
            return Some(self.data_type());
        }
        match self {
            Self::Id | Self::Text | Self::Word | Self::Currency => {
                (is_text(stored) || stored.is_integer()).then(|| self.data_type())
            }
            Self::Instant => is_time(stored).then(|| self.data_type()),
            Self::Date => is_time(stored).then(|| self.data_type()),
            Self::Integer => stored.is_integer().then(|| self.data_type()),
            Self::Flag => (*stored == DataType::Boolean).then(|| self.data_type()),
            Self::Money => exact(stored, 2),
            Self::UnitPrice => exact(stored, 4),
            Self::Rate => exact(stored, 10),
            Self::Quantity if stored.is_integer() => Some(self.data_type()),
            Self::Quantity => exact(stored, 3),
        }
    }
}

/// The narrowest type that holds both, for a column that files store differently.
pub fn wider(left: &DataType, right: &DataType) -> Option<DataType> {
    use DataType::Decimal128;
    match (left, right) {
        _ if left == right => Some(left.clone()),
        (Decimal128(_, a), Decimal128(_, b)) => Some(decimal((*a).max(*b))),
        (Decimal128(_, scale), DataType::Int64) | (DataType::Int64, Decimal128(_, scale)) => {
            Some(decimal(*scale))
        }
        (at @ DataType::Timestamp(..), DataType::Date32)
        | (DataType::Date32, at @ DataType::Timestamp(..)) => Some(at.clone()),
        _ if is_text(left) && is_text(right) => Some(DataType::Utf8),
        _ => datafusion::logical_expr::type_coercion::binary::type_union_resolution(&[
            left.clone(),
            right.clone(),
        ]),
    }
}

/// Whether values lose digits on the way from `stored` to `seen`, as floats do that stand for money.
pub fn is_rounded(stored: &DataType, seen: &DataType) -> bool {
    stored.is_floating() && matches!(seen, DataType::Decimal128(..))
}

fn exact(stored: &DataType, scale: i8) -> Option<DataType> {
    match stored {
        DataType::Decimal128(_, stored) | DataType::Decimal256(_, stored) => {
            Some(decimal((*stored).max(scale)))
        }
        _ => stored.is_numeric().then(|| decimal(scale)),
    }
}

fn decimal(scale: i8) -> DataType {
    let precision = (WHOLE_DIGITS + scale.unsigned_abs()).min(MAX_PRECISION);
    DataType::Decimal128(precision, scale)
}

fn is_text(stored: &DataType) -> bool {
    match stored {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, value) => is_text(value),
        _ => false,
    }
}

fn is_time(stored: &DataType) -> bool {
    matches!(
        stored,
        DataType::Timestamp(..) | DataType::Date32 | DataType::Date64
    )
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::DataType::{
        Date32, Decimal128, Dictionary, Float64, Int32, Int64, Utf8, Utf8View,
    };

    use super::{Kind, wider};

    #[test]
    fn each_kind_takes_its_relatives_and_refuses_strangers() {
        let dictionary = Dictionary(Box::new(Int32), Box::new(Utf8));
        for (kind, stored, seen) in [
            (Kind::Id, Int32, Some(Utf8)),
            (Kind::Word, dictionary, Some(Utf8)),
            (Kind::Text, Utf8View, Some(Utf8)),
            (Kind::Id, Float64, None),
            (Kind::Instant, Date32, Some(Kind::Instant.data_type())),
            (Kind::Instant, Utf8, None),
            (Kind::Money, Float64, Some(Decimal128(18, 2))),
            (Kind::Money, Decimal128(10, 4), Some(Decimal128(20, 4))),
            (Kind::Money, Decimal128(30, 1), Some(Decimal128(18, 2))),
            (Kind::Quantity, Int32, Some(Int64)),
            (Kind::Quantity, Decimal128(10, 1), Some(Decimal128(19, 3))),
            (Kind::Flag, Int32, None),
        ] {
            assert_eq!(kind.seen_as(&stored), seen, "{kind:?} from {stored}");
        }
    }

    #[test]
    fn contract_amounts_agree_with_coerced_ones() {
        for kind in [Kind::Money, Kind::UnitPrice, Kind::Rate] {
            let stored = kind.data_type();
            assert_eq!(kind.seen_as(&stored), Some(stored), "{kind:?}");
        }
    }

    #[test]
    fn files_that_differ_meet_in_the_wider_type() {
        assert_eq!(
            wider(&Decimal128(18, 2), &Decimal128(20, 4)),
            Some(Decimal128(20, 4))
        );
        assert_eq!(wider(&Int64, &Decimal128(19, 3)), Some(Decimal128(19, 3)));
        assert_eq!(wider(&Utf8View, &Utf8), Some(Utf8));
        assert_eq!(wider(&Int32, &Int64), Some(Int64));
        let instant = Kind::Instant.data_type();
        assert_eq!(wider(&Date32, &instant), Some(instant));
    }
}
