//! The shipped reports for a team: what it sees of them is what is its own.

use std::{collections::BTreeMap, sync::Arc};

use tributary::{
    engine::Session,
    security::{Caller, Login},
};

use super::shop::{answer, rows};
use crate::sample_shop::SampleShop;

const ROLES: &str = "
[team]
read = ['*']
[[team.rows]]
# Which kinds of events the shop records is no secret of a team.
except = ['base.received_events']
filter = 'team_id = current_team()'
";

async fn shop() -> SampleShop {
    SampleShop::with_roles(0.02, ROLES).await
}

fn of_team(shop: &SampleShop, team: &str) -> Session {
    shop.session_of(Arc::new(Caller {
        user: "lead".into(),
        session: None,
        login: Login::Named,
        roles: ["team".to_owned()].into(),
        attributes: BTreeMap::from([("team_id".to_owned(), vec![team.to_owned()])]),
    }))
}

#[tokio::test]
async fn a_team_sees_its_own_rows_of_every_view_that_names_a_team() {
    let shop = shop().await;
    let teams = rows(
        &shop.session(),
        "select team_id from teams order by team_id",
    )
    .await;
    let team = of_team(&shop, &teams[0]);
    let views = "select table_schema || '.' || table_name from information_schema.columns
                 where column_name = 'team_id' and table_schema not in ('public', 'information_schema')";
    let mut seen = 0;
    for view in rows(&team, views).await {
        if view.ends_with(".metrics") {
            continue;
        }
        let own = answer(&team, &format!("select * from {view}")).await;
        let of_all = format!("select * from {view} where team_id = '{}'", teams[0]);
        let of_all = rows(&shop.session(), &of_all).await;
        seen += usize::from(!of_all.is_empty());
        assert_eq!(own, Ok(of_all), "{view}");
    }
    assert!(seen >= 8, "{seen}");
}

#[tokio::test]
async fn a_team_without_its_name_in_a_report_is_computed_from_its_own_ledger() {
    let shop = shop().await;
    let teams = rows(
        &shop.session(),
        "select team_id from teams order by team_id",
    )
    .await;
    let team = of_team(&shop, &teams[0]);
    let ledger = format!(
        "select count(*) from revenue.attributed_orders
         where team_id = '{}' and reason = 'credited'",
        teams[0]
    );
    let expected = rows(&shop.session(), &ledger).await;
    let all = rows(
        &shop.session(),
        "select measure(cx_total_orders) from revenue.metrics",
    )
    .await;
    for sql in [
        "select measure(cx_total_orders) from revenue.metrics",
        "select sum(measure(cx_total_orders)) over () from revenue.metrics group by team_id",
    ] {
        let own = rows(&team, sql).await;
        assert_eq!(own, expected, "{sql}");
        assert_ne!(own, all);
    }
}

#[tokio::test]
async fn what_a_team_may_read_can_be_read() {
    let shop = shop().await;
    let team = of_team(&shop, "t-1");
    let listed = "select table_schema || '.' || table_name from information_schema.tables
                  where table_schema not in ('information_schema', 'system', 'public')";
    let listed = rows(&team, listed).await;
    for view in &listed {
        if !view.ends_with(".metrics") {
            let answer = answer(&team, &format!("select * from {view} limit 0")).await;
            assert_eq!(answer, Ok(Vec::new()), "{view}");
        }
    }
    for view in [
        "revenue.overview",
        "revenue.by_agent",
        "revenue.metrics",
        "business_performance.overview",
        "business_performance.agent_leaderboard",
    ] {
        assert!(listed.contains(&view.to_owned()), "{view} in {listed:#?}");
    }
    // What would tell of the orders of all teams.
    for view in [
        "revenue.coverage",
        "conversational_commerce.kpis",
        "business_performance.metrics",
    ] {
        assert!(!listed.contains(&view.to_owned()), "{view}");
    }
}
