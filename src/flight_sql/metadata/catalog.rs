//! Catalogs, schemas and tables.
//!
//! arrow-flight's builders know the rules: an absent catalog means any, an empty one none,
//! patterns are LIKE with a backslash as escape, rows are sorted. Names are listed without
//! opening any table; with `include_schema` only those tables are opened that passed the filters.

use arrow_flight::{
    error::FlightError,
    sql::{
        CommandGetCatalogs, CommandGetDbSchemas, CommandGetTableTypes, CommandGetTables,
        metadata::GetCatalogsBuilder,
    },
};
use datafusion::{
    arrow::{
        array::{AsArray, RecordBatch, StringArray},
        datatypes::{Schema, SchemaRef},
    },
    catalog::CatalogProvider,
    common::{DataFusionError, Result, internal_datafusion_err},
    datasource::TableType,
    execution::SessionState,
};
use futures::{StreamExt, stream};

use super::column;
use crate::{
    engine::Session,
    query::{catalog::CATALOG, definitions::Definitions},
};

const TABLE: &str = "TABLE";
const VIEW: &str = "VIEW";
/// Opening a table waits for storage; a few waits at once do not load it.
const OPENED_AT_ONCE: usize = 8;

pub(super) fn catalogs() -> GetCatalogsBuilder {
    let mut builder = CommandGetCatalogs {}.into_builder();
    builder.append(CATALOG);
    builder
}

pub(super) fn table_types() -> Result<RecordBatch, FlightError> {
    let mut builder = CommandGetTableTypes {}.into_builder();
    builder.append(TABLE);
    builder.append(VIEW);
    builder.build()
}

pub(super) fn db_schemas(
    command: CommandGetDbSchemas,
    state: &SessionState,
) -> Result<RecordBatch, FlightError> {
    let mut builder = command.into_builder();
    if let Some(catalog) = state.catalog_list().catalog(CATALOG) {
        for schema in catalog.schema_names() {
            builder.append(CATALOG, schema);
        }
    }
    builder.build()
}

pub(super) async fn tables(command: CommandGetTables, session: &Session) -> Result<RecordBatch> {
    let (state, definitions) = (session.query_state()?, session.definitions());
    let catalog = state.catalog_list().catalog(CATALOG);
    let catalog = catalog.ok_or_else(|| internal_datafusion_err!("the catalog is missing"))?;
    let include_schema = command.include_schema;
    let names = CommandGetTables {
        include_schema: false,
        ..command
    };
    let found = table_names(names, catalog.as_ref()).await?;
    if !include_schema {
        return Ok(found);
    }
    let [schemas, tables, types] = [1, 2, 3].map(|column| found.column(column).as_string::<i32>());
    let names = schemas.iter().flatten().zip(tables.iter().flatten());
    let opening: Vec<_> = names
        .map(|(schema, table)| table_schema(catalog.as_ref(), &definitions, schema, table))
        .collect();
    let opened: Vec<SchemaRef> = stream::iter(opening)
        .buffered(OPENED_AT_ONCE)
        .collect()
        .await;
    let mut builder = CommandGetTables {
        include_schema,
        ..CommandGetTables::default()
    }
    .into_builder();
    let value = |column: &StringArray, row| column.value(row).to_owned();
    for (row, table_schema) in opened.iter().enumerate() {
        let (schema, table) = (value(schemas, row), value(tables, row));
        let table_type = value(types, row);
        let appended = builder.append(CATALOG, schema, table, table_type, table_schema);
        appended.map_err(external)?;
    }
    builder.build().map_err(external)
}

async fn table_names(
    command: CommandGetTables,
    catalog: &dyn CatalogProvider,
) -> Result<RecordBatch> {
    let mut builder = command.into_builder();
    for name in catalog.schema_names() {
        let Some(schema) = catalog.schema(&name) else {
            continue;
        };
        for table in schema.table_names() {
            // A table that is gone since it was listed is not listed.
            if let Some(table_type) = schema.table_type(&table).await? {
                let table_type = match table_type {
                    TableType::Base | TableType::Temporary => TABLE,
                    TableType::View => VIEW,
                };
                let appended = builder.append(CATALOG, &name, table, table_type, &Schema::empty());
                appended.map_err(external)?;
            }
        }
    }
    builder.build().map_err(external)
}

/// A table that cannot be opened has no columns: one broken file must not hide every table.
async fn table_schema(
    catalog: &dyn CatalogProvider,
    definitions: &Definitions,
    schema: &str,
    table: &str,
) -> SchemaRef {
    let opened = match catalog.schema(schema) {
        Some(provider) => provider.table(table).await,
        None => Ok(None),
    };
    match opened {
        Ok(Some(opened)) => column::table_schema(definitions, schema, table, &opened.schema()),
        Ok(None) => Schema::empty().into(),
        Err(error) => {
            tracing::warn!(%schema, %table, %error, "a table cannot be listed with its columns");
            Schema::empty().into()
        }
    }
}

fn external(error: FlightError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_trait::async_trait;
    use datafusion::catalog::{MemoryCatalogProvider, SchemaProvider, TableProvider};

    use super::*;

    /// A schema of one table that must not be opened.
    #[derive(Debug)]
    struct Closed;

    #[async_trait]
    impl SchemaProvider for Closed {
        fn table_names(&self) -> Vec<String> {
            vec!["orders".to_owned()]
        }

        async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
            panic!("{name} was opened");
        }

        async fn table_type(&self, _name: &str) -> Result<Option<TableType>> {
            Ok(Some(TableType::Base))
        }

        fn table_exist(&self, name: &str) -> bool {
            name == "orders"
        }
    }

    #[test]
    fn item_05_names_are_listed_without_opening_tables() {
        let catalog = MemoryCatalogProvider::new();
        catalog.register_schema("public", Arc::new(Closed)).unwrap();
        let listed = table_names(CommandGetTables::default(), &catalog);
        let listed = futures::executor::block_on(listed).unwrap();
        assert_eq!(listed.column(2).as_string::<i32>().value(0), "orders");
    }
}
