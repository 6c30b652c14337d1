//! What JDBC and ODBC drivers do, replayed over the raw protocol: no registry has the drivers.
//!
//! A JDBC driver prepares every statement, and takes one without columns for an update; it reads
//! metadata into vectors of fixed types; it runs the SQL that tools write for other databases.

use arrow_flight::{
    IpcMessage,
    sql::{
        CommandGetCatalogs, CommandGetDbSchemas, CommandGetTableTypes, CommandGetTables,
        ProstMessageExt,
    },
};
use datafusion::arrow::{
    array::AsArray,
    compute::concat_batches,
    datatypes::{DataType, Schema, TimeUnit},
};
use prost::bytes::Bytes;
use tonic::Code;

use super::support::{Client, Served, prepared, texts};

/// What a driver does with a statement: prepare, ask, fetch.
async fn rows(client: &Client, sql: &str) -> Vec<Vec<String>> {
    let statement = client.prepare(sql).await;
    let statement = statement.unwrap_or_else(|status| panic!("{sql}: {status}"));
    assert!(
        !statement.schema.fields().is_empty(),
        "{sql}: taken for an update"
    );
    let fetched = client.fetch(prepared(&statement.handle)).await;
    let fetched = fetched.unwrap_or_else(|status| panic!("{sql}: {status}"));
    assert_eq!(fetched.streamed, statement.schema, "{sql}");
    fetched.rows()
}

async fn names_and_types(
    client: &Client,
    command: impl ProstMessageExt,
) -> Vec<(String, DataType)> {
    let fetched = client.fetch(command).await.unwrap();
    let fields = fetched.streamed.fields().iter();
    fields
        .map(|field| (field.name().clone(), field.data_type().clone()))
        .collect()
}

#[tokio::test]
async fn item_29_metadata_has_the_types_that_drivers_read() {
    let served = Served::start().await;
    let client = served.client().await;
    let text = |names: &[&str]| -> Vec<(String, DataType)> {
        let names = names.iter();
        names.map(|it| ((*it).to_owned(), DataType::Utf8)).collect()
    };
    assert_eq!(
        names_and_types(&client, CommandGetCatalogs {}).await,
        text(&["catalog_name"])
    );
    assert_eq!(
        names_and_types(&client, CommandGetDbSchemas::default()).await,
        text(&["catalog_name", "db_schema_name"])
    );
    assert_eq!(
        names_and_types(&client, CommandGetTableTypes {}).await,
        text(&["table_type"])
    );
    let mut expected = text(&["catalog_name", "db_schema_name", "table_name", "table_type"]);
    assert_eq!(
        names_and_types(&client, CommandGetTables::default()).await,
        expected
    );
    let with_columns = CommandGetTables {
        include_schema: true,
        ..CommandGetTables::default()
    };
    expected.push(("table_schema".to_owned(), DataType::Binary));
    assert_eq!(names_and_types(&client, with_columns).await, expected);
}

#[tokio::test]
async fn item_08_30_a_query_is_never_taken_for_an_update() {
    let served = Served::start().await;
    let client = served.client().await;
    for (sql, count) in [
        ("SELECT order_id FROM orders WHERE 1 = 0", 0),
        ("SELECT * FROM orders LIMIT 0", 0),
        ("SELECT NULL", 1),
        ("EXPLAIN SELECT 1", 2),
        ("DESCRIBE small.values", 2),
        ("DESCRIBE small.metrics", 4),
        ("SHOW CATALOGS", 1),
        ("VALUES (1), (2)", 2),
        ("WITH one AS (SELECT 1 AS n) SELECT n FROM one", 1),
        ("SELECT * FROM small.metrics WHERE 1 = 0", 0),
    ] {
        assert_eq!(rows(&client, sql).await.len(), count, "{sql}");
    }
}

