//! Parameters of a statement: what it expects, what a client binds, and both put together.

use std::{collections::BTreeMap, sync::Arc};

use arrow_flight::decode::FlightRecordBatchStream;
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, RecordBatch, RecordBatchOptions},
        compute::concat_batches,
        datatypes::{DataType, Field, Schema},
        ipc::{reader::StreamReader, writer::StreamWriter},
    },
    common::{
        ParamValues, Result, ScalarValue, exec_err, plan_err,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    },
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, lit},
};
use futures::TryStreamExt;
use prost::bytes::Bytes;
use tonic::{Code, Status};

use super::{
    client_type::client_type,
    status::{malformed, refused, status},
};

const MAX_PARAMETERS: usize = 1000;
/// Parameters travel in the ticket and are kept a while, so they cannot be of any size.
const MAX_BYTES: usize = 1 << 20;
/// Each row of an INSERT is planned; a bulk load takes any number.
const MAX_ROWS: usize = 10_000;

/// The types of the placeholders `$1`, `$2` … by position; `None` where the text leaves it open.
///
/// # Errors
/// A plan error for a placeholder with a name.
pub(super) fn expected(plan: &LogicalPlan) -> Result<Vec<Option<DataType>>> {
    let mut found: BTreeMap<usize, Option<DataType>> = BTreeMap::new();
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                if let Expr::Placeholder(placeholder) = expr {
                    let data_type = placeholder.field.as_ref().map(|it| it.data_type().clone());
                    let known = found.entry(position(&placeholder.id)?).or_default();
                    *known = known.take().or(data_type);
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    let count = found.keys().next_back().map_or(0, |last| last + 1);
    Ok((0..count)
        .map(|position| found.remove(&position).flatten())
        .collect())
}

fn position(placeholder: &str) -> Result<usize> {
    let number = placeholder.strip_prefix('$').map(str::parse::<usize>);
    match number {
        Some(Ok(number)) if (1..=MAX_PARAMETERS).contains(&number) => Ok(number - 1),
        _ => plan_err!("expected parameters ? or $1 to ${MAX_PARAMETERS}, got {placeholder}"),
    }
}

/// The schema that tells a driver how many parameters there are, in order.
pub(super) fn schema(expected: &[Option<DataType>]) -> Schema {
    let field = |(position, data_type): (usize, &Option<DataType>)| {
        let data_type = data_type.as_ref().map_or(DataType::Utf8, client_type);
        Field::new(format!("${}", position + 1), data_type, true)
    };
    Schema::new(expected.iter().enumerate().map(field).collect::<Vec<_>>())
}

/// NULL for every parameter, of its type where that is known: enough to plan with.
pub(super) fn unknown(expected: &[Option<DataType>]) -> Result<Vec<ScalarValue>> {
    expected
        .iter()
        .map(|data_type| null(data_type.as_ref()))
        .collect()
}

/// Puts values in place of the placeholders.
///
/// # Errors
/// A plan error when their numbers differ.
pub(super) fn bind(
    plan: LogicalPlan,
    expected: &[Option<DataType>],
    rows: Vec<Vec<ScalarValue>>,
) -> Result<LogicalPlan> {
    let values = match rows.len() {
        0 | 1 => rows.into_iter().next().unwrap_or_default(),
        _ => return bind_rows(plan, rows),
    };
    if expected.len() != values.len() {
        return plan_err!(
            "expected {} parameters, got {}",
            expected.len(),
            values.len()
        );
    }
    if expected.is_empty() {
        return Ok(plan);
    }
    let values = expected.iter().zip(values);
    let values = values.map(|(data_type, value)| fit(value, data_type.as_ref()));
    plan.replace_params_with_values(&ParamValues::from(values.collect::<Result<Vec<_>>>()?))
}

/// Makes `VALUES (?, ?)` a row for each row of values.
///
/// # Errors
/// A plan error for parameters anywhere else.
fn bind_rows(plan: LogicalPlan, rows: Vec<Vec<ScalarValue>>) -> Result<LogicalPlan> {
    let bound = plan.transform_up(|node| match node {
        LogicalPlan::Values(template) => {
            let mut bound = Vec::with_capacity(rows.len() * template.values.len());
            for values in &rows {
                for row in &template.values {
                    let row = row.iter().map(|expr| with_values(expr.clone(), values));
                    bound.push(row.collect::<Result<Vec<_>>>()?);
                }
            }
            LogicalPlanBuilder::values(bound)?
                .build()
                .map(Transformed::yes)
        }
        node => node.recompute_schema().map(Transformed::yes),
    });
    let bound = bound?.data;
    if !expected(&bound)?.is_empty() {
        return plan_err!(
            "expected several rows of parameters for INSERT INTO … VALUES (…) alone: execute the \
             statement once for each row"
        );
    }
    Ok(bound)
}

fn with_values(expr: Expr, values: &[ScalarValue]) -> Result<Expr> {
    let bound = expr.transform(|expr| {
        let Expr::Placeholder(placeholder) = &expr else {
            return Ok(Transformed::no(expr));
        };
        match values.get(position(&placeholder.id)?) {
            Some(value) => Ok(Transformed::yes(lit(value.clone()))),
            None => plan_err!(
                "expected a value for {}, got {} parameters",
                placeholder.id,
                values.len()
            ),
        }
    });
    Ok(bound?.data)
}

fn fit(value: ScalarValue, expected: Option<&DataType>) -> Result<ScalarValue> {
    if value.is_null() {
        return null(expected);
    }
    // LIMIT takes nothing but a 64-bit integer, whatever the driver thinks is an integer.
    if expected == Some(&DataType::Int64) && value.data_type().is_integer() {
        return value.cast_to(&DataType::Int64);
    }
    Ok(value)
}

fn null(data_type: Option<&DataType>) -> Result<ScalarValue> {
    data_type.map_or(Ok(ScalarValue::Null), ScalarValue::try_from)
}

/// Reads the one row that a client binds, as the bytes that its handle will carry.
///
/// # Errors
/// `InvalidArgument` for several rows, for too many bytes, and for bytes that are no Arrow data.
pub(super) async fn receive(batches: FlightRecordBatchStream) -> Result<Bytes, Status> {
    let (batches, rows) = collected(batches).await?;
    if rows != 1 {
        return Err(refused(
            Code::InvalidArgument,
            format!("expected one row of parameters, got {rows}: execute once for each row"),
        ));
    }
    let bytes = write(&batches).map_err(|error| status(&error))?;
    if bytes.len() > MAX_BYTES {
        return Err(refused(
            Code::InvalidArgument,
            format!(
                "expected parameters of at most {MAX_BYTES} bytes, got {}",
                bytes.len()
            ),
        ));
    }
    Ok(bytes.into())
}

/// Reads all rows that come with an update; `None` if there are none.
///
/// # Errors
/// `InvalidArgument` for too many rows, and for bytes that are no Arrow data.
pub(super) async fn receive_all(batches: FlightRecordBatchStream) -> Result<Option<Bytes>, Status> {
    let (batches, rows) = collected(batches).await?;
    if rows > MAX_ROWS {
        return Err(refused(
            Code::InvalidArgument,
            format!(
                "expected at most {MAX_ROWS} rows of parameters, got {rows}: a bulk load \
                 (adbc_ingest) takes any number"
            ),
        ));
    }
    if rows == 0 {
        return Ok(None);
    }
    let bytes = write(&batches).map_err(|error| status(&error))?;
    Ok(Some(bytes.into()))
}

async fn collected(batches: FlightRecordBatchStream) -> Result<(Vec<RecordBatch>, usize), Status> {
    let batches: Vec<RecordBatch> = batches
        .try_collect()
        .await
        .map_err(|error| malformed("the parameters", error))?;
    let rows = batches.iter().map(RecordBatch::num_rows).sum();
    Ok((batches, rows))
}

/// # Arguments
/// `batches`: with at least one row.
fn write(batches: &[RecordBatch]) -> Result<Vec<u8>> {
    let schema = batches[0].schema();
    let batch = concat_batches(&schema, batches)?;
    let columns = batch
        .columns()
        .iter()
        .map(|column| {
            let values = (0..column.len())
                .map(|row| Ok(plain(ScalarValue::try_from_array(column, row)?)))
                .collect::<Result<Vec<_>>>()?;
            ScalarValue::iter_to_array(values)
        })
        .collect::<Result<Vec<ArrayRef>>>()?;
    let fields = columns
        .iter()
        .map(|column| Field::new("", column.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let batch = RecordBatch::try_new_with_options(Arc::clone(&schema), columns, &options)?;
    let mut writer = StreamWriter::try_new(Vec::new(), &schema)?;
    writer.write(&batch)?;
    Ok(writer.into_inner()?)
}

/// The rows that [`receive`] or [`receive_all`] wrote; none when nothing was bound.
pub(super) fn read(bytes: &Bytes) -> Result<Vec<Vec<ScalarValue>>> {
    if bytes.is_empty() {
        return Ok(vec![]);
    }
    let mut reader = StreamReader::try_new(&**bytes, None)?;
    let Some(batch) = reader.next().transpose()? else {
        return exec_err!("the handle has parameters without a row");
    };
    let row = |row| {
        let columns = batch.columns().iter();
        columns
            .map(|column| ScalarValue::try_from_array(column, row))
            .collect()
    };
    (0..batch.num_rows()).map(row).collect()
}

/// Some drivers send every parameter as a union of all types, or as a dictionary.
fn plain(value: ScalarValue) -> ScalarValue {
    match value {
        ScalarValue::Union(Some((_, value)), ..) | ScalarValue::Dictionary(_, value) => {
            plain(*value)
        }
        ScalarValue::Union(None, ..) => ScalarValue::Null,
        value => value,
    }
}
