//! Which column of a file becomes which column of the table.

use std::collections::HashSet;

use datafusion::{
    arrow::datatypes::{DataType, Schema},
    common::{Result, plan_datafusion_err, plan_err},
};

use super::{coerce, source::Origin};
use crate::warehouse::contract::{Column, Kind, Presence, Table};

/// The contract column that says that the event time of a row is only a date.
pub(super) const DATE_ONLY: &str = "date_only";

/// A column of the table, and where a file has it.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Name in the table.
    pub(super) name: String,
    /// Position in the file; `None` reads as NULL.
    pub(super) source: Option<usize>,
    /// The contract's column; `None` for a column of the file's own.
    pub(super) column: Option<&'static Column>,
    /// The type it is stored in.
    pub(super) data_type: DataType,
    /// Whether the file has it in a type of its own, which is not the stored one: a value that
    /// does not fit is then no slip of one row, but of the file.
    pub(super) has_changed: bool,
}

/// The columns of a file as the table wants them.
#[derive(Debug, Clone)]
pub(super) struct Targets {
    pub(super) columns: Vec<Target>,
    /// Position in the file of the column that says which rows are to be removed.
    pub(super) deleted_when: Option<usize>,
}

/// The columns of the table that a file has: mapped ones, then those of the contract's names,
/// then all others under a lower-case name.
///
/// # Arguments
/// `deleted_when`: the column that says which rows are to be removed, which is not stored unless
/// the contract has it; a file with it may lack required columns.
///
/// # Errors
/// A plan error for a mapping that fits no column, for a missing required column, for a type
/// that the contract cannot take, and for two columns of one name.
pub(super) fn resolve(
    table: &'static Table,
    mapping: &[(String, String)],
    deleted_when: Option<&str>,
    file: &Origin,
) -> Result<Targets> {
    let mut targets = Vec::new();
    let mut used = HashSet::new();
    let deleted_when = deleted_when
        .map(|name| tombstone(mapping, name, file))
        .transpose()?;
    let is_contract = |name: &str| table.column(name).is_some();
    let deleted_name = deleted_when.map(|source| file.schema.field(source).name().to_lowercase());
    used.extend(deleted_when.filter(|_| !deleted_name.as_deref().is_some_and(is_contract)));
    for (target, name) in mapping {
        let source = find(file, name).ok_or_else(|| {
            plan_datafusion_err!(
                "import: expected the mapped column {name} in {}, found {}",
                file.name,
                file.column_names()
            )
        })?;
        if !is_name(target) {
            return plan_err!("import: expected a name of a-z, 0-9 and _ to map to, got {target}");
        }
        if Some(source) == deleted_when && !is_contract(target) {
            continue;
        }
        used.insert(source);
        targets.push(target_of(table, target.clone(), Some(source), file)?);
    }
    for column in table.columns {
        if mapping.iter().any(|(target, _)| target == column.name) {
            continue;
        }
        let source = find(file, column.name).filter(|source| !used.contains(source));
        if source.is_none() && !(column.is_required() || table.key.contains(&column.name)) {
            continue;
        }
        // A file of JSON lines without any member has no columns: its rows lack the values.
        let may_lack = file.schema.fields().is_empty()
            || deleted_when.is_some() && !table.key.contains(&column.name);
        if source.is_none() && column.is_required() && !may_lack {
            return plan_err!(
                "{}: expected the required column {} in {}, found {} (map another column to it)",
                table.name,
                column.name,
                file.name,
                file.column_names()
            );
        }
        used.extend(source);
        targets.push(target_of(table, column.name.to_owned(), source, file)?);
    }
    for source in (0..file.schema.fields().len()).filter(|source| !used.contains(source)) {
        let name = plain_name(file.schema.field(source).name(), source);
        targets.push(target_of(table, name, Some(source), file)?);
    }
    refuse_clashes(table, &targets, file)?;
    Ok(Targets {
        columns: targets,
        deleted_when,
    })
}

/// The column of the file that says which rows are to be removed.
fn tombstone(mapping: &[(String, String)], name: &str, file: &Origin) -> Result<usize> {
    let mapped = mapping.iter().find(|(target, _)| target == name);
    let source = find(file, mapped.map_or(name, |(_, source)| source)).ok_or_else(|| {
        plan_datafusion_err!(
            "import: expected the column {name}, which says what is deleted, in {}, found {}",
            file.name,
            file.column_names()
        )
    })?;
    let found = file.schema.field(source).data_type();
    match coerce::accepts(Kind::Flag, found) || coerce::accepts(Kind::Instant, found) {
        true => Ok(source),
        false => plan_err!(
            "import: expected {name} in {} as true and false, or as a time, got {found}",
            file.name
        ),
    }
}

