//! Hive partitions: `orders/channel=web/part-0.parquet` has a column `channel`.

use datafusion::{
    arrow::datatypes::DataType,
    common::{Result, plan_err},
};
use object_store::{ObjectMeta, path::Path};

use super::contract;

/// A column whose value is in the path of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PartitionColumn {
    pub(super) name: String,
    pub(super) data_type: DataType,
}

/// The partition columns of a table, outermost first.
///
/// A contract column has the contract's type; another one is a date or a whole number when all
/// its values are, and text otherwise.
///
/// # Errors
/// A plan error when two files are partitioned by different columns.
pub(super) fn columns(
    table: &str,
    root: &Path,
    files: &[ObjectMeta],
) -> Result<Vec<PartitionColumn>> {
    let mut paths = files.iter().map(|file| (file, pairs(root, &file.location)));
    let Some((_, first)) = paths.next() else {
        return Ok(Vec::new());
    };
    let names: Vec<String> = first.iter().map(|(name, _)| name.clone()).collect();
    let mut values: Vec<Vec<String>> = first.into_iter().map(|(_, value)| vec![value]).collect();
    for (file, pairs) in paths {
        if !pairs.iter().map(|(name, _)| name).eq(&names) {
            let found: Vec<_> = pairs.iter().map(|(name, _)| name.as_str()).collect();
            return plan_err!(
                "table {table}: file {} must be partitioned by ({}) as the others, got ({})",
                file.location,
                names.join(", "),
                found.join(", ")
            );
        }
        for (column, (_, value)) in values.iter_mut().zip(pairs) {
            column.push(value);
        }
    }
    let contract = contract::Table::named(table);
    Ok(names
        .into_iter()
        .zip(values)
        .map(|(name, values)| {
            let declared = contract.and_then(|table| table.column(&name));
            let data_type =
                declared.map_or_else(|| inferred(&values), |column| column.kind.data_type());
            PartitionColumn { name, data_type }
        })
        .collect())
}

fn pairs(root: &Path, file: &Path) -> Vec<(String, String)> {
    let Some(below) = file.prefix_match(root) else {
        return Vec::new();
    };
    below
        .filter_map(|part| {
            let (name, value) = part.as_ref().split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        })
        .collect()
}

fn inferred(values: &[String]) -> DataType {
    let all = |is: fn(&str) -> bool| values.iter().all(|value| is(value));
    if all(|value| value.parse::<jiff::civil::Date>().is_ok()) {
        DataType::Date32
    } else if all(|value| value.parse::<i64>().is_ok()) {
        DataType::Int64
    } else {
        DataType::Utf8
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::DataType;

    use super::{ObjectMeta, Path, columns};

    fn files(paths: &[&str]) -> Vec<ObjectMeta> {
        let file = |path: &&str| ObjectMeta {
            location: Path::from(*path),
            last_modified: Default::default(),
            size: 1,
            e_tag: None,
            version: None,
        };
        paths.iter().map(file).collect()
    }

    #[test]
    fn values_tell_the_type() {
        let files = files(&[
            "shop/orders/day=2026-01-01/shard=1/channel=7/a.parquet",
            "shop/orders/day=2026-01-02/shard=x/channel=8/a.parquet",
        ]);
        let columns = columns("orders", &Path::from("shop/orders"), &files).unwrap();
        let types: Vec<_> = columns
            .iter()
            .map(|column| column.data_type.clone())
            .collect();
        assert_eq!(types, [DataType::Date32, DataType::Utf8, DataType::Utf8]);
    }

    #[test]
    fn files_must_agree() {
        let files = files(&["orders/a=1/x.parquet", "orders/b=1/x.parquet"]);
        let error = columns("orders", &Path::from("orders"), &files).unwrap_err();
        assert!(
            error.to_string().contains("must be partitioned by (a)"),
            "{error}"
        );
    }
}
