//! `{fn year(x)}`: the scalar functions of ODBC and JDBC that have another name here.
//!
//! A function in such braces means what ODBC says, whatever a function of its name is outside of
//! them: `{fn log(x)}` is the natural logarithm, `{fn convert(x, SQL_INTEGER)}` a cast. Functions
//! that are not listed have the same name and meaning here.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::{
    ast::{
        Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value, VisitMut,
        VisitorMut,
    },
    dialect::GenericDialect,
    parser::{Parser, ParserError},
};

use super::refused;

/// Name, number of arguments, and what it is in our SQL.
const FUNCTIONS: [(&str, usize, &str); 29] = [
    ("char", 1, "chr($1)"),
    ("insert", 4, "overlay($1 placing $4 from $2 for $3)"),
    ("lcase", 1, "lower($1)"),
    ("locate", 2, "strpos($2, $1)"),
    ("space", 1, "repeat(' ', $1)"),
    ("ucase", 1, "upper($1)"),
    ("ceiling", 1, "ceil($1)"),
    ("log", 1, "ln($1)"),
    ("mod", 2, "$1 % $2"),
    ("rand", 0, "random()"),
    ("sign", 1, "signum($1)"),
    ("truncate", 2, "trunc($1, $2)"),
    ("curdate", 0, "current_date"),
    ("curtime", 0, "current_time"),
    ("current_timestamp", 0, "now()"),
    ("dayname", 1, "to_char($1, '%A')"),
    ("dayofmonth", 1, "date_part('day', $1)"),
    ("dayofweek", 1, "date_part('dow', $1) + 1"),
    ("dayofyear", 1, "date_part('doy', $1)"),
    ("hour", 1, "date_part('hour', $1)"),
    ("minute", 1, "date_part('minute', $1)"),
    ("month", 1, "date_part('month', $1)"),
    ("monthname", 1, "to_char($1, '%B')"),
    ("quarter", 1, "date_part('quarter', $1)"),
    ("second", 1, "date_part('second', $1)"),
    ("week", 1, "date_part('week', $1)"),
    ("year", 1, "date_part('year', $1)"),
    ("database", 0, "current_database()"),
    ("user", 0, "current_user()"),
];

/// A unit of `timestampadd` and `timestampdiff`: how many of which interval, and its seconds where
/// it always has as many.
type Unit = (&'static str, u8, &'static str, Option<u32>);

const UNITS: [Unit; 8] = [
    ("second", 1, "seconds", Some(1)),
    ("minute", 1, "minutes", Some(60)),
    ("hour", 1, "hours", Some(3_600)),
    ("day", 1, "days", Some(86_400)),
    ("week", 7, "days", Some(604_800)),
    ("month", 1, "months", None),
    ("quarter", 3, "months", None),
    ("year", 12, "months", None),
];

/// SQL types by their ODBC names, for `{fn convert(x, SQL_INTEGER)}`.
const TYPES: [(&str, &str); 19] = [
    ("bigint", "bigint"),
    ("bit", "boolean"),
    ("char", "varchar"),
    ("date", "date"),
    ("decimal", "decimal(38, 10)"),
    ("double", "double"),
    ("float", "double"),
    ("integer", "integer"),
    ("numeric", "decimal(38, 10)"),
    ("real", "real"),
    ("smallint", "smallint"),
    ("time", "time"),
    ("timestamp", "timestamp"),
    ("tinyint", "tinyint"),
    ("type_date", "date"),
    ("type_timestamp", "timestamp"),
    ("varchar", "varchar"),
    ("wchar", "varchar"),
    ("wvarchar", "varchar"),
];

