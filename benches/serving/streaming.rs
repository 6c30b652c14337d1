//! Ten million rows over loopback: how fast they come from Tributary, and from others.
//!
//! Two results. `made` is made of nothing, so that all that counts is encoding and sending.
//! `read` is a table of Parquet files, so that reading them counts too; one of its references
//! reads the same files, the other has the rows in memory already.

use std::{
    fs::{self, File},
    path::Path,
};

use datafusion::parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};
use futures::StreamExt;
use tempfile::TempDir;
use tributary::{clock::Clock, config::Config, engine::Engine};

use crate::{
    client::{Client, Received},
    process::Server,
    statistics::{median, seconds},
    table::{Figure, Goal},
};

/// The table of Parquet files.
pub(crate) const TABLE: &str = "sales";
const ROWS: usize = 10_000_000;
const FILES: usize = 10;
/// Of each server, after one that does not count.
const RUNS: usize = 7;

const MADE: &str = "SELECT value AS a, value + 1 AS b, value + 2 AS c, value + 3 AS d, \
     value + 4 AS e, value + 5 AS f, value + 6 AS g, value + 7 AS h \
     FROM generate_series(1, 10000000)";
const MADE_BY_DUCKDB: &str = "SELECT range AS a, range + 1 AS b, range + 2 AS c, range + 3 AS d, \
     range + 4 AS e, range + 5 AS f, range + 6 AS g, range + 7 AS h \
     FROM range(1, 10000001)";
const READ: &str = "SELECT * FROM sales";

