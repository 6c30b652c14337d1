select
    touches.order_id,
    touches.activity_id,
    touches.occurred_at,
    touches.activity_type,
    touches.direction,
    touches.associate_id,
    associate_name(touches.associate_id) as associate,
    touches.automated,
    sales.purchased_at
from default_touches as touches
join default_sales as sales on sales.order_id = touches.order_id
