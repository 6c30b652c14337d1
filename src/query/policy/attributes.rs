//! `current_team()`, `current_attribute(…)`, `current_attributes(…)`, `has_role(…)`: what a row
//! policy asks of the caller.
//!
//! The functions carry the caller of their session, so that no setting and no argument can make
//! them speak of somebody else.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType,
    common::{Result, ScalarValue, exec_err, plan_err},
    logical_expr::{
        ColumnarValue, Documentation, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
        Signature, Volatility, lit,
        simplify::{ExprSimplifyResult, SimplifyContext},
    },
};

use super::attributes_doc::documentation;
use crate::security::Caller;

/// The attribute that `current_team()` stands for.
const TEAM: &str = "team_id";

/// The functions of one caller.
pub fn caller_functions(caller: &Arc<Caller>) -> impl Iterator<Item = ScalarUDF> {
    let asked = [
        Asked::Team,
        Asked::Attribute,
        Asked::Attributes,
        Asked::Role,
    ];
    asked.into_iter().map(|asked| {
        ScalarUDF::from(CallerFunction {
            asked,
            caller: Arc::clone(caller),
            signature: match asked {
                Asked::Team => Signature::nullary(Volatility::Stable),
                _ => Signature::exact(vec![DataType::Utf8], Volatility::Stable),
            },
        })
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Asked {
    Team,
    Attribute,
    Attributes,
    Role,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct CallerFunction {
    asked: Asked,
    caller: Arc<Caller>,
    signature: Signature,
}

impl CallerFunction {
    fn answer(&self, name: &str) -> Result<ScalarValue> {
        let values = match self.caller.attributes.get(name) {
            Some(values) => values.as_slice(),
            None => &[],
        };
        match self.asked {
            Asked::Role => Ok(ScalarValue::from(self.caller.roles.contains(name))),
            Asked::Attributes => {
                let values: Vec<_> = values.iter().map(|it| it.as_str().into()).collect();
                let values = ScalarValue::new_list_nullable(&values, &DataType::Utf8);
                Ok(ScalarValue::List(values))
            }
            Asked::Team | Asked::Attribute => match values {
                [] => Ok(ScalarValue::Utf8(None)),
                [value] => Ok(ScalarValue::from(value.as_str())),
                _ => plan_err!(
                    "{}: expected one value of {name}, the user has {}: compare with \
                     any(current_attributes('{name}'))",
                    self.name(),
                    values.len()
                ),
            },
        }
    }
}

impl ScalarUDFImpl for CallerFunction {
    fn name(&self) -> &str {
        match self.asked {
            Asked::Team => "current_team",
            Asked::Attribute => "current_attribute",
            Asked::Attributes => "current_attributes",
            Asked::Role => "has_role",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _types: &[DataType]) -> Result<DataType> {
        Ok(match self.asked {
            Asked::Team | Asked::Attribute => DataType::Utf8,
            Asked::Attributes => DataType::new_list(DataType::Utf8, true),
            Asked::Role => DataType::Boolean,
        })
    }

    /// A constant prunes what is read.
    fn simplify(&self, args: Vec<Expr>, _: &SimplifyContext) -> Result<ExprSimplifyResult> {
        let name = match args.as_slice() {
            [] => TEAM,
            [Expr::Literal(ScalarValue::Utf8(Some(name)), _)] => name.as_str(),
            _ => return Ok(ExprSimplifyResult::Original(args)),
        };
        Ok(ExprSimplifyResult::Simplified(lit(self.answer(name)?)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let answer = match args.args.as_slice() {
            [] => self.answer(TEAM)?,
            [ColumnarValue::Scalar(ScalarValue::Utf8(Some(name)))] => self.answer(name)?,
            _ => return exec_err!("{}: expected a constant name", self.name()),
        };
        Ok(ColumnarValue::Scalar(answer))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(documentation(self.asked))
    }
}
