//! What this server refuses: everything that neither asks, nor changes a view, nor inserts rows.

use datafusion::{
    common::{Result, tree_node::TreeNodeRecursion},
    logical_expr::{DdlStatement, LogicalPlan, Statement, WriteOp},
};
use tonic::{Code, Status};

use super::status::{refused, status};

/// Checks every node of the plan, those below EXPLAIN and in subqueries included.
///
/// # Errors
/// `PermissionDenied` that names the statement.
pub(super) fn check(plan: &LogicalPlan) -> Result<(), Status> {
    let mut found = None;
    let walk = plan.apply_with_subqueries(|node| {
        found = statement_name(node);
        Ok(match found {
            Some(_) => TreeNodeRecursion::Stop,
            None => TreeNodeRecursion::Continue,
        })
    });
    walk.map_err(|error| status(&error))?;
    found.map_or(Ok(()), |name| Err(denied(name)))
}

/// The refusal of a statement that would change something else.
fn denied(name: &str) -> Status {
    refused(
        Code::PermissionDenied,
        format!(
            "{name} is not allowed: a server takes queries, CREATE VIEW, DROP VIEW, INSERT INTO and \
             bulk loads"
        ),
    )
}

/// The statement as its user wrote it; `None` for a node of a query.
fn statement_name(node: &LogicalPlan) -> Option<&'static str> {
    match node {
        LogicalPlan::Ddl(ddl) => Some(ddl_name(ddl)),
        LogicalPlan::Dml(dml) => Some(dml_name(&dml.op)),
        LogicalPlan::Copy(_) => Some("COPY"),
        LogicalPlan::Statement(statement) => Some(command_name(statement)),
        LogicalPlan::Projection(_)
        | LogicalPlan::Filter(_)
        | LogicalPlan::Window(_)
        | LogicalPlan::Aggregate(_)
        | LogicalPlan::Sort(_)
        | LogicalPlan::Join(_)
        | LogicalPlan::Repartition(_)
        | LogicalPlan::Union(_)
        | LogicalPlan::TableScan(_)
        | LogicalPlan::EmptyRelation(_)
        | LogicalPlan::Subquery(_)
        | LogicalPlan::SubqueryAlias(_)
        | LogicalPlan::Limit(_)
        | LogicalPlan::Values(_)
        | LogicalPlan::Explain(_)
        | LogicalPlan::Analyze(_)
        | LogicalPlan::Extension(_)
        | LogicalPlan::Distinct(_)
        | LogicalPlan::DescribeTable(_)
        | LogicalPlan::Unnest(_)
        | LogicalPlan::RecursiveQuery(_) => None,
    }
}

fn ddl_name(ddl: &DdlStatement) -> &'static str {
    match ddl {
        DdlStatement::CreateExternalTable(_) => "CREATE EXTERNAL TABLE",
        DdlStatement::CreateMemoryTable(_) => "CREATE TABLE",
        DdlStatement::CreateView(_) => "CREATE VIEW",
        DdlStatement::CreateCatalogSchema(_) => "CREATE SCHEMA",
        DdlStatement::CreateCatalog(_) => "CREATE DATABASE",
        DdlStatement::CreateIndex(_) => "CREATE INDEX",
        DdlStatement::CreateFunction(_) => "CREATE FUNCTION",
        DdlStatement::DropTable(_) => "DROP TABLE",
        DdlStatement::DropView(_) => "DROP VIEW",
        DdlStatement::DropCatalogSchema(_) => "DROP SCHEMA",
        DdlStatement::DropFunction(_) => "DROP FUNCTION",
    }
}

fn dml_name(operation: &WriteOp) -> &'static str {
    match operation {
        WriteOp::Insert(_) => "INSERT",
        WriteOp::Delete => "DELETE",
        WriteOp::Update => "UPDATE",
        WriteOp::Ctas => "CREATE TABLE",
        WriteOp::Truncate => "TRUNCATE",
        WriteOp::MergeInto(_) => "MERGE",
        // The enum is open; whatever it is, it writes.
        _ => "a write",
    }
}

fn command_name(statement: &Statement) -> &'static str {
    match statement {
        Statement::TransactionStart(_) => "BEGIN",
        Statement::TransactionEnd(_) => "COMMIT or ROLLBACK",
        Statement::SetVariable(_) => "SET",
        Statement::ResetVariable(_) => "RESET",
        Statement::Prepare(_) => "PREPARE",
        Statement::Execute(_) => "EXECUTE",
        Statement::Deallocate(_) => "DEALLOCATE",
    }
}
