//! What drivers show about a column: type name, size, remarks, as field metadata.

use std::{collections::HashMap, sync::Arc};

use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};

use super::sql_type::SqlType;
use crate::{
    flight_sql::client_type::client_schema,
    query::{catalog::CATALOG, definitions::Definitions, glossary::meaning, view::DEFAULT_SCHEMA},
    warehouse::contract,
};

/// The schema of a table as clients see it, with metadata on every column.
///
/// # Arguments
/// `definitions`: the views that the asking session sees, whose words hold for their columns.
pub(super) fn table_schema(
    definitions: &Definitions,
    schema: &str,
    table: &str,
    columns: &Schema,
) -> SchemaRef {
    let contract = (schema == DEFAULT_SCHEMA).then(|| contract::Table::named(table));
    let contract = contract.flatten();
    let columns = client_schema(columns);
    let described = columns.fields().iter().map(|field| {
        let remarks = contract
            .and_then(|contract| contract.column(field.name()))
            .map(|column| column.meaning.to_owned())
            .or_else(|| of_metric_view(field))
            .or_else(|| meaning(definitions, schema, table, field.name()));
        describe(schema, table, field, remarks)
    });
    Arc::new(Schema::new_with_metadata(
        described.collect::<Vec<_>>(),
        columns.metadata().clone(),
    ))
}

/// What a metric view says of its column. That it is a measure comes first: who selects it as it is
/// gets an error, and tools show the remarks beside the name.
fn of_metric_view(field: &Field) -> Option<String> {
    let metadata = field.metadata();
    let description = metadata.get("tributary.description").cloned();
    match metadata.get("tributary.role").map(String::as_str) {
        Some("measure") => {
            let how = format!("measure: ask for MEASURE({})", field.name());
            Some(description.map_or(how.clone(), |description| format!("{how}; {description}")))
        }
        Some(_) => description,
        None => None,
    }
}

fn describe(schema: &str, table: &str, field: &Field, remarks: Option<String>) -> Field {
    let SqlType {
        name,
        precision,
        scale,
    } = SqlType::of(field.data_type());
    let number = |number: Option<i32>| number.map(|number| number.to_string());
    let entries = [
        ("CATALOG_NAME", Some(CATALOG.to_owned())),
        ("SCHEMA_NAME", Some(schema.to_owned())),
        ("TABLE_NAME", Some(table.to_owned())),
        ("TYPE_NAME", Some(name.to_owned())),
        ("PRECISION", number(precision)),
        ("SCALE", number(scale)),
        ("REMARKS", remarks),
        ("IS_AUTO_INCREMENT", Some("0".to_owned())),
        ("IS_READ_ONLY", Some("1".to_owned())),
        ("IS_SEARCHABLE", Some("1".to_owned())),
    ];
    let described = entries
        .into_iter()
        .filter_map(|(key, value)| Some((format!("ARROW:FLIGHT:SQL:{key}"), value?)));
    let metadata: HashMap<String, String> = field
        .metadata()
        .clone()
        .into_iter()
        .chain(described)
        .collect();
    field.clone().with_metadata(metadata)
}
