//! The rows of a plan as a table that is read once, and how many of them have passed.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::{Session, TableProvider},
    common::{DataFusionError, Result, tree_node::TreeNodeRecursion},
    datasource::TableType,
    execution::{SendableRecordBatchStream, TaskContext},
    logical_expr::Expr,
    physical_expr::{PhysicalExpr, expressions::Column},
    physical_plan::{
        DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, ReplaceChildrenOptions,
        projection::ProjectionExec, stream::RecordBatchStreamAdapter,
    },
};
use futures::TryStreamExt;

/// The error that ended a plan.
pub(super) type Failed = Arc<OnceLock<Arc<DataFusionError>>>;

/// A table whose scan is a plan that was made elsewhere.
#[derive(Debug)]
pub(super) struct Counted(Arc<CountedExec>);

impl Counted {
    pub(super) fn new(rows: Arc<dyn ExecutionPlan>, count: &Arc<AtomicU64>) -> Self {
        Self(Arc::new(CountedExec {
            rows,
            count: Arc::clone(count),
            failed: Arc::default(),
        }))
    }

    /// Where the first error of the plan will be. Delta keeps only the text of one.
    pub(super) fn failed(&self) -> Failed {
        Arc::clone(&self.0.failed)
    }
}

#[async_trait]
impl TableProvider for Counted {
    fn schema(&self) -> SchemaRef {
        self.0.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let rows = Arc::clone(&self.0) as Arc<dyn ExecutionPlan>;
        let Some(projection) = projection else {
            return Ok(rows);
        };
        let schema = rows.schema();
        let columns = projection.iter().map(|idx| {
            let name = schema.field(*idx).name();
            let column = Arc::new(Column::new(name, *idx)) as Arc<dyn PhysicalExpr>;
            (column, name.clone())
        });
        let columns: Vec<_> = columns.collect();
        Ok(Arc::new(ProjectionExec::try_new(columns, rows)?))
    }
}

#[derive(Debug)]
struct CountedExec {
    rows: Arc<dyn ExecutionPlan>,
    count: Arc<AtomicU64>,
    failed: Failed,
}

impl DisplayAs for CountedExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CountedExec")
    }
}

impl ExecutionPlan for CountedExec {
    fn name(&self) -> &str {
        "CountedExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.rows.properties()
    }

    /// None: the plan is finished, and no rule is to change it once more.
    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn with_new_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let rows = self.rows.execute(partition, context)?;
        let (schema, count) = (rows.schema(), Arc::clone(&self.count));
        let failed = Arc::clone(&self.failed);
        let rows = rows.inspect_ok(move |batch| {
            count.fetch_add(batch.num_rows() as u64, Ordering::Relaxed);
        });
        let rows = rows.map_err(move |error| {
            let error = Arc::new(error);
            failed.get_or_init(|| Arc::clone(&error));
            DataFusionError::Shared(error)
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows)))
    }
}
