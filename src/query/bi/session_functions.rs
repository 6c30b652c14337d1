//! Where a session is, and whose it is: `current_database()`, `current_schema()`,
//! `current_user()`; and `version()`.
//!
//! The user is part of the function that a session gets, not one of its settings, so that nobody
//! can SET it.

use std::sync::Arc;

use datafusion::{
    DATAFUSION_VERSION,
    arrow::datatypes::DataType,
    common::{Result, ScalarValue},
    logical_expr::{
        ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
        Volatility, scalar_doc_sections::DOC_SECTION_OTHER,
    },
};

use crate::{query::catalog::CATALOG, security::Caller};

/// The functions of a session of this caller.
pub fn session_functions(caller: &Caller) -> [ScalarUDF; 4] {
    let version = concat!("Tributary ", env!("CARGO_PKG_VERSION"));
    let version = format!("{version} on DataFusion {DATAFUSION_VERSION}");
    [
        Function {
            name: "current_database",
            question: "Says in which database a session is.",
            aliases: &["current_catalog"],
            answer: Answer::Text(CATALOG.into()),
            returns: "the name of the only catalog",
            example: "tributary",
        },
        Function {
            name: "current_schema",
            question: "Says in which schema a session is.",
            aliases: &[],
            answer: Answer::Schema,
            returns: "the schema in which names without one are looked up: `public`, or the one of \
                      `USE`",
            example: "public",
        },
        Function {
            name: "current_user",
            question: "Says whose session it is.",
            // Not `user`, which is a likely name of a column and would hide it.
            aliases: &["session_user"],
            answer: Answer::Text(Arc::clone(&caller.user)),
            returns: "the name with which the client logged in; `anonymous` where a server has no \
                      login, `local` where the program itself reads the warehouse",
            example: "local",
        },
        Function {
            name: "version",
            question: "Says which engine answers.",
            aliases: &[],
            answer: Answer::Text(version.into()),
            returns: "the name and version of the engine",
            example: "Tributary",
        },
    ]
    .map(SessionFunction::new)
    .map(ScalarUDF::from)
}

struct Function {
    name: &'static str,
    question: &'static str,
    aliases: &'static [&'static str],
    answer: Answer,
    returns: &'static str,
    example: &'static str,
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum Answer {
    Text(Arc<str>),
    /// The schema of the session's settings.
    Schema,
}

#[derive(Debug)]
struct SessionFunction {
    name: &'static str,
    aliases: Vec<String>,
    signature: Signature,
    answer: Answer,
    documentation: Documentation,
}

impl SessionFunction {
    fn new(function: Function) -> Self {
        let Function { name, example, .. } = function;
        let aliases = function.aliases.iter().map(|it| (*it).to_owned()).collect();
        let width = example.len().max(name.len()) + 2;
        let border = format!("+{}+", "-".repeat(width));
        let row = |text: &str| format!("|{:width$}|", format!(" {text}"));
        let example = format!(
            "```sql\n> select {name}() as {name};\n{border}\n{}\n{border}\n{}\n{border}\n```",
            row(name),
            row(example),
        );
        let documentation = Documentation::builder(
            DOC_SECTION_OTHER,
            format!(
                "{}\n\nReturns: {}, as VARCHAR.\n\nNULL: never.\n\n\
                 Errors: at planning, when it is given an argument.",
                function.question, function.returns
            ),
            format!("{name}()"),
        )
        .with_sql_example(example)
        .build();
        Self {
            name,
            aliases,
            signature: Signature::nullary(Volatility::Stable),
            answer: function.answer,
            documentation,
        }
    }
}

impl PartialEq for SessionFunction {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.answer == other.answer
    }
}

impl Eq for SessionFunction {}

impl std::hash::Hash for SessionFunction {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.answer.hash(state);
    }
}

impl ScalarUDFImpl for SessionFunction {
    fn name(&self) -> &str {
        self.name
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let text = match &self.answer {
            Answer::Text(text) => text.as_ref(),
            Answer::Schema => &args.config_options.catalog.default_schema,
        };
        Ok(ColumnarValue::Scalar(ScalarValue::from(text)))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }
}
