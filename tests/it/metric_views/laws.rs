//! What must hold between the answers to different questions, whatever the rows.

use std::collections::BTreeMap;

use proptest::{
    collection::vec,
    option,
    prelude::{ProptestConfig, Strategy, any},
    proptest,
    sample::{select, subsequence},
};
use tokio::runtime::Runtime;
use tributary::engine::Session;

use crate::warehouse::shop::{Shop, rows};

const VIEW: &str = "create metric view shop
    facts clicks as c time c.at, sales as s time s.at
    dimensions
        date = { c: local_date(c.at), s: local_date(s.at) },
        channel = { c: c.channel, s: s.channel },
        team = { c: c.team, s: s.team }
    measures
        clicks = count(*) on c,
        people = count(distinct c.person) on c,
        latest = max(c.at) on c,
        orders = count(distinct s.person) on s,
        revenue = sum(s.amount) on s,
        mean = avg(s.amount) on s,
        order_value = ratio(revenue, orders),
        rate = ratio(orders, clicks)";

const DIMENSIONS: [&str; 3] = ["date", "channel", "team"];
const MEASURES: [&str; 8] = [
    "clicks",
    "people",
    "latest",
    "orders",
    "revenue",
    "mean",
    "order_value",
    "rate",
];
/// What each measure is, in SQL over one table.
const OF_ONE_FACT: [(&str, &str, &str); 6] = [
    ("clicks", "clicks", "count(*)"),
    ("people", "clicks", "count(distinct person)"),
    ("latest", "clicks", "max(at)"),
    ("orders", "sales", "count(distinct person)"),
    ("revenue", "sales", "coalesce(sum(amount), 0)"),
    ("mean", "sales", "avg(amount)"),
];
const PREDICATES: [&str; 4] = [
    "channel = 'chat'",
    "date > date '2026-11-02'",
    "team is null or channel <> 'mail'",
    "upper(team) in ('RED', 'BLUE')",
];

/// A row of either fact as SQL: time, channel, team, person, amount.
fn fact() -> impl Strategy<Value = String> {
    let channel = option::of(select(vec!["chat", "mail"]));
    let team = option::of(select(vec!["red", "blue"]));
    let text = |value: Option<&str>| value.map_or("null".to_owned(), |it| format!("'{it}'"));
    (1..5_u8, channel, team, 0..4_u8, 0..10_000_u32).prop_map(
        move |(day, channel, team, person, cents)| {
            let (channel, team) = (text(channel), text(team));
            let amount = format!("{}.{:02}", cents / 100, cents % 100);
            format!(
                "(timestamp '2026-11-{day:02}T12:00:00', {channel}, {team}, {person}, {amount})"
            )
        },
    )
}

async fn session(clicks: &[String], sales: &[String]) -> Session {
    let session = Shop::new().await.session;
    for (table, facts) in [("clicks", clicks), ("sales", sales)] {
        let none = "(timestamp '2026-01-01', 'none', 'none', 0, 0.00)".to_owned();
        let values = [&[none], facts].concat().join(", ");
        let table = format!(
            "create table {table} as
             select at, channel, team, person, cast(amount as decimal(18, 2)) as amount from (values {values}) as v (at, channel, team, person, amount) \
             where (channel is distinct from 'none')"
        );
        rows(&session, &table).await;
    }
    rows(&session, VIEW).await;
    session
}

/// Rows by their group: the measure's value, one for each group.
async fn answer(
    session: &Session,
    by: &[&str],
    measure: &str,
    filter: &str,
) -> BTreeMap<String, String> {
    let keys = by
        .iter()
        .map(|it| format!("coalesce(cast({it} as varchar), '-')"));
    let keys = keys.collect::<Vec<_>>().join(" || '/' || ");
    let keys = if by.is_empty() {
        "'all'".to_owned()
    } else {
        keys
    };
    let group_by = match by {
        [] => String::new(),
        by => format!("group by {}", by.join(", ")),
    };
    let sql = format!("select {keys}, measure({measure}) from shop where {filter} {group_by}");
    by_group(rows(session, &sql).await)
}

