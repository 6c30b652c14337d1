use std::sync::{Arc, Mutex};

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use tokio::task::JoinSet;
use tributary::warehouse::{delta, import::import};

use super::shop::{QUARANTINE, Shop, counts, request};

#[tokio::test]
async fn importing_again_changes_nothing() {
    let shop = Shop::new();
    let file = shop.file("stores.csv", "store_id,name,zone\ns-1,Here,\ns-2,There,x\n");
    let files = [file];
    assert_eq!(counts(&shop.import("stores", &files).await), [2, 0, 0, 0]);
    assert_eq!(counts(&shop.import("stores", &files).await), [0, 2, 0, 0]);
    assert_eq!(
        shop.version("stores").await,
        Some(1),
        "created, then filled"
    );
    assert_eq!(shop.version(QUARANTINE).await, None);
}

#[tokio::test]
async fn changed_and_new_rows_are_one_commit() {
    let shop = Shop::new();
    let first = shop.file("a.csv", "store_id,name\ns-1,Here\ns-2,There\ns-3,\n");
    let second = shop.file(
        "b.csv",
        "store_id,name\ns-2,Elsewhere\ns-3,\ns-4,New\ns-1,\n",
    );
    shop.import("stores", &[first]).await;
    assert_eq!(
        counts(&shop.import("stores", &[second]).await),
        [3, 1, 0, 0]
    );
    assert_eq!(shop.version("stores").await, Some(2));
    assert_eq!(
        shop.rows("stores", "SELECT * FROM t ORDER BY 1").await,
        ["s-1|NULL", "s-2|Elsewhere", "s-3|NULL", "s-4|New"]
    );
}

#[tokio::test]
async fn an_absent_column_keeps_its_value_and_a_new_one_widens_the_table() {
    let shop = Shop::new();
    let first = shop.file("a.csv", "store_id,name,Floor\ns-1,Here,1\ns-2,There,2\n");
    let second = shop.file(
        "b.csv",
        "store_id,timezone,owner\ns-2,Europe/Berlin,Ada\ns-3,,\n",
    );
    let third = shop.file("c.csv", "store_id,owner\ns-1,\ns-3,\n");
    shop.import("stores", &[first]).await;
    assert_eq!(
        counts(&shop.import("stores", &[second]).await),
        [2, 0, 0, 0]
    );
    assert_eq!(counts(&shop.import("stores", &[third]).await), [0, 2, 0, 0]);
    assert_eq!(
        shop.rows(
            "stores",
            "SELECT store_id, name, floor, timezone, owner FROM t ORDER BY 1"
        )
        .await,
        [
            "s-1|Here|1|NULL|NULL",
            "s-2|There|2|Europe/Berlin|Ada",
            "s-3|NULL|NULL|NULL|NULL"
        ]
    );
}

#[tokio::test]
async fn null_is_one_value_of_a_key() {
    let shop = Shop::new();
    let header = "agent_id,valid_from,team_id";
    let first = shop.file(
        "a.csv",
        format!("{header}\na-1,,t-1\na-1,2026-01-01,t-2\na-2,,t-1\n"),
    );
    let second = shop.file(
        "b.csv",
        format!("{header}\na-1,,t-9\na-2,,t-1\na-2,2026-01-01,t-3\n"),
    );
    let without = shop.file("c.csv", "agent_id,name\na-2,Ada\n");
    let sql = "SELECT agent_id, valid_from, team_id FROM t ORDER BY 1, 2 NULLS FIRST";
    assert_eq!(counts(&shop.import("agents", &[first]).await), [3, 0, 0, 0]);
    assert_eq!(
        counts(&shop.import("agents", &[second]).await),
        [2, 1, 0, 0]
    );
    let expected = [
        "a-1|NULL|t-9",
        "a-1|2026-01-01T00:00:00Z|t-2",
        "a-2|NULL|t-1",
        "a-2|2026-01-01T00:00:00Z|t-3",
    ];
    assert_eq!(shop.rows("agents", sql).await, expected);
    assert_eq!(
        counts(&shop.import("agents", &[without]).await),
        [1, 0, 0, 0]
    );
    assert_eq!(shop.rows("agents", sql).await, expected);
    let sql = "SELECT name FROM t WHERE agent_id = 'a-2' ORDER BY valid_from NULLS FIRST";
    assert_eq!(shop.rows("agents", sql).await, ["Ada", "NULL"]);
}

#[tokio::test]
async fn the_last_row_of_a_key_wins() {
    let shop = Shop::new();
    let first = shop.file("a.csv", "store_id,name\ns-1,one\ns-1,two\ns-2,\n");
    let second = shop.file("b.csv", "store_id,timezone\ns-2,UTC\ns-1,UTC\n");
    let summary = shop.import("stores", &[first, second]).await;
    assert_eq!(counts(&summary), [2, 0, 0, 3]);
    assert_eq!(
        shop.rows(
            "stores",
            "SELECT store_id, name, timezone FROM t ORDER BY 1"
        )
        .await,
        ["s-1|two|UTC", "s-2|NULL|UTC"]
    );
}

#[tokio::test]
async fn one_bad_file_stops_the_whole_run() {
    let shop = Shop::new();
    let good = shop.file("a.csv", "store_id,name\ns-1,one\n");
    let bad = shop.file("b.csv", "id,name\ns-2,two\n");
    let error = shop.refusal(&request("stores", &[good, bad])).await;
    assert!(
        error.contains("expected the required column store_id"),
        "{error}"
    );
    assert_eq!(shop.version("stores").await, None);
}

