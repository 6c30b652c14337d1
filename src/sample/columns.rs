//! From rows to Arrow columns that obey the contract.
//!
//! Ids are numbers inside the generator and become text only here, so that making rows allocates
//! nothing per row.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Int64Array, RecordBatch, StringBuilder,
    TimestampMicrosecondArray, new_null_array,
};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::error::ArrowError;

use super::seasons::Micros;
use crate::warehouse::contract::Table;

/// The number of an id; its text is a prefix, a hyphen and nine or more digits.
pub(crate) type Id = u64;

/// A row of a contract table.
pub(crate) trait Row: Copy + Send + Sync {
    /// The table's name in the contract.
    const TABLE: &'static str;

    /// When the row happened; rows of a table without an event time keep their order.
    fn event_at(&self) -> Micros {
        0
    }

    /// Sets the columns that the sample fills; the others of the contract become NULL.
    fn fill(rows: &[Self], columns: &mut Columns);
}

/// The columns of one batch, set by name.
pub(crate) struct Columns {
    table: &'static Table,
    arrays: Vec<Option<ArrayRef>>,
}

impl Columns {
    /// The batch of these rows, with the contract's schema.
    pub(crate) fn batch<R: Row>(rows: &[R]) -> Result<RecordBatch, ArrowError> {
        let table = contract_table::<R>();
        let mut columns = Self {
            table,
            arrays: vec![None; table.columns.len()],
        };
        R::fill(rows, &mut columns);
        let arrays = columns.arrays.into_iter().zip(table.columns);
        let arrays = arrays.map(|(array, column)| {
            array.unwrap_or_else(|| new_null_array(&column.kind.data_type(), rows.len()))
        });
        RecordBatch::try_new(table.schema(), arrays.collect())
    }

    pub(crate) fn ids(
        &mut self,
        name: &str,
        prefix: &str,
        values: impl Iterator<Item = Option<Id>>,
    ) {
        let rows = values.size_hint().0;
        let mut builder = StringBuilder::with_capacity(rows, rows * (prefix.len() + 10));
        let mut text = String::new();
        for value in values {
            let Some(id) = value else {
                builder.append_null();
                continue;
            };
            text.clear();
            push_id(&mut text, prefix, id);
            builder.append_value(&text);
        }
        self.set(name, Arc::new(builder.finish()));
    }

    pub(crate) fn texts<T: AsRef<str>>(
        &mut self,
        name: &str,
        values: impl Iterator<Item = Option<T>>,
    ) {
        let rows = values.size_hint().0;
        let mut builder = StringBuilder::with_capacity(rows, rows * 12);
        values.for_each(|value| builder.append_option(value));
        self.set(name, Arc::new(builder.finish()));
    }

    pub(crate) fn instants(&mut self, name: &str, values: impl Iterator<Item = Option<Micros>>) {
        let array = TimestampMicrosecondArray::from_iter(values).with_timezone("UTC");
        self.set(name, Arc::new(array));
    }

    pub(crate) fn integers(&mut self, name: &str, values: impl Iterator<Item = Option<i64>>) {
        self.set(name, Arc::new(Int64Array::from_iter(values)));
    }

    pub(crate) fn flags(&mut self, name: &str, values: impl Iterator<Item = Option<bool>>) {
        self.set(name, Arc::new(BooleanArray::from_iter(values)));
    }

    /// Amounts in cents, widened to the decimals of the column.
    pub(crate) fn cents(&mut self, name: &str, values: impl Iterator<Item = Option<i64>>) {
        self.decimals(name, 2, values);
    }

    /// Decimals given as whole numbers of 10^-`scale`, widened to the decimals of the column.
    pub(crate) fn decimals(
        &mut self,
        name: &str,
        scale: i8,
        values: impl Iterator<Item = Option<i64>>,
    ) {
        let kind = self.table.columns[self.position(name)].kind;
        let DataType::Decimal128(precision, column_scale) = kind.data_type() else {
            unreachable!("{}.{name} is a decimal in the contract", self.table.name)
        };
        let factor = 10_i128.pow(u32::from((column_scale - scale).unsigned_abs()));
        let array: Decimal128Array = values
            .map(|value| value.map(|value| i128::from(value) * factor))
            .collect();
        let array = array
            .with_precision_and_scale(precision, column_scale)
            .expect("the contract's precisions are valid");
        self.set(name, Arc::new(array));
    }

    pub(crate) fn set(&mut self, name: &str, array: ArrayRef) {
        let position = self.position(name);
        self.arrays[position] = Some(array);
    }

    fn position(&self, name: &str) -> usize {
        let position = self
            .table
            .columns
            .iter()
            .position(|column| column.name == name);
        position.expect("the sample fills only columns of the contract")
    }
}

/// The contract's declaration of a row's table.
pub(crate) fn contract_table<R: Row>() -> &'static Table {
    Table::named(R::TABLE).expect("every row type names a table of the contract")
}

/// The text of an id, as in `o-000000012`.
pub(crate) fn id_text(prefix: &str, id: Id) -> String {
    let mut text = String::new();
    push_id(&mut text, prefix, id);
    text
}

fn push_id(text: &mut String, prefix: &str, id: Id) {
    text.push_str(prefix);
    text.push('-');
    let mut digits = [b'0'; 20];
    let mut left = id;
    let mut start = digits.len();
    while left > 0 || start > digits.len() - 9 {
        start -= 1;
        digits[start] = b'0' + (left % 10) as u8;
        left /= 10;
    }
    text.push_str(str::from_utf8(&digits[start..]).expect("digits are text"));
}

#[cfg(test)]
mod tests {
    use super::id_text;

    #[test]
    fn ids_have_at_least_nine_digits() {
        assert_eq!(id_text("o", 0), "o-000000000");
        assert_eq!(id_text("o", 100_012), "o-000100012");
        assert_eq!(id_text("o", 12_345_678_901), "o-12345678901");
    }
}
