select
    local_date(purchased_at) as date,
    sum(amount) as sales_amount,
    count(*) as sales_count,
    (
        select count(distinct activity_id)
        from default_touches as touched
        join default_sales as sold on sold.order_id = touched.order_id
        where local_date(sold.purchased_at) = date and sold.reason = 'credited'
    ) as related_activities
from counted('default_sales')
where is_touched
group by local_date(purchased_at)
