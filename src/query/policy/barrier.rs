//! The logical node above which everything stays that the caller wrote.

use std::{cmp::Ordering, collections::HashSet, fmt, sync::Arc};

use datafusion::{
    common::{DFSchemaRef, Result, internal_datafusion_err},
    logical_expr::{Expr, Extension, LogicalPlan, UserDefinedLogicalNodeCore},
};

use super::super::view::ViewName;

/// The rows of `input`, as the caller may see them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Barrier {
    pub(super) input: LogicalPlan,
    /// What the caller asked for.
    pub(super) name: Arc<str>,
}

/// A plan that tells nothing but its rows.
pub(in crate::query) fn barred(input: LogicalPlan, name: &ViewName) -> LogicalPlan {
    let name = name.to_string().into();
    Barrier { input, name }.into_plan()
}

impl Barrier {
    pub(super) fn of(plan: &LogicalPlan) -> Option<&Self> {
        match plan {
            LogicalPlan::Extension(extension) => extension.node.as_any().downcast_ref(),
            _ => None,
        }
    }

    pub(super) fn into_plan(self) -> LogicalPlan {
        let node = Arc::new(self);
        LogicalPlan::Extension(Extension { node })
    }
}

/// Plans have no order; the trait asks for one that may answer that.
impl PartialOrd for Barrier {
    fn partial_cmp(&self, _other: &Self) -> Option<Ordering> {
        None
    }
}

impl UserDefinedLogicalNodeCore for Barrier {
    fn name(&self) -> &str {
        "Barrier"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        self.input.schema()
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn prevent_predicate_push_down_columns(&self) -> HashSet<String> {
        let fields = self.input.schema().fields().iter();
        fields.map(|field| field.name().clone()).collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Barrier: {}", self.name)
    }

    fn with_exprs_and_inputs(&self, _: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        let input = inputs.into_iter().next();
        let input = input.ok_or_else(|| internal_datafusion_err!("Barrier has one input"))?;
        Ok(Self {
            input,
            name: Arc::clone(&self.name),
        })
    }

    fn necessary_children_exprs(&self, output_columns: &[usize]) -> Option<Vec<Vec<usize>>> {
        Some(vec![output_columns.to_vec()])
    }
}
