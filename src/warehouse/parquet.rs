//! A table that is a folder of Parquet files, with or without hive partitions.
//!
//! Every footer is read when the table is opened, because a file that lacks a required column
//! must be an error that names it, not a run of NULLs. Footers are kept, and read again when their
//! file was replaced.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType, Field, Schema, SchemaRef},
    catalog::{Session, TableProvider},
    common::{Result, plan_datafusion_err, plan_err},
    datasource::{
        file_format::parquet::ParquetFormat,
        listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl},
        physical_plan::parquet::metadata::DFParquetMetadata,
    },
};
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectMeta;

use super::{
    conform::warn_of_rounding,
    contract::{
        self,
        coercion::{is_rounded, wider},
    },
    listed::Listed,
    listing::{EXTENSION, Listing},
    location::Location,
    partitions::{self, PartitionColumn},
};

/// Footers fetched at the same time; object stores answer in tens of milliseconds each.
const CONCURRENT_FOOTERS: usize = 32;

/// Opens a folder of Parquet files; contract columns have the contract's types, but for days.
///
/// # Errors
/// A plan error that names table, column and file for a missing required column or a type that
/// cannot stand for a column; an object store error when a footer cannot be read.
pub(super) async fn open(
    session: &dyn Session,
    folder: &Location,
    name: &str,
    listing: Listing,
) -> Result<Arc<dyn TableProvider>> {
    let url = ListingTableUrl::try_new(folder.url().clone(), None)?;
    let root = url.prefix().clone();
    let files = listing.files;
    let partitions = partitions::columns(name, &folder.path(""), &files)?;
    forget_replaced(session, &files);
    let schemas: Vec<(ObjectMeta, Schema)> = futures::stream::iter(files.clone())
        .map(|file| footer(session, folder, file))
        .buffered(CONCURRENT_FOOTERS)
        .try_collect()
        .await?;

    let schema = table_schema(name, &schemas, &partitions)?;
    let format = ParquetFormat::new().with_options(session.default_table_options().parquet);
    let options = ListingOptions::new(Arc::new(format))
        .with_file_extension(EXTENSION)
        .with_table_partition_cols(
            partitions
                .into_iter()
                .map(|column| (column.name, column.data_type))
                .collect(),
        );
    let config = ListingTableConfig::new(url)
        .with_listing_options(options)
        .with_schema(schema);
    let table = ListingTable::try_new(config)?;
    Ok(Arc::new(Listed::new(table, root, files)))
}

/// Drops the footers of files that were replaced: the cache compares size and time, and stores
/// tell the time in seconds.
fn forget_replaced(session: &dyn Session, files: &[ObjectMeta]) {
    let footers = &session
        .runtime_env()
        .cache_manager
        .get_file_metadata_cache();
    for file in files {
        let kept = footers.get(&file.location);
        if kept.is_some_and(|kept| kept.meta.e_tag != file.e_tag) {
            footers.remove(&file.location);
        }
    }
}

async fn footer(
    session: &dyn Session,
    folder: &Location,
    file: ObjectMeta,
) -> Result<(ObjectMeta, Schema)> {
    let cache = session
        .runtime_env()
        .cache_manager
        .get_file_metadata_cache();
    let schema = DFParquetMetadata::new(folder.store().as_ref(), &file)
        .with_file_metadata_cache(Some(cache))
        .fetch_schema()
        .await
        .map_err(|error| error.context(format!("file {}", file.location)))?;
    Ok((file, schema))
}

/// The columns of all files, contract columns in the contract's types, but for days.
fn table_schema(
    name: &str,
    files: &[(ObjectMeta, Schema)],
    partitions: &[PartitionColumn],
) -> Result<SchemaRef> {
    let table = contract::Table::named(name);
    let mut fields: Vec<Field> = Vec::new();
    for (file, schema) in files {
        let path = &file.location;
        if let Some(table) = table {
            require_columns(table, schema, partitions, path.as_ref())?;
        }
        for field in schema.fields() {
            if partitions.iter().any(|column| column.name == *field.name()) {
                continue;
            }
            let data_type = seen_as(table, field, path.as_ref())?;
            match fields.iter_mut().find(|seen| seen.name() == field.name()) {
                None => fields.push(Field::new(field.name(), data_type, true)),
                Some(seen) => {
                    let both = wider(seen.data_type(), &data_type).ok_or_else(|| {
                        plan_datafusion_err!(
                            "table {name}: column {} is {} in other files, got {data_type} in file {path}",
                            field.name(),
                            seen.data_type()
                        )
                    })?;
                    *seen = Field::new(field.name(), both, true);
                }
            }
        }
    }
    Ok(Arc::new(Schema::new(fields)))
}

fn require_columns(
    table: &contract::Table,
    schema: &Schema,
    partitions: &[PartitionColumn],
    path: &str,
) -> Result<()> {
    for column in table.columns.iter().filter(|column| column.is_required()) {
        let in_path = partitions
            .iter()
            .any(|partition| partition.name == column.name);
        if !in_path && schema.index_of(column.name).is_err() {
            let found: Vec<_> = schema
                .fields()
                .iter()
                .map(|field| field.name().as_str())
                .collect();
            return plan_err!(
                "table {}: required column {} is missing in file {path}, which has {}",
                table.name,
                column.name,
                found.join(", ")
            );
        }
    }
    Ok(())
}

fn seen_as(table: Option<&contract::Table>, field: &Field, path: &str) -> Result<DataType> {
    let stored = field.data_type();
    let Some((table, column)) = table.and_then(|table| Some((table, table.column(field.name())?)))
    else {
        return Ok(match stored {
            DataType::Utf8View | DataType::LargeUtf8 => DataType::Utf8,
            DataType::BinaryView | DataType::LargeBinary => DataType::Binary,
            other => other.clone(),
        });
    };
    let seen = column.kind.seen_as(stored).ok_or_else(|| {
        plan_datafusion_err!(
            "table {}: column {} must be {}, got {stored} in file {path}",
            table.name,
            column.name,
            column.kind.data_type()
        )
    })?;
    if is_rounded(stored, &seen) {
        warn_of_rounding(table, column, stored);
    }
    // A day stays a day until the table is made to obey the contract, which tells the two apart.
    let is_day = matches!(stored, DataType::Date32 | DataType::Date64);
    Ok(if is_day { DataType::Date32 } else { seen })
}
