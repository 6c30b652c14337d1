-- Which orders came through conversational commerce, what did they hold, and why not the others?
-- Grain: one order; one checkout if order_key is order_group_id. The ledger behind every amount of
-- this report. An order counts as it was placed: what was changed, given back or cancelled since
-- does not lower it.
create materialized view conversational_commerce.captured_orders
parameters
    -- comma-separated; an order of these channels is through conversational commerce
    channels varchar default 'whatsapp',
    -- an order counts when it was placed, when its payment was approved, or when it was invoiced
    order_family varchar in ('captured', 'approved', 'invoiced') default 'captured',
    -- a checkout that was split into several orders is several, or one
    order_key varchar in ('order_id', 'order_group_id') default 'order_id'
partitioned by (local_date(captured_at) as date)
refresh every '1 hour'
as
with versions as (
    select
        *,
        row_number() over (partition by order_id order by ingested_at desc nulls last) as version
    from orders
),
stamped as (
    select
        versions.order_id,
        versions.order_group_id,
        coalesce(merged.canonical_id, versions.customer_id) as customer_id,
        versions.channel,
        versions.currency,
        versions.total,
        versions.is_test,
        versions.date_only,
        versions.ordered_at,
        case order_family
            when 'captured' then coalesce(versions.captured_at, versions.ordered_at)
            when 'approved' then versions.approved_at
            else versions.invoiced_at
        end as counted_at
    from versions
    left join base.merged_customers as merged on merged.customer_id = versions.customer_id
    where versions.version = 1
),
lines as (
    select
        order_id,
        quantity,
        net_amount,
        row_number() over (
            partition by order_id, line_number
            order by quantity desc, net_amount desc
        ) as version
    from order_lines
),
items_of_order as (
    select
        order_id,
        sum(quantity) as items,
        sum(net_amount) as item_amount
    from lines
    where version = 1
    group by order_id
),
judged as (
    select
        stamped.order_id,
        stamped.order_group_id,
        stamped.customer_id,
        stamped.channel,
        stamped.currency,
        stamped.total,
        -- What has only a day begins with it in the session's zone.
        case when stamped.date_only then local_midnight(cast(stamped.ordered_at as date))
            else stamped.ordered_at end as ordered_at,
        case when stamped.date_only then local_midnight(cast(stamped.counted_at as date))
            else stamped.counted_at end as captured_at,
        coalesce(items_of_order.items, 0) as items,
        coalesce(items_of_order.item_amount, 0) as item_amount,
        case
            when stamped.is_test then 'test_order'
            when stamped.total < 0 then 'return'
            when array_has(string_to_array(replace(channels, ' ', ''), ','), stamped.channel)
                is not true then 'other_channel'
            when stamped.counted_at is null then concat('not_', order_family)
            else 'counted'
        end as reason
    from stamped
    left join items_of_order on items_of_order.order_id = stamped.order_id
),
converted as (
    select
        *,
        case when reason = 'counted' then convert(total, currency, captured_at) end as revenue,
        case when reason = 'counted' then convert(item_amount, currency, captured_at) end
            as item_revenue
    from judged
),
checkouts as (
    select
        coalesce(order_group_id, order_id) as order_id,
        first_value(customer_id order by captured_at, order_id) as customer_id,
        first_value(channel order by captured_at, order_id) as channel,
        min(ordered_at) as ordered_at,
        min(captured_at) as captured_at,
        case when min(currency) = max(currency) then min(currency) end as currency,
        case when min(currency) = max(currency) then sum(total) end as order_total,
        sum(items) as items,
        sum(revenue) as revenue,
        sum(item_revenue) as item_revenue,
        reason
    from converted
    group by coalesce(order_group_id, order_id), reason
)
select
    order_id,
    customer_id,
    channel,
    ordered_at,
    captured_at,
    currency,
    total as order_total,
    items,
    revenue,
    item_revenue,
    reason
from converted
where order_key = 'order_id'
union all
select
    order_id,
    customer_id,
    channel,
    ordered_at,
    captured_at,
    currency,
    order_total,
    items,
    revenue,
    item_revenue,
    reason
from checkouts
where order_key = 'order_group_id'
