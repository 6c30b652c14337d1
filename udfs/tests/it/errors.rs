//! Each wrong argument, and the message that says what to do about it.

use datafusion::prelude::SessionConfig;

use crate::session::{error, shop, sql_rows};

/// A correct call, as argument and value.
const CALL: [(&str, &str); 11] = [
    ("conversions", "orders"),
    ("touchpoints", "activities"),
    ("key", "'customer_id'"),
    ("conversion_id", "'order_id'"),
    ("conversion_time", "'ordered_at'"),
    ("value", "'total'"),
    ("touchpoint_id", "'activity_id'"),
    ("touchpoint_time", "'occurred_at'"),
    ("model", "'linear'"),
    ("lookback", "INTERVAL '14 days'"),
    ("unattributed", "TRUE"),
];

/// The correct call with one argument replaced, added, or (with an empty value) left out.
fn call_with(name: &str, value: &str) -> String {
    let mut args: Vec<_> = CALL.to_vec();
    match args.iter_mut().find(|(known, _)| *known == name) {
        Some(found) => found.1 = value,
        None => args.push((name, value)),
    }
    args.retain(|(_, value)| !value.is_empty());
    let args: Vec<_> = args
        .iter()
        .map(|(name, value)| format!("{name} => {value}"))
        .collect();
    format!("SELECT * FROM attribute({})", args.join(", "))
}

#[tokio::test]
async fn wrong_arguments_are_plan_errors_in_one_form() {
    let ctx = shop(SessionConfig::new()).await;
    sql_rows(&ctx, &call_with("lookback", "INTERVAL '14 days'"))
        .await
        .unwrap();
    let models = "first_touch, last_touch, first_non_direct_touch, last_non_direct_touch, linear, \
                  time_decay, position_based, j_shaped, inverse_j_shaped, any_touch";
    let orders = "(order_id, customer_id, ordered_at, total)";
    for (name, value, expected) in [
        (
            "lookback",
            "",
            "lookback must be given, such as lookback => INTERVAL '14 days', got none",
        ),
        (
            "value",
            "",
            "value must be given, such as value => 'total', got none",
        ),
        (
            "lookbak",
            "INTERVAL '1 day'",
            "lookbak must be one that attribute() has, perhaps lookback, got lookbak",
        ),
        (
            "lookback",
            "INTERVAL '-1 day'",
            "lookback must be a positive INTERVAL, got -1 day",
        ),
        (
            "lookback",
            "INTERVAL '0 days'",
            "lookback must be a positive INTERVAL, got 0 seconds",
        ),
        (
            "lookback",
            "INTERVAL '1 month'",
            "lookback must be an INTERVAL of days or shorter units, because months differ in length, got INTERVAL '1 month'",
        ),
        (
            "lookback",
            "14",
            "lookback must be a positive INTERVAL, got 14",
        ),
        (
            "lookback",
            "'14 days'",
            "lookback must be a positive INTERVAL, got '14 days'",
        ),
        (
            "half_life",
            "INTERVAL '1 year'",
            "half_life must be an INTERVAL of days or shorter units, because months differ in length, got INTERVAL '1 year'",
        ),
        (
            "half_life",
            "NULL",
            "half_life must be a positive INTERVAL, got NULL",
        ),
        (
            "unattributed",
            "'yes'",
            "unattributed must be TRUE or FALSE, got 'yes'",
        ),
        (
            "conversions",
            "'orders'",
            "conversions must be a table name or a subquery in parentheses, got 'orders'",
        ),
        (
            "key",
            "customer_id",
            "key must be a column name in quotes, such as 'customer_id' or 'customer_id = client_id', got customer_id",
        ),
        (
            "key",
            "'customer'",
            &format!("key must name a column of conversions {orders}, got customer"),
        ),
        (
            "key",
            "'customer_id = client'",
            "key must name a column of touchpoints (activity_id, customer_id, occurred_at, channel), got client",
        ),
        (
            "key",
            "'customer_id = activity_id'",
            "key must name columns of one kind, such as text and text, got customer_id of type Utf8View and activity_id of type Int32",
        ),
        (
            "conversion_id",
            "'id'",
            &format!("conversion_id must name a column of conversions {orders}, got id"),
        ),
        (
            "conversion_time",
            "'order_id'",
            "conversion_time must name a TIMESTAMP or DATE column, got order_id of type Utf8View",
        ),
        (
            "value",
            "'order_id'",
            "value must name a column of integers, DECIMAL of up to 38 digits, or floats, got order_id of type Utf8View",
        ),
        (
            "value",
            "5",
            "value must be a column name in quotes, such as 'order_id', got 5",
        ),
        (
            "touchpoint_end",
            "'channel'",
            "touchpoint_end must name a TIMESTAMP or DATE column, got channel of type Utf8View",
        ),
        (
            "model",
            "'last_tuch'",
            &format!("model must name one or more of {models}, got 'last_tuch'"),
        ),
        (
            "model",
            "'linear, linear'",
            "model must name each model once, got linear twice",
        ),
        (
            "model",
            "'linear,'",
            &format!("model must name one or more of {models}, got ''"),
        ),
        (
            "model",
            "'last_non_direct_touch'",
            "direct must be given, such as direct => 'channel = ''direct''' (a non-direct model needs it), got none",
        ),
        (
            "direct",
            "channel",
            "direct must be a condition in quotes, such as 'channel = ''direct''', got channel",
        ),
        (
            "direct",
            "'channel'",
            "direct must be a condition over touchpoint columns, got channel of type Utf8View",
        ),
        (
            "direct",
            "'MAX(channel) = ''x'''",
            "direct must look at one touchpoint, without aggregates, windows and subqueries, got MAX(channel) = 'x'",
        ),
    ] {
        let error = error(&ctx, &call_with(name, value)).await;
        let expected = format!("Error during planning: attribute: argument {expected}");
        assert_eq!(error, expected, "{name} => {value}");
    }
}

