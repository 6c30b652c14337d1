-- Whose orders are those in scope, and since when is the shop known to them?
-- Grain: one order in scope. `known_since`: when its user was first seen, in a message, on the
-- site or with an order; or the first order. `buyer_class` is `first_order` for the first order of
-- a user in the whole shop, else `repeat`. A guest is a user of that one order.
create materialized view sales_insights.user_orders
parameters
    -- what makes a user new: to be seen, or to order, for the first time
    basis varchar in ('first_seen', 'first_order') default 'first_seen'
partitioned by (local_date(ordered_at) as date)
refresh every '1 hour'
as
with bought as (
    select
        customer_id,
        min(ordered_at) as first_at,
        first_value(order_id order by ordered_at, order_id) as first_order_id
    from base.restated_orders
    where kind = 'sale' and not is_test and customer_id is not null
    group by customer_id
),
heard as (
    select
        coalesce(merged.canonical_id, messages.customer_id) as customer_id,
        min(messages.sent_at) as first_at
    from messages
    left join base.merged_customers as merged on merged.customer_id = messages.customer_id
    where messages.direction = 'in'
    group by coalesce(merged.canonical_id, messages.customer_id)
),
met as (
    select
        customer_id,
        min(occurred_at) as first_at
    from base.contact_events
    where customer_id is not null
    group by customer_id
),
traces as (
    select
        customer_id,
        first_at
    from bought
    union all
    select
        customer_id,
        first_at
    from heard
    where basis = 'first_seen'
    union all
    select
        customer_id,
        first_at
    from met
    where basis = 'first_seen'
),
known as (
    select
        customer_id,
        min(first_at) as known_since
    from traces
    group by customer_id
)
select
    sold.order_id,
    sold.ordered_at,
    sold.channel,
    sold.amount,
    coalesce(sold.customer_id, 'guest ' || sold.order_id) as user_id,
    coalesce(known.known_since, sold.ordered_at) as known_since,
    case when sold.customer_id is null or bought.first_order_id = sold.order_id
        then 'first_order' else 'repeat' end as buyer_class
from sales_insights.scoped_orders as sold
left join bought on bought.customer_id = sold.customer_id
left join known on known.customer_id = sold.customer_id
where sold.reason = 'in_scope'
