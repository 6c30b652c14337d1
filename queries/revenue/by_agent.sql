-- Which agents earned it?
-- Grain: one period and agent with an order or an eligible conversation. Revenue and orders sum to
-- the overview. The conversion rate can still rise if immature.
create view revenue.by_agent as
with totals as (
    select
        period,
        agent_id,
        sum(amount) as revenue,
        sum(orders) as orders,
        count(distinct eligible) as eligible,
        count(distinct converted) as converted,
        bool_or(immature) as immature
    from in_periods(rows => revenue.entries, at => 'entered_at')
    group by period, agent_id
)
select
    totals.period,
    totals.agent_id,
    names.name as agent,
    coalesce(totals.revenue, 0) as cx_total_revenue,
    totals.orders as cx_total_orders,
    ratio(totals.revenue, totals.orders) as cx_average_order_value,
    ratio(totals.converted, totals.eligible) as cx_conversion_rate,
    totals.immature
from totals
left join base.agent_names as names on names.agent_id = totals.agent_id
order by totals.period, cx_total_revenue desc, totals.agent_id
