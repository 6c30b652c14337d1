//! What Tributary adds to a DataFusion session: one line per function, rule and planner.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::{
    catalog::Session,
    common::Result,
    execution::{SessionStateBuilder, context::QueryPlanner},
    logical_expr::{LogicalPlan, ScalarUDF},
    optimizer::{Optimizer, OptimizerRule},
    physical_optimizer::{PhysicalOptimizerRule, optimizer::PhysicalOptimizer},
    physical_plan::ExecutionPlan,
    physical_planner::{DefaultPhysicalPlanner, PhysicalPlanner},
};
use datafusion_attribution::{
    AttributeExtensionPlanner, AttributeRelationPlanner, PushConversionFilters, SessionsInBatches,
    aggregate_functions, scalar_functions, window_functions,
};

use crate::{
    query::{
        bi::session_functions,
        explain_order::ExplainOrderPlanner,
        filters_first::FiltersFirst,
        held_filters::HeldFilters,
        json::{json_array_udf, json_text_udf},
        metric_view::measure_udaf,
        money::{convert_udf, report_currency_udf},
        policy::{BarrierPlanner, PushSafeFilters, caller_functions},
        time::{ExpandPeriods, InPeriodsPlanner, local_date_udf, local_midnight_udf, periods_udtf},
        unique_rows::UniqueRows,
    },
    security::Caller,
};

use super::{watched::watched, work::Work};

/// Adds what is the same for everybody.
pub(super) fn extend(mut builder: SessionStateBuilder) -> SessionStateBuilder {
    let functions = builder.scalar_functions().get_or_insert_default();
    functions.extend(scalar_functions());
    functions.extend([local_date_udf(), local_midnight_udf()].map(Arc::new));
    functions.extend([json_array_udf(), json_text_udf()].map(Arc::new));
    functions.extend([convert_udf(), report_currency_udf()].map(Arc::new));
    let functions = builder.aggregate_functions().get_or_insert_default();
    functions.extend(aggregate_functions());
    functions.push(measure_udaf());
    let functions = builder.window_functions().get_or_insert_default();
    functions.extend(window_functions());
    let periods = periods_udtf();
    builder
        .table_functions()
        .get_or_insert_default()
        .insert(periods.name().to_owned(), Arc::new(periods));
    builder
        .with_relation_planners(vec![
            Arc::new(AttributeRelationPlanner),
            Arc::new(InPeriodsPlanner),
            Arc::new(ExplainOrderPlanner),
        ])
        .with_optimizer_rules(optimizer_rules())
        .with_physical_optimizer_rules(physical_optimizer_rules())
        .with_query_planner(Arc::new(Planner))
}

/// The functions whose answer depends on who asks.
pub(super) fn functions_of(caller: &Arc<Caller>) -> impl Iterator<Item = ScalarUDF> {
    caller_functions(caller).chain(session_functions(caller))
}

fn optimizer_rules() -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    let mut rules: Vec<Arc<dyn OptimizerRule + Send + Sync>> = vec![Arc::new(UniqueRows)];
    for rule in Optimizer::new().rules {
        let is_push_down = rule.name() == "push_down_filter";
        if is_push_down {
            rules.push(Arc::new(HeldFilters::Hold));
        }
        rules.push(rule);
        if is_push_down {
            rules.push(Arc::new(HeldFilters::Release));
            rules.push(Arc::new(PushSafeFilters));
            // Filters must be where they end up, and projections not yet between them and the node.
            rules.push(Arc::new(ExpandPeriods));
        }
    }
    rules.push(Arc::new(PushConversionFilters));
    rules
}

fn physical_optimizer_rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let filters_first = Arc::new(FiltersFirst::default());
    let mut rules = PhysicalOptimizer::new().rules;
    for rule in &mut rules {
        if rule.name() == filters_first.name() {
            *rule = Arc::clone(&filters_first) as _;
        }
    }
    rules.push(Arc::new(SessionsInBatches));
    rules
}

#[derive(Debug)]
struct Planner;

#[async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(
        &self,
        plan: &LogicalPlan,
        session: &dyn Session,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let planner = DefaultPhysicalPlanner::with_extension_planners(vec![
            Arc::new(AttributeExtensionPlanner),
            Arc::new(BarrierPlanner),
        ]);
        let plan = planner.create_physical_plan(plan, session).await?;
        match session.config().get_extension::<Work>() {
            Some(work) => watched(plan, work.interrupt()),
            None => Ok(plan),
        }
    }
}