/// A reference, and what Tributary's rate shall be of its rate.
struct Reference {
    name: &'static str,
    goal: Option<(f64, &'static str)>,
    server: Server,
}

const OF_BARE: Option<(f64, &str)> = Some((0.8, "at least 0.80"));
const OF_DUCKDB: Option<(f64, &str)> = Some((1.5, "at least 1.50"));

pub(crate) async fn measure() -> Vec<Figure> {
    let root = TempDir::new().unwrap();
    let bytes = write_table(root.path()).await;
    eprintln!(
        "{TABLE}: {ROWS} rows in {FILES} Parquet files, {} MB",
        bytes / 1_000_000
    );
    let tributary = Server::tributary(root.path());

    let made = vec![
        memory(&tributary, MADE).await,
        arrow_cpp(&tributary, MADE).await,
        duckdb(MADE_BY_DUCKDB),
    ];
    let mut figures = compare("made", &tributary, MADE, made).await;

    let folder = root.path().join(TABLE);
    let folder = folder.to_str().unwrap();
    let read = vec![
        Reference {
            name: "arrow-flight over DataFusion, same files",
            goal: OF_BARE,
            server: Server::bare(&[crate::bare::DATAFUSION, folder, READ]),
        },
        Reference {
            goal: None,
            ..memory(&tributary, READ).await
        },
        arrow_cpp(&tributary, READ).await,
        duckdb(&format!("SELECT * FROM read_parquet('{folder}/*.parquet')")),
    ];
    figures.extend(compare("read", &tributary, READ, read).await);
    figures
}

async fn memory(tributary: &Server, sql: &str) -> Reference {
    Reference {
        name: "arrow-flight, same batches in memory",
        goal: OF_BARE,
        server: Server::bare_with_rows_of(tributary, sql).await,
    }
}

async fn arrow_cpp(tributary: &Server, sql: &str) -> Reference {
    let ticket = tributary.ticket(sql).await;
    Reference {
        name: "Arrow C++ Flight, same batches in memory",
        goal: None,
        server: Server::python("peers.py", &["memory", &tributary.url, &ticket]),
    }
}

fn duckdb(sql: &str) -> Reference {
    Reference {
        name: "DuckDB behind Arrow C++ Flight",
        goal: OF_DUCKDB,
        server: Server::python("peers.py", &["duckdb", sql]),
    }
}

/// Asks all servers in turn, so that what else the machine does meets all of them.
async fn compare(
    what: &str,
    tributary: &Server,
    sql: &str,
    references: Vec<Reference>,
) -> Vec<Figure> {
    let mut own = (Client::connect(&tributary.url).await, Vec::new());
    let mut others = Vec::new();
    for reference in &references {
        others.push((Client::connect(&reference.server.url).await, Vec::new()));
    }
    for run in 0..=RUNS {
        let received = own.0.query(sql).await;
        check(&received);
        own.1.push(received);
        for (client, all) in &mut others {
            let received = client.read().await;
            check(&received);
            all.push(received);
        }
        if run == 0 {
            own.1.clear();
            others.iter_mut().for_each(|(_, all)| all.clear());
        }
    }
    let figure = |(reference, (_, theirs)): (&Reference, &(Client, Vec<Received>))| {
        let pairs = own.1.iter().zip(theirs);
        let ratio = median(pairs.map(|(own, it)| it.took.as_secs_f64() / own.took.as_secs_f64()));
        Figure {
            what: format!("10 M rows {what}, against {}", reference.name),
            tributary: rate(&own.1),
            reference: rate(theirs),
            ratio: Some(ratio),
            goal: reference.goal.map(|(least, text)| Goal {
                text: text.to_owned(),
                reached: ratio >= least,
            }),
        }
    };
    references.iter().zip(&others).map(figure).collect()
}

/// Other rows would make the comparison void.
fn check(received: &Received) {
    let sum = (ROWS * (ROWS + 1) / 2) as i64;
    let Received { rows, sum: got, .. } = *received;
    assert_eq!(
        (rows, got),
        (ROWS, sum),
        "rows, and the sum of their numbers"
    );
}

fn rate(runs: &[Received]) -> String {
    let times: Vec<_> = runs.iter().map(|it| it.took).collect();
    let took = median(seconds(&times));
    let (rows, bytes) = (runs[0].rows as f64, runs[0].bytes as f64);
    format!(
        "{:.1} M rows/s, {:.0} MB/s",
        rows / took / 1e6,
        bytes / took / 1e6
    )
}

/// Sales with the types that fact tables have, in order of their numbers.
async fn write_table(root: &Path) -> u64 {
    let config = Config {
        warehouse: Some(root.to_str().unwrap().to_owned()),
        ..Config::default()
    };
    let engine = Engine::open(&config, Clock::System).await.unwrap();
    let folder = root.join(TABLE);
    fs::create_dir(&folder).unwrap();
    let mut bytes = 0;
    let rows = ROWS / FILES;
    for file in 0..FILES {
        let (first, last) = (file * rows + 1, (file + 1) * rows);
        let sql = format!(
            "SELECT value AS sale_id,
                'c' || (value * 7919 % 1000003) AS customer_id,
                arrow_cast(1767225600000000 + value * 1000003, 'Timestamp(Microsecond, Some(\"UTC\"))') AS sold_at,
                's' || (value % 53) AS store_id,
                CASE WHEN value % 7 = 0 THEN NULL ELSE 'a' || (value % 211) END AS agent_id,
                'EUR' AS currency,
                CAST(value * 31 % 100003 AS DECIMAL(18, 2)) AS total,
                value % 5 + 1 AS quantity
            FROM generate_series({first}, {last})"
        );
        let session = engine.session();
        let mut batches = session.sql(&sql).await.unwrap();
        let path = folder.join(format!("part-{file:02}.parquet"));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(262_144))
            .build();
        let output = File::create(&path).unwrap();
        let mut writer = ArrowWriter::try_new(output, batches.schema(), Some(properties)).unwrap();
        while let Some(batch) = batches.next().await {
            writer.write(&batch.unwrap()).unwrap();
        }
        writer.close().unwrap();
        bytes += fs::metadata(&path).unwrap().len();
    }
    bytes
}
