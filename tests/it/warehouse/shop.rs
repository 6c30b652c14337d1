use std::{path::Path, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, Decimal128Array, RecordBatch, StringArray, TimestampMicrosecondArray},
        datatypes::{DataType, Field, Schema},
        util::display::{ArrayFormatter, FormatOptions},
    },
    common::Result,
    physical_plan::common::collect,
};
use parquet::arrow::ArrowWriter;
use tempfile::TempDir;
use tributary::{
    clock::Clock,
    config::Config,
    engine::{Engine, Session},
    warehouse::{delta, location::Location},
};

/// A warehouse in a temporary folder, with an engine that was opened when it was still empty.
pub(crate) struct Shop {
    folder: TempDir,
    pub(crate) session: Session,
}

impl Shop {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let session = open(&folder).await.unwrap().session();
        Self { folder, session }
    }

    /// A session of an engine that lists the tables again.
    pub(crate) async fn reopened(&self) -> Session {
        open(&self.folder).await.unwrap().session()
    }

    pub(crate) async fn open(&self) -> Result<Engine> {
        open(&self.folder).await
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn folder(&self, name: &str) {
        std::fs::create_dir_all(self.folder.path().join(name)).unwrap();
    }

    /// Writes a Parquet file at a path such as `orders/channel=web/a.parquet`.
    pub(crate) fn parquet(&self, path: &str, batch: &RecordBatch) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = std::fs::File::create(path).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(batch).unwrap();
        writer.close().unwrap();
    }

    /// Appends to the Delta table of that name, which need not exist.
    pub(crate) async fn append_delta(&self, table: &str, batch: RecordBatch) {
        let mut stored = delta::unloaded(&self.location(table)).unwrap();
        // There is nothing to load before the first write.
        let _ = stored.load().await;
        stored.write([batch]).await.unwrap();
    }

    pub(crate) fn location(&self, table: &str) -> Location {
        self.root().folder(table).unwrap()
    }

    pub(crate) fn root(&self) -> Location {
        let root = self.folder.path().to_str().unwrap();
        Location::open(root, &Default::default()).unwrap()
    }

    /// The rows of a query, values joined by a bar.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<String> {
        rows(&self.session, sql).await
    }

    /// The message of a query that must be refused.
    pub(crate) async fn refusal(&self, sql: &str) -> String {
        let error = match self.session.sql(sql).await {
            Ok(stream) => collect(stream).await.unwrap_err(),
            Err(error) => error,
        };
        error.to_string()
    }

    /// The physical plan of a query, as EXPLAIN prints it.
    pub(crate) async fn explain(&self, sql: &str) -> String {
        self.rows(&format!("explain format indent {sql}"))
            .await
            .join("\n")
    }
}

async fn open(folder: &TempDir) -> Result<Engine> {
    let config = Config {
        warehouse: Some(folder.path().to_str().unwrap().to_owned()),
        threads: std::num::NonZeroUsize::new(2),
        ..Config::default()
    };
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    Engine::open(&config, Clock::Fixed(now)).await
}

pub(crate) async fn rows(session: &Session, sql: &str) -> Vec<String> {
    let stream = session
        .sql(sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}\n{error}"));
    let batches = collect(stream)
        .await
        .unwrap_or_else(|error| panic!("{sql}\n{error}"));
    batches.iter().flat_map(lines).collect()
}

pub(crate) fn lines(batch: &RecordBatch) -> Vec<String> {
    let options = FormatOptions::default().with_null("NULL");
    let columns = batch.columns().iter();
    let columns: Vec<_> = columns
        .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
        .collect();
    let line = |row| {
        let values = columns.iter().map(|column| column.value(row).to_string());
        values.collect::<Vec<_>>().join("|")
    };
    (0..batch.num_rows()).map(line).collect()
}

pub(crate) fn text<const N: usize>(values: [&str; N]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

/// Instants of the UTC zone in RFC 3339.
pub(crate) fn instants<const N: usize>(values: [&str; N]) -> ArrayRef {
    let at = |value: &str| value.parse::<jiff::Timestamp>().unwrap().as_microsecond();
    let values = TimestampMicrosecondArray::from_iter_values(values.map(at));
    Arc::new(values.with_timezone("UTC"))
}

/// Exact amounts, given in units of the last decimal.
pub(crate) fn decimals<const N: usize>(scale: i8, values: [i128; N]) -> ArrayRef {
    let values = Decimal128Array::from_iter_values(values);
    Arc::new(values.with_precision_and_scale(18, scale).unwrap())
}

/// Rows of named columns, any of which may be NULL.
pub(crate) fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let fields = columns
        .iter()
        .map(|(name, column)| Field::new(*name, column.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    RecordBatch::try_new(schema, columns).unwrap()
}

/// Two orders of August 2026 with the required columns, some replaced and some added.
pub(crate) fn orders(others: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let mut columns = vec![
        ("order_id", text(["1", "2"])),
        ("customer_id", text(["a", "b"])),
        (
            "ordered_at",
            instants(["2026-08-01T10:00:00Z", "2026-08-02T10:00:00Z"]),
        ),
        ("currency", text(["EUR", "EUR"])),
        ("total", decimals(2, [1050, 700])),
    ];
    for (name, column) in others {
        match columns.iter_mut().find(|(known, _)| *known == name) {
            Some(known) => known.1 = column,
            None => columns.push((name, column)),
        }
    }
    batch(columns)
}

/// The two orders without one of their columns.
pub(crate) fn orders_without(name: &str) -> RecordBatch {
    let orders = orders(vec![]);
    let (idx, _) = orders.schema().column_with_name(name).unwrap();
    let mut orders = orders;
    orders.remove_column(idx);
    orders
}

/// A column of NULLs of the type that nothing is known about.
pub(crate) fn nothing(count: usize) -> ArrayRef {
    datafusion::arrow::array::new_null_array(&DataType::Null, count)
}
