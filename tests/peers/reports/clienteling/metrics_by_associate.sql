select
    associate_id,
    associate,
    touch_measures.sales_amount,
    touch_measures.sales_count,
    touch_measures.related_activities
from measured(['associate_id', 'associate'])
where is_touched
