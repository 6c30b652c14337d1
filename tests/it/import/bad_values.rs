use super::shop::{QUARANTINE, Shop, counts, request};

const HEADER: &str = "order_id,customer_id,ordered_at,currency,total,is_test";

/// Imports one order, with one field of a good row replaced, and returns what is said of it.
async fn said_of(column: &str, value: &str) -> Vec<String> {
    let good = [
        "o-1",
        "c-1",
        "2026-08-01T09:30:00Z",
        "EUR",
        "12.50",
        "false",
    ];
    let fields: Vec<&str> = HEADER
        .split(',')
        .zip(good)
        .map(|(name, good)| if name == column { value } else { good })
        .collect();
    let shop = Shop::new();
    let file = shop.file("orders.csv", format!("{HEADER}\n{}\n", fields.join(",")));
    let summary = shop.import("orders", &[file]).await;
    match counts(&summary) {
        [1, 0, 0, 0] => {
            shop.rows("orders", &format!("SELECT {column} FROM t"))
                .await
        }
        [0, 0, 1, 0] => shop.quarantine().await,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_kind_of_bad_value_has_its_reason() {
    for (column, value, expected) in [
        ("order_id", "", "1|order_id|NULL|required, but missing"),
        ("total", "", "1|total|NULL|required, but missing"),
        ("total", "12.505", "1|total|12.505|more than 2 decimals"),
        (
            "total",
            "\"1,250.00\"",
            "1|total|1,250.00|not a plain number such as 1234.50",
        ),
        (
            "total",
            "€12",
            "1|total|€12|not a plain number such as 1234.50",
        ),
        (
            "total",
            "99999999999999999",
            "1|total|99999999999999999|too large for DECIMAL(18, 2)",
        ),
        (
            "currency",
            "EURO",
            "1|currency|EURO|not an ISO 4217 code such as EUR",
        ),
        (
            "currency",
            "XXX",
            "1|currency|XXX|not an ISO 4217 code such as EUR",
        ),
        (
            "is_test",
            "maybe",
            "1|is_test|maybe|not one of true, false, yes, no, t, f, 1, 0",
        ),
        (
            "ordered_at",
            "1785576600",
            "1|ordered_at|1785576600|a bare number is not an instant, expected 2026-08-01T09:30:00Z",
        ),
        (
            "ordered_at",
            "10000-01-01",
            "1|ordered_at|10000-01-01|not an instant such as 2026-08-01T09:30:00Z",
        ),
        (
            "ordered_at",
            "0001-01-01",
            "1|ordered_at|0001-01-01|outside the years 1970 to 9999",
        ),
    ] {
        assert_eq!(
            said_of(column, value).await,
            [expected],
            "{column} = {value}"
        );
    }
}

#[tokio::test]
async fn good_values_are_coerced() {
    for (column, value, expected) in [
        ("customer_id", "", "NULL"),
        ("customer_id", "  padded ", "  padded "),
        ("currency", "eur", "EUR"),
        ("total", "12", "12.00"),
        ("total", "-0.010", "-0.01"),
        ("is_test", "YES", "true"),
        ("is_test", "f", "false"),
        ("is_test", "", "NULL"),
        ("ordered_at", "2026-08-01 09:30", "2026-08-01T09:30:00Z"),
        (
            "ordered_at",
            "2026-08-01T11:30:00.123456789+02:00",
            "2026-08-01T09:30:00.123456Z",
        ),
        (
            "ordered_at",
            "9999-12-31T23:59:59.999999Z",
            "9999-12-31T23:59:59.999999Z",
        ),
    ] {
        assert_eq!(
            said_of(column, value).await,
            [expected],
            "{column} = {value}"
        );
    }
}

#[tokio::test]
async fn whole_numbers_may_have_zero_decimals_only() {
    let shop = Shop::new();
    let file = shop.file(
        "lines.csv",
        "order_id,line_number,product_id,quantity,net_amount,unit_price\n\
         o-1,1.0,p-1,2,10.00,5.0001\n\
         o-1,2,p-1,1.5,10.00,\n\
         o-1,99999999999999999999,p-1,1,10.00,\n\
         o-1,3,p-1,1,10.00,5.00001\n",
    );
    let summary = shop.import("order_lines", &[file]).await;
    assert_eq!(counts(&summary), [1, 0, 3, 0]);
    let rows = shop
        .rows(
            "order_lines",
            "SELECT line_number, quantity, unit_price FROM t",
        )
        .await;
    assert_eq!(rows, ["1|2|5.0001"]);
    assert_eq!(
        shop.quarantine().await,
        [
            "2|quantity|1.5|not a whole number",
            "3|line_number|99999999999999999999|too large for BIGINT",
            "4|unit_price|5.00001|more than 4 decimals",
        ]
    );
}

#[tokio::test]
async fn rates_and_dates() {
    let shop = Shop::new();
    let file = shop.file(
        "fx.csv",
        "date,from_currency,to_currency,rate\n\
         2026-08-01,USD,EUR,0.9123456789\n\
         2026-08-02T00:00:00Z,USD,EUR,1\n\
         2026-08-03T09:30:00Z,USD,EUR,1\n\
         2026-08-04,USD,EUR,0.91234567891\n",
    );
    assert_eq!(
        counts(&shop.import("fx_rates", &[file]).await),
        [2, 0, 2, 0]
    );
    let rows = shop
        .rows("fx_rates", "SELECT date, rate FROM t ORDER BY date")
        .await;
    assert_eq!(rows, ["2026-08-01|0.9123456789", "2026-08-02|1.0000000000"]);
    assert_eq!(
        shop.quarantine().await,
        [
            "3|date|2026-08-03T09:30:00Z|not a date without a time of day",
            "4|rate|0.91234567891|more than 10 decimals",
        ]
    );
}

#[tokio::test]
async fn a_row_is_kept_whole_with_all_its_bad_values() {
    let shop = Shop::new();
    let file = shop.file("orders.csv", format!("{HEADER}\no-1,,soon,US$,12.50,\n"));
    assert_eq!(
        counts(&shop.import("orders", std::slice::from_ref(&file)).await),
        [0, 0, 1, 0]
    );
    let sql = "SELECT table_name, file, row_number, column_name, value, reason, row, imported_at \
               FROM t ORDER BY column_name";
    let row = r#"{"order_id":"o-1","customer_id":null,"ordered_at":"soon","currency":"US$","total":"12.50","is_test":null}"#;
    let at = "2026-08-28T12:00:00Z";
    let file = file.display();
    assert_eq!(
        shop.rows(QUARANTINE, sql).await,
        [
            format!("orders|{file}|1|currency|US$|not an ISO 4217 code such as EUR|{row}|{at}"),
            format!(
                "orders|{file}|1|ordered_at|soon|not an instant such as 2026-08-01T09:30:00Z|{row}|{at}"
            ),
        ]
    );
    assert_eq!(shop.version("orders").await, None, "no row, no table");
}

#[tokio::test]
async fn the_quarantine_does_not_pile_up() {
    let shop = Shop::new();
    let file = shop.file("orders.csv", format!("{HEADER}\no-1,,soon,EUR,1,\no-2\n"));
    let mut request = request("orders", &[file]);
    shop.run(&request).await.unwrap();
    let first = shop
        .rows(QUARANTINE, "SELECT * FROM t ORDER BY row_number")
        .await;
    request.imported_at = "2026-08-29T12:00:00Z".parse().unwrap();
    assert_eq!(counts(&shop.run(&request).await.unwrap()), [0, 0, 2, 0]);
    assert_eq!(
        shop.rows(QUARANTINE, "SELECT * FROM t ORDER BY row_number")
            .await,
        first
    );
    assert_eq!(shop.version(QUARANTINE).await, Some(1));

    shop.file("orders.csv", format!("{HEADER}\no-1,,later,EUR,1,\no-2\n"));
    shop.run(&request).await.unwrap();
    let values = shop
        .rows(QUARANTINE, "SELECT value FROM t ORDER BY row_number")
        .await;
    assert_eq!(values, ["later", "NULL"]);
}

#[tokio::test]
async fn a_date_without_a_time_is_marked() {
    let shop = Shop::new();
    let header = "order_id,customer_id,ordered_at,currency,total";
    let timed = shop.file(
        "a.csv",
        format!("{header}\no-1,,2026-08-01T09:30:00Z,EUR,1\n"),
    );
    shop.import("orders", std::slice::from_ref(&timed)).await;
    let columns = shop.rows("orders", "SELECT * FROM t").await;
    assert_eq!(
        columns,
        ["o-1|NULL|2026-08-01T09:30:00Z|EUR|1.00"],
        "no flag without need"
    );

    let dated = shop.file(
        "b.csv",
        format!("{header}\no-1,,2026-08-01,EUR,1\no-2,,2026-08-02,EUR,1\n"),
    );
    shop.import("orders", &[dated]).await;
    let sql = "SELECT order_id, ordered_at, date_only FROM t ORDER BY order_id";
    assert_eq!(
        shop.rows("orders", sql).await,
        [
            "o-1|2026-08-01T00:00:00Z|true",
            "o-2|2026-08-02T00:00:00Z|true"
        ]
    );
    assert_eq!(counts(&shop.import("orders", &[timed]).await), [1, 0, 0, 0]);
    assert_eq!(
        shop.rows("orders", sql).await,
        [
            "o-1|2026-08-01T09:30:00Z|NULL",
            "o-2|2026-08-02T00:00:00Z|true"
        ]
    );

    let given = shop.file(
        "c.csv",
        format!("{header},date_only\no-3,,2026-08-03,EUR,1,no\n"),
    );
    shop.import("orders", &[given]).await;
    let sql = "SELECT date_only FROM t WHERE order_id = 'o-3'";
    assert_eq!(shop.rows("orders", sql).await, ["false"]);
}
