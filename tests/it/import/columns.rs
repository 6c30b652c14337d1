use tributary::warehouse::import::Format;

use super::shop::{Shop, counts, request};

#[tokio::test]
async fn names_match_in_any_case_and_mappings_win() {
    let shop = Shop::new();
    let file = shop.file(
        "customers.csv",
        "CUSTOMER_ID,Full Name,name,2nd Contact,Customer Number\nc-1,Ada,x,Bob,7\n",
    );
    let mut request = request("customers", &[file]);
    request.mapping = vec![
        ("name".into(), "full name".into()),
        ("nickname".into(), "name".into()),
    ];
    assert_eq!(counts(&shop.run(&request).await.unwrap()), [1, 0, 0, 0]);
    let sql = "SELECT customer_id, name, nickname, _2nd_contact, customer_number FROM t";
    assert_eq!(shop.rows("customers", sql).await, ["c-1|Ada|x|Bob|7"]);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_the_fix() {
    let shop = Shop::new();
    let file = shop.file("stores.csv", "store_id,name\ns-1,Here\n");
    let path = file.display();
    for (table, mapping, expected) in [
        (
            "stores",
            vec![("timezone", "tz")],
            format!("expected the mapped column tz in {path}, found store_id, name"),
        ),
        (
            "stores",
            vec![("Time Zone", "name")],
            "to map to, got Time Zone".into(),
        ),
        (
            "stores",
            vec![("name", "name"), ("name", "name")],
            format!("expected one column for name in {path}"),
        ),
        (
            "teams",
            vec![],
            format!(
                "teams: expected the required column team_id in {path}, found store_id, name \
                 (map another column to it)"
            ),
        ),
        ("store", vec![], "got store (did you mean stores?)".into()),
        (
            "shops",
            vec![],
            "expected one of orders, order_lines,".into(),
        ),
    ] {
        let mut request = request(table, &[&file]);
        let owned = |(target, source): (&str, &str)| (target.to_owned(), source.to_owned());
        request.mapping = mapping.into_iter().map(owned).collect();
        let error = shop.refusal(&request).await;
        assert!(error.contains(&expected), "{error}");
    }
    assert_eq!(shop.version("stores").await, None);
}

#[tokio::test]
async fn two_columns_of_one_name_are_refused() {
    let shop = Shop::new();
    for header in [
        "store_id,Note,note",
        "store_id,note,note",
        "store_id,STORE_ID,note",
    ] {
        let file = shop.file("stores.csv", format!("{header}\na,b,c\n"));
        let error = shop.refusal(&request("stores", &[file])).await;
        assert!(
            error.contains("expected one column for"),
            "{header}: {error}"
        );
    }
}

#[tokio::test]
async fn a_file_or_format_that_is_not_there_is_named() {
    let shop = Shop::new();
    let unknown = shop.file("stores.txt", "store_id\ns-1\n");
    let error = shop.refusal(&request("stores", &[&unknown])).await;
    assert!(
        error.contains(".jsonl, .ndjson, .json or .parquet, got"),
        "{error}"
    );

    let mut told = request("stores", &[&unknown]);
    told.format = Some(Format::Csv);
    assert_eq!(counts(&shop.run(&told).await.unwrap()), [1, 0, 0, 0]);

    let error = shop
        .refusal(&request("stores", &["/nowhere/stores.csv"]))
        .await;
    assert!(error.contains("reading /nowhere/stores.csv"), "{error}");
    let error = shop.refusal(&request("stores", &[] as &[&str])).await;
    assert!(error.contains("expected at least one file"), "{error}");
}

#[tokio::test]
async fn parquet_files_without_a_log_are_left_alone() {
    let shop = Shop::new();
    let folder = shop.warehouse.local_path().unwrap().join("stores/day=1");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("part.parquet"), "x").unwrap();
    let file = shop.file("stores.csv", "store_id\ns-1\n");
    let error = shop.refusal(&request("stores", &[file])).await;
    assert!(
        error.contains("Parquet files without a _delta_log"),
        "{error}"
    );
}
