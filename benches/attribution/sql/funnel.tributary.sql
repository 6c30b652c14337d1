select level, count(*) as customers
from (
    select customer_id, window_funnel(interval '14 days', touched_at, kind = 'view', kind = 'click', kind = 'chat') as level
    from touchpoints
    group by customer_id
)
group by level
order by level
