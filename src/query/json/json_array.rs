//! `json_array(json [, path])`: the elements of an array inside JSON text.

use std::sync::{Arc, LazyLock};

use datafusion::{
    arrow::{
        array::{ListBuilder, StringBuilder},
        datatypes::{DataType, Field},
    },
    common::Result,
    logical_expr::{
        ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
        Volatility,
    },
};

use super::{
    JSON_FUNCTIONS, PATH, each_row,
    path::{elements, text_of},
    two_texts,
};

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        JSON_FUNCTIONS,
        "Gives the elements of an array inside JSON text, each as `json_text` gives a value.\n\
         \n\
         `unnest` makes a row of each.\n\
         \n\
         Returns: LIST of VARCHAR; an element that is null is NULL.\n\
         \n\
         NULL: where the path does not lead to an array, where the text is no JSON, and when json or \
         path is NULL.\n\
         \n\
         Errors: at execution, for a path that is none (`json_array: argument path must be such as \
         items[0].price, [key=size].value or [\"a name\"], got items[`). At planning, for arguments \
         of other types (`json_array: expected (VARCHAR, VARCHAR), got [Int64, Utf8]`).",
        "json_array(json [, path])",
    )
    .with_argument("json", "VARCHAR, JSON text.")
    .with_argument("path", format!("{PATH} Default: the whole text is the array."))
    .with_sql_example(
        "```sql\n\
         > select json_text(item, 'sku') as sku, json_text(item, 'quantity') as quantity\n\
         \x20 from (\n\
         \x20     select unnest(json_array('[{\"sku\": \"tea\", \"quantity\": 2}, {\"sku\": \"cup\"}]')) as item\n\
         \x20 );\n\
         +-----+----------+\n\
         | sku | quantity |\n\
         +-----+----------+\n\
         | tea | 2        |\n\
         | cup | NULL     |\n\
         +-----+----------+\n\
         ```",
    )
    .with_related_udf("json_text")
    .build()
});

/// The scalar function `json_array`.
pub fn json_array_udf() -> ScalarUDF {
    ScalarUDF::from(JsonArray {
        signature: Signature::user_defined(Volatility::Immutable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct JsonArray {
    signature: Signature,
}

impl ScalarUDFImpl for JsonArray {
    fn name(&self) -> &str {
        "json_array"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [json] => {
                two_texts(self.name(), &[json.clone(), DataType::Utf8])?;
                Ok(vec![DataType::Utf8])
            }
            _ => two_texts(self.name(), types),
        }
    }

    fn return_type(&self, _types: &[DataType]) -> Result<DataType> {
        let element = Field::new_list_field(DataType::Utf8, true);
        Ok(DataType::List(Arc::new(element)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let mut lists = ListBuilder::new(StringBuilder::new());
        each_row(self.name(), &args, |row| {
            let found =
                row.and_then(|(json, path)| path.map_or(Some(json), |path| path.find(json)));
            let Some(elements) = found.and_then(elements) else {
                lists.append_null();
                return;
            };
            for element in elements {
                let element = Some(element.get()).filter(|element| *element != "null");
                lists.values().append_option(element.and_then(text_of));
            }
            lists.append(true);
        })?;
        Ok(ColumnarValue::Array(Arc::new(lists.finish())))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
