-- Through which channels was it earned?
-- Grain: one period, channel and currency. Revenue and orders sum to the overview. The conversion
-- rate is that of the channel whatever the currency; one with eligible conversations and no
-- revenue has one row, without a currency.
create view revenue.by_channel as
with earned as (
    select
        period,
        channel,
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
        channel,
        cast(null as varchar) as currency,
        cast(null as decimal(18, 2)) as attributed_amount,
        0 as orders,
        conversation_id as eligible,
        case when converted then conversation_id end as converted
    from in_periods(rows => revenue.eligible_conversations, at => 'done_at')
),
totals as (
    select
        period,
        channel,
        currency,
        sum(attributed_amount) as revenue,
        sum(orders) as orders,
        count(distinct eligible) as eligible,
        count(distinct converted) as converted
    from (
        select * from earned
        union all
        select * from closed
    )
    group by period, channel, currency
),
spread as (
    select
        period,
        channel,
        currency,
        revenue,
        orders,
        max(eligible) over (partition by period, channel) as eligible,
        max(converted) over (partition by period, channel) as converted,
        count(*) over (partition by period, channel) as rows_of_channel
    from totals
)
select
    spread.period,
    spread.channel,
    spread.currency,
    coalesce(spread.revenue, 0) as cx_total_revenue,
    spread.orders as cx_total_orders,
    ratio(spread.revenue, spread.orders) as cx_average_order_value,
    ratio(spread.converted, spread.eligible) as cx_conversion_rate
from spread
where spread.currency is not null or spread.rows_of_channel = 1
order by spread.period, cx_total_revenue desc, spread.channel, spread.currency