#[tokio::test]
async fn a_dry_run_counts_and_commits_nothing() {
    let shop = Shop::new();
    let file = shop.file("stores.csv", "store_id,name\ns-1,Here\n,There\n");
    let mut request = request("stores", &[file]);
    request.dry_run = true;
    assert_eq!(counts(&shop.run(&request).await.unwrap()), [1, 0, 1, 0]);
    assert_eq!(shop.version("stores").await, None);
    assert_eq!(shop.version(QUARANTINE).await, None);
}

#[tokio::test]
async fn an_extra_column_takes_its_stored_type() {
    let shop = Shop::new();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("store_id", Arc::new(StringArray::from(vec!["s-1"]))),
        ("floor", Arc::new(Int64Array::from(vec![1]))),
    ];
    let typed = shop.parquet("a.parquet", &RecordBatch::try_from_iter(columns).unwrap());
    let texts = shop.file("b.csv", "store_id,floor\ns-1,2\ns-2,ground\n");
    shop.import("stores", &[&typed].map(Clone::clone)).await;
    assert_eq!(
        counts(&shop.import("stores", &[&texts].map(Clone::clone)).await),
        [1, 0, 1, 0]
    );
    assert_eq!(shop.quarantine().await, ["2|floor|ground|not a Int64"]);

    // Without a stored type, text is what both files can be.
    let other = Shop::new();
    assert_eq!(
        counts(&other.import("stores", &[typed, texts]).await),
        [2, 0, 0, 1]
    );
    let rows = other
        .rows("stores", "SELECT store_id, floor FROM t ORDER BY 1")
        .await;
    assert_eq!(rows, ["s-1|2", "s-2|ground"]);
}

#[tokio::test]
async fn keys_that_differ_late_or_hold_quotes_are_found_again() {
    let shop = Shop::new();
    let prefix = "a-very-long-identifier-that-is-longer-than-any-statistics-of-a-file-".repeat(3);
    let ids = ["1", "2", "O'Brien", "\u{10ffff}", "\u{e000}é"].map(|end| format!("{prefix}{end}"));
    for (run, id) in ids.iter().enumerate() {
        let file = shop.file("stores.csv", format!("store_id,name\n{id},first\n"));
        assert_eq!(counts(&shop.import("stores", &[file]).await), [1, 0, 0, 0]);
        assert_eq!(shop.version("stores").await, Some(run as u64 + 1));
    }
    for id in &ids {
        let file = shop.file("stores.csv", format!("store_id,name\n{id},second\n"));
        assert_eq!(counts(&shop.import("stores", &[file]).await), [1, 0, 0, 0]);
    }
    let rows = shop
        .rows(
            "stores",
            "SELECT count(*), count(DISTINCT store_id), min(name) FROM t",
        )
        .await;
    assert_eq!(rows, ["5|5|second"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn simultaneous_imports_lose_and_double_nothing() {
    let shop = Arc::new(Shop::new());
    let mut imports = JoinSet::new();
    for run in 0..5 {
        let content = format!("store_id,name\nshared,{run}\nown-{run},\n,bad\n");
        let file = shop.file(&format!("{run}.csv"), content);
        let shop = Arc::clone(&shop);
        imports.spawn(async move { shop.import("stores", &[file]).await });
    }
    for summary in imports.join_all().await {
        assert_eq!((summary.rows_read(), summary.quarantined), (3, 1));
    }
    assert_eq!(
        shop.rows("stores", "SELECT store_id FROM t ORDER BY 1")
            .await,
        ["own-0", "own-1", "own-2", "own-3", "own-4", "shared"]
    );
    assert_eq!(
        shop.rows(QUARANTINE, "SELECT count(DISTINCT file), count(*) FROM t")
            .await,
        ["5|5"]
    );
}

#[tokio::test]
async fn the_change_feed_tells_what_an_import_changed() {
    let shop = Shop::new();
    let first = shop.file("a.csv", "store_id,name\ns-1,Here\ns-2,There\n");
    let second = shop.file("b.csv", "store_id,name,floor\ns-2,Elsewhere,1\ns-3,New,\n");
    shop.import("stores", &[first]).await;
    shop.import("stores", &[second]).await;
    let folder = shop.warehouse.folder("stores").unwrap();
    let table = delta::load(&folder).await.unwrap().unwrap();
    let feed = table.scan_cdf().with_starting_version(2);
    let plan = feed.build(&shop.session.state(), None).await.unwrap();
    let batches = datafusion::physical_plan::collect(plan, shop.session.task_ctx())
        .await
        .unwrap();
    let feed = shop.session.read_batches(batches).unwrap();
    shop.session
        .register_table("feed", feed.into_view())
        .unwrap();
    let sql = "SELECT store_id, name, _change_type FROM feed ORDER BY 1, 3";
    assert_eq!(
        shop.collect(sql).await,
        [
            "s-2|Elsewhere|update_postimage",
            "s-2|There|update_preimage",
            "s-3|New|insert"
        ]
    );
}

#[tokio::test]
async fn progress_ends_at_the_size_of_all_files() {
    let shop = Shop::new();
    let files = [
        shop.file("a.csv", "store_id\ns-1\n"),
        shop.file("b.jsonl", "{\"store_id\": \"s-2\"}\n"),
    ];
    let steps = Mutex::new(vec![]);
    let keep = |step: tributary::warehouse::import::Progress<'_>| {
        steps
            .lock()
            .unwrap()
            .push((step.row_count, step.read_bytes, step.total_bytes));
    };
    import(
        &shop.session,
        &shop.warehouse,
        &request("stores", &files),
        &keep,
    )
    .await
    .unwrap();
    assert_eq!(*steps.lock().unwrap(), [(1, 13, 33), (2, 33, 33)]);
}
