-- What was done for the client in the days before each sale?
-- Grain: one attributed sale and activity. An activity before two sales is there twice.
create materialized view clienteling.timeline
parameters
    lookback interval default interval '14 days',
    -- comma-separated; only these activities can attribute a sale; NULL means all
    activity_types varchar default null,
    -- whether a message from the client counts as a touch
    include_inbound boolean default false,
    -- only sales of this associate: who touched the client, who sold, or whom the client belongs to
    associate varchar default null,
    associate_role varchar in ('performer', 'seller', 'assigned') default 'performer',
    -- only sales of this store: where it was sold, where the activity was done, or the client's own
    store varchar default null,
    store_role varchar in ('sale', 'activity', 'client') default 'sale',
    -- sales of the stores, or orders of every source
    scope varchar in ('pos', 'all') default 'pos'
partitioned by (local_date(purchased_at) as date)
refresh every '1 hour'
as
with first_tickets as (
    select
        order_group_id,
        min(ordered_at) as first_at,
        first_value(date_only is true order by ordered_at, order_id) as is_day
    from orders
    where order_group_id is not null and total >= 0 and is_test is not true
    group by order_group_id
),
sales as (
    select
        sold.order_id,
        sold.customer_id,
        sold.ordered_at as purchased_at,
        -- A purchase paid in several tickets is attributed at its first.
        coalesce(first_tickets.first_at, sold.ordered_at) as decided_at,
        coalesce(first_tickets.is_day, sold.date_only) as has_only_day,
        coalesce(cast(first_tickets.first_at as date), sold.ordered_on) as decided_on,
        coalesce(stores.timezone, '') as zone,
        sold.total
    from base.restated_orders as sold
    left join first_tickets on first_tickets.order_group_id = sold.order_group_id
    left join stores on stores.store_id = sold.store_id
    where sold.kind = 'sale'
        and not sold.is_test
        and (scope = 'all' or coalesce(sold.source, 'pos') = 'pos')
        and (store is null or store_role <> 'sale' or sold.store_id = store)
        and (store is null or store_role <> 'client'
            or sold.customer_id in (select customer_id from customers where store_id = store))
        and (associate is null or associate_role <> 'seller' or sold.associate_id = associate)
        and (associate is null or associate_role <> 'assigned'
            or sold.customer_id in (select customer_id from customers where associate_id = associate))
),
touches as (
    select
        activities.activity_id,
        coalesce(merged.canonical_id, activities.customer_id) as customer_id,
        activities.occurred_at,
        activities.activity_type,
        coalesce(activities.direction, 'outbound') as direction,
        activities.associate_id,
        coalesce(activities.automated, false) as automated
    from activities
    left join base.merged_customers as merged on merged.customer_id = activities.customer_id
    where coalesce(activities.status, 'completed') in ('completed', 'delivered')
        and (include_inbound or coalesce(activities.direction, 'outbound') = 'outbound')
        and (activity_types is null
            or array_has(string_to_array(replace(activity_types, ' ', ''), ','), activities.activity_type))
        and (associate is null or associate_role <> 'performer' or activities.associate_id = associate)
        and (store is null or store_role <> 'activity' or activities.store_id = store)
),
by_the_clock as (
    select
        order_id,
        purchased_at,
        activity_id,
        occurred_at,
        activity_type,
        direction,
        associate_id,
        automated
    from attribute(
        conversions => (
            select order_id, customer_id, purchased_at, decided_at, total
            from sales
            where not has_only_day
        ),
        touchpoints => touches,
        key => 'customer_id',
        conversion_id => 'order_id',
        conversion_time => 'decided_at',
        value => 'total',
        touchpoint_id => 'activity_id',
        touchpoint_time => 'occurred_at',
        model => 'any_touch',
        lookback => lookback,
        unattributed => false
    )
),
-- A sale that has only a day is attributed by the days of its store: its own and those before.
by_the_day as (
    select
        order_id,
        purchased_at,
        activity_id,
        occurred_at,
        activity_type,
        direction,
        associate_id,
        automated
    from attribute(
        conversions => (
            select
                order_id,
                purchased_at,
                total,
                customer_id,
                zone,
                cast(decided_on as timestamp) as day
            from sales
            where has_only_day and customer_id is not null
        ),
        touchpoints => (
            select
                touches.*,
                zones.zone as touched_zone,
                cast(case when zones.zone = '' then local_date(touches.occurred_at)
                    else local_date(touches.occurred_at, zones.zone) end as timestamp) as touch_day
            -- The few zones come first: what comes first is held, and the other streams past it.
            from (select distinct zone from sales where has_only_day) as zones
            cross join touches
        ),
        key => 'customer_id',
        conversion_id => 'order_id',
        conversion_time => 'day',
        value => 'total',
        touchpoint_id => 'activity_id',
        touchpoint_time => 'touch_day',
        model => 'any_touch',
        lookback => lookback,
        unattributed => false
    )
    -- Each touch counts by itself: those of other zones take nothing from it.
    where zone = touched_zone
),
touched as (
    select * from by_the_clock
    union all
    select * from by_the_day
),
names as (
    select
        associate_id,
        first_value(name order by valid_from desc nulls last) as name
    from associates
    group by associate_id
)
select distinct
    touched.order_id,
    touched.activity_id,
    touched.occurred_at,
    touched.activity_type,
    touched.direction,
    touched.associate_id,
    names.name as associate,
    touched.automated,
    touched.purchased_at
from touched
left join names on names.associate_id = touched.associate_id
order by purchased_at, order_id, occurred_at, activity_id
