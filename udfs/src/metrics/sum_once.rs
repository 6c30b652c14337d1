//! `sum_once(value, key)`: a sum that counts each key's value once, however often a join repeats it.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, ArrayRef, ArrowNativeTypeOp, AsArray, PrimitiveArray};
use datafusion::arrow::datatypes::{ArrowPrimitiveType, DataType, Field, FieldRef};
use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::arrow::util::display::array_value_to_string;
use datafusion::common::{HashMap, Result, exec_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, GroupsAccumulator, ReversedUDAF,
    Signature, Volatility, aggregate_doc_sections::DOC_SECTION_GENERAL,
};

use super::sums::{add, addend_type, column, for_sum_type, sum_type};
use crate::groups::{ByGroup, Groups, OneGroup, Rows, refuse_distinct};
use crate::lists::{items, list_type, lists};

/// Returns the aggregate function `sum_once(value, key)`.
pub fn sum_once_udaf() -> Arc<AggregateUDF> {
    static SUM_ONCE: LazyLock<Arc<AggregateUDF>> =
        LazyLock::new(|| Arc::new(AggregateUDF::new_from_impl(SumOnce::new())));
    Arc::clone(&SUM_ONCE)
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_GENERAL,
        "Sums a value that a join repeats, once for each thing it belongs to.\n\
         \n\
         The keys of a group are held in memory.\n\
         \n\
         Returns: the sum in the type that SUM has, exact for DECIMAL.\n\
         \n\
         NULL: without any value. A row whose value is NULL does not count, whatever its key.\n\
         \n\
         Errors: at execution, for two values of one key (`sum_once: a key must have one value, \
         got 30 and 31 for key o1`), a value without a key (`sum_once: a value must have a key, \
         got 30 with key NULL`), and a sum that its type cannot hold (`sum_once: the sum must fit \
         its type Int64`). At planning, for a value that is no number, a key of a type without an \
         order, and DISTINCT (`sum_once: DISTINCT must be left out`).",
        "sum_once(value, key)",
    )
    .with_argument("value", "A number that depends on the key alone.")
    .with_argument(
        "key",
        "What the value belongs to, such as an order id: any type that has an order.",
    )
    .with_sql_example(
        "```sql\n\
         > select sum(total) as repeated, sum_once(total, order_id) as total\n\
         \x20 from (values ('o1', 30, 'messaging'), ('o1', 30, 'reminder'), ('o2', 5, 'reminder'))\n\
         \x20     as orders_by_activity (order_id, total, activity_type);\n\
         +----------+-------+\n\
         | repeated | total |\n\
         +----------+-------+\n\
         | 65       | 35    |\n\
         +----------+-------+\n\
         ```",
    )
    .with_related_udf("money_sum")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct SumOnce {
    signature: Signature,
}

impl SumOnce {
    fn new() -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }

    fn groups(&self, args: &AccumulatorArgs<'_>) -> Result<Box<dyn Groups>> {
        refuse_distinct(self.name(), args)?;
        let value = args.expr_fields[0].data_type();
        let key = args.expr_fields[1].data_type();
        let sum = args.return_type();
        macro_rules! values {
            ($type:ty) => {
                Ok(Box::new(ValuesByKey::<$type>::try_new(key, value, sum)?))
            };
        }
        for_sum_type!(sum, values)
    }
}

