-- What changed the worth of each order after the sale, and when?
-- Grain: one change of one order: an adjustment, or one side of a return that names an order of
-- its currency. Such a return is netted: it lowers the order it names, and its own ticket is then
-- worth nothing, so the changes by returns sum to zero.
create view base.order_changes as
with adjusted as (
    select
        adjustment_id,
        order_id,
        first_value(amount order by ingested_at desc nulls last) as amount,
        first_value(occurred_at order by ingested_at desc nulls last) as changed_at
    from order_adjustments
    group by adjustment_id, order_id
),
returned as (
    select
        order_id,
        original_order_id,
        currency,
        first_value(
            case when date_only then local_midnight(cast(ordered_at as date)) else ordered_at end
            order by ingested_at desc nulls last
        ) as changed_at,
        -- A return that was cancelled gives nothing back.
        case when count(cancelled_at) = 0
            then first_value(total order by ingested_at desc nulls last) else 0 end as amount
    from orders
    where total < 0 and original_order_id is not null and is_test is not true
    group by order_id, original_order_id, currency
)
select
    order_id,
    amount,
    changed_at,
    false as is_netted_return
from adjusted
union all
select
    case side when 'original' then returned.original_order_id else returned.order_id end as order_id,
    case side when 'original' then returned.amount else -returned.amount end as amount,
    returned.changed_at,
    side = 'return' as is_netted_return
from returned
cross join (values ('original'), ('return')) as sides (side)
where exists (
    select 1
    from orders as original
    where original.order_id = returned.original_order_id
        and original.currency = returned.currency
        and original.total >= 0
)
