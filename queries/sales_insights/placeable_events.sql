-- What happened that may have happened in a chat session?
-- Grain: one event of the site, or one purchase: an `order` of the shop, or a `purchase` that only
-- the site knows. `place_key` is what sales_insights.session_spans is found by: the session_id if a
-- session has it, else the customer. `visit_id` is what the site called the session.
create view sales_insights.placeable_events as
with named as (
    select distinct session_id
    from messages
    where direction = 'in' and session_id is not null
),
bought as (
    select
        purchases.order_id,
        purchases.is_order,
        purchases.purchased_at,
        purchases.in_scope,
        -- Whoever reports an order, it is of the customer that it names.
        coalesce(
            min(case when not purchases.is_report then purchases.contact_id end),
            min(purchases.contact_id)
        ) as contact_id,
        coalesce(
            min(case when not purchases.is_report then purchases.customer_id end),
            min(purchases.customer_id)
        ) as customer_id,
        min(purchases.session_id) as visit_id,
        min(named.session_id) as session_id
    from sales_insights.purchases as purchases
    left join named on named.session_id = purchases.session_id
    group by
        purchases.order_id,
        purchases.is_order,
        purchases.purchased_at,
        purchases.in_scope
),
happened as (
    select
        events.event_id,
        events.event_type,
        events.occurred_at,
        events.contact_id,
        events.customer_id,
        events.session_id as visit_id,
        named.session_id,
        events.step,
        false as in_scope
    from base.contact_events as events
    left join named on named.session_id = events.session_id
    where events.event_type <> 'purchase'
    union all
    select
        order_id as event_id,
        case when is_order then 'order' else 'purchase' end as event_type,
        purchased_at as occurred_at,
        contact_id,
        customer_id,
        visit_id,
        session_id,
        cast(null as varchar) as step,
        in_scope
    from bought
)
select
    event_id,
    event_type,
    occurred_at,
    contact_id,
    visit_id,
    step,
    in_scope,
    session_id is not null as is_named,
    coalesce('session ' || session_id, 'customer ' || customer_id) as place_key
from happened
