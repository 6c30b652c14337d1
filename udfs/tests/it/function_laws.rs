//! The laws of the aggregate and window functions, on random data.

use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;
use datafusion::prelude::SessionConfig;
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest,
};

use crate::events::{Event, event_batch, events};
use crate::execution::{Execution, executions, lines, run};
use crate::naive_functions::{Strictness, funnel, retention, sessions, sum, sum_once};
use crate::session::{session, sql_rows};
use crate::tables::register;

const MODES: [&str; 9] = [
    "",
    ", 'strict_order'",
    ", 'strict_order, allow_reentry'",
    ", 'strict_deduplication'",
    ", 'strict_increase'",
    ", 'strict_once'",
    ", 'strict_once, strict_deduplication'",
    ", 'strict_once, strict_order'",
    ", 'strict_increase, strict_order, strict_deduplication'",
];

const WHOLE: Execution = Execution {
    target_partitions: 1,
    batch_size: 8192,
    rows_per_input_batch: 100,
};

async fn query(
    events: &[Event],
    config: SessionConfig,
    rows: usize,
    sql: &str,
) -> Vec<RecordBatch> {
    let ctx = session(config);
    register(&ctx, "events", &event_batch(events), rows);
    sql_rows(&ctx, sql).await.unwrap()
}

fn answers(events: &[Event], execution: Execution, sql: &str) -> Vec<String> {
    let rows = execution.rows_per_input_batch;
    lines(&run(query(events, execution.config(), rows, sql)))
}

/// Every aggregate, in every mode, with a filter and without.
fn aggregates(window: i64) -> String {
    let funnels = MODES.map(|mode| {
        let arguments = format!("(INTERVAL '{window} seconds', at, a, b, c{mode})");
        format!("window_funnel{arguments}, window_funnel_events{arguments}")
    });
    format!(
        "{}, window_funnel(INTERVAL '5 seconds', at, b, a, b, a) FILTER (WHERE c),
         retention(a, b, c), retention(c, a) FILTER (WHERE b),
         sum_once(amount, order_id), sum_once(amount, order_id) FILTER (WHERE a),
         money_sum(amount, currency), money_sum(amount, currency) FILTER (WHERE a)",
        funnels.join(", ")
    )
}

fn froms() -> impl Strategy<Value = &'static str> {
    // Sorted by the key, groups are emitted before the input ends.
    prop_oneof![
        Just("events"),
        Just("(SELECT * FROM events ORDER BY visitor)"),
    ]
}

fn by_visitor(events: &[Event]) -> BTreeMap<Option<u8>, Vec<&Event>> {
    let mut visitors: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for event in events {
        visitors.entry(event.visitor).or_default().push(event);
    }
    visitors
}

