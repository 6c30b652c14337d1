select level, count() as customers
from (
    select customer_id, windowFunnel(1209600000000)(toUInt64(toUnixTimestamp64Micro(touched_at)), kind = 'view', kind = 'click', kind = 'chat') as level
    from $touchpoints
    group by customer_id
)
group by level
order by level
