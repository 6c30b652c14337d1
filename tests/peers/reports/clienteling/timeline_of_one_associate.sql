select
    touches.order_id,
    touches.activity_id,
    touches.occurred_at,
    touches.activity_type,
    touches.direction,
    touches.associate_id,
    associate_name(touches.associate_id) as associate,
    touches.automated,
    sold.purchased_at
from touches(associate := 'associate-01', include_inbound := true) as touches
join default_sales as sold on sold.order_id = touches.order_id
where sold.store_id = 'store-soho'
