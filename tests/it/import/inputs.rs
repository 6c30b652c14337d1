use std::{io::Write, path::PathBuf};

use flate2::{Compression, write::GzEncoder};
use tributary::warehouse::import::ImportRequest;

use super::shop::{QUARANTINE, Shop, counts, request};

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// A request that leaves out files that are known.
fn once(table: &str, files: &[PathBuf]) -> ImportRequest {
    ImportRequest {
        again: false,
        ..request(table, files)
    }
}

#[tokio::test]
async fn compressed_text_is_read_whole() {
    let shop = Shop::new();
    let json = "{\"store_id\": \"s-3\", \"name\": \"Three\"}\n";
    // Two compressed parts one after another are one file to both programs.
    let parts = [gzip("store_id,name\ns-1,One\n"), gzip("s-2,Two\n")].concat();
    let csv = shop.file("a.csv.gz", parts);
    let json = shop.file("b.jsonl.zst", zstd::encode_all(json.as_bytes(), 1).unwrap());
    let summary = shop.import("stores", &[csv, json]).await;
    assert_eq!(counts(&summary), [3, 0, 0, 0]);
    let rows = shop
        .rows("stores", "SELECT store_id, name FROM t ORDER BY 1")
        .await;
    assert_eq!(rows, ["s-1|One", "s-2|Two", "s-3|Three"]);

    let torn = gzip("store_id,name\ns-9,Nine\n");
    let torn = shop.file("torn.csv.gz", &torn[..torn.len() - 6]);
    let error = shop.refusal(&request("stores", &[&torn])).await;
    assert!(error.contains("torn.csv.gz"), "{error}");
    assert_eq!(shop.version("stores").await, Some(1));
}

#[tokio::test]
async fn folders_and_patterns_are_read_by_name() {
    let shop = Shop::new();
    let folder = shop.file("x", "").with_file_name("in");
    std::fs::create_dir(&folder).unwrap();
    for (name, text) in [
        ("2.csv", "store_id,name\ns-1,second\n"),
        ("1.csv", "store_id,name\ns-1,first\n"),
        ("10.csv", "store_id,name\ns-1,between\n"),
        ("notes.txt", "not for us"),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let sql = "SELECT name FROM t";
    let summary = shop.import("stores", &[folder.join("*.csv")]).await;
    assert_eq!(counts(&summary), [1, 0, 0, 2]);
    assert_eq!(shop.rows("stores", sql).await, ["second"]);
    // Named again, a file counts where it is named first.
    let named = [folder.join("2.csv"), folder.clone()];
    assert_eq!(counts(&shop.import("stores", &named).await), [1, 0, 0, 2]);
    assert_eq!(shop.rows("stores", sql).await, ["between"]);

    for nothing in ["*.parquet", "none/*"] {
        let error = shop
            .refusal(&request("stores", &[folder.join(nothing)]))
            .await;
        assert!(error.contains("expected files to import in"), "{error}");
    }
    std::fs::create_dir(folder.join("empty")).unwrap();
    let error = shop
        .refusal(&request("stores", &[folder.join("empty")]))
        .await;
    assert!(error.contains("expected files to import in"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_known_is_not_read() {
    let shop = Shop::new();
    let first = shop.file("a.csv", "store_id,name\ns-1,Here\n");
    let files = [first.clone()];
    shop.run(&once("stores", &files)).await.unwrap();
    // What cannot be read is not read: the same size, and the same time.
    let modified = std::fs::metadata(&first).unwrap().modified().unwrap();
    std::fs::write(&first, "stroe_id,name\ns-1,Here\n").unwrap();
    let file = std::fs::File::options().write(true).open(&first).unwrap();
    file.set_modified(modified).unwrap();
    let summary = shop.run(&once("stores", &files)).await.unwrap();
    assert_eq!((counts(&summary), summary.skipped_files), ([0; 4], 1));
    let error = shop.refusal(&request("stores", &files)).await;
    assert!(error.contains("required column store_id"), "{error}");

    // Only the file that is not known, even if the other would overwrite its rows.
    std::fs::write(&first, "store_id,name\ns-1,Here\n").unwrap();
    file.set_modified(modified).unwrap();
    let second = shop.file("b.csv", "store_id,name\ns-1,There\n");
    let both = once("stores", &[second, first]);
    let summary = shop.run(&both).await.unwrap();
    assert_eq!((counts(&summary), summary.skipped_files), ([1, 0, 0, 0], 1));
    assert_eq!(shop.rows("stores", "SELECT name FROM t").await, ["There"]);
    let summary = shop.run(&both).await.unwrap();
    assert_eq!((counts(&summary), summary.skipped_files), ([0; 4], 2));

    // Read in another way, it is another file.
    let mut mapped = once("stores", &files);
    mapped.mapping = vec![("title".into(), "name".into())];
    assert_eq!(counts(&shop.run(&mapped).await.unwrap()), [1, 0, 0, 0]);
}

#[tokio::test]
async fn a_changed_file_and_one_with_bad_rows_are_read_again() {
    let shop = Shop::new();
    let file = shop.file("a.csv", "store_id,name\ns-1,Here\n,bad\n");
    let request = once("stores", &[file]);
    assert_eq!(counts(&shop.run(&request).await.unwrap()), [1, 0, 1, 0]);
    assert_eq!(counts(&shop.run(&request).await.unwrap()), [0, 1, 1, 0]);
    shop.file("a.csv", "store_id,name\ns-1,Here\ns-2,good\n");
    assert_eq!(counts(&shop.run(&request).await.unwrap()), [1, 1, 0, 0]);
    assert_eq!(counts(&shop.run(&request).await.unwrap()), [0; 4]);
    assert_eq!(shop.version(QUARANTINE).await, Some(1));
}

#[tokio::test]
async fn a_dry_run_is_not_remembered() {
    let shop = Shop::new();
    let file = shop.file("a.csv", "store_id,name\ns-1,Here\n");
    let mut request = once("stores", &[file]);
    request.dry_run = true;
    shop.run(&request).await.unwrap();
    request.dry_run = false;
    assert_eq!(counts(&shop.run(&request).await.unwrap()), [1, 0, 0, 0]);
}
