use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::RecordBatch,
        util::display::{ArrayFormatter, FormatOptions},
    },
    common::Result,
    prelude::{SessionConfig, SessionContext},
};
use parquet::arrow::ArrowWriter;
use tempfile::TempDir;
use tributary::warehouse::{
    delta,
    import::{ImportRequest, ImportSummary, import, quarantine},
    location::Location,
};

pub(crate) const QUARANTINE: &str = quarantine::FOLDER;

/// A warehouse, and a folder of files to import.
pub(crate) struct Shop {
    folder: TempDir,
    pub(crate) warehouse: Location,
    pub(crate) session: SessionContext,
}

impl Shop {
    pub(crate) fn new() -> Self {
        let config = SessionConfig::new().with_target_partitions(2);
        Self::with_session(SessionContext::new_with_config(config))
    }

    pub(crate) fn with_session(session: SessionContext) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = folder.path().join("warehouse");
        let warehouse = Location::open(url.to_str().unwrap(), &Default::default()).unwrap();
        Self {
            folder,
            warehouse,
            session,
        }
    }

    /// Writes a file to import.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn parquet(&self, name: &str, batch: &RecordBatch) -> PathBuf {
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(batch).unwrap();
        writer.close().unwrap();
        self.file(name, bytes)
    }

    pub(crate) async fn run(&self, request: &ImportRequest) -> Result<ImportSummary> {
        import(&self.session, &self.warehouse, request, &|_| {}).await
    }

    /// Imports files that must be accepted.
    pub(crate) async fn import(&self, table: &str, files: &[PathBuf]) -> ImportSummary {
        self.run(&request(table, files)).await.unwrap()
    }

    /// The message of an import that must be refused.
    pub(crate) async fn refusal(&self, request: &ImportRequest) -> String {
        self.run(request).await.unwrap_err().to_string()
    }

    pub(crate) async fn version(&self, table: &str) -> Option<u64> {
        let folder = self.warehouse.folder(table).unwrap();
        let table = delta::load(&folder).await.unwrap();
        table.map(|table| table.version().unwrap())
    }

    /// Rows of a stored table, values joined by a bar, in the order of the SQL.
    ///
    /// `sql` speaks of the table as `t`.
    pub(crate) async fn rows(&self, table: &str, sql: &str) -> Vec<String> {
        let folder = self.warehouse.folder(table).unwrap();
        let table = delta::load(&folder).await.unwrap().expect("a stored table");
        let state = self.session.state();
        table.update_datafusion_session(&state).unwrap();
        let provider = table
            .table_provider()
            .with_session(Arc::new(state))
            .await
            .unwrap();
        self.session.register_table("t", provider).unwrap();
        let rows = self.collect(sql).await;
        self.session.deregister_table("t").unwrap();
        rows
    }

    /// The result of a query, one text per row.
    pub(crate) async fn collect(&self, sql: &str) -> Vec<String> {
        let batches = self
            .session
            .sql(sql)
            .await
            .unwrap()
            .collect()
            .await
            .unwrap();
        batches.iter().flat_map(lines).collect()
    }

    /// Column, value and reason of everything in the quarantine, by row number.
    pub(crate) async fn quarantine(&self) -> Vec<String> {
        let sql = "SELECT row_number, column_name, value, reason FROM t \
                   ORDER BY file, row_number, column_name NULLS FIRST";
        self.rows(QUARANTINE, sql).await
    }
}

pub(crate) fn request(table: &str, files: &[impl AsRef<Path>]) -> ImportRequest {
    ImportRequest {
        table: table.to_owned(),
        files: files.iter().map(|file| file.as_ref().to_owned()).collect(),
        mapping: vec![],
        format: None,
        deleted_when: None,
        // What a file does to a table is the question here, not whether it is known.
        again: true,
        dry_run: false,
        imported_at: "2026-08-28T12:00:00Z".parse().unwrap(),
    }
}

/// Imported, unchanged, quarantined, superseded.
pub(crate) fn counts(summary: &ImportSummary) -> [u64; 4] {
    [
        summary.imported,
        summary.unchanged,
        summary.quarantined,
        summary.superseded,
    ]
}

fn lines(batch: &RecordBatch) -> Vec<String> {
    let options = FormatOptions::default().with_null("NULL");
    let columns: Vec<ArrayFormatter> = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
        .collect();
    (0..batch.num_rows())
        .map(|row| {
            let values: Vec<String> = columns
                .iter()
                .map(|column| column.value(row).to_string())
                .collect();
            values.join("|")
        })
        .collect()
}
