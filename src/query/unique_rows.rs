//! Groups and partitions of one row each need neither grouping nor sorting.
//!
//! Views keep one version of every row: `row_number() over (partition by message_id …) = 1`, or
//! `max(visitor_id) … group by event_id, occurred_at`. Where the stored table is known to have each
//! key once, every row is its own only version, and what is computed of it is computed of the row
//! alone. Nothing has to be held for it, and filters and changed rows pass it as they pass a
//! projection.

use std::sync::Arc;

use datafusion::{
    common::{Column, DFSchema, Result, tree_node::Transformed},
    datasource::source_as_provider,
    logical_expr::{
        Aggregate, Expr, ExprSchemable, JoinType, LogicalPlan, Projection, Window,
        WindowFunctionDefinition, cast,
        expr::{AggregateFunction, Cast},
        lit, when,
    },
    optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule},
};

use crate::warehouse::delta;

/// Window functions that are 1 for the only row of a partition.
const PLACES: [&str; 3] = ["row_number", "rank", "dense_rank"];
/// Aggregates that are the value itself for a group of one row.
const VALUES: [&str; 7] = [
    "max",
    "min",
    "sum",
    "first_value",
    "last_value",
    "bool_and",
    "bool_or",
];

/// Computes of one row what is computed of a group or a partition that has no other.
#[derive(Debug, Default)]
pub struct UniqueRows;

impl OptimizerRule for UniqueRows {
    fn name(&self) -> &'static str {
        "unique_rows"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn supports_rewrite(&self) -> bool {
        true
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        _: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        let simpler = match &plan {
            LogicalPlan::Window(window) => window_of_one(window)?,
            LogicalPlan::Aggregate(aggregate) => group_of_one(aggregate)?,
            _ => None,
        };
        Ok(match simpler {
            Some(simpler) => Transformed::yes(simpler),
            None => Transformed::no(plan),
        })
    }
}

/// A window whose every function counts places in partitions of one row.
fn window_of_one(window: &Window) -> Result<Option<LogicalPlan>> {
    let Some(key) = unique_key(&window.input) else {
        return Ok(None);
    };
    let places = window.window_expr.iter();
    if !places.clone().all(|it| is_place_of_one(it, &key)) {
        return Ok(None);
    }
    let inputs = window.input.schema().columns().into_iter();
    let inputs = inputs.map(Expr::Column);
    let places = places.map(|_| lit(1_u64));
    projected(inputs.chain(places), &window.input, &window.schema).map(Some)
}

fn is_place_of_one(expression: &Expr, key: &[Column]) -> bool {
    let Expr::WindowFunction(call) = unaliased(expression) else {
        return false;
    };
    let WindowFunctionDefinition::WindowUDF(function) = &call.fun else {
        return false;
    };
    let is_place = PLACES.contains(&function.name()) && call.params.filter.is_none();
    is_place && is_covered(key, &call.params.partition_by)
}

/// A group by a key, and perhaps more, of which every aggregate is one of its row.
fn group_of_one(aggregate: &Aggregate) -> Result<Option<LogicalPlan>> {
    let groups = &aggregate.group_expr;
    let Some(key) = unique_key(&aggregate.input) else {
        return Ok(None);
    };
    if !is_covered(&key, groups) {
        return Ok(None);
    }
    let mut values = groups.clone();
    for call in &aggregate.aggr_expr {
        let Expr::AggregateFunction(call) = unaliased(call) else {
            return Ok(None);
        };
        let Some(value) = value_of_one(call)? else {
            return Ok(None);
        };
        values.push(value);
    }
    projected(values, &aggregate.input, &aggregate.schema).map(Some)
}

/// What an aggregate of one row is; `None` if that is not known.
fn value_of_one(call: &AggregateFunction) -> Result<Option<Expr>> {
    let [argument] = &*call.params.args else {
        return Ok(None);
    };
    let argument = match &call.params.filter {
        Some(condition) => when((**condition).clone(), argument.clone()).end()?,
        None => argument.clone(),
    };
    Ok(match call.func.name() {
        "count" => Some(when(argument.is_not_null(), lit(1_i64)).otherwise(lit(0_i64))?),
        name if VALUES.contains(&name) => Some(argument),
        _ => None,
    })
}

