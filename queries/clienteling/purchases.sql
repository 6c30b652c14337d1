-- Which purchases had a touch, and which activities were they?
-- Grain: one attributed sale, newest first, with its activities oldest first.
create view clienteling.purchases as
with activities_of_sale as (
    select
        order_id,
        purchased_at,
        array_agg(
            named_struct(
                'activity_id', activity_id,
                'occurred_at', occurred_at,
                'activity_type', activity_type,
                'direction', direction,
                'associate_id', associate_id,
                'associate', associate,
                'automated', automated
            )
            order by occurred_at, activity_id
        ) as activities
    from clienteling.timeline
    group by order_id, purchased_at
)
select
    sales.order_id,
    sales.purchased_at,
    sales.customer_id,
    customers.name as client,
    sales.store_id,
    stores.name as store,
    sales.currency,
    sales.sale_amount as amount,
    activities_of_sale.activities
from clienteling.sales
join activities_of_sale
    on activities_of_sale.order_id = sales.order_id
    and activities_of_sale.purchased_at = sales.purchased_at
left join customers on customers.customer_id = sales.customer_id
left join stores on stores.store_id = sales.store_id
where sales.reason = 'credited'
order by sales.purchased_at desc, sales.order_id