/// Names, quotes and literals as tools write them, with what comes back.
const DIALECT: [(&str, &str); 30] = [
    (
        "SELECT COUNT(*) FROM \"tributary\".\"public\".\"orders\"",
        "3",
    ),
    (
        "SELECT tributary.public.orders.order_id FROM tributary.public.orders ORDER BY 1 LIMIT 1",
        "o1",
    ),
    ("SELECT COUNT(*) AS \"x.y.z\" FROM PUBLIC.ORDERS", "3"),
    ("SELECT COUNT(*) FROM `orders`", "3"),
    ("SELECT COUNT(*) FROM orders HAVING COUNT(*) > 0", "3"),
    ("SELECT {ts '2026-01-02 03:04:05'}", "2026-01-02T03:04:05"),
    ("SELECT {d '2026-01-02'}", "2026-01-02"),
    ("SELECT {fn YEAR({d '2026-01-02'})}", "2026"),
    ("SELECT {fn UCASE({fn LEFT('abc', 2)})}", "AB"),
    ("SELECT {fn CONVERT(1, SQL_VARCHAR)}", "1"),
    ("SELECT {fn EXTRACT(YEAR FROM {d '2026-01-02'})}", "2026"),
    ("SELECT SUM(CAST(1 AS INTEGER)) FROM orders", "3"),
    (
        "SELECT order_id FROM orders ORDER BY order_id FETCH FIRST 1 ROWS ONLY",
        "o1",
    ),
    (
        "SELECT order_id FROM orders ORDER BY order_id OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY",
        "o2",
    ),
    (
        "SELECT TOP 1 order_id FROM orders ORDER BY order_id DESC",
        "o3",
    ),
    ("SELECT current_schema()", "public"),
    ("SELECT CURRENT_SCHEMA", "public"),
    ("SELECT current_database()", "tributary"),
    ("SELECT CURRENT_CATALOG", "tributary"),
    ("SELECT CURRENT_USER", "anonymous"),
    ("SELECT session_user", "anonymous"),
    ("SELECT {fn USER()}", "anonymous"),
    ("SELECT split_part(version(), ' ', 1)", "Tributary"),
    ("SHOW SCHEMAS LIKE 'small'", "small"),
    ("SHOW DATABASES", "tributary"),
    ("SHOW CATALOGS", "tributary"),
    ("SELECT COUNT(*) FROM GENERATE_SERIES(1, 3)", "3"),
    (
        "SELECT \"order_id\" AS \"Order Id\" FROM \"orders\" \"t\" WHERE (\"t\".\"order_id\" = 'o2')",
        "o2",
    ),
    (
        "SELECT COUNT(*) FROM orders WHERE ordered_at BETWEEN '1970-01-01' AND '1970-01-02'",
        "2",
    ),
    (
        "SELECT COUNT(*) FROM orders WHERE ordered_at >= CAST('1970-01-02T00:00:00Z' AS TIMESTAMP)",
        "2",
    ),
];

#[tokio::test]
async fn item_24_25_32_the_sql_of_drivers() {
    let served = Served::start().await;
    let client = served.client().await;
    for (sql, value) in DIALECT {
        assert_eq!(rows(&client, sql).await, [[value]], "{sql}");
    }
}

#[tokio::test]
async fn item_15_32_what_there_is_not_is_refused_in_words() {
    let served = Served::start().await;
    let client = served.client().await;
    for (sql, code, words) in [
        ("BEGIN", Code::Unimplemented, "there are no transactions"),
        ("COMMIT", Code::Unimplemented, "there are no transactions"),
        ("ROLLBACK", Code::Unimplemented, "there are no transactions"),
        (
            "CREATE LOCAL TEMPORARY TABLE \"#probe\" (\"COL\" INTEGER)",
            Code::Unimplemented,
            "Temporary tables not supported",
        ),
        (
            "CREATE TABLE #probe (COL INTEGER)",
            Code::PermissionDenied,
            "CREATE TABLE is not allowed",
        ),
        (
            "SELECT * INTO \"#probe\" FROM orders",
            Code::PermissionDenied,
            "CREATE TABLE is not allowed",
        ),
        (
            "DROP TABLE IF EXISTS \"#probe\"",
            Code::PermissionDenied,
            "DROP TABLE is not allowed",
        ),
        (
            "SELECT TOP 10 PERCENT order_id FROM orders",
            Code::InvalidArgument,
            "TOP: expected a number of rows",
        ),
        (
            "SELECT * FROM small.metrics",
            Code::InvalidArgument,
            "SELECT * has no grain",
        ),
    ] {
        let status = client.prepare(sql).await.err().unwrap();
        assert_eq!(status.code(), code, "{sql}: {status}");
        assert!(status.message().contains(words), "{sql}: {status}");
    }
}

/// The one report view with lists, for programs that read one order at a time, and what the engine
/// says of itself.
const WITH_LISTS: [(&str, &str); 2] = [("clienteling", "purchases"), ("system", "reports")];

#[tokio::test]
async fn item_29_33_every_column_has_a_type_that_drivers_know() {
    let served = Served::start().await;
    let client = served.client().await;
    let command = CommandGetTables {
        include_schema: true,
        ..CommandGetTables::default()
    };
    let fetched = client.fetch(command).await.unwrap();
    let all = concat_batches(&fetched.streamed.into(), &fetched.batches).unwrap();
    let (schemas, tables) = (texts(&all, 1), texts(&all, 2));
    let mut count = 0;
    for row in 0..all.num_rows() {
        let bytes = all.column(4).as_binary::<i32>().value(row);
        let columns = Schema::try_from(IpcMessage(Bytes::copy_from_slice(bytes))).unwrap();
        for field in columns.fields() {
            count += 1;
            let is_known = match field.data_type() {
                DataType::Boolean
                | DataType::Int32
                | DataType::Int64
                | DataType::UInt64
                | DataType::Float64
                | DataType::Decimal128(..)
                | DataType::Utf8
                | DataType::Binary
                | DataType::Date32
                | DataType::Time64(TimeUnit::Microsecond)
                | DataType::Timestamp(TimeUnit::Microsecond, _) => true,
                DataType::List(_) => {
                    WITH_LISTS.contains(&(schemas[row].as_str(), tables[row].as_str()))
                }
                _ => false,
            };
            let (schema, table, name) = (&schemas[row], &tables[row], field.name());
            assert!(is_known, "{schema}.{table}.{name}: {}", field.data_type());
        }
    }
    assert!(
        count > 150,
        "tables and views have more columns than {count}"
    );
}
