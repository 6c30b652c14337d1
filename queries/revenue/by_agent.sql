-- Which agents earned it?
-- Grain: one period, agent and currency. Revenue and orders sum to the overview. The conversion
-- rate is that of the agent whatever the currency, and can still rise if immature. With eligible
-- conversations and no revenue there is one row, without a currency.
create view revenue.by_agent as
with totals as (
    select
        period,
        agent_id,
        currency,
        sum(amount) as revenue,
        sum(orders) as orders,
        count(distinct eligible) as eligible,
        count(distinct converted) as converted,
        bool_or(immature) as immature
    from in_periods(rows => revenue.entries, at => 'entered_at')
    group by period, agent_id, currency
),
spread as (
    select
        period,
        agent_id,
        currency,
        revenue,
        orders,
        max(eligible) over (partition by period, agent_id) as eligible,
        max(converted) over (partition by period, agent_id) as converted,
        bool_or(immature) over (partition by period, agent_id) as immature,
        count(*) over (partition by period, agent_id) as rows_of_agent
    from totals
)
select
    spread.period,
    spread.agent_id,
    names.name as agent,
    spread.currency,
    coalesce(spread.revenue, 0) as cx_total_revenue,
    spread.orders as cx_total_orders,
    ratio(spread.revenue, spread.orders) as cx_average_order_value,
    ratio(spread.converted, spread.eligible) as cx_conversion_rate,
    spread.immature
from spread
left join base.agent_names as names on names.agent_id = spread.agent_id
where spread.currency is not null or spread.rows_of_agent = 1
order by spread.period, cx_total_revenue desc, spread.agent_id, spread.currency
