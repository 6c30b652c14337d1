//! The functions that say which periods an instant lies in.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, BooleanBuilder, ListBuilder, StringBuilder},
        compute::cast,
        datatypes::{DataType, Field, Int64Type},
    },
    common::{Result, ScalarValue, cast::as_primitive_array, exec_datafusion_err},
    logical_expr::{
        ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
    },
};

use super::{
    bounds::Bounds,
    compare::PeriodSpan,
    node::{IS_PREVIOUS, PERIOD},
};

/// A column that says in which span a row lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Tag {
    Period,
    IsPrevious,
}

impl Tag {
    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Period => PERIOD,
            Self::IsPrevious => IS_PREVIOUS,
        }
    }

    /// Its value for the rows of a span.
    pub(super) fn of(self, span: &PeriodSpan) -> ScalarValue {
        match self {
            Self::Period => ScalarValue::from(span.period),
            Self::IsPrevious => ScalarValue::from(span.is_previous),
        }
    }

    pub(super) fn field(self) -> Field {
        let data_type = match self {
            Self::Period => DataType::Utf8,
            Self::IsPrevious => DataType::Boolean,
        };
        Field::new(self.column(), data_type, false)
    }
}

/// The function from a TIMESTAMP or DATE to one tag of every span that it lies in, as a list;
/// none for NULL. The lists of one row have the spans in the same order.
///
/// It is not in any catalog: only the expansion of `in_periods()` makes it, with its spans.
pub(super) fn tags_udf(bounds: Vec<Bounds>, tag: Tag) -> ScalarUDF {
    ScalarUDF::from(TagsOf {
        bounds,
        tag,
        signature: Signature::any(1, Volatility::Immutable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct TagsOf {
    bounds: Vec<Bounds>,
    tag: Tag,
    signature: Signature,
}

impl TagsOf {
    fn item(&self) -> Arc<Field> {
        Arc::new(self.tag.field())
    }

    fn spans_of(&self, at: Option<i64>) -> impl Iterator<Item = &Bounds> {
        let bounds = self.bounds.iter();
        bounds.filter(move |bounds| at.is_some_and(|at| bounds.contains(at)))
    }
}

impl ScalarUDFImpl for TagsOf {
    fn name(&self) -> &str {
        match self.tag {
            Tag::Period => "periods_of",
            Tag::IsPrevious => "are_previous_of",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _types: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(self.item()))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [at] = <[ColumnarValue; 1]>::try_from(args.args).map_err(|args| {
            exec_datafusion_err!("periods_of: expected one argument, got {}", args.len())
        })?;
        let at = cast(&at.into_array(args.number_rows)?, &DataType::Int64)?;
        let at = as_primitive_array::<Int64Type>(&at)?;
        let lists: ArrayRef = match self.tag {
            Tag::Period => {
                let mut lists = ListBuilder::new(StringBuilder::new()).with_field(self.item());
                for at in at {
                    let periods = self.spans_of(at).map(|span| span.period);
                    periods.for_each(|period| lists.values().append_value(period));
                    lists.append(true);
                }
                Arc::new(lists.finish())
            }
            Tag::IsPrevious => {
                let mut lists = ListBuilder::new(BooleanBuilder::new()).with_field(self.item());
                for at in at {
                    let sides = self.spans_of(at).map(|span| span.is_previous);
                    sides.for_each(|is_previous| lists.values().append_value(is_previous));
                    lists.append(true);
                }
                Arc::new(lists.finish())
            }
        };
        Ok(ColumnarValue::Array(lists))
    }
}
