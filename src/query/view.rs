//! A view: SQL text with parameters, planned anew for every query that reads it.

use std::ops::ControlFlow;

use datafusion::{
    common::{Result, TableReference, plan_datafusion_err, plan_err},
    sql::{
        parser::Statement as SqlStatement,
        resolve::resolve_table_references,
        sqlparser::{
            ast::{self, DataType, Expr, ObjectName, Query, Value, VisitMut, VisitorMut},
            parser::ParserError,
        },
    },
};

use super::{branches::drop_dead_branches, settings::Settings};

/// The schema of the fact tables and of views without one.
pub const DEFAULT_SCHEMA: &str = "public";

/// A named query.
#[derive(Debug, Clone)]
pub struct View {
    pub schema: String,
    pub name: String,
    pub parameters: Vec<Parameter>,
    pub query: Box<Query>,
    /// The question the view answers and its grain: the comment at the top of its file.
    pub comment: String,
}

/// A rule of a view that a session may change with `SET tributary.param.<schema>.<name>`.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub name: String,
    pub data_type: DataType,
    /// The values of a VARCHAR that mean something; `None` if any does.
    pub choices: Option<Vec<String>>,
    pub default: Expr,
}

impl Parameter {
    /// A value that a session has set, as SQL.
    ///
    /// # Errors
    /// A plan error saying what was expected when it is not of the type, or not a choice.
    pub(super) fn value(&self, schema: &str, value: &str) -> Result<Expr> {
        let key = format!("{schema}.{}", self.name);
        match &self.choices {
            Some(choices) if !choices.iter().any(|choice| choice == value) => plan_err!(
                "tributary.param.{key}: expected {}, got {value}",
                choices.join(" or ")
            ),
            _ => literal(&key, &self.data_type, value),
        }
    }
}

impl View {
    pub(super) fn try_new(
        name: &ObjectName,
        parameters: Vec<Parameter>,
        query: Box<Query>,
    ) -> Result<Self, ParserError> {
        let parts: Option<Vec<String>> = name
            .0
            .iter()
            .map(|part| {
                let ident = part.as_ident()?;
                let is_quoted = ident.quote_style.is_some();
                Some(if is_quoted {
                    ident.value.clone()
                } else {
                    ident.value.to_lowercase()
                })
            })
            .collect();
        let (schema, name) = match parts.as_deref() {
            Some([name]) => (DEFAULT_SCHEMA.to_owned(), name.clone()),
            Some([schema, name]) => (schema.clone(), name.clone()),
            _ => {
                return Err(ParserError::ParserError(format!(
                    "create view: expected a name of the form [schema.]view, got {name}"
                )));
            }
        };
        Ok(Self {
            schema,
            name,
            parameters,
            query,
            comment: String::new(),
        })
    }

    /// The tables and views it reads itself.
    pub fn references(&self) -> Result<Vec<TableReference>> {
        let statement = self.statement(self.query.clone());
        Ok(resolve_table_references(&statement, true)?.0)
    }

    /// The statement to plan, with the session's parameters put in.
    ///
    /// # Errors
    /// A plan error when the value of a parameter does not have its type.
    pub fn with_parameters(&self, settings: &Settings) -> Result<SqlStatement> {
        let mut query = self.query.clone();
        let mut folding = Folding {
            values: Vec::with_capacity(self.parameters.len()),
        };
        for parameter in &self.parameters {
            let key = format!("{}.{}", self.schema, parameter.name);
            let value = match settings.parameters.get(&key) {
                None => parameter.default.clone(),
                Some(value) => parameter.value(&self.schema, value)?,
            };
            folding.values.push((parameter.name.as_str(), value));
        }
        let _: ControlFlow<()> = query.visit(&mut folding);
        drop_dead_branches(&mut query);
        Ok(self.statement(query))
    }

    fn statement(&self, query: Box<Query>) -> SqlStatement {
        SqlStatement::Statement(Box::new(ast::Statement::Query(query)))
    }
}

/// Puts values in place of the bare names of parameters; `alias.name` stays a column.
struct Folding<'a> {
    values: Vec<(&'a str, Expr)>,
}

impl VisitorMut for Folding<'_> {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Identifier(ident) = expr
            && ident.quote_style.is_none()
            && let Some((_, value)) = self
                .values
                .iter()
                .find(|(name, _)| ident.value.eq_ignore_ascii_case(name))
        {
            *expr = value.clone();
        }
        ControlFlow::Continue(())
    }
}

fn literal(key: &str, data_type: &DataType, value: &str) -> Result<Expr> {
    let refused =
        || plan_datafusion_err!("tributary.param.{key}: expected {data_type}, got {value}");
    if value.eq_ignore_ascii_case("null") {
        return Ok(Expr::value(Value::Null));
    }
    match data_type {
        DataType::Boolean => value
            .parse()
            .map(|value| Expr::value(Value::Boolean(value)))
            .map_err(|_| refused()),
        DataType::Interval { .. } => Ok(Expr::Interval(ast::Interval {
            value: Box::new(Expr::value(Value::SingleQuotedString(value.to_owned()))),
            leading_field: None,
            leading_precision: None,
            last_field: None,
            fractional_seconds_precision: None,
        })),
        DataType::Varchar(_) | DataType::Text | DataType::String(_) => {
            Ok(Expr::value(Value::SingleQuotedString(value.to_owned())))
        }
        DataType::Timestamp(..) => Ok(Expr::Cast {
            kind: ast::CastKind::Cast,
            expr: Box::new(Expr::value(Value::SingleQuotedString(value.to_owned()))),
            data_type: data_type.clone(),
            array: false,
            format: None,
        }),
        other => plan_err!(
            "tributary.param.{key}: a parameter must be BOOLEAN, INTERVAL, VARCHAR or TIMESTAMP, got {other}"
        ),
    }
}
