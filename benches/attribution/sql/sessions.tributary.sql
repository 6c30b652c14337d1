select count(*) as sessions, count(*) filter (where touches = 1) as bounces
from (
    select customer_id, session_number, count(*) as touches
    from (
        select customer_id, sessionize(touched_at, interval '24 hours') over (partition by customer_id order by touched_at) as session_number
        from touchpoints where kind = 'chat'
    )
    group by customer_id, session_number
)
