//! What `explain_order()` does, for its page.

use std::sync::LazyLock;

use datafusion::logical_expr::Documentation;

use crate::query::table_functions::TABLE_FUNCTIONS;

/// Returns the documentation of `explain_order(…)`.
pub(in crate::query) fn explain_order_documentation() -> &'static Documentation {
    static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(documentation);
    &DOCUMENTATION
}

fn documentation() -> Documentation {
    Documentation::builder(
        TABLE_FUNCTIONS,
        "Says what could have earned one order in each report, and which rule decided.\n\
         \n\
         It is the view `order_candidates` of every schema that has one, of this order alone and \
         under the parameters of the session. `docs/explain-order.md` lists the rules of each \
         report.\n\
         \n\
         Returns: one row for each report and candidate of the order, by `report` and \
         `occurred_at`: `report` VARCHAR, the schema, then the columns of `order_candidates`: \
         `order_id`, `ordered_at`, `candidate_type`, `candidate_id`, `occurred_at`, `agent_id`, \
         `channel`, `decision` (`accepted` or `rejected`), `rule`, `credit`, `amount` and \
         `currency`. An order that no report knows has one row with the rule `unknown_order`. A \
         report that lacks tables has one with the rule `missing_tables`, and their names as \
         `candidate_id`.\n\
         \n\
         NULL: what is rejected has no `credit`, `amount` and `currency`; an order without a \
         candidate has no `candidate_type`, `candidate_id` and `occurred_at`; `report` is NULL for \
         an unknown order.\n\
         \n\
         Errors: at planning, when the argument is not the id of an order (`explain_order: \
         expected the id of one order, as in explain_order('o-1'), got (1)`).",
        "explain_order('order-id')",
    )
    .with_argument(
        "order-id",
        "VARCHAR, the id of an order: a literal, or a parameter of the statement.",
    )
    .with_sql_example(
        "```sql\n\
         > set tributary.currency = 'EUR';\n\
         > create table orders as\n\
         \x20 select 'o1' as order_id, 'ada' as customer_id, timestamp '2026-08-10T12:00:00Z' as ordered_at,\n\
         \x20     'EUR' as currency, cast(30 as decimal(18, 2)) as total;\n\
         > create table activities as\n\
         \x20 select * from (values\n\
         \x20     ('a1', 'ada', 'messaging', timestamp '2026-08-09T12:00:00Z'),\n\
         \x20     ('a2', 'ada', 'reminder',  timestamp '2026-07-01T12:00:00Z')\n\
         \x20 ) as activities (activity_id, customer_id, activity_type, occurred_at);\n\
         > select report, candidate_id, decision, rule, amount\n\
         \x20 from explain_order('o1')\n\
         \x20 where report = 'clienteling'\n\
         \x20 order by candidate_id;\n\
         +-------------+--------------+----------+------------------+--------+\n\
         | report      | candidate_id | decision | rule             | amount |\n\
         +-------------+--------------+----------+------------------+--------+\n\
         | clienteling | a1           | accepted | credited         | 30.00  |\n\
         | clienteling | a2           | rejected | outside_lookback | NULL   |\n\
         +-------------+--------------+----------+------------------+--------+\n\
         ```",
    )
    .build()
}