impl AggregateUDFImpl for SumOnce {
    fn name(&self) -> &str {
        "sum_once"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let [value, key] = types else {
            return plan_err!(
                "sum_once: arguments must be value and key, got {} arguments",
                types.len()
            );
        };
        let key = match key {
            DataType::Dictionary(_, value) => value,
            other => other,
        };
        if !RowConverter::supports_fields(&[SortField::new(key.clone())]) {
            return plan_err!("sum_once: argument key must be of a type with an order, got {key}");
        }
        Ok(vec![addend_type(self.name(), "value", value)?, key.clone()])
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        sum_type(&types[0])
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let field = |part: &str, data_type: &DataType| {
            let name = format_state_name(args.name, part);
            Arc::new(Field::new(name, list_type(data_type), true))
        };
        Ok(vec![
            field("values", args.input_fields[0].data_type()),
            field("keys", args.input_fields[1].data_type()),
        ])
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

/// Per group the value of each key, which is kept as comparable bytes.
#[derive(Debug)]
struct ValuesByKey<T: ArrowPrimitiveType> {
    key_type: DataType,
    value_type: DataType,
    sum_type: DataType,
    keys: RowConverter,
    groups: Vec<HashMap<Box<[u8]>, T::Native>>,
    /// Bytes of all keys and values.
    held: usize,
}

impl<T: ArrowPrimitiveType> ValuesByKey<T> {
    fn try_new(key: &DataType, value: &DataType, sum: &DataType) -> Result<Self> {
        Ok(Self {
            key_type: key.clone(),
            value_type: value.clone(),
            sum_type: sum.clone(),
            keys: RowConverter::new(vec![SortField::new(key.clone())])?,
            groups: vec![],
            held: 0,
        })
    }

    fn add(
        &mut self,
        values: &ArrayRef,
        keys: &ArrayRef,
        rows: impl Iterator<Item = (usize, usize)>,
    ) -> Result<()> {
        let bytes = self.keys.convert_columns(std::slice::from_ref(keys))?;
        let numbers = values.as_primitive::<T>();
        for (row, group) in rows {
            if numbers.is_null(row) {
                continue;
            }
            if keys.is_null(row) {
                return exec_err!(
                    "sum_once: a value must have a key, got {} with key NULL",
                    array_value_to_string(values, row)?
                );
            }
            let (key, value) = (bytes.row(row), numbers.value(row));
            match self.groups[group].get(key.as_ref()) {
                Some(known) if known.is_eq(value) => {}
                Some(known) => {
                    let [low, high] = self.shown(*known, value)?;
                    let key = array_value_to_string(keys, row)?;
                    return exec_err!(
                        "sum_once: a key must have one value, got {low} and {high} for key {key}"
                    );
                }
                None => {
                    self.held += key.as_ref().len() + size_of::<(Box<[u8]>, T::Native)>();
                    self.groups[group].insert(key.as_ref().into(), value);
                }
            }
        }
        Ok(())
    }

    /// Both values as text, the lower one first.
    fn shown(&self, a: T::Native, b: T::Native) -> Result<[String; 2]> {
        let mut values = [a, b];
        values.sort_unstable_by(|a, b| a.compare(*b));
        let values = PrimitiveArray::<T>::from_iter_values(values);
        let values = values.with_data_type(self.value_type.clone());
        Ok([
            array_value_to_string(&values, 0)?,
            array_value_to_string(&values, 1)?,
        ])
    }
}

impl<T: ArrowPrimitiveType + std::fmt::Debug> Groups for ValuesByKey<T> {
    fn empty(&self) -> Result<Box<dyn Groups>> {
        let empty = Self::try_new(&self.key_type, &self.value_type, &self.sum_type)?;
        Ok(Box::new(empty))
    }

    fn grow(&mut self, count: usize) {
        self.groups.resize_with(count, HashMap::new);
    }

    fn update(&mut self, args: &[ArrayRef], rows: Rows<'_>) -> Result<()> {
        self.add(&args[0], &args[1], rows.iter())
    }

    fn merge(&mut self, states: &[ArrayRef], rows: Rows<'_>) -> Result<()> {
        let (values, items_of) = items(&states[0]);
        let (keys, _) = items(&states[1]);
        let rows = rows.iter();
        let rows = rows.flat_map(|(row, group)| items_of(row).map(move |item| (item, group)));
        self.add(&values, &keys, rows)
    }

    fn states(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let groups = &self.groups[..count];
        let values = groups.iter().flat_map(HashMap::values).copied();
        let values = PrimitiveArray::<T>::from_iter_values(values);
        let parser = self.keys.parser();
        let keys = groups.iter().flat_map(HashMap::keys);
        let mut keys = self.keys.convert_rows(keys.map(|key| parser.parse(key)))?;
        let lengths = || groups.iter().map(HashMap::len);
        Ok(vec![
            lists(
                lengths(),
                Arc::new(values.with_data_type(self.value_type.clone())),
            )?,
            lists(lengths(), keys.swap_remove(0))?,
        ])
    }

    fn results(&mut self, count: usize) -> Result<ArrayRef> {
        let sums = self.groups[..count].iter();
        let sums = sums.map(|values| sum::<T>(values, &self.sum_type));
        let sums: Vec<_> = sums.collect::<Result<_>>()?;
        column::<T>("sum_once", sums.into_iter(), &self.sum_type)
    }

    fn drop_first(&mut self, count: usize) {
        for values in self.groups.drain(..count) {
            let keys: usize = values.keys().map(|key| key.len()).sum();
            self.held -= keys + values.len() * size_of::<(Box<[u8]>, T::Native)>();
        }
    }

    fn size(&self) -> usize {
        let groups = self.groups.capacity() * size_of::<HashMap<Box<[u8]>, T::Native>>();
        // A hash table of this kind is between 7/16 and 7/8 full.
        size_of_val(self) + self.keys.size() + groups + self.held * 3 / 2
    }
}

/// From the lowest to the highest, so that floats and overflow do not depend on the order of rows.
fn sum<T: ArrowPrimitiveType>(
    values: &HashMap<Box<[u8]>, T::Native>,
    sum_type: &DataType,
) -> Result<Option<T::Native>> {
    let mut values: Vec<_> = values.values().copied().collect();
    values.sort_unstable_by(|a, b| a.compare(*b));
    let mut values = values.into_iter();
    let Some(first) = values.next() else {
        return Ok(None);
    };
    values
        .try_fold(first, |sum, value| {
            add::<T>("sum_once", sum_type, [sum, value])
        })
        .map(Some)
}
