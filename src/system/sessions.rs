//! `system.sessions`: who is connected to a server, as far as requests tell.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    common::Result,
};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    activity::{Activity, Connection},
    rows::{batch, instant},
};
use crate::query::{catalog::Query, system_table::SystemTable};

/// One row for each user and connection: those of the user who asks, or all for an
/// administrator.
#[derive(Debug)]
pub(super) struct Sessions(pub(super) Arc<Activity>);

#[derive(Serialize)]
struct Row<'a> {
    user_name: &'a str,
    peer_address: Option<String>,
    user_agent: Option<&'a str>,
    first_seen_at: Timestamp,
    last_seen_at: Timestamp,
    running_count: usize,
    query_count: u64,
}

#[async_trait]
impl SystemTable for Sessions {
    fn name(&self) -> &'static str {
        "sessions"
    }

    fn schema(&self) -> SchemaRef {
        let text = |name, nullable| Field::new(name, DataType::Utf8, nullable);
        let count = |name| Field::new(name, DataType::Int64, false);
        Arc::new(Schema::new(vec![
            text("user_name", false),
            text("peer_address", true),
            text("user_agent", true),
            instant("first_seen_at", false),
            instant("last_seen_at", false),
            count("running_count"),
            count("query_count"),
        ]))
    }

    async fn rows(&self, query: &Query) -> Result<RecordBatch> {
        let (caller, sees_all) = (query.caller(), query.access().is_administrator());
        let mut connections = self.0.connections();
        connections.retain(|(it, _)| sees_all || it.user == caller.user);
        let rows: Vec<_> = connections.iter().map(row).collect();
        batch(self.schema(), &rows)
    }
}

fn row((connection, running): &(Connection, usize)) -> Row<'_> {
    let Connection {
        user,
        peer,
        first_seen_at,
        last_seen_at,
        queries,
    } = connection;
    Row {
        user_name: user,
        peer_address: peer.address.map(|it| it.to_string()),
        user_agent: peer.user_agent.as_deref(),
        first_seen_at: *first_seen_at,
        last_seen_at: *last_seen_at,
        running_count: *running,
        query_count: *queries,
    }
}