/// Gives a column outside the contract one type in all files: the stored one, else the one that
/// all files agree on, else text.
pub(super) fn settle_types(files: &mut [Targets], stored: Option<&Schema>) -> Result<()> {
    let mut settled: Vec<(String, DataType)> = Vec::new();
    for target in files
        .iter()
        .flat_map(|file| &file.columns)
        .filter(|target| target.column.is_none())
    {
        match settled.iter_mut().find(|(name, _)| *name == target.name) {
            Some((_, data_type)) if *data_type != target.data_type => *data_type = DataType::Utf8,
            Some(_) => {}
            None => settled.push((target.name.clone(), target.data_type.clone())),
        }
    }
    for field in stored.into_iter().flat_map(|schema| schema.fields()) {
        let same = |name: &str| name.eq_ignore_ascii_case(field.name());
        let Some((name, data_type)) = settled.iter_mut().find(|(name, _)| same(name)) else {
            continue;
        };
        if name != field.name() {
            return plan_err!(
                "import: expected the stored column {}, got {name}: Delta tells no case apart",
                field.name()
            );
        }
        *data_type = field.data_type().clone();
    }
    for target in files.iter_mut().flat_map(|file| &mut file.columns) {
        if target.column.is_some() {
            // Another writer may have chosen another type for a column of the contract.
            if let Some(Ok(field)) = stored.map(|schema| schema.field_with_name(&target.name)) {
                target.data_type = field.data_type().clone();
            }
        } else if let Some((_, data_type)) = settled.iter().find(|(name, _)| *name == target.name) {
            // Text has no type of its own: there a bad value is one row's.
            target.has_changed = target.data_type != DataType::Utf8
                && stored.is_some_and(|schema| schema.field_with_name(&target.name).is_ok())
                && target.data_type != *data_type;
            target.data_type = data_type.clone();
        }
    }
    Ok(())
}

/// What the types of a file lose.
pub(super) fn warnings(table: &Table, targets: &Targets, file: &Origin) -> Vec<String> {
    let rounded = targets.columns.iter().filter(|target| {
        let data_type = target
            .source
            .map(|source| file.schema.field(source).data_type());
        target
            .column
            .zip(data_type)
            .is_some_and(|(column, data_type)| coerce::rounds(column.kind, data_type))
    });
    rounded
        .map(|target| {
            format!(
                "{}: {} in {} is floating-point, amounts were rounded to {}",
                table.name, target.name, file.name, target.data_type
            )
        })
        .collect()
}

fn target_of(
    table: &'static Table,
    name: String,
    source: Option<usize>,
    file: &Origin,
) -> Result<Target> {
    let column = table.column(&name);
    let found = source.map_or(&DataType::Null, |source| {
        file.schema.field(source).data_type()
    });
    let data_type = match column {
        Some(column) if coerce::accepts(column.kind, found) => Some(column.kind.data_type()),
        Some(_) => None,
        None => coerce::storable(found),
    };
    match data_type {
        Some(data_type) => Ok(Target {
            name,
            source,
            column,
            data_type,
            has_changed: false,
        }),
        None => plan_err!(
            "{}: expected {} in {} as {} or text, got {found}",
            table.name,
            name,
            file.name,
            column.map_or("a type that Delta has".into(), |column| column
                .kind
                .data_type()
                .to_string())
        ),
    }
}

/// A column by its exact name, else by its name in any case.
fn find(file: &Origin, name: &str) -> Option<usize> {
    let fields = file.schema.fields();
    let by =
        |same: fn(&str, &str) -> bool| fields.iter().position(|field| same(field.name(), name));
    by(|found, name| found == name).or_else(|| by(str::eq_ignore_ascii_case))
}

fn refuse_clashes(table: &Table, targets: &[Target], file: &Origin) -> Result<()> {
    let mut seen = HashSet::new();
    match targets.iter().find(|target| !seen.insert(&target.name)) {
        None => Ok(()),
        Some(target) => plan_err!(
            "{}: expected one column for {} in {}, found several among {} (map one to another name)",
            table.name,
            target.name,
            file.name,
            file.column_names()
        ),
    }
}

/// Whether a name needs no quotes in SQL.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// A name that needs no quotes in SQL.
fn plain_name(name: &str, position: usize) -> String {
    let plain: String = name
        .trim()
        .chars()
        .map(|c| match c.is_ascii_alphanumeric() {
            true => c.to_ascii_lowercase(),
            false => '_',
        })
        .collect();
    match plain.chars().next() {
        None => format!("column_{}", position + 1),
        Some(first) if first.is_ascii_digit() => format!("_{plain}"),
        Some(_) => plain,
    }
}

impl Target {
    /// Whether a row without a value here is bad.
    pub(super) fn needs_value(&self) -> bool {
        self.column
            .is_some_and(|column| column.presence == Presence::Required)
    }
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn names_become_plain() {
        for (name, plain) in [
            ("Notes", "notes"),
            (" Gross total (€) ", "gross_total____"),
            ("2nd", "_2nd"),
            ("", "column_4"),
        ] {
            assert_eq!(plain_name(name, 3), plain);
        }
    }
}
