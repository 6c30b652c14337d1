use std::{collections::BTreeMap, sync::Arc};

use crate::warehouse::shop::rows;
use datafusion::{
    arrow::{
        array::AsArray,
        datatypes::Date32Type,
        util::display::{ArrayFormatter, FormatOptions},
    },
    common::Column,
    execution::SessionState,
    logical_expr::{LogicalPlan, col, lit},
    sql::parser::Statement as SqlStatement,
};
use proptest::prelude::{Strategy, any, prop_oneof};
use tempfile::TempDir;
use tributary::{
    clock::Clock,
    config::Config,
    engine::{Engine, Session},
    materialize::{
        self,
        affected::{Affected, affected_days, rows_of_days},
    },
    query::statement::{self, Statement},
    warehouse::{
        changes::Changes,
        import::{ImportRequest, import},
        optimize::{OptimizeRequest, optimize},
        pins::Pins,
    },
};

/// 2026-08-01, in days since 1970-01-01.
pub(crate) const FIRST_DAY: i32 = 20_666;

const TABLES: &[(&str, &str, &str)] = &[
    (
        "orders",
        "order_id",
        "order_id,customer_id,ordered_at,currency,total,is_test",
    ),
    (
        "order_adjustments",
        "adjustment_id",
        "adjustment_id,order_id,kind,amount,occurred_at",
    ),
    (
        "activities",
        "activity_id",
        "activity_id,customer_id,activity_type,occurred_at,associate_id,direction",
    ),
    ("customers", "customer_id", "customer_id,name,merged_into"),
];

/// Something that happens to the tables.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Order {
        id: u8,
        customer: u8,
        day: i32,
        total: i8,
        test: bool,
    },
    NoOrder {
        id: u8,
    },
    Adjustment {
        id: u8,
        order: u8,
        day: i32,
        amount: i8,
    },
    NoAdjustment {
        id: u8,
    },
    Activity {
        id: u8,
        customer: u8,
        day: i32,
        agent: u8,
    },
    NoActivity {
        id: u8,
    },
    Customer {
        id: u8,
        name: bool,
        merged_into: Option<u8>,
    },
}

pub(crate) fn change() -> impl Strategy<Value = Change> {
    let (id, customer, day) = (0..12_u8, 0..5_u8, 0..24_i32);
    prop_oneof![
        6 => (id.clone(), customer.clone(), day.clone(), any::<i8>(), any::<bool>()).prop_map(
            |(id, customer, day, total, test)| Change::Order { id, customer, day, total, test }
        ),
        1 => id.clone().prop_map(|id| Change::NoOrder { id }),
        3 => (id.clone(), id.clone(), day.clone(), any::<i8>()).prop_map(
            |(id, order, day, amount)| Change::Adjustment { id, order, day, amount }
        ),
        1 => id.clone().prop_map(|id| Change::NoAdjustment { id }),
        6 => (id.clone(), customer.clone(), day, 0..3_u8).prop_map(
            |(id, customer, day, agent)| Change::Activity { id, customer, day, agent }
        ),
        1 => id.prop_map(|id| Change::NoActivity { id }),
        1 => (customer.clone(), any::<bool>(), proptest::option::of(customer)).prop_map(
            |(id, name, merged_into)| Change::Customer { id, name, merged_into }
        ),
    ]
}

/// Orders of five customers in turn.
pub(crate) fn one_order_a_day(days: u8) -> Vec<Change> {
    let order = |day: u8| Change::Order {
        id: day,
        customer: day % 5,
        day: day.into(),
        total: 10,
        test: false,
    };
    let activity = Change::Activity {
        id: 0,
        customer: 1,
        day: 0,
        agent: 0,
    };
    let adjustment = Change::Adjustment {
        id: 0,
        order: 0,
        day: 1,
        amount: -1,
    };
    let customer = Change::Customer {
        id: 0,
        name: true,
        merged_into: None,
    };
    let others = [activity, adjustment, customer];
    (0..days).map(order).chain(others).collect()
}

