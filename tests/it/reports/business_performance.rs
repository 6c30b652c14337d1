//! What holds between the numbers of `business_performance`, on the sample shop.

use super::{count, holds};
use crate::{sample_shop::SampleShop, warehouse::shop::rows};

#[tokio::test(flavor = "multi_thread")]
async fn leaderboards_sum_to_the_overview() {
    let shop = SampleShop::open(0.1).await;
    let session = shop.session();
    let whole = "create table whole as select * from business_performance.overview";
    rows(&session, whole).await;
    for (board, id) in [
        ("agent_leaderboard", "agent_id"),
        ("team_leaderboard", "team_id"),
        ("product_performance", "product_id"),
    ] {
        holds(
            &session,
            &format!("business_performance.{board} sums to the overview, and ranks each once"),
            &format!(
                "with board as (
                     select period, sum(revenue) as revenue, sum(orders) as orders,
                         sum(link_clicks) as link_clicks, count(*) as places,
                         count(distinct rank) as ranks, count(distinct coalesce({id}, '')) as ids
                     from business_performance.{board} group by period
                 )
                 select * from whole
                 left join board on board.period = whole.period
                 where coalesce(board.revenue, 0) <> whole.revenue
                     or coalesce(board.orders, 0) <> whole.orders
                     or coalesce(board.link_clicks, 0) <> whole.link_clicks
                     or board.places <> board.ranks
                     or board.places <> board.ids"
            ),
        )
        .await;
    }
    assert!(count(&session, "whole where orders > 0").await > 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_to_count_purchases_agrees() {
    let shop = SampleShop::open(0.1).await;
    let session = shop.session();
    holds(
        &session,
        "the journey ends with the orders of the overview, and no step of the funnel rises",
        "select * from business_performance.overview
         join business_performance.purchase_journey as journey
             on journey.period = overview.period and journey.step_number = 3
         join business_performance.purchase_funnel as funnel
             on funnel.period = overview.period and funnel.step_number > 1
         where journey.count <> overview.orders or funnel.step_rate > 1",
    )
    .await;
    session
        .set("tributary.param.business_performance.model", "time_decay")
        .unwrap();
    holds(
        &session,
        "money divided among clicks is neither lost nor made",
        "with divided as (
             select order_id, sum(amount) as amount, sum(net_amount) as net, count(*) as clicks
             from business_performance.link_orders group by order_id
         )
         select * from divided
         join business_performance.purchases on purchases.order_id = divided.order_id
         where divided.amount <> purchases.amount",
    )
    .await;
    let shared = "(select order_id from business_performance.link_orders
                   group by order_id having count(*) > 1) as shared";
    assert!(count(&session, shared).await > 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_planted_clicks_are_credited_as_written() {
    let shop = SampleShop::open(0.05).await;
    let session = shop.session();
    let planted = rows(
        &session,
        "select right(order_id, 2) as number, coalesce(agent_id, reason) as credited, team_id,
             purchase_events, currency_assumed
         from business_performance.attributed_purchases
         where order_id between 'o-000000019' and 'o-000000036'
         order by order_id",
    )
    .await;
    let credited = |number: &str| {
        let row = planted.iter().find(|row| row.starts_with(number));
        row.map(|row| row[3..].to_owned())
    };
    let to_agent_03 = Some("agent-03|team-sales|1|false".to_owned());
    let to_nobody = Some("no_touchpoint_in_lookback|NULL|1|false".to_owned());
    for number in ["19", "21", "24", "25", "26", "27", "30", "32", "35"] {
        assert_eq!(credited(number), to_agent_03, "{number}");
    }
    for number in ["20", "22", "28", "31"] {
        assert_eq!(credited(number), to_nobody, "{number}");
    }
    for (number, expected) in [
        // the last of two links
        ("23", Some("agent-05|team-sales|1|false")),
        // the team when the link was made
        ("29", Some("agent-04|team-sales|1|false")),
        // the page was loaded twice
        ("33", Some("agent-03|team-sales|2|false")),
        // an order without an event
        ("34", None),
        // an event without a currency
        ("36", Some("agent-03|team-sales|1|true")),
    ] {
        assert_eq!(credited(number).as_deref(), expected, "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_periods_at_once_are_each_period_alone() {
    let shop = SampleShop::open(0.05).await;
    let session = shop.session();
    for view in ["agent_leaderboard", "purchase_funnel"] {
        let all = format!("select * from business_performance.{view}");
        let at_once = rows(&session, &all).await;
        for period in ["yesterday", "month_to_date"] {
            let alone = rows(&session, &format!("{all} where period = '{period}'")).await;
            let prefix = format!("{period}|");
            let among_all: Vec<_> = at_once
                .iter()
                .filter(|row| row.starts_with(&prefix))
                .collect();
            assert!(!alone.is_empty(), "{view}: nothing in {period}");
            assert_eq!(alone.iter().collect::<Vec<_>>(), among_all, "{view}");
        }
    }
}
