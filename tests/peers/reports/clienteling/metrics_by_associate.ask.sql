select
    associate_id,
    associate,
    measure(sales_amount) as sales_amount,
    measure(sales_count) as sales_count,
    measure(related_activities) as related_activities
from clienteling.metrics
group by associate_id, associate
