select agent_id, sum(total) as revenue
from $purchases as p asof join $touchpoints as t on p.$key = t.$key and p.purchased_at >= t.touched_at
where epoch_us(p.purchased_at) - epoch_us(t.touched_at) <= 14 * 86400000000
group by agent_id
order by agent_id
