//! Values inside JSON text: `json_text` and `json_array`, which take a path.
//!
//! Look here for what a path says (`path`) and what becomes of the value it leads to. Imports keep
//! nested values of JSON lines as text; these functions reach into it. A column stays text: there is
//! no JSON type, so that no client has to know one.

mod json_array;
mod json_text;
mod path;

use std::collections::{HashMap, hash_map::Entry};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef},
        datatypes::DataType,
    },
    common::{Result, cast::as_string_array, plan_err},
    logical_expr::{DocSection, ScalarFunctionArgs},
};

use self::path::Path;
pub use self::{json_array::json_array_udf, json_text::json_text_udf};

/// The section of these functions in lists.
const JSON_FUNCTIONS: DocSection = DocSection {
    include: true,
    label: "JSON Functions",
    description: None,
};

/// What the documentation of each function says of its path.
const PATH: &str = "VARCHAR, from the outermost value inwards: `customer.emails[0].email`. `[0]` is \
                    the first element of an array and `[-1]` the last; `[key=size]` is the first \
                    element that is an object whose member `key` is `size`; `[\"a.b\"]` is a member \
                    whose name has a dot or a bracket.";

/// Two columns of text, whatever their string type was.
fn two_texts(function: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    let is_text = |data_type: &DataType| data_type.is_string() || data_type.is_null();
    match types {
        [json, path] if is_text(json) && is_text(path) => Ok(vec![DataType::Utf8; 2]),
        _ => plan_err!("{function}: expected (VARCHAR, VARCHAR), got {types:?}"),
    }
}

/// Calls `append` for each row with the text and its path, if there is one to take; `None` where
/// one of them is NULL.
fn each_row(
    function: &str,
    args: &ScalarFunctionArgs,
    mut append: impl FnMut(Option<(&str, Option<&Path>)>),
) -> Result<()> {
    let columns = args.args.iter().map(|arg| arg.to_array(args.number_rows));
    let columns: Vec<ArrayRef> = columns.collect::<Result<_>>()?;
    let (json, paths) = match columns.as_slice() {
        [json] => (json, None),
        [json, paths] => (json, Some(as_string_array(paths)?)),
        _ => return plan_err!("{function}: expected (VARCHAR, VARCHAR)"),
    };
    let mut parsed: HashMap<&str, Path> = HashMap::new();
    for (row, json) in as_string_array(json)?.iter().enumerate() {
        let Some(paths) = paths else {
            append(json.map(|json| (json, None)));
            continue;
        };
        let path = paths.is_valid(row).then(|| paths.value(row));
        let Some((json, text)) = json.zip(path) else {
            append(None);
            continue;
        };
        // Nearly always there is one path for all rows.
        let path = match parsed.entry(text) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Path::parse(function, text)?),
        };
        append(Some((json, Some(path))));
    }
    Ok(())
}
