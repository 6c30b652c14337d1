//! Metadata commands: each has a schema, known without looking anything up, and rows.

mod catalog;
mod column;
mod keys;
mod sql_info;
mod sql_type;

use arrow_flight::sql::{
    Command, CommandGetDbSchemas, CommandGetSqlInfo, CommandGetTableTypes, CommandGetTables,
    CommandGetXdbcTypeInfo, metadata::SqlInfoDataBuilder,
};
use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    common::{DataFusionError, Result},
};
use tonic::Status;

use super::command;
use crate::engine::Session;

/// A question about the server or its catalog.
pub(super) enum Metadata {
    Catalogs,
    DbSchemas(CommandGetDbSchemas),
    Tables(CommandGetTables),
    TableTypes,
    SqlInfo(CommandGetSqlInfo),
    XdbcTypeInfo(CommandGetXdbcTypeInfo),
    PrimaryKeys,
    ForeignKeys,
}

impl TryFrom<Command> for Metadata {
    type Error = Status;

    fn try_from(command: Command) -> Result<Self, Status> {
        Ok(match command {
            Command::CommandGetCatalogs(_) => Self::Catalogs,
            Command::CommandGetDbSchemas(command) => Self::DbSchemas(command),
            Command::CommandGetTables(command) => Self::Tables(command),
            Command::CommandGetTableTypes(_) => Self::TableTypes,
            Command::CommandGetSqlInfo(command) => Self::SqlInfo(command),
            Command::CommandGetXdbcTypeInfo(command) => Self::XdbcTypeInfo(command),
            Command::CommandGetPrimaryKeys(_) => Self::PrimaryKeys,
            Command::CommandGetExportedKeys(_)
            | Command::CommandGetImportedKeys(_)
            | Command::CommandGetCrossReference(_) => Self::ForeignKeys,
            other => return Err(command::unexpected("GetFlightInfo", &other)),
        })
    }
}

impl Metadata {
    pub(super) fn schema(self) -> SchemaRef {
        match self {
            Self::Catalogs => catalog::catalogs().schema(),
            Self::DbSchemas(command) => command.into_builder().schema(),
            Self::Tables(command) => command.into_builder().schema(),
            Self::TableTypes => CommandGetTableTypes {}.into_builder().schema(),
            Self::SqlInfo(_) => SqlInfoDataBuilder::schema().clone().into(),
            Self::XdbcTypeInfo(_) => sql_type::schema(),
            Self::PrimaryKeys => keys::primary(),
            Self::ForeignKeys => keys::foreign(),
        }
    }

    pub(super) async fn rows(self, session: &Session) -> Result<RecordBatch> {
        let batch = match self {
            Self::Catalogs => catalog::catalogs().build(),
            Self::DbSchemas(command) => catalog::db_schemas(command, &session.query_state()?),
            Self::Tables(command) => return catalog::tables(command, session).await,
            Self::TableTypes => catalog::table_types(),
            Self::SqlInfo(command) => {
                let is_writer = session.access().is_writer();
                sql_info::rows(command, &session.context().state(), is_writer)
            }
            Self::XdbcTypeInfo(command) => sql_type::rows(command),
            Self::PrimaryKeys => Ok(RecordBatch::new_empty(keys::primary())),
            Self::ForeignKeys => Ok(RecordBatch::new_empty(keys::foreign())),
        };
        batch.map_err(|error| DataFusionError::External(Box::new(error)))
    }
}