#[tokio::test]
async fn wrong_conditions_keep_the_error_beneath() {
    let ctx = shop(SessionConfig::new()).await;
    for (condition, beneath) in [
        ("'channel ='", "SQL error: ParserError"),
        ("'channel = 1 extra'", "SQL error: ParserError"),
        ("'chanel = ''x'''", "No field named chanel"),
    ] {
        let error = error(&ctx, &call_with("direct", condition)).await;
        assert!(
            error.contains("attribute: argument direct must be a condition over"),
            "{error}"
        );
        assert!(error.contains(beneath), "{error}");
    }
}

#[tokio::test]
async fn arguments_have_names_and_come_once() {
    let ctx = shop(SessionConfig::new()).await;
    for (args, expected) in [
        (
            "orders",
            "argument 1 must have a name, such as conversions => orders, got orders",
        ),
        (
            "key => 'a', orders",
            "argument 2 must have a name, such as conversions => orders, got orders",
        ),
        (
            "key => 'a', KEY => 'b'",
            "argument key must be given once, got it twice",
        ),
        (
            "",
            "argument conversions must be given, such as conversions => orders, got none",
        ),
    ] {
        let error = error(&ctx, &format!("SELECT * FROM attribute({args})")).await;
        assert_eq!(
            error,
            format!("Error during planning: attribute: {expected}")
        );
    }
}

#[tokio::test]
async fn missing_tables_say_so() {
    let ctx = shop(SessionConfig::new()).await;
    let with_prepass = error(&ctx, &call_with("conversions", "ordres")).await;
    assert!(
        with_prepass.contains("table 'datafusion.public.ordres' not found"),
        "{with_prepass}"
    );
    // Without the pre-pass no bare name is looked up, and the error says what to write.
    let without = ctx
        .sql(&call_with("value", "'total'"))
        .await
        .expect_err("must fail");
    let expected = "attribute: argument conversions must be a table that the session has looked \
                    up, got orders: write (SELECT * FROM orders), or call resolve_table_arguments first";
    assert!(without.to_string().contains(expected), "{without}");
}

#[tokio::test]
async fn long_column_lists_are_cut() {
    let ctx = shop(SessionConfig::new()).await;
    let columns: Vec<_> = (0..25).map(|idx| format!("{idx} AS c{idx}")).collect();
    let subquery = format!("(SELECT {}, * FROM orders)", columns.join(", "));
    let error = error(
        &ctx,
        &call_with("conversions", &subquery).replace("'total'", "'totl'"),
    )
    .await;
    assert!(error.contains("c18, c19 and 9 more), got totl"), "{error}");
}
