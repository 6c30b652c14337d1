//! A metric view whose names are resolved: what the rewrite works on.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::{DataType, SchemaRef},
    catalog::{Session, TableProvider},
    common::{Result, internal_err},
    datasource::TableType,
    logical_expr::{Expr, LogicalPlan, expr::AggregateFunction},
    physical_plan::ExecutionPlan,
};

/// A metric view as a table: a column for each dimension, then one for each measure.
///
/// It has no rows of its own; [`super::rewrite_measures`] replaces it.
#[derive(Debug)]
pub struct MetricView {
    /// Its name, with the schema.
    pub(super) name: String,
    pub(super) schema: SchemaRef,
    pub(super) facts: Vec<BoundFact>,
    pub(super) dimensions: Vec<BoundDimension>,
    pub(super) measures: Vec<BoundMeasure>,
    /// What measures are known under: each a query that has a row if it holds.
    pub(super) conditions: Vec<LogicalPlan>,
    /// The aggregates that measures are made of.
    pub(super) components: Vec<Component>,
}

#[derive(Debug)]
pub(super) struct BoundFact {
    pub(super) alias: String,
    pub(super) rows: LogicalPlan,
}

#[derive(Debug)]
pub(super) struct BoundDimension {
    pub(super) name: String,
    pub(super) data_type: DataType,
    /// By the index of the fact; all of the dimension's type.
    pub(super) by_fact: Vec<Option<Expr>>,
}

#[derive(Debug)]
pub(super) struct BoundMeasure {
    pub(super) name: String,
    /// Over [`Component::column`].
    pub(super) formula: Expr,
    pub(super) data_type: DataType,
    /// The facts it aggregates, by index.
    pub(super) facts: BTreeSet<usize>,
    /// The aggregate that it is, if it is one and no more.
    pub(super) own_aggregate: Option<String>,
    pub(super) is_additive: bool,
    /// Its formula as it was written.
    pub(super) text: String,
    pub(super) format: Option<String>,
    pub(super) comment: Option<String>,
}

/// An aggregate over the rows of one fact.
#[derive(Debug)]
pub(super) struct Component {
    pub(super) fact: usize,
    pub(super) aggregate: AggregateFunction,
    pub(super) data_type: DataType,
    /// A count or sum: 0 in a group without rows of the fact.
    pub(super) is_zero_without_rows: bool,
}

impl MetricView {
    pub(super) fn dimension(&self, name: &str) -> Option<&BoundDimension> {
        self.dimensions.iter().find(|it| it.name == name)
    }

    pub(super) fn measure(&self, name: &str) -> Option<&BoundMeasure> {
        self.measures.iter().find(|it| it.name == name)
    }

    /// The dimensions that every one of these facts has.
    pub(super) fn dimensions_of(
        &self,
        facts: &BTreeSet<usize>,
    ) -> impl Iterator<Item = &BoundDimension> {
        let has_all = |it: &&BoundDimension| facts.iter().all(|fact| it.by_fact[*fact].is_some());
        self.dimensions.iter().filter(has_all)
    }
}

impl BoundMeasure {
    pub(super) fn additivity(&self) -> &'static str {
        match self.is_additive {
            true => "additive",
            false => "non_additive",
        }
    }
}

#[async_trait]
impl TableProvider for MetricView {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        _: &dyn Session,
        _: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        internal_err!("metric view {}: nothing replaced its scan", self.name)
    }
}
