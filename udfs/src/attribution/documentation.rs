//! What `attribute()` does, for its page and for tools: DataFusion has no slot for it.

use std::sync::LazyLock;

use datafusion::logical_expr::{DocSection, Documentation};

use super::models::MODELS;

/// Returns the documentation of `attribute(…)`.
pub fn attribute_documentation() -> &'static Documentation {
    static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
        let section = DocSection {
            include: true,
            label: "Table Functions",
            description: None,
        };
        let builder = Documentation::builder(section, description(), SYNTAX);
        ARGUMENTS
            .iter()
            .fold(builder, |it, (name, meaning)| {
                it.with_argument(*name, *meaning)
            })
            .with_sql_example(EXAMPLE)
            .build()
    });
    &DOCUMENTATION
}

fn description() -> String {
    let models: String = MODELS
        .iter()
        .map(|it| format!("| `{}` | {} | {} |\n", it.name, it.description, it.formula))
        .collect();
    format!(
        "{QUESTION}\n\n\
         The models:\n\n\
         | model | who gets the credit | credit of touchpoint i of n, oldest first |\n\
         |---|---|---|\n\
         {models}\n\
         {ANSWER}"
    )
}

const QUESTION: &str = "Says which touchpoints (messages, clicks, visits) earned which conversion \
(order, lead), and what share of it.

A touchpoint is eligible for a conversion of the same key if conversion time minus touchpoint time \
is from 0 to lookback, both included. The eligible touchpoints of a conversion, oldest first, are \
its path; a model divides the conversion among them. Touchpoints of the same time are ordered by \
id, and should they share the id too, by every other column that the query reads: the order of rows \
never shows. All arguments are named; a column is named in a string.

A filter on columns of conversions reaches their scan. One on touchpoints or on the result does \
not, because it would change which touchpoint earned the credit; to attribute to some touchpoints \
only, filter the query given as touchpoints. What is held in memory are the conversions of a \
partition and those touchpoints that are eligible for one.";

const ANSWER: &str = "Returns: one row for each conversion, model and touchpoint that gets credit, \
in no promised order: all columns of conversions, then all of touchpoints (one whose name \
conversions have is prefixed with `touchpoint_`), then `model` VARCHAR, `position` BIGINT (1 is the \
oldest of the path), `path_length` BIGINT, `credit` DOUBLE from 0 to 1, `credited_value` in the type \
of value, `lag_seconds` DOUBLE (conversion time minus touchpoint time) and `reason` VARCHAR \
(`credited`, `no_key` or `no_touchpoint_in_lookback`). Credits of a conversion and model sum to 1, \
except with `any_touch`. Integers and DECIMAL are divided exactly: units that do not divide go to \
the largest remainders, of equal ones to the oldest position; a negative value mirrors the positive \
one. Floats are value times credit.

NULL: a NULL key or time matches nothing, and a touchpoint_end that is NULL is open. Where one side \
has nanoseconds, an instant of the other that they cannot hold (before 1677, after 2262) matches \
nothing either. A conversion \
without a touchpoint is a row with its reason, `path_length` 0, and NULL in `position`, `credit`, \
`credited_value`, `lag_seconds` and every touchpoint column. A NULL value has NULL credited values. \
A NULL of the condition direct is not direct.

Errors: at planning, for an argument that is missing (`attribute: argument lookback must be given, \
such as lookback => INTERVAL '14 days', got none`), unknown, repeated, without a name or of the \
wrong kind (`attribute: argument lookback must be a positive INTERVAL, got -1 day`), and for a \
column that is missing, ambiguous, or named like one of the result. At execution, only when memory \
ends.";

const SYNTAX: &str = "attribute(
    conversions     => table or (query),
    touchpoints     => table or (query),
    key             => 'column' or 'conversion_column = touchpoint_column',
    conversion_id   => 'column', conversion_time => 'column', value => 'column',
    touchpoint_id   => 'column', touchpoint_time => 'column' [, touchpoint_end => 'column'],
    model           => 'model [, model …]',
    lookback        => interval
    [, half_life    => interval]
    [, direct       => 'condition']
    [, unattributed => boolean])";

