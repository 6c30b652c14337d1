//! `json_text(json, path)`: a value inside JSON text, as text.

use std::sync::{Arc, LazyLock};

use datafusion::{
    arrow::{array::StringBuilder, datatypes::DataType},
    common::Result,
    logical_expr::{
        ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
        Volatility,
    },
};

use super::{JSON_FUNCTIONS, PATH, each_row, path::text_of, two_texts};

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        JSON_FUNCTIONS,
        "Gives the value at the end of a path into JSON text.\n\
         \n\
         A string is given without its quotes, a number with the digits that it is written with, an \
         object or array as its JSON.\n\
         \n\
         Returns: VARCHAR.\n\
         \n\
         NULL: where the path leads nowhere or to a null, where the text is no JSON, and when json \
         or path is NULL.\n\
         \n\
         Errors: at execution, for a path that is none (`json_text: argument path must be such as \
         items[0].price, [key=size].value or [\"a name\"], got items[`). At planning, for arguments \
         of other types (`json_text: expected (VARCHAR, VARCHAR), got [Int64, Utf8]`).",
        "json_text(json, path)",
    )
    .with_argument("json", "VARCHAR, JSON text.")
    .with_argument("path", PATH)
    .with_sql_example(
        "```sql\n\
         > select json_text(event, 'items[0].price') as price, json_text(event, 'params[key=id].value') as id\n\
         \x20 from (values ('{\"items\": [{\"price\": 9.50}], \"params\": [{\"key\": \"id\", \"value\": \"s-1\"}]}')) as t (event);\n\
         +-------+-----+\n\
         | price | id  |\n\
         +-------+-----+\n\
         | 9.50  | s-1 |\n\
         +-------+-----+\n\
         ```",
    )
    .with_related_udf("json_array")
    .build()
});

/// The scalar function `json_text`.
pub fn json_text_udf() -> ScalarUDF {
    ScalarUDF::from(JsonText {
        signature: Signature::user_defined(Volatility::Immutable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct JsonText {
    signature: Signature,
}

impl ScalarUDFImpl for JsonText {
    fn name(&self) -> &str {
        "json_text"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        two_texts(self.name(), types)
    }

    fn return_type(&self, _types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let mut texts = StringBuilder::new();
        each_row(self.name(), &args, |row| {
            let found = row.and_then(|(json, path)| path?.find(json));
            texts.append_option(found.and_then(text_of));
        })?;
        Ok(ColumnarValue::Array(Arc::new(texts.finish())))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
