-- Touches of sales that count, and below them all these sales.
create table facts as
select
    sold.order_id,
    sold.purchased_at,
    sold.store_id,
    touched.associate_id,
    associate_name(touched.associate_id) as associate,
    touched.activity_type,
    touched.activity_id,
    sold.amount as touched_for,
    sold.automated_only,
    null as sold_for
from counted('default_sales') as sold
join default_touches as touched on touched.order_id = sold.order_id
where sold.is_touched
union all
select order_id, purchased_at, store_id, null, null, null, null, null, null, amount
from counted('default_sales');

-- Every measure at a grain, a list of dimensions; the others are NULL.
create macro measured(grain, of_type := null) as table
with grains as (
    select
        case when list_contains(grain, 'date') then local_date(purchased_at) end as date,
        case when list_contains(grain, 'store_id') then store_id end as store_id,
        case when list_contains(grain, 'store') then
            (select name from stores where stores.store_id = facts.store_id)
        end as store,
        case when list_contains(grain, 'associate_id') then associate_id end as associate_id,
        case when list_contains(grain, 'associate') then associate end as associate,
        case when list_contains(grain, 'activity_type') then activity_type end as activity_type,
        facts.activity_type as touched_by,
        order_id,
        activity_id,
        touched_for,
        automated_only,
        sold_for
    from facts
    where of_type is null or facts.activity_type = of_type
),
counted as (
    select
        *,
        -- An order counts once in a group, however many activities touched it.
        if(
            row_number() over (
                partition by
                    date, store_id, store, associate_id, associate, activity_type,
                    order_id, activity_id is null
                order by activity_id
            ) = 1,
            touched_for,
            0
        ) as touched_once
    from grains
)
select
    date,
    store_id,
    store,
    associate_id,
    associate,
    activity_type,
    {
        sales_amount: coalesce(sum(touched_once), 0),
        sales_count: count(distinct if(activity_id is null, null, order_id)),
        related_activities: count(distinct activity_id),
        activity_types: count(distinct touched_by),
        automated_only_amount: coalesce(sum(touched_once) filter (automated_only), 0)
    } as touch_measures,
    {
        all_sales_amount: coalesce(sum(sold_for), 0),
        attributed_share: ratio(coalesce(sum(touched_once), 0), sum(sold_for))
    } as sale_measures,
    count(activity_id) > 0 as is_touched
from counted
group by all;
