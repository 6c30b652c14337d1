//! Joins that ask whether to stop while they return nothing.
//!
//! A nested loop join multiplies one batch with all rows of its other side in one go, and a hash
//! join one batch with all rows of the same key; what their filter drops, or what only counts as
//! matched, returns no batch. The filter is the one thing that is called meanwhile.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{DataType, FieldRef, Schema},
    },
    common::{JoinType, Result},
    logical_expr::ColumnarValue,
    physical_expr::expressions::lit,
    physical_plan::{
        ExecutionPlan, PhysicalExpr,
        joins::{HashJoinExec, NestedLoopJoinExec, NestedLoopJoinExecBuilder, utils::JoinFilter},
    },
};

use super::work::Interrupt;

/// A join that may go through many rows without returning any, with a filter that asks.
pub(super) fn with_asking_filter(
    node: Arc<dyn ExecutionPlan>,
    interrupt: &Arc<Interrupt>,
) -> Result<Arc<dyn ExecutionPlan>> {
    if let Some(join) = node.downcast_ref::<NestedLoopJoinExec>() {
        let filter = asking(join.filter(), interrupt);
        let join = NestedLoopJoinExecBuilder::from(join).with_filter(Some(filter));
        return Ok(Arc::new(join.build()?));
    }
    if let Some(join) = node.downcast_ref::<HashJoinExec>() {
        // The others return what they match.
        let returns_less = matches!(
            join.join_type(),
            JoinType::LeftSemi
                | JoinType::LeftMark
                | JoinType::LeftAnti
                | JoinType::RightSemi
                | JoinType::RightMark
                | JoinType::RightAnti
        );
        if join.filter().is_some() || (returns_less && !join.null_aware) {
            let filter = asking(join.filter(), interrupt);
            return join.builder().with_filter(Some(filter)).build_exec();
        }
    }
    Ok(node)
}

fn asking(filter: Option<&JoinFilter>, interrupt: &Arc<Interrupt>) -> JoinFilter {
    let interrupt = Arc::clone(interrupt);
    match filter {
        Some(filter) => {
            let inner = Arc::clone(filter.expression());
            JoinFilter::new(
                Arc::new(Asking { inner, interrupt }),
                filter.column_indices().to_vec(),
                Arc::clone(filter.schema()),
            )
        }
        None => {
            let inner = lit(true);
            let expr = Arc::new(Asking { inner, interrupt });
            JoinFilter::new(expr, vec![], Arc::new(Schema::empty()))
        }
    }
}

/// An expression that fails when its query shall stop.
#[derive(Debug)]
struct Asking {
    inner: Arc<dyn PhysicalExpr>,
    interrupt: Arc<Interrupt>,
}

impl PartialEq for Asking {
    fn eq(&self, other: &Self) -> bool {
        self.inner.eq(&other.inner) && Arc::ptr_eq(&self.interrupt, &other.interrupt)
    }
}

impl Eq for Asking {}

impl Hash for Asking {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.inner.hash(state);
    }
}

impl fmt::Display for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl PhysicalExpr for Asking {
    fn data_type(&self, schema: &Schema) -> Result<DataType> {
        self.inner.data_type(schema)
    }

    fn nullable(&self, schema: &Schema) -> Result<bool> {
        self.inner.nullable(schema)
    }

    fn return_field(&self, schema: &Schema) -> Result<FieldRef> {
        self.inner.return_field(schema)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        self.interrupt.check()?;
        self.inner.evaluate(batch)
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.inner]
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn PhysicalExpr>>,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        let inner = children.swap_remove(0);
        let interrupt = Arc::clone(&self.interrupt);
        Ok(Arc::new(Self { inner, interrupt }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt_sql(f)
    }
}