fn shown(value: Option<impl ToString>) -> String {
    value.map_or("-".into(), |value| value.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Neither the order of rows nor the division of work shows in a result.
    #[test]
    fn aggregates_do_not_depend_on_row_order(
        events in events(),
        execution in executions(),
        from in froms(),
        window in 0..6_i64,
        turn in any::<proptest::sample::Index>(),
        skip_partial in any::<bool>(),
    ) {
        let sql = |from: &str| {
            format!("SELECT visitor, {} FROM {from} GROUP BY visitor", aggregates(window))
        };
        let expected = answers(&events, WHOLE, &sql("events"));

        let mut events = events;
        if !events.is_empty() {
            let turn = turn.index(events.len());
            events.rotate_left(turn);
            events.reverse();
        }
        let mut config = execution.config();
        if skip_partial {
            let execution = &mut config.options_mut().execution;
            execution.skip_partial_aggregation_probe_rows_threshold = 1;
            execution.skip_partial_aggregation_probe_ratio_threshold = 0.0;
        }
        let rows = execution.rows_per_input_batch;
        let result = run(query(&events, config, rows, &sql(from)));
        prop_assert_eq!(lines(&result), expected);
    }

    /// Without GROUP BY the same as with a key that is the same everywhere.
    #[test]
    fn one_group_is_a_group(
        events in events(),
        execution in executions(),
        window in 0..6_i64,
    ) {
        let aggregates = aggregates(window).replace("currency", "'EUR'");
        let grouped = format!("SELECT {aggregates} FROM events GROUP BY visitor IS NULL OR visitor >= 0");
        let alone = format!("SELECT {aggregates} FROM events HAVING COUNT(*) > 0");
        prop_assert_eq!(answers(&events, execution, &alone), answers(&events, WHOLE, &grouped));
    }

    /// Equal to trying every chain of rows.
    #[test]
    fn funnels_equal_the_naive_version(events in events(), execution in executions(), window in 0..6_i64) {
        for (mode, increase, once) in [
            ("", false, false),
            (", 'strict_increase'", true, false),
            (", 'strict_once'", false, true),
            (", 'strict_once', 'strict_increase'", true, true),
        ] {
            let arguments = format!("INTERVAL '{window} seconds', at, a, b, c{mode}");
            let sql = format!(
                "SELECT visitor, window_funnel({arguments}),
                   arrow_cast(window_funnel_events({arguments}), 'List(Timestamp(Second, None))')
                 FROM events GROUP BY visitor"
            );
            let sql = format!(
                "SELECT a.visitor, a.steps, arrow_cast(a.instants, 'List(Int64)') FROM ({}) AS a",
                sql.replace("),\n", ") AS steps,\n").replace("')\n", "') AS instants\n")
            );
            let strict = Strictness { increase, once };
            let expected = by_visitor(&events).into_iter().map(|(visitor, events)| {
                let instants = funnel(&events, window, strict);
                format!("{} {} {instants:?}", shown(visitor), instants.len())
            });
            let mut expected: Vec<_> = expected.collect();
            expected.sort();
            prop_assert_eq!(answers(&events, execution, &sql), expected, "{}", mode);
        }
    }

    #[test]
    fn the_others_equal_the_naive_version(events in events(), execution in executions()) {
        let sql = "SELECT visitor, retention(a, b, c), CAST(sum_once(amount, order_id) * 100 AS BIGINT),
                     CAST(money_sum(amount, currency) * 100 AS BIGINT)
                   FROM events GROUP BY visitor";
        let expected = by_visitor(&events).into_iter().map(|(visitor, events)| {
            let (once, all) = (shown(sum_once(&events)), shown(sum(&events)));
            format!("{} {:?} {once} {all}", shown(visitor), retention(&events))
        });
        let mut expected: Vec<_> = expected.collect();
        expected.sort();
        prop_assert_eq!(answers(&events, execution, sql), expected);
    }

    #[test]
    fn sessions_equal_the_naive_version(events in events(), execution in executions(), gap in 0..4_i64) {
        let sql = format!(
            "SELECT visitor, CAST(arrow_cast(at, 'Timestamp(Second, None)') AS BIGINT),
               sessionize(at, INTERVAL '{gap} seconds') OVER (PARTITION BY visitor ORDER BY at)
             FROM events"
        );
        let expected = numbered(&events, |_| gap);
        prop_assert_eq!(answers(&events, execution, &sql), expected);
    }

    #[test]
    fn sessions_of_gaps_that_differ_equal_the_naive_version(events in events(), execution in executions()) {
        let sql = "SELECT visitor, CAST(arrow_cast(at, 'Timestamp(Second, None)') AS BIGINT),
             sessionize(at, CASE visitor WHEN 0 THEN INTERVAL '1 second' ELSE INTERVAL '2 seconds' END)
               OVER (PARTITION BY visitor ORDER BY at)
           FROM events";
        let expected = numbered(&events, |event| if event.visitor == Some(0) { 1 } else { 2 });
        prop_assert_eq!(answers(&events, execution, sql), expected);
    }

    #[test]
    fn two_gaps_are_numbered_apart(events in events(), execution in executions(), gaps in (0..4_i64, 0..4_i64)) {
        let sql = format!(
            "SELECT visitor, CAST(arrow_cast(at, 'Timestamp(Second, None)') AS BIGINT),
               sessionize(at, INTERVAL '{} seconds') OVER (PARTITION BY visitor ORDER BY at) AS one,
               sessionize(at, INTERVAL '{} seconds') OVER (PARTITION BY visitor ORDER BY at) AS other
             FROM events",
            gaps.0, gaps.1,
        );
        // Rows of one visitor and time are in one session, whatever the gap: rows pair up in order.
        let both = numbered(&events, |_| gaps.0).into_iter().zip(numbered(&events, |_| gaps.1));
        let number = |row: &str| row.rsplit(' ').next().unwrap_or_default().to_owned();
        let expected: Vec<_> = both.map(|(one, other)| format!("{one} {}", number(&other))).collect();
        prop_assert_eq!(answers(&events, execution, &sql), expected);
    }
}

/// What the naive version says of each row, in order.
fn numbered(events: &[Event], gap: impl Fn(&Event) -> i64) -> Vec<String> {
    let mut numbered = vec![];
    for (visitor, events) in by_visitor(events) {
        let sessions = sessions(&events, &gap);
        let row = |(at, session)| format!("{} {at} {session}", shown(visitor));
        numbered.extend(sessions.into_iter().map(row));
        let timeless = events.iter().filter(|event| event.at.is_none());
        numbered.extend(timeless.map(|_| format!("{} - -", shown(visitor))));
    }
    numbered.sort();
    numbered
}
