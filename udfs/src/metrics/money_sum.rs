//! `money_sum(amount, currency)`: a sum of money, which has one currency or is an error.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringViewArray};
use datafusion::arrow::datatypes::{ArrowPrimitiveType, DataType, Field, FieldRef};
use datafusion::arrow::util::display::array_value_to_string;
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, GroupsAccumulator, ReversedUDAF,
    Signature, Volatility, aggregate_doc_sections::DOC_SECTION_GENERAL,
};

use super::sums::{add, addend_type, column, for_sum_type, sum_type};
use crate::groups::{ByGroup, Groups, OneGroup, Rows, refuse_distinct};

/// Returns the aggregate function `money_sum(amount, currency)`.
pub fn money_sum_udaf() -> Arc<AggregateUDF> {
    static MONEY_SUM: LazyLock<Arc<AggregateUDF>> =
        LazyLock::new(|| Arc::new(AggregateUDF::new_from_impl(MoneySum::new())));
    Arc::clone(&MONEY_SUM)
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_GENERAL,
        "Sums amounts of money, and refuses to add two currencies.\n\
         \n\
         Returns: the sum in the type that SUM has, exact for DECIMAL.\n\
         \n\
         NULL: without any amount. A row whose amount is NULL does not count, whatever its \
         currency.\n\
         \n\
         Errors: at execution, for amounts of two currencies in one group (`money_sum: amounts \
         must have one currency, got EUR and USD`), an amount without one (`money_sum: an amount \
         must have a currency, got 3 with currency NULL`), and a sum that its type cannot hold \
         (`money_sum: the sum must fit its type Int64`). At planning, for an amount that is no \
         number, a currency that is no text, and DISTINCT (`money_sum: DISTINCT must be left \
         out`).",
        "money_sum(amount, currency)",
    )
    .with_argument("amount", "DECIMAL, or another number.")
    .with_argument("currency", "VARCHAR, such as an ISO 4217 code.")
    .with_sql_example(
        "```sql\n\
         > select day, money_sum(amount, currency) as revenue\n\
         \x20 from (values (1, 9.5, 'EUR'), (1, 0.5, 'EUR'), (2, 3, 'USD')) as sales (day, amount, currency)\n\
         \x20 group by day\n\
         \x20 order by day;\n\
         +-----+---------+\n\
         | day | revenue |\n\
         +-----+---------+\n\
         | 1   | 10.0    |\n\
         | 2   | 3.0     |\n\
         +-----+---------+\n\
         ```",
    )
    .with_related_udf("sum_once")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct MoneySum {
    signature: Signature,
}

impl MoneySum {
    fn new() -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }

    fn groups(&self, args: &AccumulatorArgs<'_>) -> Result<Box<dyn Groups>> {
        refuse_distinct(self.name(), args)?;
        let sum = args.return_type();
        macro_rules! sums {
            ($type:ty) => {
                Ok(Box::new(Sums::<$type>::new(sum)))
            };
        }
        for_sum_type!(sum, sums)
    }
}

impl AggregateUDFImpl for MoneySum {
    fn name(&self) -> &str {
        "money_sum"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let [amount, currency] = types else {
            return plan_err!(
                "money_sum: arguments must be amount and currency, got {} arguments",
                types.len()
            );
        };
        let amount = addend_type(self.name(), "amount", amount)?;
        let text = match currency {
            DataType::Dictionary(_, value) => value,
            other => other,
        };
        if !text.is_string() && !text.is_null() {
            return plan_err!("money_sum: argument currency must be a VARCHAR, got {currency}");
        }
        Ok(vec![amount, DataType::Utf8View])
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        sum_type(&types[0])
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let field = |part: &str, data_type: &DataType| {
            let name = format_state_name(args.name, part);
            Arc::new(Field::new(name, data_type.clone(), true))
        };
        Ok(vec![
            field("sum", args.return_type()),
            field("currency", &DataType::Utf8View),
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

#[derive(Debug)]
struct Sums<T: ArrowPrimitiveType> {
    data_type: DataType,
    /// Sum and index of its currency.
    sums: Vec<Option<(T::Native, usize)>>,
    currencies: Currencies,
}

impl<T: ArrowPrimitiveType> Sums<T> {
    fn new(data_type: &DataType) -> Self {
        Self {
            data_type: data_type.clone(),
            sums: vec![],
            currencies: Currencies::default(),
        }
    }
}

impl<T: ArrowPrimitiveType + std::fmt::Debug> Groups for Sums<T> {
    fn empty(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::new(&self.data_type)))
    }

    fn grow(&mut self, count: usize) {
        self.sums.resize(count, None);
    }

    fn update(&mut self, args: &[ArrayRef], rows: Rows<'_>) -> Result<()> {
        let amounts = args[0].as_primitive::<T>();
        let currencies = args[1].as_string_view();
        for (row, group) in rows.iter() {
            if amounts.is_null(row) {
                continue;
            }
            if currencies.is_null(row) {
                return exec_err!(
                    "money_sum: an amount must have a currency, got {} with currency NULL",
                    array_value_to_string(&args[0], row)?
                );
            }
            let amount = amounts.value(row);
            let currency = self.currencies.index_of(currencies.value(row));
            self.sums[group] = match self.sums[group] {
                None => Some((amount, currency)),
                Some((sum, same)) if same == currency => Some((
                    add::<T>("money_sum", &self.data_type, [sum, amount])?,
                    currency,
                )),
                Some((_, other)) => return Err(self.currencies.mixed([currency, other])),
            };
        }
        Ok(())
    }

    /// A state is an amount with its currency.
    fn merge(&mut self, states: &[ArrayRef], rows: Rows<'_>) -> Result<()> {
        self.update(states, rows)
    }

    fn states(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let name = |(_, currency): &(_, usize)| self.currencies.names[*currency].as_str();
        let sums = self.sums[..count].iter();
        let currencies: StringViewArray = sums.map(|sum| sum.as_ref().map(name)).collect();
        Ok(vec![self.results(count)?, Arc::new(currencies)])
    }

    fn results(&mut self, count: usize) -> Result<ArrayRef> {
        let sums = self.sums[..count].iter().map(|sum| sum.map(|(sum, _)| sum));
        column::<T>("money_sum", sums, &self.data_type)
    }

    fn drop_first(&mut self, count: usize) {
        self.sums.drain(..count);
    }

    fn size(&self) -> usize {
        // There are too few currencies to count them.
        size_of_val(self) + self.sums.capacity() * size_of::<Option<(T::Native, usize)>>()
    }
}

/// The currencies seen, each with an index.
#[derive(Debug, Default)]
struct Currencies {
    names: Vec<String>,
    indices: HashMap<String, usize>,
    last: usize,
}

impl Currencies {
    fn index_of(&mut self, name: &str) -> usize {
        if self.names.get(self.last).is_some_and(|last| last == name) {
            return self.last;
        }
        self.last = match self.indices.get(name) {
            Some(idx) => *idx,
            None => {
                self.names.push(name.to_owned());
                self.indices.insert(name.to_owned(), self.names.len() - 1);
                self.names.len() - 1
            }
        };
        self.last
    }

    fn mixed(&self, currencies: [usize; 2]) -> datafusion::error::DataFusionError {
        let mut names = currencies.map(|currency| self.names[currency].as_str());
        names.sort_unstable();
        let [a, b] = names;
        datafusion::common::exec_datafusion_err!(
            "money_sum: amounts must have one currency, got {a} and {b}"
        )
    }
}
