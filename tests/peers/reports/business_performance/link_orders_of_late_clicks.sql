select *
from (
    select * from earned_orders(interval '1440 hours', 'j_shaped')
)
where clicked_at >= '2026-11-10T12:00:00Z'
