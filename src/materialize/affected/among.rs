//! A condition for any number of values.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use arrow::row::{RowConverter, SortField};
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, BooleanArray},
        compute::cast,
        datatypes::DataType,
    },
    common::{HashSet, NullEquality, Result, utils::take_function_args},
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility},
};

/// Whether a value is among some values: one expression, however many these are.
#[derive(Debug)]
pub(super) struct Among {
    converter: RowConverter,
    pub(super) data_type: DataType,
    /// The values, each as bytes.
    pub(super) values: HashSet<Box<[u8]>>,
    pub(super) has_null: bool,
    signature: Signature,
}

impl Among {
    pub(super) fn of(values: &[ArrayRef], nulls: NullEquality) -> Result<Self> {
        let data_type = values
            .first()
            .map_or(DataType::Null, |it| it.data_type().clone());
        let converter = RowConverter::new(vec![SortField::new(data_type.clone())])?;
        let (mut among, mut has_null) = (HashSet::new(), false);
        for values in values {
            has_null |= values.null_count() > 0;
            let rows = converter.convert_columns(&[Arc::clone(values)])?;
            among.extend(rows.iter().map(|row| Box::from(row.data())));
        }
        Ok(Self {
            converter,
            signature: Signature::any(1, Volatility::Immutable),
            data_type,
            values: among,
            has_null: has_null && nulls == NullEquality::NullEqualsNull,
        })
    }
}

impl ScalarUDFImpl for Among {
    fn name(&self) -> &'static str {
        "among"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [values] = take_function_args(self.name(), args.args)?;
        let values = cast(&values.into_array(args.number_rows)?, &self.data_type)?;
        let rows = self.converter.convert_columns(&[Arc::clone(&values)])?;
        let is_among = rows
            .iter()
            .enumerate()
            .map(|(row, value)| match values.is_null(row) {
                true => self.has_null,
                false => self.values.contains(value.data()),
            });
        let is_among: BooleanArray = is_among.map(Some).collect();
        Ok(ColumnarValue::Array(Arc::new(is_among)))
    }
}

// Each has values of its own.
impl PartialEq for Among {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Among {}

impl Hash for Among {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::hash(self, state);
    }
}
