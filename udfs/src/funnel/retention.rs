//! `retention(cond1, …, condN)`: which conditions a group met beside the first.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, UInt32Array};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, UInt32Type};
use datafusion::common::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, GroupsAccumulator, ReversedUDAF,
    Signature, Volatility, aggregate_doc_sections::DOC_SECTION_GENERAL,
};

use super::arguments::check_conditions;
use crate::groups::{ByGroup, Groups, OneGroup, Rows, refuse_distinct};
use crate::lists::{list_type, lists};

/// Returns the aggregate function `retention(cond1, …, condN)`.
pub fn retention_udaf() -> Arc<AggregateUDF> {
    static RETENTION: LazyLock<Arc<AggregateUDF>> =
        LazyLock::new(|| Arc::new(AggregateUDF::new_from_impl(Retention::new())));
    Arc::clone(&RETENTION)
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_GENERAL,
        "Says of a customer, or any group of rows, which conditions it met beside the first: who \
         came back on which day.\n\
         \n\
         The order of rows does not matter. The results are those of ClickHouse's `retention`.\n\
         \n\
         Returns: a LIST of BOOLEAN, one for each condition: whether a row met the first, and for \
         each other one whether a row met it and a row, the same or another, met the first.\n\
         \n\
         NULL: never; a condition that is NULL is false. A group without rows has a list of \
         false.\n\
         \n\
         Errors: at planning, for no condition or more than 32 (`retention: there must be 1 to 32 \
         conditions, got 33`), one that is no BOOLEAN (`retention: condition 1 must be a BOOLEAN, \
         got Int64`), and DISTINCT (`retention: DISTINCT must be left out`).",
        "retention(cond1, …, condN)",
    )
    .with_argument(
        "cond1, …, condN",
        "BOOLEAN, up to 32. The first is what makes a customer one of the cohort.",
    )
    .with_sql_example(
        "```sql\n\
         > select visitor, retention(day = 1, day = 2, day = 3) as days\n\
         \x20 from (values ('ada', 1), ('ada', 3), ('bob', 2)) as visits (visitor, day)\n\
         \x20 group by visitor\n\
         \x20 order by visitor;\n\
         +---------+-----------------------+\n\
         | visitor | days                  |\n\
         +---------+-----------------------+\n\
         | ada     | [true, false, true]   |\n\
         | bob     | [false, false, false] |\n\
         +---------+-----------------------+\n\
         ```",
    )
    .with_related_udf("window_funnel")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct Retention {
    signature: Signature,
}

impl Retention {
    fn new() -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }

    fn groups(&self, args: &AccumulatorArgs<'_>) -> Result<Box<dyn Groups>> {
        refuse_distinct(self.name(), args)?;
        Ok(Box::new(Met::new(args.exprs.len())))
    }
}

impl AggregateUDFImpl for Retention {
    fn name(&self) -> &str {
        "retention"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        check_conditions(self.name(), types)?;
        Ok(vec![DataType::Boolean; types.len()])
    }

    fn return_type(&self, _types: &[DataType]) -> Result<DataType> {
        Ok(list_type(&DataType::Boolean))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let name = format_state_name(args.name, "met");
        Ok(vec![Arc::new(Field::new(name, DataType::UInt32, false))])
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(OneGroup::new(self.groups(&args)?)))
    }

    fn groups_accumulator_supported(&self, _args: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(ByGroup::new(self.groups(&args)?)))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        ReversedUDAF::Identical
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

/// Which conditions each group has met, as bits.
#[derive(Debug)]
struct Met {
    condition_count: usize,
    groups: Vec<u32>,
}

impl Met {
    fn new(condition_count: usize) -> Self {
        Self {
            condition_count,
            groups: vec![],
        }
    }
}

impl Groups for Met {
    fn empty(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::new(self.condition_count)))
    }

    fn grow(&mut self, count: usize) {
        self.groups.resize(count, 0);
    }

    fn update(&mut self, args: &[ArrayRef], rows: Rows<'_>) -> Result<()> {
        for (idx, condition) in args.iter().enumerate() {
            let condition = condition.as_boolean();
            for (row, group) in rows.iter() {
                let met = condition.is_valid(row) && condition.value(row);
                self.groups[group] |= u32::from(met) << idx;
            }
        }
        Ok(())
    }

    fn merge(&mut self, states: &[ArrayRef], rows: Rows<'_>) -> Result<()> {
        let met = states[0].as_primitive::<UInt32Type>();
        for (row, group) in rows.iter() {
            self.groups[group] |= met.value(row);
        }
        Ok(())
    }

    fn states(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let met = UInt32Array::from(self.groups[..count].to_vec());
        Ok(vec![Arc::new(met)])
    }

    fn results(&mut self, count: usize) -> Result<ArrayRef> {
        let groups = self.groups[..count].iter();
        let retained = groups.flat_map(|met| retained(*met, self.condition_count));
        let retained: BooleanArray = retained.map(Some).collect();
        lists(vec![self.condition_count; count], Arc::new(retained))
    }

    fn drop_first(&mut self, count: usize) {
        self.groups.drain(..count);
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.groups.capacity() * size_of::<u32>()
    }
}

fn retained(met: u32, condition_count: usize) -> impl Iterator<Item = bool> {
    (0..condition_count).map(move |idx| met & 1 == 1 && met >> idx & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::retained;

    #[test]
    fn nothing_counts_without_the_first() {
        for (met, expected) in [
            (0b000, [false, false, false]),
            (0b110, [false, false, false]),
            (0b001, [true, false, false]),
            (0b101, [true, false, true]),
        ] {
            assert_eq!(retained(met, 3).collect::<Vec<_>>(), expected);
        }
    }
}