const ARGUMENTS: [(&str, &str); 14] = [
    (
        "conversions",
        "A table, view, CTE or (query), each row of which is one conversion.",
    ),
    ("touchpoints", "A table, view, CTE or (query)."),
    (
        "key",
        "The column that both have, or `'left = right'`: text with text, numbers with numbers.",
    ),
    ("conversion_id", "A column of conversions."),
    (
        "conversion_time",
        "A column of conversions: TIMESTAMP of any unit and zone, or DATE, which is its midnight \
         in UTC.",
    ),
    (
        "value",
        "A column of conversions, of any unit: an integer, DECIMAL of up to 38 digits, or float.",
    ),
    (
        "touchpoint_id",
        "A column of touchpoints: unique, of any type that can be sorted.",
    ),
    (
        "touchpoint_time",
        "A column of touchpoints: TIMESTAMP or DATE.",
    ),
    (
        "touchpoint_end",
        "A column of touchpoints: TIMESTAMP or DATE. The touchpoint counts only for conversions \
         before it. Default: no end.",
    ),
    ("model", "One or several of the models, with commas."),
    (
        "lookback",
        "A positive INTERVAL without months, a day being 24 hours.",
    ),
    (
        "half_life",
        "A positive INTERVAL without months, for `time_decay`. Default: 7 days.",
    ),
    (
        "direct",
        "A condition over columns of touchpoints, in a string: those that the non-direct models \
         skip. Only these models need it.",
    ),
    (
        "unattributed",
        "BOOLEAN, whether conversions without a touchpoint are rows of the result. Default: TRUE.",
    ),
];

const EXAMPLE: &str = "```sql
> select order_id, model, message_id, credit, credited_value, reason
  from attribute(
      conversions     => (
          select order_id, customer_id, ordered_at, cast(total as decimal(18, 2)) as total
          from (values
              ('o1', 'ada', timestamp '2026-08-10T12:00:00', 100),
              ('o2', 'bob', timestamp '2026-08-10T12:00:00', 50)
          ) as orders (order_id, customer_id, ordered_at, total)
      ),
      touchpoints     => (
          select * from (values
              ('m1', 'ada', timestamp '2026-08-01T12:00:00'),
              ('m2', 'ada', timestamp '2026-08-08T12:00:00'),
              ('m3', 'ada', timestamp '2026-08-10T12:00:00')
          ) as messages (message_id, contact_id, sent_at)
      ),
      key             => 'customer_id = contact_id',
      conversion_id   => 'order_id',   conversion_time => 'ordered_at', value => 'total',
      touchpoint_id   => 'message_id', touchpoint_time => 'sent_at',
      model           => 'last_touch, linear',
      lookback        => interval '14 days')
  order by order_id, model, message_id;
+----------+------------+------------+--------------------+----------------+---------------------------+
| order_id | model      | message_id | credit             | credited_value | reason                    |
+----------+------------+------------+--------------------+----------------+---------------------------+
| o1       | last_touch | m3         | 1.0                | 100.00         | credited                  |
| o1       | linear     | m1         | 0.3333333333333333 | 33.34          | credited                  |
| o1       | linear     | m2         | 0.3333333333333333 | 33.33          | credited                  |
| o1       | linear     | m3         | 0.3333333333333333 | 33.33          | credited                  |
| o2       | last_touch | NULL       | NULL               | NULL           | no_touchpoint_in_lookback |
| o2       | linear     | NULL       | NULL               | NULL           | no_touchpoint_in_lookback |
+----------+------------+------------+--------------------+----------------+---------------------------+
```";

#[cfg(test)]
mod tests {
    use super::{super::arguments::names, ARGUMENTS};

    #[test]
    fn every_argument_is_documented() {
        let documented: Vec<_> = ARGUMENTS.iter().map(|(name, _)| *name).collect();
        assert_eq!(documented, names().collect::<Vec<_>>());
    }
}
