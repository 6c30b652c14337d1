//! What holds between the numbers of the reports, on the sample shop.

mod business_performance;
mod conversational_commerce;
mod data_health;
mod order_candidates;

use tributary::engine::Session;

use crate::{sample_shop::SampleShop, warehouse::shop::rows};

async fn set(session: &Session, settings: &[(&str, &str)]) {
    for (key, value) in settings {
        session.set(&format!("tributary.{key}"), value).unwrap();
    }
}

/// Checks that a query which finds what breaks a law finds nothing.
async fn holds(session: &Session, law: &str, exceptions: &str) {
    let exceptions = rows(session, exceptions).await;
    assert!(
        exceptions.is_empty(),
        "{law}, but not\n{}",
        exceptions.join("\n")
    );
}

async fn count(session: &Session, of: &str) -> usize {
    rows(session, &format!("select 1 from {of}")).await.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_booked_sums_to_what_is_attributed_on_either_basis() {
    let shop = SampleShop::open(0.3).await;
    for basis in ["order_date", "adjustment_date"] {
        for amount in ["total", "without_shipping_and_tax"] {
            let session = shop.session();
            let settings = [
                ("param.revenue.revenue_basis", basis),
                ("param.revenue.amount_basis", amount),
            ];
            set(&session, &settings).await;
            holds(
                &session,
                "each credited order is booked in full, as one sale",
                "with booked as (
                     select order_id, sum(amount) as amount, count(case when is_sale then 1 end) as sales
                     from revenue.bookings group by order_id
                 )
                 select * from revenue.attributed_orders as attributed
                 left join booked on booked.order_id = attributed.order_id
                 where (attributed.attributed_amount is distinct from booked.amount)
                     or coalesce(booked.sales, 0) <> case when attributed.reason = 'credited' then 1 else 0 end",
            )
            .await;
            let changes = count(&session, "revenue.bookings where not is_sale").await;
            assert_eq!(changes > 0, basis == "adjustment_date", "{changes} changes");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_neither_lost_nor_counted_twice() {
    let shop = SampleShop::open(0.3).await;
    let session = shop.session();
    let sums = rows(
        &session,
        "select currency,
             sum(total) filter (where cancelled_at is null) as tickets,
             (select sum(amount) from order_adjustments as changes
              join orders as changed on changed.order_id = changes.order_id
              where changed.currency = orders.currency and changed.cancelled_at is null) as adjustments
         from orders group by currency order by currency",
    )
    .await;
    let worth = rows(
        &session,
        "select currency, sum(total + adjusted_by) from base.restated_orders group by currency order by currency",
    )
    .await;
    assert!(sums.len() == 2 && worth.len() == 2, "{sums:?} {worth:?}");
    for (sum, worth) in sums.iter().zip(&worth) {
        let sum: Vec<_> = sum.split('|').collect();
        let worth: Vec<_> = worth.split('|').collect();
        let cents = |money: &str| money.replace('.', "").parse::<i64>().unwrap();
        assert_eq!(sum[0], worth[0]);
        assert_eq!(cents(sum[1]) + cents(sum[2]), cents(worth[1]), "{}", sum[0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_periods_at_once_are_each_period_alone() {
    let shop = SampleShop::open(0.1).await;
    let session = shop.session();
    set(&session, &[("period", "2026-08-01/2026-09-01")]).await;
    let periods = rows(&session, "select period from periods()").await;
    for view in [
        "revenue.by_agent",
        "clienteling.overview",
        "conversational_commerce.daily",
    ] {
        let sorted = |mut rows: Vec<String>| {
            rows.sort();
            rows
        };
        let at_once = rows(&session, &format!("select * from {view}")).await;
        let mut alone = Vec::new();
        for period in &periods {
            let one = format!("select * from {view} where period = '{period}'");
            alone.extend(rows(&session, &one).await);
        }
        assert!(alone.len() >= periods.len(), "{alone:?}");
        assert_eq!(sorted(at_once), sorted(alone), "{view}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_sum_to_the_whole() {
    let shop = SampleShop::open(0.2).await;
    let session = shop.session();
    for part in ["by_agent", "by_channel"] {
        holds(
            &session,
            &format!("revenue and orders of revenue.{part} are those of the overview"),
            &format!(
                "with parts as (
                     select period, sum(cx_total_revenue) as revenue, sum(cx_total_orders) as orders
                     from revenue.{part} group by period
                 )
                 select * from revenue.overview as whole
                 left join parts on parts.period = whole.period
                 where coalesce(parts.revenue, 0) <> whole.cx_total_revenue
                     or coalesce(parts.orders, 0) <> whole.cx_total_orders"
            ),
        )
        .await;
    }
    assert!(count(&session, "revenue.overview where cx_total_orders > 0").await > 5);
    holds(
        &session,
        "the days of clienteling are the period",
        "with days as (
             select sum(sales_amount) as amount, sum(sales_count) as sales
             from clienteling.daily, (select * from periods() where period = 'last_30_days') as month
             where date >= local_date(period_start) and date < local_date(period_end)
         )
         select * from clienteling.overview as whole
         cross join days
         where whole.period = 'last_30_days'
             and ((days.amount is distinct from whole.sales_amount) or (days.sales is distinct from whole.sales_count))",
    )
    .await;
}

/// The ledgers keep the currency of each order; here they are converted by a join.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_the_sum_of_its_ledger_at_the_rates_of_each_day() {
    let shop = SampleShop::open(0.2).await;
    for (currency, report, [revenue, orders], ledger, [amount, sold_at]) in [
        (
            "USD",
            "revenue.overview",
            ["cx_total_revenue", "cx_total_orders"],
            "revenue.attributed_orders",
            ["attributed_amount", "ordered_at"],
        ),
        (
            "EUR",
            "clienteling.overview",
            ["sales_amount", "sales_count"],
            "clienteling.sales",
            ["sale_amount", "purchased_at"],
        ),
    ] {
        let session = shop.session();
        set(&session, &[("currency", currency)]).await;
        holds(
            &session,
            &format!("{report} in {currency} is the sum of {ledger}, and some of it is converted"),
            &format!(
                "with sold as (
                     select
                         ledger.{sold_at} as sold_at,
                         rates.rate is not null as is_converted,
                         cast(cast(ledger.{amount} as decimal(18, 2))
                             * case ledger.currency when '{currency}' then 1 else cast(rates.rate as decimal(18, 10)) end
                             as decimal(18, 2)) as amount
                     from {ledger} as ledger
                     left join fx_rates as rates
                         on rates.date = local_date(ledger.{sold_at})
                         and rates.from_currency = ledger.currency and rates.to_currency = '{currency}'
                     where ledger.reason = 'credited'
                 ),
                 expected as (
                     select
                         periods.period,
                         sum(sold.amount) as revenue,
                         count(*) as orders,
                         bool_or(sold.is_converted) as is_converted
                     from periods() as periods
                     join sold on sold.sold_at >= periods.period_start and sold.sold_at < periods.period_end
                     group by periods.period
                 )
                 select report.*, expected.* from {report} as report
                 left join expected on expected.period = report.period
                 where coalesce(expected.revenue, 0) <> report.{revenue}
                     or coalesce(expected.orders, 0) <> report.{orders}
                     or (report.period = 'last_30_days' and expected.is_converted is not true)"
            ),
        )
        .await;
    }
}
