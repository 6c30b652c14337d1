-- Which activities could have attributed each sale, and what decided about each?
-- Grain: one order and one activity with its client; an order without any is there once, without a
-- candidate. `rule` is the first that holds: what the order itself is refused for, what the activity
-- is, then when it was. Every accepted activity bears the whole sale, so amounts do not add up.
create view clienteling.order_candidates
parameters
    lookback interval default interval '14 days',
    activity_types varchar default null,
    include_inbound boolean default false,
    associate varchar default null,
    associate_role varchar in ('performer', 'seller', 'assigned') default 'performer',
    store varchar default null,
    store_role varchar in ('sale', 'activity', 'client') default 'sale',
    scope varchar in ('pos', 'all') default 'pos'
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
sold as (
    select
        sold.order_id,
        sold.customer_id,
        sold.ordered_at,
        sold.date_only,
        cast(sold.ordered_on as timestamp) as day,
        coalesce(first_tickets.first_at, sold.ordered_at) as decided_at,
        coalesce(first_tickets.is_day, sold.date_only) as is_decided_by_day,
        cast(coalesce(cast(first_tickets.first_at as date), sold.ordered_on) as timestamp)
            as decided_day,
        coalesce(stores.timezone, '') as zone,
        sold.total + sold.adjusted_by as amount,
        sold.currency,
        case
            when scope = 'pos' and sold.source <> 'pos' then 'other_source'
            when store is not null and store_role = 'sale'
                and (sold.store_id is distinct from store) then 'other_store'
            when store is not null and store_role = 'client'
                and (clients.store_id is distinct from store) then 'client_of_other_store'
            when associate is not null and associate_role = 'seller'
                and (sold.associate_id is distinct from associate) then 'other_seller'
            when associate is not null and associate_role = 'assigned'
                and (clients.associate_id is distinct from associate)
                then 'client_of_other_associate'
            when sold.is_test then 'test_order'
            when sold.kind <> 'sale' then sold.kind
            when sold.customer_id is null then 'no_key'
        end as refused
    from base.restated_orders as sold
    left join first_tickets on first_tickets.order_group_id = sold.order_group_id
    left join stores on stores.store_id = sold.store_id
    left join customers as clients on clients.customer_id = sold.customer_id
),
touches as (
    select
        activities.activity_id,
        coalesce(merged.canonical_id, activities.customer_id) as customer_id,
        activities.occurred_at,
        activities.associate_id,
        case
            when coalesce(activities.status, 'completed') not in ('completed', 'delivered')
                then 'not_completed'
            when not include_inbound and activities.direction <> 'outbound' then 'inbound'
            when activity_types is not null
                and not coalesce(
                    array_has(
                        string_to_array(replace(activity_types, ' ', ''), ','),
                        activities.activity_type),
                    false)
                then 'other_activity_type'
            when associate is not null and associate_role = 'performer'
                and (activities.associate_id is distinct from associate) then 'other_associate'
            when store is not null and store_role = 'activity'
                and (activities.store_id is distinct from store) then 'activity_of_other_store'
        end as refused
    from activities
    left join base.merged_customers as merged on merged.customer_id = activities.customer_id
),
candidates as (
    select
        sold.order_id,
        sold.ordered_at,
        sold.date_only,
        sold.day,
        sold.decided_at,
        sold.is_decided_by_day,
        sold.decided_day,
        sold.amount,
        sold.currency,
        sold.refused as order_refused,
        touches.activity_id,
        touches.occurred_at,
        touches.associate_id,
        touches.refused,
        case
            when not sold.date_only and not sold.is_decided_by_day then null
            when sold.zone = '' then cast(local_date(touches.occurred_at) as timestamp)
            else cast(local_date(touches.occurred_at, sold.zone) as timestamp)
        end as touch_day
    from sold
    left join touches on touches.customer_id = sold.customer_id
),
timed as (
    select
        *,
        case when date_only then touch_day > day else occurred_at > ordered_at end as is_after,
        case when is_decided_by_day then touch_day > decided_day else occurred_at > decided_at end
            as is_late,
        case when is_decided_by_day then touch_day < decided_day - lookback
            else occurred_at < decided_at - lookback end as is_early
    from candidates
),
judged as (
    select
        *,
        case
            when order_refused is not null then order_refused
            when activity_id is null then 'no_touchpoint_in_lookback'
            when refused is not null then refused
            when is_late and is_after then 'after_order'
            when is_late then 'after_first_ticket'
            when is_early then 'outside_lookback'
            else 'credited'
        end as rule
    from timed
)
select distinct
    order_id,
    ordered_at,
    case when activity_id is not null then 'activity' end as candidate_type,
    activity_id as candidate_id,
    occurred_at,
    associate_id as agent_id,
    cast(null as varchar) as channel,
    case when rule = 'credited' then 'accepted' else 'rejected' end as decision,
    rule,
    case when rule = 'credited' then 1.0 end as credit,
    case when rule = 'credited' then amount end as amount,
    case when rule = 'credited' then currency end as currency
from judged