/// Expressions under the names, and in the types, of a schema.
fn projected(
    values: impl IntoIterator<Item = Expr>,
    input: &Arc<LogicalPlan>,
    schema: &Arc<DFSchema>,
) -> Result<LogicalPlan> {
    let values = values.into_iter().zip(schema.iter());
    let values = values.map(|(value, (qualifier, field))| {
        let data_type = field.data_type();
        let value = match value.get_type(input.schema())? == *data_type {
            true => value,
            false => cast(value, data_type.clone()),
        };
        Ok(value.alias_qualified(qualifier.cloned(), field.name()))
    });
    let values = values.collect::<Result<_>>()?;
    Projection::try_new_with_schema(values, Arc::clone(input), Arc::clone(schema))
        .map(LogicalPlan::Projection)
}

/// Whether columns are among expressions.
fn is_covered(key: &[Column], by: &[Expr]) -> bool {
    let is_among = |column: &Column| by.iter().any(|it| it.try_as_col() == Some(column));
    key.iter().all(is_among)
}

/// Columns of which no two rows of a plan have the same values; `None` if none are known.
fn unique_key(plan: &LogicalPlan) -> Option<Vec<Column>> {
    match plan {
        LogicalPlan::TableScan(scan) => {
            let table = source_as_provider(&scan.source).ok()?;
            let names = delta::unique_key(&*table);
            let column = |name: &&str| {
                let read = scan.projected_schema.fields().iter();
                let is_read = read.clone().any(|field| field.name() == name);
                is_read.then(|| Column::new(Some(scan.table_name.clone()), *name))
            };
            let key: Vec<_> = names.iter().map(column).collect::<Option<_>>()?;
            (!key.is_empty()).then_some(key)
        }
        LogicalPlan::Filter(filter) => unique_key(&filter.input),
        LogicalPlan::Sort(sort) => unique_key(&sort.input),
        LogicalPlan::Limit(limit) => unique_key(&limit.input),
        LogicalPlan::Window(window) => unique_key(&window.input),
        LogicalPlan::Join(join)
            if matches!(join.join_type, JoinType::LeftSemi | JoinType::LeftAnti) =>
        {
            unique_key(&join.left)
        }
        LogicalPlan::SubqueryAlias(alias) => {
            let (inner, outer) = (alias.input.schema(), &alias.schema);
            let above = |it: &Column| inner.maybe_index_of_column(it).map(|at| column(outer, at));
            unique_key(&alias.input)?.iter().map(above).collect()
        }
        LogicalPlan::Projection(projection) => {
            let inputs = projection.input.schema();
            let above = |it: &Column| {
                let mut outputs = projection.expr.iter();
                let at = outputs.position(|output| as_text(output, inputs) == Some(it))?;
                Some(column(&projection.schema, at))
            };
            unique_key(&projection.input)?.iter().map(above).collect()
        }
        _ => None,
    }
}

/// The column whose values an expression has, if only in another form of text.
fn as_text<'a>(expression: &'a Expr, inputs: &DFSchema) -> Option<&'a Column> {
    match unaliased(expression) {
        Expr::Column(column) => Some(column),
        cast @ Expr::Cast(Cast { expr, .. }) => {
            let is_text = |it: &Expr| it.get_type(inputs).is_ok_and(|it| it.is_string());
            let column = expr.try_as_col()?;
            (is_text(cast) && is_text(expr)).then_some(column)
        }
        _ => None,
    }
}

fn column(schema: &DFSchema, index: usize) -> Column {
    Column::from(schema.qualified_field(index))
}

fn unaliased(expression: &Expr) -> &Expr {
    match expression {
        Expr::Alias(alias) => unaliased(&alias.expr),
        other => other,
    }
}
