select agent_id, sum(total) as revenue
from (select $key, purchased_at, total from $purchases) as p
asof inner join (select $key, touched_at, agent_id from $touchpoints) as t
on p.$key = t.$key and p.purchased_at >= t.touched_at
where touched_at >= purchased_at - interval 14 day
group by agent_id
order by agent_id
