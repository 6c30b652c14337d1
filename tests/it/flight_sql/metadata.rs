//! Catalog metadata as drivers ask for it.

use std::collections::BTreeMap;

use arrow_flight::{
    IpcMessage,
    sql::{
        CommandGetCatalogs, CommandGetCrossReference, CommandGetDbSchemas, CommandGetExportedKeys,
        CommandGetImportedKeys, CommandGetPrimaryKeys, CommandGetSqlInfo, CommandGetTableTypes,
        CommandGetTables, CommandGetXdbcTypeInfo,
    },
};
use datafusion::arrow::{
    array::{Array, AsArray, RecordBatch},
    compute::concat_batches,
    datatypes::{DataType, Schema, UInt32Type},
};
use prost::bytes::Bytes;

use super::support::{Client, Served, texts};

async fn rows(client: &Client, command: impl arrow_flight::sql::ProstMessageExt) -> RecordBatch {
    let fetched = client.fetch(command).await.unwrap();
    assert_eq!(fetched.announced, fetched.streamed);
    concat_batches(&fetched.streamed.into(), &fetched.batches).unwrap()
}

async fn tables(client: &Client, command: CommandGetTables) -> Vec<String> {
    texts(&rows(client, command).await, 2)
}

/// Tables of `public`; the shipped views have names of their own.
fn pattern(pattern: &str) -> CommandGetTables {
    CommandGetTables {
        db_schema_filter_pattern: Some("public".to_owned()),
        table_name_filter_pattern: Some(pattern.to_owned()),
        ..CommandGetTables::default()
    }
}

fn table_schema(batch: &RecordBatch, row: usize) -> Schema {
    let bytes = batch.column(4).as_binary::<i32>().value(row);
    Schema::try_from(IpcMessage(Bytes::copy_from_slice(bytes))).unwrap()
}

#[tokio::test]
async fn item_03_04_catalogs_and_schemas() {
    let served = Served::start().await;
    let client = served.client().await;
    let catalogs = rows(&client, CommandGetCatalogs {}).await;
    assert_eq!(texts(&catalogs, 0), ["tributary"]);
    let types = rows(&client, CommandGetTableTypes {}).await;
    assert_eq!(texts(&types, 0), ["TABLE", "VIEW"]);

    let schemas = async |catalog: Option<&str>, pattern: Option<&str>| {
        let command = CommandGetDbSchemas {
            catalog: catalog.map(str::to_owned),
            db_schema_filter_pattern: pattern.map(str::to_owned),
        };
        texts(&rows(&client, command).await, 1)
    };
    let all = schemas(None, None).await;
    assert!(
        all.is_sorted() && all.contains(&"public".to_owned()),
        "{all:?}"
    );
    assert_eq!(schemas(Some("tributary"), None).await, all);
    assert_eq!(schemas(None, Some("sm%")).await, ["small"]);
    assert!(
        schemas(Some(""), None).await.is_empty(),
        "no schema is without a catalog"
    );
    assert!(schemas(Some("other"), None).await.is_empty());
}

#[tokio::test]
async fn item_03_04_tables_are_filtered_by_name_type_and_schema() {
    let served = Served::start().await;
    let client = served.client().await;
    let all = tables(&client, CommandGetTables::default()).await;
    for name in ["orders", "words", "a_b", "aXb", "broken", "values"] {
        assert!(all.contains(&name.to_owned()), "{name} in {all:?}");
    }
    assert_eq!(tables(&client, pattern("a_b")).await, ["aXb", "a_b"]);
    assert_eq!(tables(&client, pattern(r"a\_b")).await, ["a_b"]);
    assert_eq!(
        tables(&client, pattern("%rder%")).await.first().unwrap(),
        "order_adjustments"
    );
    assert_eq!(tables(&client, pattern("ORDERS")).await, [""; 0]);

    let of_type = |types: &[&str]| CommandGetTables {
        table_types: types.iter().map(|it| (*it).to_owned()).collect(),
        db_schema_filter_pattern: Some("small".to_owned()),
        ..CommandGetTables::default()
    };
    assert_eq!(
        tables(&client, of_type(&["VIEW"])).await,
        ["metrics", "values"]
    );
    assert_eq!(tables(&client, of_type(&["TABLE"])).await, [""; 0]);
    assert_eq!(
        tables(&client, of_type(&["TABLE", "VIEW"])).await,
        ["metrics", "values"]
    );

    let of_engine = CommandGetTables {
        db_schema_filter_pattern: Some("system".to_owned()),
        ..of_type(&["TABLE"])
    };
    let of_engine = tables(&client, of_engine).await;
    for name in ["metrics", "reports"] {
        assert!(
            of_engine.contains(&name.to_owned()),
            "{name} in {of_engine:?}"
        );
    }

    let none = CommandGetTables {
        catalog: Some(String::new()),
        ..CommandGetTables::default()
    };
    assert_eq!(tables(&client, none).await, [""; 0]);
}

#[tokio::test]
async fn item_06_29_columns_say_what_they_are() {
    let served = Served::start().await;
    let client = served.client().await;
    let described = |name: &str| CommandGetTables {
        include_schema: true,
        ..pattern(name)
    };
    let orders = rows(&client, described("orders")).await;
    assert_eq!(texts(&orders, 0), ["tributary"]);
    assert_eq!(texts(&orders, 3), ["TABLE"]);
    let orders = table_schema(&orders, 0);
    let total = orders.field_with_name("total").unwrap();
    let metadata: BTreeMap<_, _> = total
        .metadata()
        .iter()
        .map(|(key, value)| (key.trim_start_matches("ARROW:FLIGHT:SQL:"), value.as_str()))
        .collect();
    for (key, value) in [
        ("CATALOG_NAME", "tributary"),
        ("SCHEMA_NAME", "public"),
        ("TABLE_NAME", "orders"),
        ("TYPE_NAME", "DECIMAL"),
        ("PRECISION", "18"),
        ("SCALE", "2"),
        (
            "REMARKS",
            "payable at creation: with shipping and tax, after discounts",
        ),
    ] {
        assert_eq!(metadata.get(key), Some(&value), "{key}");
    }
    let words = table_schema(&rows(&client, described("words")).await, 0);
    assert_eq!(
        words.field(0).data_type(),
        &DataType::Utf8,
        "dictionaries are hydrated"
    );
    let values = CommandGetTables {
        db_schema_filter_pattern: Some("small".to_owned()),
        ..described("values")
    };
    let values = table_schema(&rows(&client, values).await, 0);
    assert_eq!(values.fields().len(), 2, "a view is planned");
}