impl Change {
    fn table(&self) -> usize {
        match self {
            Self::Order { .. } | Self::NoOrder { .. } => 0,
            Self::Adjustment { .. } | Self::NoAdjustment { .. } => 1,
            Self::Activity { .. } | Self::NoActivity { .. } => 2,
            Self::Customer { .. } => 3,
        }
    }

    /// The row, or the key of the row that is to go.
    fn row(&self) -> Result<String, String> {
        let at = |day: &i32, hour: u8| {
            let day = jiff::civil::date(2026, 8, 1) + jiff::Span::new().days(*day);
            format!("{day}T{hour:02}:00:00Z")
        };
        match self {
            Self::Order {
                id,
                customer,
                day,
                total,
                test,
            } => Ok(format!(
                "o{id},c{customer},{},EUR,{total}.00,{test}",
                at(day, id % 24)
            )),
            Self::Adjustment {
                id,
                order,
                day,
                amount,
            } => Ok(format!("a{id},o{order},refund,{amount}.00,{}", at(day, 23))),
            Self::Activity {
                id,
                customer,
                day,
                agent,
            } => Ok(format!(
                "t{id},c{customer},sms,{},g{agent},outbound",
                at(day, id % 24)
            )),
            Self::Customer {
                id,
                name,
                merged_into,
            } => {
                let merged_into = merged_into.map_or(String::new(), |id| format!("c{id}"));
                Ok(format!("c{id},name {name},{merged_into}"))
            }
            Self::NoOrder { id } => Err(format!("o{id}")),
            Self::NoAdjustment { id } => Err(format!("a{id}")),
            Self::NoActivity { id } => Err(format!("t{id}")),
        }
    }
}

pub(crate) struct Shop {
    folder: TempDir,
    engine: Engine,
    session: Session,
}

/// A view over one version of the tables.
pub(crate) struct View {
    plan: LogicalPlan,
    state: SessionState,
    date: Column,
    pins: Arc<Pins>,
}

/// The rows of a view, day by day.
pub(crate) type Days = BTreeMap<Option<i32>, Vec<String>>;

