-- How much was sold in chat, and how well do chats sell?
-- Grain: one period. Orders and revenue are those in scope, by the time of the order; a session
-- belongs to its start. `conversion_rate` is orders over pre-purchased sessions and may exceed 1;
-- `session_conversion_rate` is the share of all sessions in which an order was placed.
create view sales_insights.overview as
with sold as (
    select
        period,
        count(distinct order_id) as orders,
        sum(amount) as revenue
    from in_periods(rows => sales_insights.scoped_orders, at => 'ordered_at')
    where reason = 'in_scope'
    group by period
),
chats as (
    select
        period,
        count(*) as sessions,
        count(case when has_intent then 1 end) as pre_purchased,
        count(case when has_order then 1 end) as with_order
    from in_periods(rows => sales_insights.chat_sessions, at => 'started_at')
    group by period
),
filled as (
    select
        periods.period,
        case when intent.is_received then coalesce(chats.pre_purchased, 0) end as pre_purchased,
        coalesce(sold.orders, 0) as orders,
        coalesce(sold.revenue, 0) as revenue,
        chats.sessions,
        chats.with_order
    from periods() as periods
    join sales_insights.received_events as intent on intent.event_type = 'intent'
    left join sold on sold.period = periods.period
    left join chats on chats.period = periods.period
)
select
    period,
    pre_purchased as pre_purchased_sessions,
    orders as total_orders,
    revenue as revenue_generated,
    ratio(orders, pre_purchased) as conversion_rate,
    ratio(with_order, sessions) as session_conversion_rate,
    ratio(revenue, sessions) as revenue_per_chat
from filled
order by period
