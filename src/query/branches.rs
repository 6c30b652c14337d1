//! Leaves out what the parameters of a view turn off.
//!
//! The optimizer would drop it as well, but only after planning every table and view that it reads.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, GroupByExpr, ObjectName, Query, SelectItem, SetExpr, SetOperator,
    SetQuantifier, UnaryOperator, Value, Visit, VisitMut, VisitorMut, visit_expressions,
    visit_relations,
};

/// Drops branches of a UNION ALL whose WHERE is false for every row, but never the first, which
/// names the columns; then common table expressions that nothing reads any more.
pub(super) fn drop_dead_branches(query: &mut Query) {
    let _: ControlFlow<()> = query.visit(&mut Pruning);
}

struct Pruning;

impl VisitorMut for Pruning {
    type Break = ();

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        prune(&mut query.body);
        if let Some(with) = &mut query.with {
            for idx in (0..with.cte_tables.len()).rev() {
                let name = &with.cte_tables[idx].alias.name.value;
                let mut later = with.cte_tables[idx + 1..].iter();
                if !reads(&query.body, name) && !later.any(|it| reads(&it.query, name)) {
                    with.cte_tables.remove(idx);
                }
            }
        }
        query.with.take_if(|with| with.cte_tables.is_empty());
        ControlFlow::Continue(())
    }
}

fn prune(body: &mut SetExpr) {
    if let SetExpr::SetOperation {
        op: SetOperator::Union,
        set_quantifier: SetQuantifier::All,
        left,
        right,
    } = body
    {
        prune(left);
        if is_dead(right) {
            *body = left.as_ref().clone();
        }
    }
}

/// Whether it surely has no row. An aggregate of no rows has one, so nothing with a call is dead.
fn is_dead(body: &SetExpr) -> bool {
    let SetExpr::Select(select) = body else {
        return false;
    };
    let is_plain = matches!(&select.group_by, GroupByExpr::Expressions(by, _) if by.is_empty());
    let is_off = select.selection.as_ref().and_then(constant) == Some(false);
    is_off && is_plain && !select.projection.iter().any(calls)
}

fn calls(item: &SelectItem) -> bool {
    let is_call = |expr: &Expr| match expr {
        Expr::Function(_) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    visit_expressions(item, is_call).is_break()
}

fn reads(part: &impl Visit, name: &str) -> bool {
    let is_name = |relation: &ObjectName| {
        let is_name = match &relation.0[..] {
            [part] => part
                .as_ident()
                .is_some_and(|it| it.value.eq_ignore_ascii_case(name)),
            _ => false,
        };
        if is_name {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    visit_relations(part, is_name).is_break()
}

/// The value of a condition between constants; `None` if it depends on the row, or is NULL.
fn constant(condition: &Expr) -> Option<bool> {
    match condition {
        Expr::Value(value) => match &value.value {
            Value::Boolean(value) => Some(*value),
            _ => None,
        },
        Expr::Nested(inner) => constant(inner),
        Expr::UnaryOp {
            op: UnaryOperator::Not,
            expr,
        } => constant(expr).map(|value| !value),
        Expr::BinaryOp { left, op, right } => match op {
            BinaryOperator::And => match (constant(left), constant(right)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            BinaryOperator::Or => match (constant(left), constant(right)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            BinaryOperator::Eq => Some(text(left)? == text(right)?),
            BinaryOperator::NotEq => Some(text(left)? != text(right)?),
            _ => None,
        },
        _ => None,
    }
}

fn text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::{dialect::GenericDialect, parser::Parser};

    use super::drop_dead_branches;

    fn pruned(sql: &str) -> String {
        let parser = Parser::new(&GenericDialect {});
        let mut query = parser.try_with_sql(sql).unwrap().parse_query().unwrap();
        drop_dead_branches(&mut query);
        query.to_string()
    }

    #[test]
    fn a_branch_that_is_off_goes_with_what_only_it_reads() {
        assert_eq!(
            pruned(
                "WITH a AS (SELECT x FROM t), b AS (SELECT x FROM a), c AS (SELECT x FROM t) \
                 SELECT x FROM c UNION ALL SELECT x FROM b WHERE x > 1 AND NOT ('on' <> 'off')"
            ),
            "WITH c AS (SELECT x FROM t) SELECT x FROM c"
        );
        assert_eq!(
            pruned(
                "SELECT x FROM (SELECT x FROM a UNION ALL SELECT x FROM b WHERE false \
                 UNION ALL SELECT x FROM c WHERE ('on' = 'off' OR false))"
            ),
            "SELECT x FROM (SELECT x FROM a)"
        );
    }

    #[test]
    fn what_may_have_a_row_stays() {
        for sql in [
            "SELECT x FROM a WHERE false UNION ALL SELECT x FROM b",
            "SELECT x FROM a UNION ALL SELECT count(*) FROM b WHERE false",
            "SELECT x FROM a UNION ALL SELECT x FROM b WHERE x = 'off' OR false",
            "SELECT x FROM a UNION ALL SELECT x FROM b WHERE NOT NULL",
            "SELECT x FROM a UNION SELECT x FROM b WHERE false",
            "WITH a AS (SELECT x FROM t) SELECT x FROM u WHERE x IN (SELECT x FROM A)",
        ] {
            assert_eq!(pruned(sql), sql);
        }
    }
}
