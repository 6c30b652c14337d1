-- What is each order worth now, and who bought?
-- Grain: one order, return or exchange. `kind` is sale, return (netted into the order it names, if
-- that is in its currency) or unlinked_return. `adjusted_by` is what changed the total since,
-- restated on the order's date.
create view base.restated_orders as
with stamped as (
    select
        *,
        ordered_at as sold_at,
        false as is_day
    from orders
    where date_only is not true
    union all
    -- A sale that has only a day is sold when that day begins in the session's zone. A branch of
    -- its own, because a filter on a computed time would not reach the scan of the others.
    select
        *,
        local_midnight(cast(ordered_at as date)) as sold_at,
        true as is_day
    from orders
    where date_only is true
),
versions as (
    select
        *,
        -- The time is part of the partition so that a filter on it reaches the scan.
        row_number() over (
            partition by order_id, sold_at
            order by ingested_at desc nulls last
        ) as version
    from stamped
),
adjustments as (
    select
        order_id,
        sum(amount) as amount
    from (
        select
            order_id,
            first_value(amount order by ingested_at desc nulls last) as amount
        from order_adjustments
        group by adjustment_id, order_id
    )
    group by order_id
),
returns as (
    select
        original_order_id,
        currency,
        sum(total) as amount
    from (
        select
            original_order_id,
            currency,
            first_value(total order by ingested_at desc nulls last) as total
        from orders
        where total < 0 and original_order_id is not null and is_test is not true
        group by order_id, original_order_id, currency
        having count(cancelled_at) = 0
    )
    group by original_order_id, currency
)
select
    sold.order_id,
    coalesce(merged.canonical_id, sold.customer_id) as customer_id,
    sold.sold_at as ordered_at,
    sold.is_day as date_only,
    cast(sold.ordered_at as date) as ordered_on,
    sold.currency,
    sold.total,
    coalesce(sold.shipping, 0) + coalesce(sold.tax, 0) as shipping_and_tax,
    sold.channel,
    sold.source,
    sold.store_id,
    sold.associate_id,
    sold.order_group_id,
    coalesce(sold.is_test, false) as is_test,
    case
        when sold.total >= 0 then 'sale'
        when sold.original_order_id is not null then 'return'
        else 'unlinked_return'
    end as kind,
    case when sold.cancelled_at is null
        then coalesce(adjustments.amount, 0) + coalesce(returns.amount, 0)
        else -sold.total end as adjusted_by
from versions as sold
left join base.merged_customers as merged on merged.customer_id = sold.customer_id
left join adjustments on adjustments.order_id = sold.order_id
left join returns
    on returns.original_order_id = sold.order_id and returns.currency = sold.currency
where sold.version = 1
