//! `report_currency()`: the currency that reports are in.

use std::sync::LazyLock;

use datafusion::{
    arrow::datatypes::DataType,
    common::{Result, ScalarValue},
    logical_expr::{
        ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
        Volatility, scalar_doc_sections::DOC_SECTION_OTHER,
    },
};

use crate::query::settings::Settings;

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "Names the currency that reports are in.\n\
         \n\
         Returns: `tributary.currency` as VARCHAR, an ISO 4217 code.\n\
         \n\
         NULL: never.\n\
         \n\
         Errors: at planning, when it is given an argument.",
        "report_currency()",
    )
    .with_sql_example(
        "```sql\n\
         > set tributary.currency = 'EUR';\n\
         > select report_currency() as currency;\n\
         +----------+\n\
         | currency |\n\
         +----------+\n\
         | EUR      |\n\
         +----------+\n\
         ```",
    )
    .with_related_udf("convert")
    .build()
});

/// The scalar function `report_currency`.
pub fn report_currency_udf() -> ScalarUDF {
    let signature = Signature::nullary(Volatility::Stable);
    ScalarUDF::from(ReportCurrency { signature })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct ReportCurrency {
    signature: Signature,
}

impl ScalarUDFImpl for ReportCurrency {
    fn name(&self) -> &str {
        "report_currency"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let currency = &Settings::of(&args.config_options)?.currency;
        Ok(ColumnarValue::Scalar(ScalarValue::from(currency.as_str())))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
