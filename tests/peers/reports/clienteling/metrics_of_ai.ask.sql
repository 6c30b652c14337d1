select
    date,
    measure(sales_amount) as sales_amount,
    measure(sales_count) as sales_count,
    measure(related_activities) as related_activities,
    measure(activity_types) as activity_types,
    measure(automated_only_amount) as automated_only_amount
from clienteling.metrics
where activity_type = 'ai'
group by date
