//! A condition for any number of values.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use arrow::row::{RowConverter, SortField};
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch},
        compute::{cast, filter, is_not_null, is_null, or_kleene, prep_null_mask_filter},
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    common::{HashSet, NullEquality, Result, utils::take_function_args},
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility},
    physical_expr::{
        PhysicalExpr,
        expressions::{Column, InListExpr},
    },
};

/// Whether a value is among some values: one expression, however many these are.
#[derive(Debug)]
pub(super) struct Among {
    in_list: InListExpr,
    /// Of the column that is looked at.
    schema: SchemaRef,
    pub(super) data_type: DataType,
    /// How many values there are, but NULL.
    pub(super) count: usize,
    pub(super) has_null: bool,
    signature: Signature,
}

impl Among {
    pub(super) fn of(values: &[ArrayRef], nulls: NullEquality) -> Result<Self> {
        let data_type = values
            .first()
            .map_or(DataType::Null, |it| it.data_type().clone());
        let has_null = values.iter().any(|it| it.null_count() > 0);
        let values = distinct(values, &data_type)?;
        let count = values.len();
        let schema = Arc::new(Schema::new(vec![Field::new(
            "value",
            data_type.clone(),
            true,
        )]));
        let column = Arc::new(Column::new("value", 0));
        Ok(Self {
            in_list: InListExpr::try_new_from_array(column, values, false, &schema)?,
            schema,
            signature: Signature::any(1, Volatility::Immutable),
            data_type,
            count,
            has_null: has_null && nulls == NullEquality::NullEqualsNull,
        })
    }
}

/// Each value once, and no NULL.
fn distinct(values: &[ArrayRef], data_type: &DataType) -> Result<ArrayRef> {
    let converter = RowConverter::new(vec![SortField::new(data_type.clone())])?;
    let mut distinct = HashSet::new();
    for values in values {
        let values = filter(values, &is_not_null(values)?)?;
        let rows = converter.convert_columns(&[values])?;
        distinct.extend(rows.iter().map(|row| row.owned()));
    }
    let values = converter.convert_rows(distinct.iter().map(|row| row.row()))?;
    Ok(Arc::clone(&values[0]))
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
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), vec![Arc::clone(&values)])?;
        let is_among = self.in_list.evaluate(&batch)?;
        let is_among = is_among.into_array(args.number_rows)?;
        let is_among = is_among.as_boolean();
        let is_among: BooleanArray = match (values.null_count(), self.has_null) {
            (0, _) => is_among.clone(),
            (_, true) => or_kleene(is_among, &is_null(&values)?)?,
            (_, false) => prep_null_mask_filter(is_among),
        };
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
