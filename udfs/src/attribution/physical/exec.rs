//! The plan node of the operator: its inputs, its schema, and what it asks of the optimizer.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::datatypes::FieldRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion::physical_plan::coop::make_cooperative;
use datafusion::physical_plan::execution_plan::{
    Boundedness, ChildrenPropertiesMode, EmissionType, ReplaceChildrenOptions, SchedulingType,
};
use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::projection::{
    EmbeddedProjection, ProjectionExec, try_embed_projection,
};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
};

use super::gathering::Gathering;
use super::stream::attribute_stream;
use crate::attribution::output::{Source, result_columns, schema_of};
use crate::attribution::spec::AttributeSpec;

/// Credits touchpoints with conversions, key by key.
///
/// All conversions are collected, and the touchpoints streamed past them in the partitions in which
/// they come. What some conversion can see is kept, and each output partition credits a part of the
/// keys; rows come out in no promised order. Shown by EXPLAIN as
///
/// ```text
/// AttributeExec: models=[last_touch], key=[customer_id], lookback=14 days, columns=[agent, credit]
/// ```
#[derive(Debug, Clone)]
pub struct AttributeExec {
    pub(super) conversions: Arc<dyn ExecutionPlan>,
    pub(super) touchpoints: Arc<dyn ExecutionPlan>,
    pub(super) spec: Arc<AttributeSpec>,
    /// The columns that come out: all of the result, or those that a projection above left.
    pub(super) columns: Vec<(Source, FieldRef)>,
    properties: Arc<PlanProperties>,
    pub(super) metrics: ExecutionPlanMetricsSet,
    pub(super) gathering: Arc<Gathering>,
}

impl AttributeExec {
    pub(crate) fn try_new(
        conversions: Arc<dyn ExecutionPlan>,
        touchpoints: Arc<dyn ExecutionPlan>,
        spec: Arc<AttributeSpec>,
    ) -> Result<Self> {
        let columns = result_columns(
            conversions.schema().fields(),
            touchpoints.schema().fields(),
            &spec,
        );
        Self::with_columns(conversions, touchpoints, spec, columns)
    }

    fn with_columns(
        conversions: Arc<dyn ExecutionPlan>,
        touchpoints: Arc<dyn ExecutionPlan>,
        spec: Arc<AttributeSpec>,
        columns: Vec<(Source, FieldRef)>,
    ) -> Result<Self> {
        let key_type = |input: &Arc<dyn ExecutionPlan>, key: &str| -> Result<_> {
            Ok(input.schema().field_with_name(key)?.data_type().clone())
        };
        let left = key_type(&conversions, &spec.conversions.key)?;
        let right = key_type(&touchpoints, &spec.touchpoints.key)?;
        if left != right {
            return internal_err!("attribute: keys must have one type, got {left} and {right}");
        }
        let value = conversions.schema();
        let value = value.field_with_name(&spec.conversions.value).ok();
        if let Some(value) = value.filter(|value| *value.data_type() != spec.value_type) {
            let expected = &spec.value_type;
            return internal_err!(
                "attribute: value must be {expected}, got {}",
                value.data_type()
            );
        }
        let schema = Arc::new(schema_of(columns.iter()));
        let inputs = [&conversions, &touchpoints];
        let partition_counts = inputs.map(|input| input.output_partitioning().partition_count());
        let partition_count = partition_counts.into_iter().max().unwrap_or(1);
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(partition_count),
            EmissionType::Final,
            Boundedness::Bounded,
        )
        .with_scheduling_type(SchedulingType::Cooperative);
        Ok(Self {
            conversions,
            touchpoints,
            spec,
            columns,
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
            gathering: Arc::default(),
        })
    }

    /// How many parts the keys are divided into: one per output partition.
    pub(super) fn part_count(&self) -> usize {
        self.properties.partitioning.partition_count()
    }

    /// The columns of the touchpoints input that are kept: the id, and those that come out.
    pub(super) fn stored_columns(&self) -> Result<Vec<usize>> {
        let id = self
            .touchpoints
            .schema()
            .index_of(&self.spec.touchpoints.id)?;
        let mut stored = vec![id];
        for (source, _) in &self.columns {
            match *source {
                Source::Touchpoint(idx) if !stored.contains(&idx) => stored.push(idx),
                _ => {}
            }
        }
        Ok(stored)
    }
}

impl DisplayAs for AttributeExec {
    fn fmt_as(&self, format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<_> = self
            .columns
            .iter()
            .map(|(_, field)| field.name().as_str())
            .collect();
        match format {
            DisplayFormatType::Default | DisplayFormatType::Verbose => {
                write!(
                    f,
                    "AttributeExec: {}, columns=[{}]",
                    self.spec,
                    columns.join(", ")
                )
            }
            DisplayFormatType::TreeRender => write!(f, "{}", self.spec),
        }
    }
}

impl ExecutionPlan for AttributeExec {
    fn name(&self) -> &str {
        "AttributeExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.conversions, &self.touchpoints]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match <[Arc<dyn ExecutionPlan>; 2]>::try_from(children) {
            Ok([conversions, touchpoints]) => {
                let spec = Arc::clone(&self.spec);
                let columns = self.columns.clone();
                Ok(Arc::new(Self::with_columns(
                    conversions,
                    touchpoints,
                    spec,
                    columns,
                )?))
            }
            Err(children) => internal_err!("attribute: inputs must be 2, got {}", children.len()),
        }
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let recompute = ChildrenPropertiesMode::Recompute;
        self.replace_children(children, ReplaceChildrenOptions::new(recompute))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        Ok(make_cooperative(attribute_stream(
            self, partition, &context,
        )))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    /// Columns that nobody reads are not computed, and touchpoint columns not gathered.
    fn try_swapping_with_projection(
        &self,
        projection: &ProjectionExec,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        try_embed_projection(projection, self)
    }
}

impl EmbeddedProjection for AttributeExec {
    fn with_projection(&self, projection: Option<Vec<usize>>) -> Result<Self> {
        let Some(projection) = projection else {
            return Ok(self.clone());
        };
        let columns = projection
            .into_iter()
            .map(|idx| self.columns[idx].clone())
            .collect();
        Self::with_columns(
            Arc::clone(&self.conversions),
            Arc::clone(&self.touchpoints),
            Arc::clone(&self.spec),
            columns,
        )
    }
}
