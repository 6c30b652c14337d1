-- How much did support conversations earn?
-- Grain: one period and currency; a period without an attributed order has one row, without
-- a currency. The conversion rate is that of the period whatever the currency.
create view revenue.overview as
with earned as (
    select
        period,
        currency,
        attributed_amount,
        1 as orders,
        cast(null as varchar) as eligible,
        cast(null as varchar) as converted
    from in_periods(rows => revenue.attributed_orders, at => 'ordered_at')
    where reason = 'credited'
),
closed as (
    select
        period,
        cast(null as varchar) as currency,
        cast(null as decimal(18, 2)) as attributed_amount,
        0 as orders,
        conversation_id as eligible,
        case when converted then conversation_id end as converted
    from in_periods(rows => revenue.eligible_conversations, at => 'done_at')
),
-- So that a period in which nothing happened has a row.
every_period as (
    select
        period,
        cast(null as varchar) as currency,
        cast(null as decimal(18, 2)) as attributed_amount,
        0 as orders,
        cast(null as varchar) as eligible,
        cast(null as varchar) as converted
    from periods()
),
totals as (
    select
        period,
        currency,
        sum(attributed_amount) as revenue,
        sum(orders) as orders,
        count(distinct eligible) as eligible,
        count(distinct converted) as converted
    from (
        select * from earned
        union all
        select * from closed
        union all
        select * from every_period
    )
    group by period, currency
),
spread as (
    select
        period,
        currency,
        revenue,
        orders,
        max(eligible) over (partition by period) as eligible,
        max(converted) over (partition by period) as converted,
        count(*) over (partition by period) as rows_of_period
    from totals
)
select
    period,
    currency,
    coalesce(revenue, 0) as cx_total_revenue,
    orders as cx_total_orders,
    ratio(revenue, orders) as cx_average_order_value,
    ratio(converted, eligible) as cx_conversion_rate
from spread
where currency is not null or rows_of_period = 1
order by period, currency
