//! A shop with two regions, and sessions of users with roles.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use datafusion::{
    arrow::array::RecordBatch,
    common::{DataFusionError, Result},
    physical_plan::common::collect,
};
use parquet::arrow::ArrowWriter;
use tempfile::TempDir;
use tributary::{
    clock::Clock,
    config::{Config, Role},
    engine::{Engine, Session},
    security::{Caller, Login},
};

use crate::warehouse::shop::lines;

/// Orders of the south are hidden from who may see the north.
const NORTH: &str = "
    ('o-1', 'c-1', timestamp '2026-08-01T10:00:00Z', 'EUR', 10.00, 'north', 'north-note-1'),
    ('o-2', 'c-2', timestamp '2026-08-02T10:00:00Z', 'EUR', 20.00, 'north', 'north-note-2')";
const SOUTH: &str = ",
    ('o-3', 'c-3', timestamp '2026-08-03T10:00:00Z', 'EUR', 77.00, 'south', 'south-note-3'),
    ('o-4', 'c-1', timestamp '2026-08-04T10:00:00Z', 'USD', 88.00, 'south', 'south-note-4'),
    ('o-5', cast(null as varchar), timestamp '2026-08-05T10:00:00Z', 'EUR', 99.00, NULL, 'nowhere')";

pub(crate) struct Shop {
    engine: Engine,
    _folder: TempDir,
}

impl Shop {
    /// All orders, under the roles of a configuration file.
    pub(crate) async fn new(roles: &str) -> Self {
        Self::with_orders(roles, &format!("{NORTH}{SOUTH}")).await
    }

    /// A shop that never had an order outside the north.
    pub(crate) async fn of_the_north(roles: &str) -> Self {
        Self::with_orders(roles, NORTH).await
    }

    async fn with_orders(roles: &str, orders: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let orders = format!(
            "select column1 as order_id, column2 as customer_id, column3 as ordered_at,
                 column4 as currency, cast(column5 as decimal(18, 2)) as total,
                 column6 as region, column7 as note
             from (values {orders})"
        );
        write(folder.path(), "orders", &orders).await;
        let customers = "select column1 as customer_id, column2 as name from (values
                ('c-1', 'Ada Lovelace'), ('c-2', 'Grace Hopper'), ('c-3', 'Katherine Johnson'))";
        write(folder.path(), "customers", customers).await;
        let queries = folder.path().join("queries/south");
        std::fs::create_dir_all(&queries).unwrap();
        std::fs::write(queries.join("orders.sql"), "-- Which orders are there?\n-- Grain: one order.\ncreate view south.orders as\nselect order_id, region, note, total from orders\n").unwrap();
        std::fs::write(queries.join("totals.sql"), "-- What did the shop earn?\n-- Grain: one row.\ncreate view south.totals as\nselect sum(total) as total from south.orders\n").unwrap();
        std::fs::write(queries.join("currencies.sql"), "-- Which currencies are there?\n-- Grain: one currency.\ncreate view south.currencies as\nselect currency, count(*) as orders from orders group by currency\n").unwrap();
        std::fs::write(queries.join("metrics.sql"), "-- What did the shop earn?\ncreate metric view south.metrics\nfacts south.orders as o time cast('2026-08-01' as timestamp)\ndimensions region = { o: o.region }\nmeasures orders = count(*) on o, revenue = sum(o.total) on o\n").unwrap();
        let engine = open(folder.path(), roles).await.unwrap();
        Self {
            engine,
            _folder: folder,
        }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// A session of who runs the program.
    pub(crate) fn local(&self) -> Session {
        self.engine.session()
    }

    /// A session of a user with these roles, and the region as its attribute.
    pub(crate) fn session(&self, roles: &[&str], regions: &[&str]) -> Session {
        let texts = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        self.engine.session_of(Arc::new(Caller {
            user: "ann".into(),
            session: None,
            login: Login::Named,
            roles: texts(roles).into_iter().collect(),
            attributes: BTreeMap::from([("region".to_owned(), texts(regions))]),
        }))
    }
}

pub(crate) async fn open(folder: &Path, roles: &str) -> Result<Engine> {
    let roles: BTreeMap<String, Role> = toml::from_str(roles).unwrap();
    let mut config = Config {
        warehouse: Some(folder.to_str().unwrap().to_owned()),
        queries: Some(folder.join("queries")),
        threads: std::num::NonZeroUsize::new(2),
        ..Config::default()
    };
    config.security.roles = roles;
    let now = "2026-09-01T00:00:00Z".parse().unwrap();
    Engine::open(&config, Clock::Fixed(now)).await
}

/// Writes the rows of a query as a table of Parquet.
async fn write(folder: &Path, table: &str, sql: &str) {
    let config = Config::default();
    let engine = Engine::open(&config, Clock::System).await.unwrap();
    let rows = engine.session().sql(sql).await.unwrap();
    let batches: Vec<RecordBatch> = collect(rows).await.unwrap();
    let folder = folder.join(table);
    std::fs::create_dir_all(&folder).unwrap();
    let file = std::fs::File::create(folder.join("rows.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, batches[0].schema(), None).unwrap();
    for batch in &batches {
        writer.write(batch).unwrap();
    }
    writer.close().unwrap();
}

/// The rows of a query in any order, values joined by a bar, or the text of its error.
pub(crate) async fn answer(session: &Session, sql: &str) -> Result<Vec<String>, String> {
    let rows = async {
        let batches = collect(session.sql(sql).await?).await?;
        let mut rows: Vec<_> = batches.iter().flat_map(lines).collect();
        rows.sort();
        Ok::<_, DataFusionError>(rows)
    };
    rows.await
        .map_err(|error| error.strip_backtrace().to_string())
}

pub(crate) async fn rows(session: &Session, sql: &str) -> Vec<String> {
    let answer = answer(session, sql).await;
    answer.unwrap_or_else(|error| panic!("{sql}\n{error}"))
}

pub(crate) async fn refusal(session: &Session, sql: &str) -> String {
    let answer = answer(session, sql).await;
    answer.map_err(Some).expect_err(sql).unwrap()
}
