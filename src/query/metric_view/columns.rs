//! The columns of a metric view, with what clients are told about each.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::{
    bound::{BoundDimension, BoundMeasure},
    definition::Metrics,
};

pub(super) fn schema(
    metrics: &Metrics,
    dimensions: &[BoundDimension],
    measures: &[BoundMeasure],
) -> SchemaRef {
    let dimensions = metrics
        .dimensions
        .iter()
        .zip(dimensions)
        .map(|(written, bound)| {
            let role = [
                ("role", Some("dimension")),
                ("description", written.comment.as_deref()),
            ];
            field(&bound.name, &bound.data_type, &role)
        });
    let measures = measures.iter().map(|bound| {
        let role = [
            ("role", Some("measure")),
            ("additivity", Some(bound.additivity())),
            ("format", bound.format.as_deref()),
            ("description", bound.comment.as_deref()),
        ];
        field(&bound.name, &bound.data_type, &role)
    });
    Arc::new(Schema::new(dimensions.chain(measures).collect::<Vec<_>>()))
}

fn field(name: &str, data_type: &DataType, metadata: &[(&str, Option<&str>)]) -> Field {
    let metadata = metadata
        .iter()
        .filter_map(|(key, value)| Some((format!("tributary.{key}"), (*value)?.to_owned())));
    Field::new(name, data_type.clone(), true).with_metadata(metadata.collect())
}
