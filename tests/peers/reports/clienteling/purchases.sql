select
    sold.order_id,
    sold.purchased_at,
    sold.customer_id,
    (select name from customers where customers.customer_id = sold.customer_id) as client,
    sold.store_id,
    (select name from stores where stores.store_id = sold.store_id) as store,
    sold.currency,
    sold.sale_amount as amount,
    (
        select
            list(
                {
                    activity_id: activity_id,
                    occurred_at: occurred_at,
                    activity_type: activity_type,
                    direction: direction,
                    associate_id: associate_id,
                    associate: associate_name(associate_id),
                    automated: automated
                }
                order by occurred_at, activity_id
            )
        from default_touches as touched
        where touched.order_id = sold.order_id
    ) as activities
from default_sales as sold
where sold.reason = 'credited'
