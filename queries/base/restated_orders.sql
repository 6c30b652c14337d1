-- What is each order worth now, and who bought?
-- Grain: one order, return or exchange. `kind` is sale, return (netted into the order it names) or
-- unlinked_return. `adjusted_by` is what changed the total since, restated on the order's date; it
-- is `changed_by`, the sum of base.order_changes, unless the order was cancelled: then all is gone.
create materialized view base.restated_orders
partitioned by (local_date(ordered_at) as date)
refresh every '1 hour'
as
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
changes as (
    select
        order_id,
        sum(amount) as amount,
        max(changed_at) as last_at,
        bool_or(is_netted_return) as is_netted_return
    from base.order_changes
    group by order_id
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
        when changes.is_netted_return then 'return'
        else 'unlinked_return'
    end as kind,
    case when sold.cancelled_at is null then coalesce(changes.amount, 0) else -sold.total end
        as adjusted_by,
    coalesce(changes.amount, 0) as changed_by,
    coalesce(sold.cancelled_at, changes.last_at) as last_changed_at
from versions as sold
left join base.merged_customers as merged on merged.customer_id = sold.customer_id
left join changes on changes.order_id = sold.order_id
where sold.version = 1