impl Shop {
    /// A shop with all tables, each with a row.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            warehouse: Some(folder.path().join("shop").to_str().unwrap().to_owned()),
            threads: std::num::NonZeroUsize::new(2),
            ..Config::default()
        };
        let engine = materialize::open(&config, Clock::System).await.unwrap();
        let session = engine.session();
        let mut shop = Self {
            folder,
            engine,
            session,
        };
        shop.apply(one_order_a_day(1)).await;
        shop
    }

    /// Runs a statement.
    pub(crate) async fn run(&self, sql: &str) -> Vec<String> {
        rows(&self.session, sql).await
    }

    /// Imports and deletes, one commit per table and kind.
    pub(crate) async fn apply(&mut self, changes: Vec<Change>) {
        for (index, (table, key, header)) in TABLES.iter().enumerate() {
            let changes = changes.iter().filter(|change| change.table() == index);
            let (rows, gone): (Vec<_>, Vec<_>) = changes.map(Change::row).partition(Result::is_ok);
            let rows: Vec<String> = rows.into_iter().flatten().collect();
            let gone: Vec<String> = gone.into_iter().filter_map(Result::err).collect();
            if !rows.is_empty() {
                self.import(table, format!("{header}\n{}\n", rows.join("\n")))
                    .await;
            }
            if !gone.is_empty() {
                self.delete(table, key, gone).await;
            }
        }
        self.engine.warehouse().refresh().await.unwrap();
    }

    async fn import(&self, table: &str, csv: String) {
        let file = self.folder.path().join("rows.csv");
        std::fs::write(&file, csv).unwrap();
        let request = ImportRequest {
            table: table.to_owned(),
            files: vec![file],
            mapping: vec![],
            format: None,
            dry_run: false,
            again: true,
            deleted_when: None,
            imported_at: jiff::Timestamp::now(),
        };
        let location = self.engine.warehouse().location();
        let context = self.session.context();
        let summary = import(context, location, &request, &|_| {}).await.unwrap();
        assert_eq!(summary.quarantined, 0, "{summary:?}");
    }

    /// Deletes as another program does: then nobody knows any more that keys are unique.
    async fn delete(&self, table: &str, key: &str, ids: Vec<String>) {
        let table = self.engine.warehouse().delta(table).await.unwrap().unwrap();
        let ids = ids.into_iter().map(lit).collect();
        let deleted = table.delete().with_predicate(col(key).in_list(ids, false));
        deleted.await.unwrap();
    }

    /// Finds out that keys are unique.
    pub(crate) async fn optimize(&self) {
        let location = self.engine.warehouse().location();
        for (table, ..) in TABLES {
            let folder = location.folder(table).unwrap();
            let request = OptimizeRequest::default();
            let done = optimize(self.session.context(), &folder, table, request).await;
            done.unwrap().unwrap();
        }
    }

    pub(crate) async fn pins(&self) -> Arc<Pins> {
        let tables = TABLES.iter().map(|(table, ..)| *table);
        Arc::new(Pins::newest(self.engine.warehouse(), tables).await.unwrap())
    }

    pub(crate) async fn plan(&self, sql: &str, pins: &Arc<Pins>) -> View {
        let state = self.session.state_at(Arc::clone(pins));
        let plan = state.statement_to_plan(query(sql)).await.unwrap();
        let plan = state.optimize(&plan).unwrap();
        let mut columns = plan.schema().columns().into_iter();
        let date = columns.find(|column| column.name == "date").unwrap();
        View {
            plan,
            state,
            date,
            pins: Arc::clone(pins),
        }
    }

    pub(crate) async fn days(&self, view: &View) -> Days {
        self.by_day(view.plan.clone(), view).await
    }

    /// The rows of some days, made without the others.
    pub(crate) async fn rows_of_days(&self, view: &View, days: &[i32]) -> Days {
        let View {
            plan, state, date, ..
        } = view;
        let rows = rows_of_days(&self.session, state, plan, date, days.to_vec());
        let rows = rows.await;
        let rows = rows.unwrap_or_else(|error| panic!("{error}\n{}", plan.display_indent()));
        self.by_day(rows, view).await
    }

    async fn by_day(&self, plan: LogicalPlan, view: &View) -> Days {
        let date = plan.schema().index_of_column(&view.date).unwrap();
        let mut days = Days::default();
        for rows in self.session.collect(plan, &view.state).await.unwrap() {
            let dates = rows.column(date).as_primitive::<Date32Type>().clone();
            let options = FormatOptions::default().with_null("NULL");
            let columns: Vec<_> = rows
                .columns()
                .iter()
                .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
                .collect();
            for (row, date) in dates.iter().enumerate() {
                let values: Vec<_> = columns.iter().map(|it| it.value(row).to_string()).collect();
                days.entry(date).or_default().push(values.join(" | "));
            }
        }
        days.values_mut().for_each(|rows| rows.sort());
        days
    }

    pub(crate) async fn affected(&self, old: &View, new: &View) -> Affected {
        let warehouse = self.engine.warehouse();
        let changes = Changes::between(warehouse, &new.state, &old.pins, &new.pins);
        let changes = changes.await.unwrap();
        let states = (&old.state, &new.state);
        let affected = affected_days(&self.session, &new.plan, states, &new.date, &changes).await;
        affected.unwrap_or_else(|error| panic!("{error}\n{}", new.plan.display_indent()))
    }
}

fn query(sql: &str) -> SqlStatement {
    let mut statements = statement::parse(sql).unwrap();
    match statements.pop() {
        Some(Statement::Sql(query)) => query,
        other => panic!("expected a query, got {other:?}"),
    }
}
