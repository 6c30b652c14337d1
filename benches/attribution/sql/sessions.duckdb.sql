select count(*) filter (starts) as sessions, count(*) filter (starts and ends) as bounces
from (
    select
        coalesce(micros - lag(micros) over customer > 86400000000, true) as starts,
        coalesce(lead(micros) over customer - micros > 86400000000, true) as ends
    from (select customer_id, epoch_us(touched_at) as micros from $touchpoints where kind = 'chat')
    window customer as (partition by customer_id order by micros)
)
