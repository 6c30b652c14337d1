-- Which sales did clienteling touch, and why not the others?
-- Grain: one sale, return or exchange of the stores. The ledger behind every number of this
-- report; sale_amount is restated on the day of the sale by its returns and adjustments.
create materialized view clienteling.sales
parameters
    -- a performer, or the store of an activity, narrows the touches and not the sales
    associate varchar default null,
    associate_role varchar in ('performer', 'seller', 'assigned') default 'performer',
    store varchar default null,
    store_role varchar in ('sale', 'activity', 'client') default 'sale',
    scope varchar in ('pos', 'all') default 'pos'
partitioned by (local_date(purchased_at) as date)
refresh every '1 hour'
as
with touches as (
    select
        order_id,
        purchased_at,
        count(distinct activity_id) as related_activities,
        bool_and(automated) as automated_only
    from clienteling.timeline
    group by order_id, purchased_at
)
select
    sold.order_id,
    sold.ordered_at as purchased_at,
    sold.date_only,
    sold.customer_id,
    sold.store_id,
    sold.associate_id,
    sold.currency,
    sold.total as ticket_amount,
    case when sold.kind = 'sale' and not sold.is_test then sold.total + sold.adjusted_by end
        as sale_amount,
    coalesce(touches.related_activities, 0) as related_activities,
    coalesce(touches.automated_only, false) as automated_only,
    case
        when sold.is_test then 'test_order'
        when sold.kind <> 'sale' then sold.kind
        when sold.customer_id is null then 'no_key'
        when touches.order_id is null then 'no_touchpoint_in_lookback'
        else 'credited'
    end as reason
from base.restated_orders as sold
left join touches
    on touches.order_id = sold.order_id and touches.purchased_at = sold.ordered_at
where (scope = 'all' or coalesce(sold.source, 'pos') = 'pos')
    and (store is null or store_role <> 'sale' or sold.store_id = store)
    and (store is null or store_role <> 'client'
        or sold.customer_id in (select customer_id from customers where store_id = store))
    and (associate is null or associate_role <> 'seller' or sold.associate_id = associate)
    and (associate is null or associate_role <> 'assigned'
        or sold.customer_id in (select customer_id from customers where associate_id = associate))
order by purchased_at, order_id
