-- Whose links sold most?
-- Grain: one period and agent with a click or an order in it, best first; what belongs to links
-- without an agent comes last, so revenue, orders and clicks sum to the overview. The conversion
-- rate can still rise if immature.
create view business_performance.agent_leaderboard as
with totals as (
    select
        period,
        agent_id,
        max(agent) as agent,
        count(distinct order_id) as orders,
        coalesce(sum(amount), 0) as revenue,
        count(distinct converted) as converted,
        count(click_id) as link_clicks,
        bool_or(immature) as immature
    from in_periods(rows => business_performance.entries, at => 'entered_at')
    where link_id is null
    group by period, agent_id
),
rated as (
    select
        totals.period,
        totals.agent_id,
        totals.agent,
        case when purchase.event_type is not null then totals.revenue end as revenue,
        case when purchase.event_type is not null then totals.orders end as orders,
        totals.link_clicks,
        case when purchase.event_type is not null then ratio(totals.converted, totals.link_clicks) end
            as conversion_rate,
        case when purchase.event_type is not null then totals.immature end as immature
    from totals
    left join base.received_events as purchase
        on purchase.event_type = 'purchase'
)
select
    period,
    rank() over (
        partition by period
        order by
            agent_id is null,
            revenue desc,
            orders desc,
            link_clicks desc,
            conversion_rate desc nulls last,
            agent_id
    ) as rank,
    agent_id,
    agent,
    revenue,
    orders,
    link_clicks,
    conversion_rate,
    immature
from rated
order by period, rank
