select
    period,
    agent_id,
    agent_name(agent_id) as agent,
    coalesce(sum(amount), 0) as cx_total_revenue,
    sum(orders) as cx_total_orders,
    ratio(sum(amount), sum(orders)) as cx_average_order_value,
    ratio(count(distinct converted), count(distinct eligible)) as cx_conversion_rate,
    bool_or(immature) as immature
from in_periods('default_entries')
where entered_at is not null
group by period, agent_id