fn by_group(rows: Vec<String>) -> BTreeMap<String, String> {
    let pairs = rows.iter().map(|row| row.split_once('|').unwrap());
    pairs
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

fn cents(amount: &str) -> i64 {
    amount.replace('.', "").parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_measure_is_the_aggregate_of_its_fact_whatever_else_is_asked(
        clicks in vec(fact(), 0..30),
        sales in vec(fact(), 0..30),
        by in subsequence(DIMENSIONS.to_vec(), 0..=3),
        others in subsequence(MEASURES.to_vec(), 1..=8),
        filter in select(PREDICATES.to_vec()),
    ) {
        Runtime::new().unwrap().block_on(async {
            let session = session(&clicks, &sales).await;
            let group_by = if by.is_empty() { String::new() } else { format!("group by {}", by.join(", ")) };
            let keys = by.iter().map(|it| format!("{it},")).collect::<String>();
            let together = others.iter().map(|it| format!("measure({it}) as {it}")).collect::<Vec<_>>();
            let together = format!("select {keys} {} from shop where {filter} {group_by}", together.join(", "));
            for (measure, table, sql) in OF_ONE_FACT.iter().filter(|it| others.contains(&it.0)) {
                // The same groups, but for those that only another fact has.
                let same = by.iter().map(|it| format!("(together.{it} is not distinct from naive.{it})"));
                let same = same.chain(["true".to_owned()]).collect::<Vec<_>>().join(" and ");
                let naive = format!(
                    "select {keys} {sql} as value
                     from (select *, local_date(at) as date from {table}) where {filter} {group_by}"
                );
                let wrong = format!(
                    "with together as ({together}), naive as ({naive})
                     select * from naive left join together on {same}
                     where naive.value is distinct from together.{measure}"
                );
                let wrong = rows(&session, &wrong).await;
                assert!(wrong.is_empty(), "{measure} by {by:?} where {filter}: {wrong:?}");
            }
        });
    }

    #[test]
    fn groups_sum_to_the_total_and_subtotals_are_direct_answers(
        clicks in vec(fact(), 0..30),
        sales in vec(fact(), 0..30),
        by in subsequence(DIMENSIONS.to_vec(), 1..=2),
        filter in select(PREDICATES.to_vec()),
    ) {
        Runtime::new().unwrap().block_on(async {
            let session = session(&clicks, &sales).await;
            for additive in ["clicks", "revenue"] {
                let total = answer(&session, &[], additive, filter).await;
                let groups = answer(&session, &by, additive, filter).await;
                let sum: i64 = groups.values().map(|it| cents(it)).sum();
                assert_eq!(sum, cents(&total["all"]), "{additive} by {by:?}");
            }
            for measure in MEASURES {
                let sql = format!(
                    "select coalesce(cast({0} as varchar), '-'), measure({measure}) from shop
                     where {filter} group by rollup ({0}) order by grouping({0}) desc", by[0],
                );
                let mut rollup = rows(&session, &sql).await;
                let subtotal = rollup.remove(0);
                let direct = answer(&session, &[], measure, filter).await;
                assert_eq!(subtotal.split_once('|').unwrap().1, direct["all"], "{measure}");
                assert_eq!(by_group(rollup), answer(&session, &by[..1], measure, filter).await, "{measure}");
            }
        });
    }

    #[test]
    fn a_predicate_its_opposite_and_its_nulls_are_all(
        clicks in vec(fact(), 0..30),
        sales in vec(fact(), 0..30),
        predicate in select(PREDICATES.to_vec()),
        is_money in any::<bool>(),
    ) {
        Runtime::new().unwrap().block_on(async {
            let session = session(&clicks, &sales).await;
            let measure = if is_money { "revenue" } else { "clicks" };
            let mut sum = 0;
            for part in ["({}) is true", "not ({})", "({}) is null"] {
                let filter = part.replace("{}", predicate);
                sum += cents(&answer(&session, &[], measure, &filter).await["all"]);
            }
            assert_eq!(sum, cents(&answer(&session, &[], measure, "true").await["all"]));
        });
    }
}