/// What a function in braces is in our SQL; `None` where that is the same.
///
/// # Errors
/// A parser error for another number of arguments than ODBC has, and for a unit or type that is
/// not one.
pub(super) fn translated(function: &Function) -> Result<Option<Expr>, ParserError> {
    let name = function.name.to_string().to_lowercase();
    let arguments = arguments(function)?;
    let template = match name.as_str() {
        "timestampadd" => Some((3, added(&arguments)?)),
        "timestampdiff" => Some((3, between(&arguments)?)),
        "convert" => Some((2, cast(&arguments)?)),
        _ => FUNCTIONS
            .iter()
            .find(|(known, ..)| *known == name)
            .map(|(_, count, template)| (*count, (*template).to_owned())),
    };
    let Some((count, template)) = template else {
        return Ok(None);
    };
    if arguments.len() != count {
        return refused(format!(
            "{{fn {name}}}: expected {count} arguments, got {}",
            arguments.len()
        ));
    }
    let dialect = GenericDialect {};
    let mut expr = Parser::new(&dialect)
        .try_with_sql(&template)?
        .parse_expr()?;
    let _: ControlFlow<()> = expr.visit(&mut Filling { arguments });
    Ok(Some(Expr::Nested(Box::new(expr))))
}

fn arguments(function: &Function) -> Result<Vec<Expr>, ParserError> {
    let FunctionArguments::List(list) = &function.args else {
        return Ok(Vec::new());
    };
    let arguments = list.args.iter().map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Ok(expr.clone()),
        other => refused(format!(
            "{{fn {}}}: expected a value as argument, got {other}",
            function.name
        )),
    });
    arguments.collect()
}

/// `timestampadd(unit, count, timestamp)`
fn added(arguments: &[Expr]) -> Result<String, ParserError> {
    let (_, times, unit, _) = unit("timestampadd", arguments)?;
    Ok(format!(
        "$3 + cast(concat($2 * {times}, ' {unit}') as interval)"
    ))
}

/// `timestampdiff(unit, from, to)`: how often the unit fits between them.
fn between(arguments: &[Expr]) -> Result<String, ParserError> {
    let (name, _, _, seconds) = unit("timestampdiff", arguments)?;
    match seconds {
        Some(seconds) => Ok(format!(
            "cast(trunc((date_part('epoch', $3) - date_part('epoch', $2)) / {seconds}) as bigint)"
        )),
        None => refused(format!(
            "{{fn timestampdiff}}: expected second, minute, hour, day or week, got {name}, \
             which is not always as long: compare date_part('{name}', …) instead"
        )),
    }
}

fn unit(function: &str, arguments: &[Expr]) -> Result<Unit, ParserError> {
    let got = arguments.first().map(Expr::to_string).unwrap_or_default();
    let name = got.to_lowercase();
    let name = name.strip_prefix("sql_tsi_").unwrap_or(&name);
    match UNITS.iter().find(|(unit, ..)| *unit == name) {
        Some(unit) => Ok(*unit),
        None => refused(format!(
            "{{fn {function}}}: expected a unit such as SQL_TSI_DAY, got {got}"
        )),
    }
}

/// `convert(value, SQL_type)`
fn cast(arguments: &[Expr]) -> Result<String, ParserError> {
    let got = arguments.get(1).map(Expr::to_string).unwrap_or_default();
    let name = got.to_lowercase();
    let name = name.strip_prefix("sql_").unwrap_or(&name);
    match TYPES.iter().find(|(odbc, _)| *odbc == name) {
        Some((_, sql)) => Ok(format!("cast($1 as {sql})")),
        None => refused(format!(
            "{{fn convert}}: expected a type such as SQL_VARCHAR, got {got}"
        )),
    }
}

/// Puts arguments in place of `$1`, `$2` …
struct Filling {
    arguments: Vec<Expr>,
}

impl VisitorMut for Filling {
    type Break = ();

    /// After the children: a placeholder in an argument is the client's own, and stays.
    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let Expr::Value(value) = expr else {
            return ControlFlow::Continue(());
        };
        if let Value::Placeholder(name) = &value.value
            && let Some(position) = name
                .strip_prefix('$')
                .and_then(|it| it.parse::<usize>().ok())
            && let Some(argument) = position
                .checked_sub(1)
                .and_then(|it| self.arguments.get(it))
        {
            *expr = Expr::Nested(Box::new(argument.clone()));
        }
        ControlFlow::Continue(())
    }
}
