//! Answers to GetSqlInfo: what the server can do.
//!
//! JDBC asks for everything at once and casts each value to the Java type that it expects, so no
//! id may be missing and the kind of each value matters as much as the value. The kinds are those
//! of the protocol's comments, but 562: drivers read it as a long, the comment says int.

use std::collections::{BTreeMap, BTreeSet};

use arrow_flight::{
    error::FlightError,
    sql::{
        CommandGetSqlInfo, SqlInfo, SqlNullOrdering, SqlSupportedCaseSensitivity,
        SqlSupportedTransaction, metadata::SqlInfoDataBuilder,
    },
};
use datafusion::{
    arrow::{ARROW_VERSION, array::RecordBatch},
    execution::SessionState,
    logical_expr::Documentation,
    sql::sqlparser::keywords::{
        ALL_KEYWORDS, ALL_KEYWORDS_INDEX, RESERVED_FOR_COLUMN_ALIAS, RESERVED_FOR_TABLE_ALIAS,
    },
};

/// The last id of the protocol.
const LAST: i32 = SqlInfo::SqlStoredFunctionsUsingCallSyntaxSupported as i32;

/// A value of the kind that drivers cast to.
enum Value {
    Text(&'static str),
    Flag(bool),
    Int(i32),
    Long(i64),
    Texts(Vec<String>),
    Conversions(BTreeMap<i32, Vec<i32>>),
}

/// Answers GetSqlInfo; no ids mean all.
///
/// # Arguments
/// `is_writer`: whether there is anything that the caller may change.
pub(super) fn rows(
    command: CommandGetSqlInfo,
    state: &SessionState,
    is_writer: bool,
) -> Result<RecordBatch, FlightError> {
    let mut functions = functions(state);
    let mut builder = SqlInfoDataBuilder::new();
    for info in (0..=LAST).filter_map(|id| SqlInfo::try_from(id).ok()) {
        match value(info, is_writer, &mut functions) {
            Value::Text(value) => builder.append(info, value),
            Value::Flag(value) => builder.append(info, value),
            Value::Int(value) => builder.append(info, value),
            Value::Long(value) => builder.append(info, value),
            Value::Texts(value) => builder.append(info, value),
            Value::Conversions(value) => builder.append(info, value),
        }
    }
    command.into_builder(&builder.build()?).build()
}

fn value(
    info: SqlInfo,
    is_writer: bool,
    functions: &mut BTreeMap<Group, BTreeSet<String>>,
) -> Value {
    use SqlInfo as Id;
    let mut group = |group| {
        let names = functions.remove(&group).unwrap_or_default();
        Value::Texts(names.into_iter().collect())
    };
    match info {
        Id::FlightSqlServerName => Value::Text("Tributary"),
        Id::FlightSqlServerVersion => Value::Text(env!("CARGO_PKG_VERSION")),
        Id::FlightSqlServerArrowVersion => Value::Text(ARROW_VERSION),
        Id::FlightSqlServerSubstraitMinVersion
        | Id::FlightSqlServerSubstraitMaxVersion
        | Id::SqlExtraNameCharacters => Value::Text(""),
        Id::SqlIdentifierQuoteChar => Value::Text("\""),
        Id::SqlSearchStringEscape => Value::Text("\\"),
        Id::SqlSchemaTerm => Value::Text("schema"),
        Id::SqlProcedureTerm => Value::Text("procedure"),
        Id::SqlCatalogTerm => Value::Text("catalog"),

        Id::SqlKeywords => Value::Texts(keywords()),
        Id::SqlNumericFunctions => group(Group::Numeric),
        Id::SqlStringFunctions => group(Group::String),
        Id::SqlSystemFunctions => group(Group::System),
        Id::SqlDatetimeFunctions => group(Group::Datetime),
        Id::SqlSupportsConvert => Value::Conversions(BTreeMap::new()),

        Id::FlightSqlServerReadOnly => Value::Flag(!is_writer),
        Id::FlightSqlServerBulkIngestion => Value::Flag(is_writer),
        Id::FlightSqlServerSql
        | Id::FlightSqlServerCancel
        | Id::SqlAllTablesAreSelectable
        | Id::SqlSupportsColumnAliasing
        | Id::SqlNullPlusNullIsNull
        | Id::SqlSupportsTableCorrelationNames
        | Id::SqlSupportsExpressionsInOrderBy
        | Id::SqlSupportsOrderByUnrelated
        | Id::SqlSupportsLikeEscapeClause
        | Id::SqlCatalogAtStart
        | Id::SqlCorrelatedSubqueriesSupported => Value::Flag(true),
        Id::FlightSqlServerSubstrait
        | Id::FlightSqlServerIngestTransactionsSupported
        | Id::SqlDdlCatalog
        | Id::SqlDdlSchema
        | Id::SqlDdlTable
        | Id::SqlSupportsDifferentTableCorrelationNames
        | Id::SqlSupportsNonNullableColumns
        | Id::SqlSupportsIntegrityEnhancementFacility
        | Id::SqlSelectForUpdateSupported
        | Id::SqlStoredProceduresSupported
        | Id::SqlMaxRowSizeIncludesBlobs
        | Id::SqlTransactionsSupported
        | Id::SqlDataDefinitionCausesTransactionCommit
        | Id::SqlDataDefinitionsInTransactionsIgnored
        | Id::SqlBatchUpdatesSupported
        | Id::SqlSavepointsSupported
        | Id::SqlNamedParametersSupported
        | Id::SqlLocatorsUpdateCopy
        | Id::SqlStoredFunctionsUsingCallSyntaxSupported => Value::Flag(false),

        Id::FlightSqlServerTransaction => Value::Int(SqlSupportedTransaction::None.into()),
        Id::SqlIdentifierCase => {
            Value::Int(SqlSupportedCaseSensitivity::SqlCaseSensitivityLowercase.into())
        }
        // Quoted names stay as they are, which the enum has no word for.
        Id::SqlQuotedIdentifierCase => {
            Value::Int(SqlSupportedCaseSensitivity::SqlCaseSensitivityUnknown.into())
        }
        Id::SqlNullOrdering => Value::Int(SqlNullOrdering::SqlNullsSortedHigh.into()),
        // From here on, each bit is a member of the enum that the protocol names.
        Id::SqlSupportedGroupBy | Id::SqlSupportedGrammar | Id::SqlSupportedUnions => {
            Value::Int(0b11)
        }
        Id::SqlAnsi92SupportedLevel => Value::Int(0b1),
        Id::SqlOuterJoinsSupportLevel => Value::Int(0b110),
        Id::SqlSupportedSubqueries => Value::Int(0b1111),
        Id::SqlSupportedResultSetTypes
        | Id::SqlSupportedConcurrenciesForResultSetUnspecified
        | Id::SqlSupportedConcurrenciesForResultSetForwardOnly => Value::Int(0b10),
        // A timeout of 0 is none: a handle carries its statement and does not expire.
        Id::FlightSqlServerStatementTimeout
        | Id::FlightSqlServerTransactionTimeout
        | Id::SqlSchemasSupportedActions
        | Id::SqlCatalogsSupportedActions
        | Id::SqlSupportedPositionedCommands
        | Id::SqlSupportedTransactionsIsolationLevels
        | Id::SqlSupportedConcurrenciesForResultSetScrollSensitive
        | Id::SqlSupportedConcurrenciesForResultSetScrollInsensitive => Value::Int(0),

        // A limit of 0 is none.
        Id::SqlMaxBinaryLiteralLength
        | Id::SqlMaxCharLiteralLength
        | Id::SqlMaxColumnNameLength
        | Id::SqlMaxColumnsInGroupBy
        | Id::SqlMaxColumnsInIndex
        | Id::SqlMaxColumnsInOrderBy
        | Id::SqlMaxColumnsInSelect
        | Id::SqlMaxColumnsInTable
        | Id::SqlMaxConnections
        | Id::SqlMaxCursorNameLength
        | Id::SqlMaxIndexLength
        | Id::SqlDbSchemaNameLength
        | Id::SqlMaxProcedureNameLength
        | Id::SqlMaxCatalogNameLength
        | Id::SqlMaxRowSize
        | Id::SqlMaxStatementLength
        | Id::SqlMaxStatements
        | Id::SqlMaxTableNameLength
        | Id::SqlMaxTablesInSelect
        | Id::SqlMaxUsernameLength
        | Id::SqlDefaultTransactionIsolation => Value::Long(0),
    }
}

fn keywords() -> Vec<String> {
    let reserved = RESERVED_FOR_COLUMN_ALIAS
        .iter()
        .chain(RESERVED_FOR_TABLE_ALIAS);
    let names = reserved.filter_map(|keyword| {
        let position = ALL_KEYWORDS_INDEX.iter().position(|it| it == keyword);
        position.map(|position| ALL_KEYWORDS[position].to_owned())
    });
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Numeric,
    String,
    Datetime,
    System,
}

/// The functions that a query can call, aliases included, by the section of their documentation.
fn functions(state: &SessionState) -> BTreeMap<Group, BTreeSet<String>> {
    let group = |documentation: Option<&Documentation>| match documentation
        .map(|it| it.doc_section.label)
    {
        Some("Math Functions") => Group::Numeric,
        Some("String Functions" | "Regular Expression Functions") => Group::String,
        Some("Time and Date Functions") => Group::Datetime,
        _ => Group::System,
    };
    let scalar = state.scalar_functions().iter();
    let scalar = scalar.map(|(name, function)| (group(function.documentation()), name));
    let aggregate = state.aggregate_functions().keys();
    let others = aggregate.chain(state.window_functions().keys());
    let mut groups: BTreeMap<Group, BTreeSet<String>> = BTreeMap::new();
    for (group, name) in scalar.chain(others.map(|name| (Group::System, name))) {
        groups.entry(group).or_default().insert(name.clone());
    }
    groups
}
