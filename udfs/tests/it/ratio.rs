//! `ratio(n, d)` through SQL.

use datafusion::prelude::SessionConfig;

use crate::session::{error, printed, session};

#[tokio::test]
async fn ratios_of_any_numbers_are_doubles() {
    let ctx = session(SessionConfig::new());
    let sql =
        "SELECT ratio(1, 4) AS a, ratio(CAST(1.50 AS DECIMAL(18, 2)), 3) AS b, ratio(1, 0) AS c,
                 ratio(NULL, 2) AS d, ratio(0.5, 2.0) AS e, arrow_typeof(ratio(1, 4)) AS f";
    let expected = "\
+------+-----+---+---+------+---------+
| a    | b   | c | d | e    | f       |
+------+-----+---+---+------+---------+
| 0.25 | 0.5 |   |   | 0.25 | Float64 |
+------+-----+---+---+------+---------+";
    assert_eq!(printed(&ctx, sql).await, expected);
}

#[tokio::test]
async fn other_arguments_are_refused() {
    let ctx = session(SessionConfig::new());
    for (call, expected) in [
        (
            "ratio('a', 1)",
            "ratio: argument n must be a number, got Utf8",
        ),
        (
            "ratio(1, TRUE)",
            "ratio: argument d must be a number, got Boolean",
        ),
        (
            "ratio(1)",
            "ratio: arguments must be n and d, got 1 arguments",
        ),
    ] {
        let error = error(&ctx, &format!("SELECT {call}")).await;
        assert!(error.contains(expected), "{error}");
    }
}
