//! A view: SQL text with parameters, planned anew for every query that reads it.
//!
//! It is a query, or a metric view.

use std::{
    fmt,
    ops::ControlFlow,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use datafusion::{
    common::{Result, plan_datafusion_err, plan_err},
    sql::{
        parser::Statement as SqlStatement,
        sqlparser::{
            ast::{self, DataType, Expr, ObjectName, Query, Value, VisitMut, VisitorMut},
            parser::ParserError,
        },
    },
};

use super::{
    branches::drop_dead_branches, comment::Comment, materialized::Materialization,
    metric_view::Metrics, settings::Settings, view_text::ViewText, words,
};

/// The schema of the fact tables and of views without one.
pub const DEFAULT_SCHEMA: &str = "public";

/// The name of a view, or of a table, with its schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewName {
    pub schema: String,
    pub name: String,
}

impl ViewName {
    /// The name with its schema, whichever that is.
    pub(super) fn qualified(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// `None` unless it is of the form `[schema.]view`.
    pub(super) fn of(name: &ObjectName) -> Option<Self> {
        Self::within(DEFAULT_SCHEMA, name)
    }

    /// The same, where names without a schema are of this one.
    pub fn within(schema: &str, name: &ObjectName) -> Option<Self> {
        let parts = name.0.iter().map(|part| part.as_ident().map(words::name));
        match parts.collect::<Option<Vec<_>>>()?.as_slice() {
            [name] => Some((schema.to_owned(), name.clone())),
            [schema, name] => Some((schema.clone(), name.clone())),
            _ => None,
        }
        .map(|(schema, name)| Self { schema, name })
    }
}

/// As a statement would name it: without the schema that it need not say.
impl fmt::Display for ViewName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.schema.as_str() {
            DEFAULT_SCHEMA => f.write_str(&self.name),
            schema => write!(f, "{schema}.{}", self.name),
        }
    }
}

/// A named query or metric view.
#[derive(Debug, Clone)]
pub struct View {
    pub schema: String,
    pub name: String,
    pub parameters: Vec<Parameter>,
    pub body: Body,
    /// The question the view answers and its grain: the comment at the top of its file.
    pub comment: Comment,
    pub origin: Origin,
    /// How its rows are stored; `None` if they never are.
    pub materialized: Option<Box<Materialization>>,
    /// The statement that defines it.
    pub text: Arc<str>,
    /// What its text says where no parameter is set; looking for it takes a while.
    default_text: OnceLock<Arc<ViewText>>,
}

/// Where the definition of a view comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A statement, with its text and the comments before it.
    Statement(String),
    /// A file of the user's folder.
    File(PathBuf),
    /// A file that comes with the program, below `queries/`.
    Shipped(PathBuf),
}

/// What a view is made of.
#[derive(Debug, Clone)]
pub enum Body {
    Query(Box<Query>),
    Metrics(Box<Metrics>),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Statement(_) => f.write_str("a statement"),
            Self::File(path) => write!(f, "query file {}", path.display()),
            Self::Shipped(path) => write!(f, "shipped query file {}", path.display()),
        }
    }
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
        body: Body,
    ) -> Result<Self, ParserError> {
        let Some(ViewName { schema, name }) = ViewName::of(name) else {
            return Err(ParserError::ParserError(format!(
                "create view: expected a name of the form [schema.]view, got {name}"
            )));
        };
        Ok(Self {
            schema,
            name,
            parameters,
            body,
            comment: Comment::default(),
            origin: Origin::Statement(String::new()),
            materialized: None,
            text: Arc::default(),
            default_text: OnceLock::new(),
        })
    }

    /// Keeps the statement that made it, and the comment at its top.
    pub(super) fn told(&mut self, text: &str) {
        self.comment = Comment::of(text);
        self.origin = Origin::Statement(text.to_owned());
        self.text = text.into();
    }

    /// The text of the statement that made it; `None` for a file of a folder.
    pub fn statement_text(&self) -> Option<&str> {
        match &self.origin {
            Origin::Statement(text) => Some(text),
            Origin::File(_) | Origin::Shipped(_) => None,
        }
    }

    /// Whether a user made it by a statement; whoever runs the program vouches for the others.
    pub fn is_of_users(&self) -> bool {
        matches!(self.origin, Origin::Statement(_))
    }

    pub fn full_name(&self) -> ViewName {
        ViewName {
            schema: self.schema.clone(),
            name: self.name.clone(),
        }
    }

    /// Its body with the session's parameters put in.
    ///
    /// # Errors
    /// A plan error when the value of a parameter does not have its type.
    pub fn with_parameters(&self, settings: &Settings) -> Result<Body> {
        let mut folding = Folding {
            values: Vec::with_capacity(self.parameters.len()),
        };
        for parameter in &self.parameters {
            let value = match self.set_value(parameter, settings) {
                None => parameter.default.clone(),
                Some(value) => parameter.value(&self.schema, value)?,
            };
            folding.values.push((parameter.name.as_str(), value));
        }
        let mut body = self.body.clone();
        let _: ControlFlow<()> = body.visit(&mut folding);
        if let Body::Query(query) = &mut body {
            drop_dead_branches(query);
        }
        Ok(body)
    }

    /// What its text says, with the session's parameters. That of a view that cannot be read says
    /// nothing: whoever reads the view learns why.
    pub(super) fn text(&self, settings: &Settings) -> Arc<ViewText> {
        let text = || {
            let text = self.with_parameters(settings);
            let text = text.and_then(|body| ViewText::of(&body));
            Arc::new(text.unwrap_or_default())
        };
        let is_set = |it| self.set_value(it, settings).is_some();
        match self.parameters.iter().any(is_set) {
            true => text(),
            false => Arc::clone(self.default_text.get_or_init(text)),
        }
    }

    /// What kind of view it is, in the words of its statements.
    pub fn kind(&self) -> &'static str {
        match (&self.materialized, &self.body) {
            (Some(_), _) => "materialized view",
            (None, Body::Query(_)) => "view",
            (None, Body::Metrics(_)) => "metric view",
        }
    }

    /// The value of each parameter, as SQL, by `schema.name`.
    ///
    /// # Errors
    /// A plan error when a value does not have its type.
    pub(super) fn parameter_values<'a>(
        &'a self,
        settings: &'a Settings,
    ) -> impl Iterator<Item = Result<(String, String)>> {
        self.parameters.iter().map(|parameter| {
            let value = match self.set_value(parameter, settings) {
                None => parameter.default.to_string(),
                Some(value) => parameter.value(&self.schema, value)?.to_string(),
            };
            Ok((format!("{}.{}", self.schema, parameter.name), value))
        })
    }

    fn set_value<'a>(&self, parameter: &Parameter, settings: &'a Settings) -> Option<&'a str> {
        let key = format!("{}.{}", self.schema, parameter.name);
        settings.parameters.get(&key).map(String::as_str)
    }
}

impl VisitMut for Body {
    fn visit<V: VisitorMut>(&mut self, visitor: &mut V) -> ControlFlow<V::Break> {
        match self {
            Self::Query(query) => query.visit(visitor),
            Self::Metrics(metrics) => metrics.visit(visitor),
        }
    }
}

/// The statement that asks a query.
pub fn statement(query: Box<Query>) -> SqlStatement {
    SqlStatement::Statement(Box::new(ast::Statement::Query(query)))
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
