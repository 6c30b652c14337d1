create macro captured(
    channels := 'whatsapp', order_family := 'captured', order_key := 'order_id'
) as table
with goods as (
    select order_id, sum(quantity) as items, sum(net_amount) as item_amount
    from order_lines
    group by order_id
),
placed as (
    select
        sold.*,
        coalesce(goods.items, 0) as items,
        coalesce(goods.item_amount, 0) as item_amount,
        case order_family
            when 'captured' then coalesce(captured_at, ordered_at)
            when 'approved' then approved_at
            else invoiced_at
        end as moment,
        -- Of what has only a day, that begins it.
        if(coalesce(date_only, false), midnight(cast(moment as date)), moment) as counted_at
    from sold_orders as sold
    left join goods on goods.order_id = sold.order_id
),
judged as (
    select
        *,
        case
            when is_test then 'test_order'
            when total < 0 then 'return'
            when not coalesce(listed(channel, channels), false) then 'other_channel'
            when counted_at is null then 'not_' || order_family
            else 'counted'
        end as reason
    from placed
),
-- At the rate of the day on which the order counts.
converted as (
    select
        *,
        case when reason = 'counted' then in_shop_currency(total, currency, counted_at) end
            as revenue,
        case when reason = 'counted' then in_shop_currency(item_amount, currency, counted_at) end
            as item_revenue
    from judged
),
-- Orders of one checkout are told apart by their reason only.
keyed as (
    select
        *,
        if(order_key = 'order_id', order_id, coalesce(order_group_id, order_id)) as key
    from converted
)
select
    key as order_id,
    arg_min_null(customer_id, {'at': counted_at, 'id': order_id}) as customer_id,
    arg_min_null(channel, {'at': counted_at, 'id': order_id}) as channel,
    min(ordered_at) as ordered_at,
    min(counted_at) as captured_at,
    if(count(distinct currency) = 1, min(currency), null) as currency,
    if(count(distinct currency) = 1, sum(total), null) as order_total,
    sum(items) as items,
    sum(revenue) as revenue,
    sum(item_revenue) as item_revenue,
    reason
from keyed
group by key, reason;
