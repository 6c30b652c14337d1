use std::{num::NonZeroUsize, path::PathBuf, sync::Arc, time::Duration};

use datafusion::arrow::array::RecordBatch;
use tempfile::TempDir;
use tributary::{
    clock::{Clock, ManualClock},
    config::Config,
    engine::{Engine, RefreshRequest, Session},
    materialize::{self, Outcome},
    query::{
        catalog::QueryCatalog,
        materialized::{Refresh, Why, stored},
        view::ViewName,
    },
    warehouse::{
        delta,
        location::Location,
        stored_view::{StoredView, StoredViews},
    },
};

use crate::warehouse::shop::{batch, decimals, instants, rows, text};

pub(super) const START: &str = "2026-08-20T12:00:00Z";

/// One row per order, stored by the day of the order in the session's zone.
pub(super) const SALES: &str = "create materialized view mine.sales
partitioned by (local_date(ordered_at) as day) refresh every '1 hour'
as select order_id, ordered_at, total from orders order by ordered_at, order_id";

/// A warehouse with orders as a Delta table.
pub(super) struct Shop {
    folder: TempDir,
    pub(super) clock: ManualClock,
    pub(super) engine: Engine,
    pub(super) config: Config,
}

impl Shop {
    pub(super) async fn new() -> Self {
        Self::with_config(Config::default()).await
    }

    pub(super) async fn with_config(config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::starting_at(START.parse().unwrap());
        let config = Config {
            warehouse: Some(folder.path().to_str().unwrap().to_owned()),
            threads: NonZeroUsize::new(2),
            ..config
        };
        let location = Location::open(folder.path().to_str().unwrap(), &Default::default());
        append(&location.unwrap(), ["1", "2"], [1, 2], [100, 200]).await;
        let engine = materialize::open(&config, Clock::Manual(clock))
            .await
            .unwrap();
        Self {
            folder,
            clock,
            engine,
            config,
        }
    }

    /// A shop in which the sales are stored.
    pub(super) async fn stored() -> Self {
        let shop = Self::new().await;
        shop.run(SALES).await;
        shop.run("refresh materialized view mine.sales").await;
        shop
    }

    pub(super) fn session(&self) -> Session {
        self.engine.session()
    }

    pub(super) fn location(&self) -> &Location {
        self.engine.warehouse().location()
    }

    pub(super) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Adds two orders: ids, days of August, and amounts in cents.
    pub(super) async fn sell(&self, ids: [&str; 2], days: [u8; 2], totals: [i128; 2]) {
        append(self.location(), ids, days, totals).await;
    }

    /// Runs a statement in a session of its own.
    pub(super) async fn run(&self, sql: &str) -> Vec<String> {
        rows(&self.session(), sql).await
    }

    pub(super) async fn refusal(&self, sql: &str) -> String {
        refusal(&self.session(), sql).await
    }

    pub(super) async fn refresh(&self, what: Refresh) -> Outcome {
        let request = RefreshRequest {
            name: sales(),
            what,
            work: None,
        };
        materialize::run_asked(&self.session(), &request, None, &Arc::default())
            .await
            .unwrap()
    }

    pub(super) async fn stored_view(&self) -> Option<StoredView> {
        let views = StoredViews::default();
        views.open(self.location(), "mine", "sales").await.unwrap()
    }

    pub(super) fn advance(&self, hours: u64) {
        self.clock.advance(Duration::from_secs(hours * 3600));
    }
}

pub(super) fn sales() -> ViewName {
    ViewName {
        schema: "mine".to_owned(),
        name: "sales".to_owned(),
    }
}

/// Why a session computes a view; `None` if it reads stored rows.
pub(super) async fn why(session: &Session, view: &ViewName) -> Option<Why> {
    let state = session.query_state().unwrap();
    let query = QueryCatalog::query_of(&state).unwrap();
    let definitions = session.definitions();
    let view = definitions.get(&view.schema, &view.name).unwrap();
    stored(&query, view).await.unwrap().err()
}

/// The message of a statement that must be refused.
pub(super) async fn refusal(session: &Session, sql: &str) -> String {
    let error = match session.sql(sql).await {
        Ok(stream) => datafusion::physical_plan::common::collect(stream)
            .await
            .unwrap_err(),
        Err(error) => error,
    };
    error.to_string()
}

pub(super) async fn append(warehouse: &Location, ids: [&str; 2], days: [u8; 2], totals: [i128; 2]) {
    let at = days.map(|day| format!("2026-08-{day:02}T22:30:00Z"));
    let orders: RecordBatch = batch(vec![
        ("order_id", text(ids)),
        ("customer_id", text(["a", "b"])),
        ("ordered_at", instants([&at[0], &at[1]])),
        ("currency", text(["EUR", "EUR"])),
        ("total", decimals(2, totals)),
    ]);
    let mut table = delta::unloaded(&warehouse.folder("orders").unwrap()).unwrap();
    // There is nothing to load before the first write.
    let _ = table.load().await;
    table.write([orders]).await.unwrap();
}