#[tokio::test]
async fn item_29_a_broken_table_does_not_hide_the_others() {
    let served = Served::start().await;
    let client = served.client().await;
    let command = CommandGetTables {
        include_schema: true,
        ..pattern("%")
    };
    let all = rows(&client, command).await;
    let names = texts(&all, 2);
    let of = |name: &str| {
        let row = names.iter().position(|it| it == name).unwrap();
        table_schema(&all, row)
    };
    assert!(of("broken").fields().is_empty());
    assert!(!of("orders").fields().is_empty());
}

/// The member of the union that drivers cast to, for every id of the protocol.
fn expected_member(id: u32) -> &'static str {
    match id {
        0..=2 | 6 | 7 | 504 | 513 | 514 | 529..=531 => "string_value",
        3..=5
        | 9..=11
        | 500..=502
        | 506
        | 515
        | 516
        | 518..=521
        | 523
        | 524
        | 527
        | 532
        | 536
        | 537
        | 539
        | 556
        | 563
        | 565
        | 566
        | 572..=576 => "bool_value",
        541..=562 => "bigint_value",
        8
        | 100
        | 101
        | 503
        | 505
        | 507
        | 522
        | 525
        | 526
        | 528
        | 533..=535
        | 538
        | 540
        | 564
        | 567..=571 => "int32_bitmask",
        508..=512 => "string_list",
        517 => "int32_to_int32_list_map",
        _ => panic!("{id} is not of the protocol"),
    }
}

#[tokio::test]
async fn item_02_28_every_server_info_has_the_member_that_drivers_cast_to() {
    let served = Served::start().await;
    let client = served.client().await;
    let ids: Vec<u32> = (0..=11).chain([100, 101]).chain(500..=576).collect();
    let all = rows(&client, CommandGetSqlInfo { info: vec![] }).await;
    let names = all.column(0).as_primitive::<UInt32Type>();
    assert_eq!(names.values(), ids.as_slice(), "every id, in order");

    let values = all.column(1).as_union();
    for (row, id) in ids.iter().enumerate() {
        let member = values.type_names()[values.type_id(row) as usize];
        assert_eq!(member, expected_member(*id), "{id}");
        assert!(values.value(row).is_valid(0), "{id} has a value");
    }
    for id in ids {
        let one = rows(&client, CommandGetSqlInfo { info: vec![id] }).await;
        assert_eq!(one.num_rows(), 1, "{id}");
    }
    let unknown = rows(&client, CommandGetSqlInfo { info: vec![9999] }).await;
    assert_eq!(unknown.num_rows(), 0);

    let text = |id: u32| {
        let row = names.values().iter().position(|it| *it == id).unwrap();
        values.value(row)
    };
    assert_eq!(text(0).as_string::<i32>().value(0), "Tributary");
    assert!(text(3).as_boolean().value(0), "read only");
    let functions = text(509);
    let functions = functions.as_list::<i32>().value(0);
    let functions: Vec<_> = functions.as_string::<i32>().iter().flatten().collect();
    assert!(
        functions.contains(&"round") && functions.contains(&"abs"),
        "{functions:?}"
    );
}

#[tokio::test]
async fn item_31_types_are_listed_and_filtered() {
    let served = Served::start().await;
    let client = served.client().await;
    let all = rows(&client, CommandGetXdbcTypeInfo { data_type: None }).await;
    let names = texts(&all, 0);
    for name in ["BIGINT", "VARCHAR", "DECIMAL", "DATE", "BOOLEAN", "DOUBLE"] {
        assert!(names.contains(&name.to_owned()), "{name} in {names:?}");
    }
    let varchar = CommandGetXdbcTypeInfo {
        data_type: Some(12),
    };
    assert_eq!(texts(&rows(&client, varchar).await, 0), ["VARCHAR"]);
}

#[tokio::test]
async fn item_31_keys_are_empty_with_the_schema_that_drivers_read() {
    let served = Served::start().await;
    let client = served.client().await;
    let primary = rows(&client, CommandGetPrimaryKeys::default()).await;
    let names = |batch: &RecordBatch| {
        let schema = batch.schema();
        let fields = schema.fields().iter();
        fields
            .map(|field| field.name().clone())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        names(&primary),
        "catalog_name db_schema_name table_name column_name key_name key_sequence"
    );
    for foreign in [
        rows(&client, CommandGetExportedKeys::default()).await,
        rows(&client, CommandGetImportedKeys::default()).await,
        rows(&client, CommandGetCrossReference::default()).await,
    ] {
        assert_eq!(foreign.num_rows(), 0);
        assert_eq!(
            names(&foreign),
            "pk_catalog_name pk_db_schema_name pk_table_name pk_column_name \
             fk_catalog_name fk_db_schema_name fk_table_name fk_column_name \
             key_sequence fk_key_name pk_key_name update_rule delete_rule"
        );
        assert_eq!(foreign.schema().field(11).data_type(), &DataType::UInt8);
    }
}
